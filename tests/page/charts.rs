//! Charts: well-formed, and every label inside and apart from the others.

use mmc::chart::{
    Axis, Bar, BarChart, CountMatrix, Dot, Lattice, LatticeNode, Line, Rule, StackedBar, StackedBars, XyChart,
    text_width,
};
use proptest::prelude::*;
use roxmltree::{Document, Node};

/// Left, top, right and bottom of a text, by the widest face.
fn extent(text: &Node<'_, '_>) -> (f64, f64, f64, f64) {
    let number = |name: &str| text.attribute(name).unwrap().parse::<f64>().unwrap();
    let (x, y, size) = (number("x"), number("y"), number("font-size"));
    let width = text_width(text.text().unwrap_or_default(), size);
    let left = match text.attribute("text-anchor") {
        Some("middle") => x - width / 2.0,
        Some("end") => x - width,
        _ => x,
    };
    (left, y - 0.76 * size, left + width, y + 0.24 * size)
}

/// Fails unless every text of the drawing is within it, and none lies over another.
pub(super) fn check(svg: &str) {
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let root = document.root_element();
    assert!(root.attribute("aria-label").is_some_and(|name| !name.is_empty()), "{svg}");
    let side = |name: &str| root.attribute(name).unwrap().parse::<f64>().unwrap();
    let (width, height) = (side("width"), side("height"));
    let texts: Vec<Node<'_, '_>> = document.descendants().filter(|node| node.has_tag_name("text")).collect();
    let shown = |text: &Node<'_, '_>| text.text().unwrap_or_default().to_owned();
    for (at, text) in texts.iter().enumerate() {
        let own = extent(text);
        assert!(
            own.0 >= -0.6 && own.2 <= width + 0.6 && own.1 >= -0.6 && own.3 <= height + 0.6,
            "`{}` is outside: {own:?}",
            shown(text)
        );
        for other in &texts[at + 1..] {
            let (a, b) = (own, extent(other));
            let apart = a.2 <= b.0 + 0.6 || b.2 <= a.0 + 0.6 || a.3 <= b.1 + 0.6 || b.3 <= a.1 + 0.6;
            assert!(apart, "`{}` lies over `{}`", shown(text), shown(other));
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,12}",
        "\\PC{1,90}",
        Just("漢字漢字漢字漢字漢字漢字".to_owned()),
        Just("<b>&\"'\u{1b}\u{0}".to_owned())
    ]
}

proptest! {
    #[test]
    fn charts_of_any_numbers_are_legible(
        names in prop::collection::vec(name(), 1..9),
        points in prop::collection::vec((-1e6f64..1e6, -1e3f64..1e3), 0..30),
        mark in -1e6f64..1e6,
        title in name(),
    ) {
        let mut chart = XyChart::new("A chart", Axis::over(title.clone(), points.iter().map(|(x, _)| *x)), Axis::over(title, points.iter().map(|(_, y)| *y)));
        chart.lines = names.iter().enumerate().map(|(color, name)| Line { name: name.clone(), color, dashed: false, points: points.clone() }).collect();
        chart.dots = points.iter().map(|(x, y)| Dot { color: 1, at: (*x, *y), interval: Some((y - 1.0, y + 1.0)) }).collect();
        chart.rules = vec![Rule::Vertical(mark, "epoch 12".into()), Rule::Horizontal(0.0, "all rows".into())];
        check(&chart.svg());
    }

    #[test]
    fn bars_of_any_names_are_legible(
        bars in prop::collection::vec((name(), 0.0f64..100.0), 1..40),
        rule in 0.0f64..100.0,
        title in name(),
    ) {
        let axis = Axis::from_zero(title.clone(), bars.iter().map(|(_, value)| *value));
        let plain = bars.iter().map(|(name, value)| Bar { name: name.clone(), value: *value, interval: Some((value * 0.9, value * 1.1)), color: 0 });
        check(&BarChart { name: "Bars".into(), axis: axis.clone(), bars: plain.collect(), rule: Some((rule, "all together 12.34 %".into())) }.svg());
        let parts = bars.iter().map(|(name, value)| StackedBar { name: name.clone(), parts: vec![value / 2.0, 0.0, value / 2.0] });
        check(&StackedBars { name: "Parts".into(), axis, parts: vec![title, "second right".into(), "neither right".into()], bars: parts.collect() }.svg());
    }

    #[test]
    fn matrices_and_lattices_are_legible(names in prop::collection::vec(name(), 1..45), count in 0u64..200_000) {
        let counts = vec![vec![count; names.len()]; names.len()];
        check(&CountMatrix { name: "Matrix".into(), rows: "label".into(), columns: "prediction".into(), names: names.clone(), counts }.svg());
        let members: Vec<String> = (names.into_iter().enumerate().map(|(at, name)| format!("{at}{name}"))).take(Lattice::MOST).collect();
        let subset = |bits: usize| {
            let chosen = members.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
            LatticeNode { members: chosen.map(|(_, name)| name.clone()).collect(), value: "12.34 %".into(), shade: 0.5 }
        };
        check(&Lattice { name: "Lattice".into(), nodes: (1..1 << members.len()).map(subset).collect() }.svg());
    }
}
