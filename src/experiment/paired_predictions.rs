//! The predictions of two runs on the same test rows, compared row by row.

use super::statistics::{Difference, Interval, bootstrap_mean, mcnemar};
use serde::Serialize;
use std::path::Path;

/// The test rows of two runs, compared row by row. Differences are those of the second run less the first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PairedPredictions {
    /// Number of rows.
    pub rows: usize,
    /// The rows on which the runs predict different classes.
    pub changed: usize,
    /// The difference of the error rates, by McNemar's exact test.
    pub error: Difference,
    /// The difference of the log loss, with its bootstrap interval.
    pub log_loss: Option<Interval>,
}

/// The columns of `predictions.csv` that are compared.
struct PredictedRows {
    /// The row in its table and its label.
    rows: Vec<(String, String)>,
    predicted: Vec<String>,
    /// The reported probability of the label; empty where the class has no column.
    probabilities: Vec<f64>,
}

/// Compares the predictions of the runs in two folders; `None` where one has none, or they are not of the same rows with
/// the same labels.
pub(crate) fn compare_predictions(a: &Path, b: &Path) -> Option<PairedPredictions> {
    let [a, b] = [read(a)?, read(b)?];
    if a.rows.is_empty() || a.rows != b.rows {
        return None;
    }
    let wrong = |of: &PredictedRows| -> Vec<bool> {
        of.rows.iter().zip(&of.predicted).map(|((_, label), predicted)| label != predicted).collect()
    };
    let losses = a.probabilities.iter().zip(&b.probabilities).map(|(a, b)| loss(*b) - loss(*a));
    let differences: Vec<f64> = losses.collect();
    let complete = differences.len() == a.rows.len();
    Some(PairedPredictions {
        rows: a.rows.len(),
        changed: a.predicted.iter().zip(&b.predicted).filter(|(a, b)| a != b).count(),
        error: mcnemar(&wrong(&b), &wrong(&a))?,
        log_loss: if complete { bootstrap_mean(&differences) } else { None },
    })
}

/// `-ln p`, finite also for a probability that was too small for a number.
fn loss(p: f64) -> f64 {
    -p.max(f64::MIN_POSITIVE).ln()
}

/// `None` for a file that is absent or not of this form.
fn read(folder: &Path) -> Option<PredictedRows> {
    let mut reader = csv::Reader::from_path(folder.join("predictions.csv")).ok()?;
    let header = reader.headers().ok()?.clone();
    let place = |name: &str| header.iter().position(|column| column == name);
    let (row, label, prediction) = (place("row")?, place("label")?, place("prediction")?);
    let mut read = PredictedRows { rows: vec![], predicted: vec![], probabilities: vec![] };
    for record in reader.records() {
        let record = record.ok()?;
        let cell = |place: usize| record.get(place).map(str::to_owned);
        let label = cell(label)?;
        let probability = place(&format!("p_{label}")).and_then(|place| record.get(place)?.parse::<f64>().ok());
        read.probabilities.extend(probability);
        read.rows.push((cell(row)?, label));
        read.predicted.push(cell(prediction)?);
    }
    Some(read)
}
