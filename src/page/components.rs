//! The components: how good each is alone, how much weight it has, and who is right where two disagree.

use super::content::{PageBlock, PageSection, PageTable, Plot};
use super::test_rows::TestTable;
use super::values::{count, decimal, number, percent, text};
use crate::chart::{Axis, Bar, BarChart, StackedBar, StackedBars};
use crate::trust::interval;
use serde_json::Value;

/// Bars that are drawn at most.
const MOST_BARS: usize = 40;
/// Pairs of components that are drawn at most.
const MOST_PAIRS: usize = 10;

pub(super) fn components(summary: &Value, rows: Option<&TestTable<'_>>) -> Option<PageSection> {
    let part = if summary.pointer("/test").is_some_and(Value::is_object) { "test" } else { "valid" };
    let found = summary.pointer(&format!("/{part}/components")).and_then(Value::as_array)?;
    if found.len() < 2 {
        return None;
    }
    let error = number(summary, &format!("/{part}/error"));
    let mut order: Vec<&Value> = found.iter().collect();
    order.sort_by(|a, b| number(a, "/error").total_cmp(&number(b, "/error")));
    let bars = order.iter().take(MOST_BARS).map(|component| {
        let (own, measured) = (number(component, "/error"), number(component, "/rows").max(0.0) as u64);
        let (low, high) = interval((own * measured as f64).round().max(0.0) as u64, measured, 0.95);
        Bar {
            name: text(component, "/name"),
            value: 100.0 * own,
            interval: (measured > 0).then_some((100.0 * low, 100.0 * high)),
            color: 0,
        }
    });
    let bars: Vec<Bar> = bars.filter(|bar| bar.value.is_finite()).collect();
    let ends = bars.iter().flat_map(|bar| [bar.value, bar.interval.map_or(bar.value, |(_, high)| high)]);
    let axis = Axis::from_zero("error alone (%)", ends.chain([100.0 * error]));
    let chart = BarChart {
        name: "Error of each component alone".into(),
        axis,
        bars,
        rule: Some((100.0 * error, format!("all together {}", percent(error)))),
    };
    let columns = ["component", "#rows", "#error", "#log loss", "#AUC", "#mean q"];
    let mut table = PageTable::new(format!("All {} components", found.len()), &columns).folded();
    for component in &order {
        table.row([
            text(component, "/name"),
            count(number(component, "/rows").max(0.0) as usize),
            percent(number(component, "/error")),
            decimal(number(component, "/log_loss"), 4),
            percent(number(component, "/auc")),
            decimal(number(component, "/mean_q"), 3),
        ]);
    }
    let named = |pick: Option<&&Value>| pick.map_or_else(String::new, |component| text(component, "/name"));
    let used = found.iter().filter(|component| number(component, "/mean_q").is_finite());
    let used = used.max_by(|a, b| number(a, "/mean_q").total_cmp(&number(b, "/mean_q")));
    let reading = format!(
        "{} is the best alone and {} the worst; the others leave most weight q to {}. q is a weight, not a share of the \
         decision. Lines are 95 % intervals.",
        named(order.first()),
        named(order.last()),
        named(used.as_ref()),
    );
    let mut blocks = vec![PageBlock::Plot(Plot {
        name: "components".into(),
        title: "Components alone".into(),
        svg: chart.svg(),
        reading,
        numbers: table,
    })];
    blocks.extend(rows.and_then(disagreements).map(PageBlock::Plot));
    Some(PageSection { id: "components", title: "Components".into(), blocks })
}

/// Rows on which two components of a single modality disagree.
struct Disagreement {
    pair: String,
    rows: usize,
    /// The first right, the second right, neither; and the whole right.
    first: usize,
    second: usize,
    whole: usize,
}

fn disagreements(table: &TestTable<'_>) -> Option<Plot> {
    let saved = table.saved;
    let mut found: Vec<Disagreement> = vec![];
    for (at, first) in table.single.iter().enumerate() {
        for second in &table.single[at + 1..] {
            let pair = format!("{} | {}", table.components[*first], table.components[*second]);
            let mut of = Disagreement { pair, rows: 0, first: 0, second: 0, whole: 0 };
            let (ones, others) = (saved.components.get(*first)?, saved.components.get(*second)?);
            for (row, (one, other)) in ones.iter().zip(others).enumerate() {
                let (Some(one), Some(other)) = (one, other) else { continue };
                if one.class == other.class {
                    continue;
                }
                of.rows += 1;
                of.first += usize::from(one.class == saved.labels[row]);
                of.second += usize::from(other.class == saved.labels[row]);
                of.whole += usize::from(!saved.is_wrong(row));
            }
            if of.rows > 0 {
                found.push(of);
            }
        }
    }
    found.sort_by_key(|of| std::cmp::Reverse(of.rows));
    let most = found.first()?;
    let columns = ["pair", "#rows", "#first right", "#second right", "#neither", "#whole right"];
    let mut numbers = PageTable::new("Disagreements: numbers", &columns).folded();
    for of in &found {
        let neither = of.rows - of.first - of.second;
        let cells = [of.rows, of.first, of.second, neither, of.whole].map(count);
        numbers.row(std::iter::once(of.pair.clone()).chain(cells));
    }
    let bars = found.iter().take(MOST_PAIRS).map(|of| StackedBar {
        name: of.pair.clone(),
        parts: [of.first, of.second, of.rows - of.first - of.second].map(|rows| rows as f64).into(),
    });
    let chart = StackedBars {
        name: "Who is right when two components disagree".into(),
        axis: Axis::from_zero("test rows on which they disagree", [most.rows as f64]),
        parts: ["first right", "second right", "neither right"].map(String::from).into(),
        bars: bars.collect(),
    };
    let reading = format!(
        "{} disagree on {} rows: the first is right on {}, the second on {}, and the whole model on {}.",
        most.pair,
        count(most.rows),
        count(most.first),
        count(most.second),
        count(most.whole)
    );
    Some(Plot {
        name: "disagreements".into(),
        title: "Who is right when two disagree".into(),
        svg: chart.svg(),
        reading,
        numbers,
    })
}
