//! What probabilities are worth: reliability before and after calibration, and the error by how many rows are decided.

use super::content::{PageBlock, PageSection, PageTable, Plot};
use super::test_rows::TestTable;
use super::values::{MOST_POINTS, count, decimal, percent, range};
use crate::chart::{Axis, Band, Dot, Line, Rule, XyChart};
use crate::trust::{RiskCoverage, interval};

/// Bins of a reliability diagram, with the same number of rows each.
const BINS: usize = 10;
/// Fewer rows make no bin.
const FEWEST: usize = 10;

/// Rows of about the same confidence.
struct ConfidenceBin {
    rows: usize,
    right: usize,
    confidence: f64,
}

impl ConfidenceBin {
    fn accuracy(&self) -> f64 {
        self.right as f64 / self.rows as f64
    }

    fn interval(&self) -> (f64, f64) {
        interval(self.right as u64, self.rows as u64, 0.95)
    }
}

/// Rows in bins of equal size by confidence.
fn bins(table: &TestTable<'_>, confidence: impl Fn(usize) -> f64) -> Vec<ConfidenceBin> {
    let mut rows: Vec<(f64, bool)> =
        (0..table.saved.rows()).map(|row| (confidence(row), !table.saved.is_wrong(row))).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let size = rows.len().div_ceil(BINS).max(FEWEST);
    let bin = |rows: &[(f64, bool)]| ConfidenceBin {
        rows: rows.len(),
        right: rows.iter().filter(|(_, right)| *right).count(),
        confidence: rows.iter().map(|(confidence, _)| confidence).sum::<f64>() / rows.len() as f64,
    };
    rows.chunks(size).map(bin).collect()
}

/// The mean distance of confidence and accuracy over the bins, weighed by rows.
fn gap(bins: &[ConfidenceBin]) -> f64 {
    let rows: usize = bins.iter().map(|bin| bin.rows).sum();
    let sum: f64 = bins.iter().map(|bin| bin.rows as f64 * (bin.confidence - bin.accuracy()).abs()).sum();
    sum / rows as f64
}

pub(super) fn probabilities(table: &TestTable<'_>) -> Option<PageSection> {
    let mut blocks = vec![PageBlock::Plot(reliability(table))];
    blocks.push(PageBlock::Plot(risk_coverage(table)?));
    Some(PageSection { id: "probabilities", title: "Probabilities".into(), blocks })
}

fn reliability(table: &TestTable<'_>) -> Plot {
    let after = bins(table, |row| table.confidence(row));
    let before = table.is_calibrated().then(|| bins(table, |row| table.confidence_before(row)));
    let lowest =
        |bins: &[ConfidenceBin]| bins.iter().flat_map(|bin| [bin.confidence, bin.interval().0]).fold(1.0, f64::min);
    let low = lowest(&after).min(before.as_deref().map_or(1.0, lowest));
    let low = (10.0 * low).floor() * 10.0;
    let axis = |title: &str| Axis::new(title, low, 100.0);
    let mut chart = XyChart::new(
        "Reliability: share of right decisions by confidence",
        axis("mean probability of the predicted class (%)"),
        axis("right decisions (%)"),
    );
    chart.rules.push(Rule::Diagonal("as promised".into()));
    let columns = ["probabilities", "#rows", "#mean probability", "#right", "#95 % interval"];
    let mut numbers = PageTable::new("Reliability: numbers", &columns).folded();
    let sets = [("reported", Some(&after), 0), ("before calibration", before.as_ref(), 1)];
    for (name, bins, color) in sets {
        let Some(bins) = bins else { continue };
        let points = bins.iter().map(|bin| (100.0 * bin.confidence, 100.0 * bin.accuracy())).collect();
        chart.lines.push(Line { name: name.into(), color, dashed: color == 1, points });
        for bin in bins {
            let (low, high) = bin.interval();
            chart.dots.push(Dot {
                color,
                at: (100.0 * bin.confidence, 100.0 * bin.accuracy()),
                interval: Some((100.0 * low, 100.0 * high)),
            });
            numbers.row([
                name.to_owned(),
                count(bin.rows),
                percent(bin.confidence),
                percent(bin.accuracy()),
                range((low, high)),
            ]);
        }
    }
    let than = match &before {
        Some(before) => format!(", {:.1} before calibration", 100.0 * gap(before)),
        None => String::new(),
    };
    Plot {
        name: "reliability".into(),
        title: "Reliability".into(),
        svg: chart.svg(),
        reading: format!(
            "Probabilities are {:.1} points from the share of right decisions on average{than}; below the diagonal a model is \
             surer than it should be.",
            100.0 * gap(&after)
        ),
        numbers,
    }
}

fn risk_coverage(table: &TestTable<'_>) -> Option<Plot> {
    let rows = table.saved.rows();
    let uncertainties: Vec<f64> = (0..rows).map(|row| table.uncertainty(row)).collect();
    let wrong: Vec<bool> = (0..rows).map(|row| table.saved.is_wrong(row)).collect();
    let curve = RiskCoverage::of(&uncertainties, &wrong)?;
    let mut places: Vec<usize> = (1..=MOST_POINTS).map(|at| (rows * at).div_ceil(MOST_POINTS).max(1)).collect();
    places.dedup();
    let coverage = |decided: usize| 100.0 * decided as f64 / rows as f64;
    let bounds = |decided: usize| {
        let errors = (curve.risk(decided) * decided as f64).round() as u64;
        interval(errors, decided as u64, 0.95)
    };
    // The intervals of a few rows would hide everything else.
    let fewest = places.iter().position(|decided| *decided >= 20).unwrap_or(0);
    let line: Vec<(f64, f64)> =
        places.iter().map(|decided| (coverage(*decided), 100.0 * curve.risk(*decided))).collect();
    let band: Vec<(f64, f64, f64)> = places[fewest..]
        .iter()
        .map(|decided| {
            let (low, high) = bounds(*decided);
            (coverage(*decided), 100.0 * low, 100.0 * high)
        })
        .collect();
    let all = curve.error();
    let heights = line.iter().skip(fewest).map(|(_, y)| *y).chain([100.0 * all]);
    let mut chart = XyChart::new(
        "Risk by coverage: error of the surest rows",
        Axis::new("rows decided, the surest first (%)", 0.0, 100.0),
        Axis::from_zero("error among them (%)", heights.chain(band.iter().skip(5).map(|(_, _, high)| *high))),
    );
    chart.bands.push(Band { color: 0, points: band });
    chart.lines.push(Line { name: "surest rows first".into(), color: 0, dashed: false, points: line });
    chart.rules.push(Rule::Horizontal(100.0 * all, "all rows".into()));
    let columns = ["#coverage", "#rows", "#error", "#95 % interval"];
    let mut numbers = PageTable::new("Risk and coverage: numbers", &columns).folded();
    for (share, decided, risk) in curve.points(&[0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0]) {
        numbers.row([percent(share), count(decided), percent(risk), range(bounds(decided))]);
    }
    let half = curve.points(&[0.5]).first().map_or(f64::NAN, |(_, _, risk)| *risk);
    Some(Plot {
        name: "risk-coverage".into(),
        title: "Risk and coverage".into(),
        svg: chart.svg(),
        reading: format!(
            "On the surest half of the rows {} are wrong, on all {}; the area below the curve is {} (least possible {}).",
            percent(half),
            percent(all),
            decimal(curve.area(), 4),
            decimal(curve.least_area(), 4)
        ),
        numbers,
    })
}
