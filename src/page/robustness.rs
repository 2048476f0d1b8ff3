//! Modalities taken away and corrupted, where `mmc eval --ablate` or `--corrupt` measured it.

use super::content::{PageBlock, PageSection, PageTable, Plot};
use super::values::{decimal, number, percent, text};
use crate::chart::{Axis, Bar, BarChart, Dot, Lattice, LatticeNode, Line, Rule, XyChart};
use crate::diag::visible;
use serde_json::Value;

/// Subsets that are drawn as bars at most.
const MOST_SUBSETS: usize = 30;

pub(super) fn robustness(found: &Value) -> Option<PageSection> {
    let list = |path: &str| found.pointer(path).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut blocks = vec![];
    let subsets = list("/subsets");
    if !subsets.is_empty() {
        blocks.push(PageBlock::Plot(ablation(found, &subsets)));
    }
    blocks.extend(list("/curves").iter().filter_map(|curve| corruption(found, curve)).map(PageBlock::Plot));
    let importance = list("/importance");
    if !importance.is_empty() {
        blocks.push(PageBlock::Plot(permutation(&importance)));
    }
    (!blocks.is_empty()).then(|| PageSection {
        id: "robustness",
        title: "Without and with damaged modalities".into(),
        blocks,
    })
}

fn members(subset: &Value) -> Vec<String> {
    let names = subset.pointer("/modalities").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).map(visible).collect()
}

fn difference(of: &Value) -> String {
    let [mean, low, high] = ["mean", "low", "high"].map(|end| 100.0 * number(of, &format!("/difference/{end}")));
    if mean.is_finite() { format!("{mean:+.2} ({low:+.2} to {high:+.2})") } else { "–".into() }
}

fn ablation(found: &Value, subsets: &[Value]) -> Plot {
    let all: Vec<String> = found
        .pointer("/modalities")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(visible)
        .collect();
    let error = number(found, "/error");
    let worst = subsets.iter().map(|subset| number(subset, "/error")).fold(error, f64::max);
    let shade = |own: f64| if worst > error { (own - error) / (worst - error) } else { 0.0 };
    let columns = ["modalities", "#error", "#less that of all (points, 95 %)", "#log loss"];
    let mut numbers = PageTable::new("Subsets: numbers", &columns).folded();
    let mut nodes = vec![LatticeNode { members: all.clone(), value: percent(error), shade: 0.0 }];
    numbers.row([all.join(" + "), percent(error), "–".into(), decimal(number(found, "/log_loss"), 4)]);
    for subset in subsets {
        let (members, own) = (members(subset), number(subset, "/error"));
        numbers.row([members.join(" + "), percent(own), difference(subset), decimal(number(subset, "/log_loss"), 4)]);
        nodes.push(LatticeNode { members, value: percent(own), shade: shade(own) });
    }
    let name = "Error with each subset of the modalities";
    let svg = if all.len() <= Lattice::MOST {
        Lattice { name: name.into(), nodes: nodes.clone() }.svg()
    } else {
        let bars: Vec<Bar> = nodes
            .iter()
            .zip(std::iter::once(error).chain(subsets.iter().map(|subset| number(subset, "/error"))))
            .filter(|(node, _)| {
                let size = node.members.len();
                size == all.len() || size + 1 == all.len() || size == 1
            })
            .take(MOST_SUBSETS)
            .map(|(node, own)| {
                let size = node.members.len();
                let gone = all.iter().find(|name| !node.members.contains(name)).cloned().unwrap_or_default();
                let name = if size == all.len() {
                    "all".into()
                } else if size == 1 {
                    format!("{} only", node.members[0])
                } else {
                    format!("without {gone}")
                };
                Bar { name, value: 100.0 * own, interval: None, color: usize::from(size == 1) }
            })
            .collect();
        let axis = Axis::from_zero("error (%)", bars.iter().map(|bar| bar.value));
        let rule = Some((100.0 * error, format!("all {}", percent(error))));
        BarChart { name: name.into(), axis, bars, rule }.svg()
    };
    let without = subsets.iter().filter(|subset| members(subset).len() + 1 == all.len());
    let costly = without.max_by(|a, b| number(a, "/error").total_cmp(&number(b, "/error")));
    let reading = costly.map_or_else(String::new, |subset| {
        let there = members(subset);
        let gone = all.iter().find(|name| !there.contains(name)).cloned().unwrap_or_default();
        format!(
            "Taking {gone} away costs most: the error rises from {} to {}. The model is not trained again, so that a modality it \
             never missed in training may look more needed than it is.",
            percent(error),
            percent(number(subset, "/error"))
        )
    });
    Plot { name: "ablation".into(), title: "Subsets of the modalities".into(), svg, reading, numbers }
}

/// What the levels of a kind of corruption count.
fn unit(kind: &str) -> &'static str {
    match kind {
        "gaussian" => "standard deviation of the noise",
        "blur" => "standard deviation in pixels",
        "typos" => "share of the tokens",
        "occlusion" => "share of the image",
        "dropout" => "share of the numbers",
        _ => "share of the rows",
    }
}

fn corruption(found: &Value, curve: &Value) -> Option<Plot> {
    let (modality, kind) = (text(curve, "/modality"), text(curve, "/kind"));
    let points = curve.pointer("/points").and_then(Value::as_array)?;
    let error = number(found, "/error");
    let at = |point: &Value| (number(point, "/level"), 100.0 * number(point, "/error"));
    let line: Vec<(f64, f64)> = points.iter().map(at).collect();
    let bound = |point: &Value, end: &str| {
        let shift = number(point, &format!("/difference/{end}"));
        shift.is_finite().then_some(100.0 * (error + shift))
    };
    let dots = points.iter().map(|point| Dot {
        color: 0,
        at: at(point),
        interval: bound(point, "low").zip(bound(point, "high")),
    });
    let dots: Vec<Dot> = dots.collect();
    let ends = dots.iter().flat_map(|dot| [dot.at.1, dot.interval.map_or(dot.at.1, |(_, high)| high)]);
    let title = format!("{modality}: {kind}");
    let mut chart = XyChart::new(
        format!("Error by level of {kind} in {modality}"),
        Axis::over(format!("{kind}: {}", unit(&kind)), line.iter().map(|(x, _)| *x)),
        Axis::from_zero("error (%)", ends.chain([100.0 * error])),
    );
    chart.lines.push(Line { name: modality.clone(), color: 0, dashed: false, points: line });
    chart.dots = dots;
    chart.rules.push(Rule::Horizontal(100.0 * error, "rows as they are".into()));
    let mut numbers =
        PageTable::new(format!("{title}: numbers"), &["#level", "#error", "#increase (points, 95 %)"]).folded();
    for point in points {
        numbers.row([decimal(number(point, "/level"), 3), percent(number(point, "/error")), difference(point)]);
    }
    let last = points.last()?;
    let reading = format!(
        "At level {} of {kind} in {modality} the error goes from {} to {}; lines are 95 % intervals on the same rows.",
        decimal(number(last, "/level"), 2),
        percent(error),
        percent(number(last, "/error"))
    );
    let safe = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    let name: String = format!("robustness-{modality}-{kind}").chars().map(safe).collect();
    Some(Plot { name, title, svg: chart.svg(), reading, numbers })
}

fn permutation(importance: &[Value]) -> Plot {
    let name = |of: &Value| match text(of, "/column") {
        column if column.is_empty() => text(of, "/modality"),
        column => format!("{}.{column}", text(of, "/modality")),
    };
    let mut numbers =
        PageTable::new("Permutation importance: numbers", &["permuted", "#increase of the error (points)"]).folded();
    let mut order: Vec<&Value> = importance.iter().collect();
    order.sort_by(|a, b| number(b, "/error/mean").total_cmp(&number(a, "/error/mean")));
    let bars = order.iter().take(MOST_SUBSETS).map(|of| {
        let (mean, spread) = (100.0 * number(of, "/error/mean"), 100.0 * number(of, "/error/deviation"));
        let interval = spread.is_finite().then_some((mean - spread, mean + spread));
        let whole = text(of, "/column").is_empty();
        Bar { name: name(of), value: mean, interval, color: usize::from(!whole) }
    });
    let bars: Vec<Bar> = bars.collect();
    for of in &order {
        numbers.row([name(of), decimal(100.0 * number(of, "/error/mean"), 3)]);
    }
    let ends = bars.iter().flat_map(|bar| {
        [bar.value, bar.interval.map_or(bar.value, |(low, _)| low), bar.interval.map_or(bar.value, |(_, high)| high)]
    });
    let axis = Axis::from_zero("increase of the error (points)", ends);
    let first = order.first().map_or_else(String::new, |of| name(of));
    let reading =
        format!("Exchanging {first} among the rows costs most; lines are one standard deviation over permutations.");
    let chart = BarChart { name: "Permutation importance".into(), axis, bars, rule: None };
    Plot { name: "importance".into(), title: "Permutation importance".into(), svg: chart.svg(), reading, numbers }
}
