//! How well probabilities rank rows: the ROC and the precision-recall curve of two classes with pointwise intervals, of more the
//! mean over the classes with the range between them.

use super::content::{PageBlock, PageSection, PageTable, Plot};
use super::test_rows::TestTable;
use super::values::{decimal, percent, range, thinned};
use crate::chart::{Axis, Band, Line, Rule, XyChart};
use crate::trust::interval;

/// Points of a curve.
const POINTS: usize = 100;
/// Rows of a table of numbers.
const MOST_ROWS: usize = 25;

/// Rows ordered by the probability of a class: counts of those that are of it and that are not, after each group of equal
/// probabilities.
struct RankedRows {
    class: usize,
    positives: u64,
    negatives: u64,
    /// True and false positives at each threshold, from the strictest.
    counts: Vec<(u64, u64)>,
}

impl RankedRows {
    /// `None` where all rows are of the class, or none is.
    fn of(table: &TestTable<'_>, class: usize) -> Option<Self> {
        let saved = table.saved;
        let mut rows: Vec<(f32, bool)> = (0..saved.rows())
            .map(|row| (saved.probabilities_of(row)[class], saved.labels[row] as usize == class))
            .collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut right, mut wrong, mut counts) = (0, 0, vec![(0, 0)]);
        for equals in rows.chunk_by(|a, b| a.0 == b.0) {
            let among = equals.iter().filter(|(_, is)| *is).count() as u64;
            (right, wrong) = (right + among, wrong + equals.len() as u64 - among);
            counts.push((right, wrong));
        }
        (right > 0 && wrong > 0).then_some(Self { class, positives: right, negatives: wrong, counts })
    }

    /// The area under the ROC curve: a tie counts half.
    fn area(&self) -> f64 {
        let steps = self.counts.windows(2).map(|pair| {
            let width = (pair[1].1 - pair[0].1) as f64;
            width * (pair[1].0 + pair[0].0) as f64 / 2.0
        });
        steps.sum::<f64>() / (self.positives as f64 * self.negatives as f64)
    }

    /// Average precision: the precision at each threshold by the recall it adds.
    fn average_precision(&self) -> f64 {
        let steps = self.counts.windows(2).map(|pair| {
            let (right, wrong) = pair[1];
            (right - pair[0].0) as f64 * right as f64 / (right + wrong).max(1) as f64
        });
        steps.sum::<f64>() / self.positives as f64
    }

    /// The true positive rate at a false positive rate, on the line between thresholds.
    fn rate_at(&self, false_rate: f64) -> f64 {
        let wanted = false_rate * self.negatives as f64;
        let after = self.counts.partition_point(|(_, wrong)| (*wrong as f64) < wanted).min(self.counts.len() - 1);
        let (right, wrong) = self.counts[after];
        // Of several thresholds at the same false positive rate the last has the most true positives.
        let last = self.counts[after..].iter().take_while(|(_, other)| *other == wrong).last();
        if wrong as f64 == wanted || after == 0 {
            return last.map_or(right, |(right, _)| *right) as f64 / self.positives as f64;
        }
        let (before, below) = self.counts[after - 1];
        let share = (wanted - below as f64) / (wrong - below) as f64;
        (before as f64 + share * (right - before) as f64) / self.positives as f64
    }

    /// The precision at a recall.
    fn precision_at(&self, recall: f64) -> f64 {
        let wanted = (recall * self.positives as f64).max(1.0);
        let at = self.counts.partition_point(|(right, _)| (*right as f64) < wanted - 1e-9).min(self.counts.len() - 1);
        let (right, wrong) = self.counts[at];
        right as f64 / (right + wrong).max(1) as f64
    }
}

pub(super) fn ranking(table: &TestTable<'_>) -> Option<PageSection> {
    let blocks = if table.classes.len() == 2 {
        let ranked = RankedRows::of(table, 1)?;
        vec![PageBlock::Plot(roc(table, &ranked)), PageBlock::Plot(precision_recall(table, &ranked))]
    } else {
        let ranked: Vec<RankedRows> =
            (0..table.classes.len()).filter_map(|class| RankedRows::of(table, class)).collect();
        if ranked.is_empty() {
            return None;
        }
        let plots = [mean_curve(table, &ranked, true), mean_curve(table, &ranked, false)];
        plots.map(PageBlock::Plot).into()
    };
    Some(PageSection { id: "ranking", title: "Ranking".into(), blocks })
}

/// A curve of two classes with its intervals: x, y, low, high.
type CurvePoints = Vec<(f64, f64, f64, f64)>;

fn with_intervals(points: &CurvePoints, x: &str, y: &str, title: &str, rules: Vec<Rule>) -> (String, PageTable) {
    let full = |title: &str| Axis::new(title, 0.0, 100.0);
    let mut chart = XyChart::new(format!("{title}: {y} by {x}"), full(x), full(y));
    let hundred = |points: &mut dyn Iterator<Item = (f64, f64)>| -> Vec<(f64, f64)> {
        points.map(|(x, y)| (100.0 * x, 100.0 * y)).collect()
    };
    let band = points.iter().map(|(x, _, low, high)| (100.0 * x, 100.0 * low, 100.0 * high));
    chart.bands.push(Band { color: 0, points: band.collect() });
    let line = hundred(&mut points.iter().map(|(x, y, ..)| (*x, *y)));
    chart.lines.push(Line { name: "model".into(), color: 0, dashed: false, points: line });
    chart.rules = rules;
    let mut table =
        PageTable::new(format!("{title}: numbers"), &[&format!("#{x}"), &format!("#{y}"), "#95 % interval"]);
    for (x, y, low, high) in thinned(points, MOST_ROWS) {
        table.row([decimal(100.0 * x, 2), decimal(100.0 * y, 2), range((low, high))]);
    }
    (chart.svg(), table.folded())
}

fn roc(table: &TestTable<'_>, ranked: &RankedRows) -> Plot {
    let points: CurvePoints = thinned(&ranked.counts, POINTS)
        .into_iter()
        .map(|(right, wrong)| {
            let (low, high) = interval(right, ranked.positives, 0.95);
            (wrong as f64 / ranked.negatives as f64, right as f64 / ranked.positives as f64, low, high)
        })
        .collect();
    let positive = &table.classes[1];
    let rules = vec![Rule::Diagonal("chance".into())];
    let (x, y) = ("false positive rate (%)", "true positive rate (%)");
    let (svg, numbers) = with_intervals(&points, x, y, "ROC", rules);
    let area = percent(ranked.area());
    Plot {
        name: "roc".into(),
        title: "ROC curve".into(),
        svg,
        reading: format!(
            "A row of {positive} is ranked above another in {area} of pairs (the area). The band holds each rate with 95 % \
             confidence (Clopper and Pearson)."
        ),
        numbers,
    }
}

fn precision_recall(table: &TestTable<'_>, ranked: &RankedRows) -> Plot {
    let points: CurvePoints = thinned(&ranked.counts, POINTS)
        .into_iter()
        .filter(|(right, _)| *right > 0)
        .map(|(right, wrong)| {
            let (low, high) = interval(right, right + wrong, 0.95);
            (right as f64 / ranked.positives as f64, right as f64 / (right + wrong) as f64, low, high)
        })
        .collect();
    let share = ranked.positives as f64 / (ranked.positives + ranked.negatives) as f64;
    let rules = vec![Rule::Horizontal(100.0 * share, "share of the class".into())];
    let (svg, numbers) = with_intervals(&points, "recall (%)", "precision (%)", "Precision and recall", rules);
    Plot {
        name: "precision-recall".into(),
        title: "Precision and recall".into(),
        svg,
        reading: format!(
            "Of the rows that are called {}, from the surest on, this share is right; the mean over the recall is {}, and {} of all \
             rows are of the class.",
            table.classes[1],
            percent(ranked.average_precision()),
            percent(share)
        ),
        numbers,
    }
}

/// The mean over the classes, each against the others, with the range between the classes.
fn mean_curve(table: &TestTable<'_>, ranked: &[RankedRows], roc: bool) -> Plot {
    let value = |of: &RankedRows, x: f64| if roc { of.rate_at(x) } else { of.precision_at(x) };
    let (mut line, mut band) = (vec![], vec![]);
    for at in 0..=POINTS {
        let x = at as f64 / POINTS as f64;
        let of_classes: Vec<f64> = ranked.iter().map(|of| 100.0 * value(of, x)).collect();
        let low = of_classes.iter().copied().fold(f64::INFINITY, f64::min);
        let high = of_classes.iter().copied().fold(0.0, f64::max);
        line.push((100.0 * x, of_classes.iter().sum::<f64>() / of_classes.len() as f64));
        band.push((100.0 * x, low, high));
    }
    let (name, title, x, y) = match roc {
        true => ("roc", "ROC curve", "false positive rate (%)", "true positive rate (%)"),
        false => ("precision-recall", "Precision and recall", "recall (%)", "precision (%)"),
    };
    let full = |title: &str| Axis::new(title, 0.0, 100.0);
    let mut chart = XyChart::new(format!("{title}, each class against the others"), full(x), full(y));
    chart.bands.push(Band { color: 0, points: band });
    chart.lines.push(Line { name: "mean of the classes".into(), color: 0, dashed: false, points: line });
    if roc {
        chart.rules.push(Rule::Diagonal("chance".into()));
    }
    let area = |of: &RankedRows| if roc { of.area() } else { of.average_precision() };
    let what = if roc { "area (AUC)" } else { "average precision" };
    let mut order: Vec<&RankedRows> = ranked.iter().collect();
    order.sort_by(|a, b| area(a).total_cmp(&area(b)));
    let mut numbers = PageTable::new(format!("{title}: by class"), &["class", "#rows", &format!("#{what}")]).folded();
    for of in &order {
        numbers.row([table.classes[of.class].clone(), of.positives.to_string(), percent(area(of))]);
    }
    let mean = order.iter().map(|of| area(of)).sum::<f64>() / order.len() as f64;
    let worst = order.first().map_or_else(String::new, |of| {
        format!("{} is told apart worst, at {}", table.classes[of.class], percent(area(of)))
    });
    Plot {
        name: name.into(),
        title: title.into(),
        svg: chart.svg(),
        reading: format!(
            "Each class against the others: the mean {what} is {}, and {worst}. The band is the range between the classes.",
            percent(mean)
        ),
        numbers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(counts: Vec<(u64, u64)>) -> RankedRows {
        let (positives, negatives) = *counts.last().unwrap();
        RankedRows { class: 1, positives, negatives, counts }
    }

    #[test]
    fn areas_have_their_closed_forms() {
        // Right, wrong, right, wrong: of four pairs three are in order.
        let mixed = ranked(vec![(0, 0), (1, 0), (1, 1), (2, 1), (2, 2)]);
        assert_eq!(mixed.area(), 0.75);
        assert!((mixed.average_precision() - (0.5 + 0.5 * 2.0 / 3.0)).abs() < 1e-15);
        // All alike: chance, and the share of the class.
        let alike = ranked(vec![(0, 0), (3, 5)]);
        assert_eq!((alike.area(), alike.average_precision()), (0.5, 0.375));
        assert!((alike.rate_at(0.4) - 0.4).abs() < 1e-15 && alike.precision_at(0.1) == 0.375);
        assert_eq!([0.0, 0.5, 1.0].map(|x| mixed.rate_at(x)), [0.5, 1.0, 1.0]);
        assert_eq!([0.1, 0.5, 0.9].map(|x| mixed.precision_at(x)), [1.0, 1.0, 2.0 / 3.0]);
    }
}
