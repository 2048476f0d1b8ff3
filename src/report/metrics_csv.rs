//! `metrics.csv`: one line per epoch. Holds reproducible measurements only.

use crate::diag::{Code, Problem};
use crate::plan::LossSpec;
use crate::train::EpochRecord;
use std::io::{self, Write};
use std::path::Path;

/// An epoch as `metrics.csv` has it. A measurement that was not made is not a number.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedEpoch {
    /// The component that was trained, in late fusion.
    pub component: Option<String>,
    /// Counted from 1.
    pub epoch: u64,
    /// Mean training loss over the epoch.
    pub train_loss: f64,
    /// Share of wrong predictions over the epoch, of the training rows.
    pub train_error: f64,
    /// The loss of the validation rows.
    pub valid_loss: f64,
    /// The error on the validation rows.
    pub valid_error: f64,
    /// Whether it was the best epoch so far.
    pub best: bool,
}

/// Reads the epochs of the run in `folder`; none where it has no such file.
///
/// # Errors
/// `MMC0606` if the file is damaged.
pub fn read_metrics(folder: &Path) -> Result<Vec<SavedEpoch>, Problem> {
    let path = folder.join("metrics.csv");
    if !path.is_file() {
        return Ok(vec![]);
    }
    parsed(&path).map_err(|error| {
        let message = format!("`{}` is damaged: {error}", path.display());
        Problem::error(Code::BadModel, message).help("copy the file from the folder of its run again")
    })
}

fn parsed(path: &Path) -> Result<Vec<SavedEpoch>, csv::Error> {
    let mut reader = csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let place = |name: &str| header.iter().position(|column| column == name);
    let places = ["component", "epoch", "train_loss", "train_error", "valid_loss", "valid_error", "best"].map(place);
    let [component, numbers @ ..] = places;
    let line = |record: csv::StringRecord| {
        let cell = |place: Option<usize>| place.and_then(|place| record.get(place)).unwrap_or_default().to_owned();
        let number = |place| cell(place).parse().unwrap_or(f64::NAN);
        let [epoch, train_loss, train_error, valid_loss, valid_error, best] = numbers.map(number);
        SavedEpoch {
            component: component.map(|place| cell(Some(place))),
            epoch: epoch as u64,
            train_loss,
            train_error,
            valid_loss,
            valid_error,
            best: best == 1.0,
        }
    };
    reader.into_records().map(|record| record.map(line)).collect()
}

/// Writes the epochs of a training.
///
/// Columns: `epoch`, `step`, `lr`, `train_loss`, `train_error`, `train_violations`; `valid_loss`, `valid_error`,
/// `valid_auc`, `valid_f1`, `valid_log_loss`, `valid_violations`; for each component `valid_<component>_cross_entropy`,
/// `.._error` and `.._mean_q`; in late
/// fusion, `component` before all others in place of these; `best`, 1 where the epoch was the best so far. Cells that
/// were not measured are empty. The time of an epoch is in `run.yaml`.
pub fn write_metrics(file: &mut dyn Write, loss: &LossSpec, history: &[EpochRecord]) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(file);
    // In late fusion each component has its own epochs, and only it is measured in them.
    let late = history.iter().any(|record| record.component.is_some());
    let components = if late { &[][..] } else { &loss.components };
    let mut header: Vec<String> = if late { vec!["component".into()] } else { vec![] };
    header.extend(["epoch", "step", "lr", "train_loss", "train_error", "train_violations"].map(String::from));
    header.extend(["loss", "error", "auc", "f1", "log_loss", "violations"].map(|name| format!("valid_{name}")));
    for component in components {
        header.extend(["cross_entropy", "error", "mean_q"].map(|what| format!("valid_{}_{what}", component.name)));
    }
    header.push("best".into());
    csv.write_record(&header)?;
    for record in history {
        csv.write_record(line(record, components.len()))?;
    }
    csv.flush()
}

fn line(record: &EpochRecord, components: usize) -> Vec<String> {
    let whole = |number: Option<u64>| number.map_or(String::new(), |number| number.to_string());
    let mut line: Vec<String> = record.component.iter().cloned().collect();
    line.extend([
        record.epoch.to_string(),
        record.step.to_string(),
        record.lr.to_string(),
        record.train_loss.to_string(),
        record.train_error.to_string(),
        whole(record.violations),
    ]);
    match &record.valid {
        Some(valid) => {
            let auc = valid.auc.map_or(String::new(), |auc| auc.to_string());
            line.extend([valid.loss.to_string(), valid.error.to_string(), auc]);
            line.extend([valid.f1.to_string(), valid.probabilities.log_loss.to_string(), whole(valid.violations)]);
            for component in valid.components.iter().take(components) {
                line.extend([component.cross_entropy, component.error, component.mean_q].map(|n| n.to_string()));
            }
        }
        None => line.resize(line.len() + 6 + 3 * components, String::new()),
    }
    line.push(u8::from(record.best).to_string());
    line
}
