//! Diagrams of pipelines: nothing overlaps, everything is drawn once, and it agrees with the plan.

use mmc::drawing::{Figure, PipelinePart, dot, figure, mermaid, svg};
use std::fs;
use std::path::Path;

/// The figure of a pipeline of this repository.
fn drawn(file: &str, combine: Option<&str>) -> Figure {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines").join(file)).unwrap();
    figure(&plan_of(&text, combine))
}

fn plan_of(text: &str, combine: Option<&str>) -> mmc::plan::Plan {
    let mut sources = mmc::diag::SourceMap::new();
    let file = sources.add("drawn.mmc", text);
    let compiled = mmc::compile(&mut sources, file, &[], combine.map(str::to_owned));
    compiled.value.unwrap_or_else(|| panic!("{:?}", compiled.problems)).plan
}

fn figures() -> Vec<Figure> {
    let higgs = ["low_only", "early_all", "fuse", "add", "mul", "mulmix", "boosted"];
    let mut figures = vec![drawn("quickstart.mmc", None), drawn("digits.mmc", None), drawn("cifar.mmc", None)];
    figures.extend(higgs.map(|combine| drawn("higgs.mmc", Some(combine))));
    figures
}

/// The value of an attribute in a piece of SVG.
fn attribute(element: &str, name: &str) -> Option<f64> {
    let rest = element.split(&format!(" {name}=\"")).nth(1)?;
    rest.split('"').next()?.parse().ok()
}

/// Left, top, right and bottom of every box, and every text with its box.
type Rectangle = (f64, f64, f64, f64);

fn rectangles(picture: &str) -> (Vec<Rectangle>, Vec<(Rectangle, String)>) {
    let (mut boxes, mut texts) = (vec![], vec![]);
    for line in picture.lines() {
        let (Some(x), Some(y)) = (attribute(line, "x"), attribute(line, "y")) else { continue };
        if line.starts_with("<rect class=\"box") {
            let (width, height) = (attribute(line, "width").unwrap(), attribute(line, "height").unwrap());
            boxes.push((x, y, x + width, y + height));
        } else if line.starts_with("<text") {
            let reported = line.split('>').nth(1).unwrap().split('<').next().unwrap().replace("&gt;", ">");
            let letter = if line.contains("font-size=\"18\"") { 11.0 } else { 7.25 };
            let width = reported.chars().count() as f64 * letter;
            let left = if line.contains("middle") { x - width / 2.0 } else { x };
            texts.push(((left, y - 10.0, left + width, y + 3.0), reported));
        }
    }
    (boxes, texts)
}

fn overlap(a: &Rectangle, b: &Rectangle) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

#[test]
fn boxes_and_texts_do_not_overlap() {
    for figure in figures() {
        let picture = svg(&figure);
        let (boxes, texts) = rectangles(&picture);
        assert_eq!(boxes.len(), figure.boxes.len() + 1, "{}", figure.title);
        for (at, one) in boxes.iter().enumerate() {
            assert!(boxes[at + 1..].iter().all(|other| !overlap(one, other)), "{}: {one:?}", figure.title);
        }
        let (width, height) = (attribute(&picture, "width").unwrap(), attribute(&picture, "height").unwrap());
        for (at, (one, reported)) in texts.iter().enumerate() {
            let over = texts[at + 1..].iter().find(|(other, _)| overlap(one, other));
            assert!(over.is_none(), "{}: `{reported}` lies over {over:?}", figure.title);
            assert!(one.0 >= 0.0 && one.2 <= width && one.3 <= height, "{}: `{reported}` is outside", figure.title);
            // A text that begins in a box ends in it.
            let inside = boxes.iter().find(|inside| overlap(one, inside));
            assert!(
                inside.is_none_or(|inside| one.0 >= inside.0
                    && one.2 <= inside.2
                    && one.1 >= inside.1
                    && one.3 <= inside.3),
                "{}: `{reported}` leaves its box",
                figure.title
            );
        }
    }
}

#[test]
fn wires_run_at_right_angles_and_never_through_a_box() {
    for figure in figures() {
        let picture = svg(&figure);
        let (boxes, _) = rectangles(&picture);
        let mut wires = 0;
        for line in picture.lines().filter(|line| line.starts_with("<path class=\"wire")) {
            let path = line.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
            let numbers: Vec<f64> =
                path.split(|letter: char| "MLQ ".contains(letter)).filter_map(|number| number.parse().ok()).collect();
            for pair in numbers.chunks_exact(2).collect::<Vec<_>>().windows(2) {
                let (from, to) = (pair[0], pair[1]);
                assert!((from[0] - to[0]).abs() < 0.01 || (from[1] - to[1]).abs() < 0.01, "{}: {path}", figure.title);
                let (x, y) = ((from[0] + to[0]) / 2.0, (from[1] + to[1]) / 2.0);
                let through =
                    boxes.iter().any(|one| one.0 + 0.1 < x && x < one.2 - 0.1 && one.1 + 0.1 < y && y < one.3 - 0.1);
                assert!(!through, "{}: {path} runs through a box", figure.title);
            }
            wires += 1;
        }
        assert!(wires >= figure.edges.len() + figure.decides.len(), "{}", figure.title);
    }
}

#[test]
fn a_figure_has_the_parts_of_the_pipeline_and_all_its_parameters() {
    let digits = drawn("digits.mmc", None);
    let count = |kind: &str| digits.boxes.iter().filter(|node| node.part.kind() == kind).count();
    assert_eq!(["modality", "encoder", "mixture", "head"].map(count), [6, 6, 15, 21]);
    // Every mixture of two reads its two encoders, every single component one, every encoder its modality.
    assert_eq!(digits.edges.len(), 6 + 6 + 15 * 2 + 15);
    for (file, combine) in [("quickstart.mmc", None), ("higgs.mmc", Some("mulmix")), ("higgs.mmc", Some("add"))] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines").join(file)).unwrap();
        let plan = plan_of(&text, combine);
        let drawn: u64 = figure(&plan).boxes.iter().map(|node| node.parameters).sum();
        assert_eq!(drawn, plan.parameter_count() as u64, "{file}");
    }
    let quickstart = drawn("quickstart.mmc", None);
    let low = quickstart.boxes.iter().find(|node| node.part == PipelinePart::Encoder("low_net".into())).unwrap();
    assert_eq!(low.does, "3 x (linear 64, relu)");
    assert_eq!(quickstart.loss, ["class loss", "multiplicative", "beta = 0.5"]);
}

#[test]
fn deep_and_wide_pipelines_are_still_drawn() {
    let inputs: Vec<String> = (0..7).map(|at| format!("low |> linear({})", at + 1)).collect();
    let text = crate::support::example::completed(
        &format!(
            "combine all = mulmix({}) {{ merge = concat }}\n\nencoder low_net = low |> repeat(60, linear(21) |> relu)\n",
            inputs.join(", ")
        ),
        true,
    );
    let figure = figure(&plan_of(&text, None));
    assert_eq!(figure.left_out, 127 - 64);
    assert!(svg(&figure).contains("and 63 more components"));
    let text = crate::support::example::completed(
        "encoder low_net = low |> repeat(60, linear(21) |> relu)\n\ncombine one = single(low_net)\n",
        true,
    );
    let deep = mmc::drawing::figure(&plan_of(&text, None));
    assert!(deep.boxes.iter().any(|node| node.does == "60 x (linear 21, relu)"), "{deep:?}");
}

#[test]
fn mixtures_of_one_encoder_are_separate_boxes() {
    let figure = drawn("cifar.mmc", None);
    let mixtures: Vec<&str> = (figure.boxes.iter())
        .filter(|node| matches!(node.part, PipelinePart::Mixture(_)))
        .map(|node| node.title.as_str())
        .collect();
    assert_eq!(
        mixtures,
        [
            "trunk.unit1 + trunk.unit2",
            "trunk.unit1 + trunk.unit3",
            "trunk.unit2 + trunk.unit3",
            "trunk.unit1 + trunk.unit2 + trunk.unit3"
        ]
    );
}

#[test]
fn other_forms() {
    let quickstart = drawn("quickstart.mmc", None);
    insta::assert_snapshot!("graph_dot", dot(&quickstart));
    insta::assert_snapshot!("graph_mermaid", mermaid(&quickstart));
}
