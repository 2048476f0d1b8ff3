//! `predictions.csv` and `components.csv` read back: what was decided on the test rows.

use crate::diag::{Code, Problem};
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

/// Numbers of probabilities that are held at most; of larger tables every n-th row is read.
const MOST_NUMBERS: usize = 20_000_000;

/// The decisions of a run on its test rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SavedPredictions {
    /// The number of each row in its table.
    pub row_ids: Vec<u64>,
    /// The names of the rows, where a column has them.
    pub names: Option<Vec<String>>,
    /// The class of each row.
    pub labels: Vec<u32>,
    /// The class that was predicted for it.
    pub predicted: Vec<u32>,
    /// The reported probabilities, rows x classes.
    pub probabilities: Vec<f32>,
    /// For each component what it alone decides on each row; `None` where it is absent.
    pub components: Vec<Vec<Option<OwnDecision>>>,
    /// One of so many rows was read.
    pub every: usize,
    /// Number of classes.
    pub classes: usize,
}

/// What a component alone decides on a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnDecision {
    /// The class of the greatest probability.
    pub class: u32,
    /// Its probability.
    pub probability: f32,
}

impl SavedPredictions {
    /// Reads the files of the run in `folder`, whose model has these classes and so many components; `None` where it has no
    /// predictions.
    ///
    /// # Errors
    /// `MMC0606`, naming the file, if one is damaged or does not fit the model.
    pub fn read(folder: &Path, classes: &[String], components: usize) -> Result<Option<Self>, Problem> {
        let path = folder.join("predictions.csv");
        if !path.is_file() {
            return Ok(None);
        }
        let mut found = Self { classes: classes.len(), ..Self::default() };
        found.read_predictions(&path, classes).map_err(|reason| damaged(&path, &reason))?;
        let path = folder.join("components.csv");
        if path.is_file() {
            found.read_components(&path, components).map_err(|reason| damaged(&path, &reason))?;
        }
        Ok(Some(found))
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// The reported probabilities of a row.
    pub fn probabilities_of(&self, row: usize) -> &[f32] {
        &self.probabilities[row * self.classes..(row + 1) * self.classes]
    }

    /// Whether a row was decided wrongly.
    pub fn is_wrong(&self, row: usize) -> bool {
        self.labels[row] != self.predicted[row]
    }

    fn read_predictions(&mut self, path: &Path, classes: &[String]) -> Result<(), String> {
        let numbers: HashMap<&[u8], u32> =
            classes.iter().enumerate().map(|(at, name)| (name.as_bytes(), at as u32)).collect();
        let count = classes.len();
        let rows = lines(path)?;
        self.every = (rows * count).div_ceil(MOST_NUMBERS).max(1);
        let mut reader = open(path)?;
        // `row`, a name, `label`, `prediction`, the probabilities, `margin`
        let width = reader.headers().map_err(words)?.len();
        let first = match width.checked_sub(count + 4) {
            Some(named @ 0..=1) => 1 + named,
            _ => return Err(format!("{width} columns do not fit {count} classes")),
        };
        if first == 2 {
            self.names = Some(vec![]);
        }
        let mut record = csv::ByteRecord::new();
        for at in 0.. {
            if !reader.read_byte_record(&mut record).map_err(words)? {
                break;
            }
            if at % self.every != 0 {
                continue;
            }
            let cell = |place: usize| record.get(place).unwrap_or_default();
            let class = |place: usize| {
                let name = cell(place);
                numbers.get(name).copied().ok_or_else(|| format!("`{}` is no class", String::from_utf8_lossy(name)))
            };
            self.row_ids.push(parsed(cell(0))?);
            if let Some(names) = &mut self.names {
                names.push(String::from_utf8_lossy(cell(1)).into_owned());
            }
            self.labels.push(class(first)?);
            self.predicted.push(class(first + 1)?);
            for place in 0..count {
                self.probabilities.push(parsed(cell(first + 2 + place))?);
            }
        }
        Ok(())
    }

    fn read_components(&mut self, path: &Path, components: usize) -> Result<(), String> {
        let mut reader = open(path)?;
        let width = reader.headers().map_err(words)?.len();
        let count = self.classes;
        let first = 1 + usize::from(self.names.is_some());
        if width != first + components * (count + 1) {
            return Err(format!("{width} columns do not fit {components} components of {count} classes"));
        }
        self.components = vec![vec![]; components];
        let mut record = csv::ByteRecord::new();
        for at in 0.. {
            if !reader.read_byte_record(&mut record).map_err(words)? {
                break;
            }
            if at % self.every != 0 {
                continue;
            }
            for (component, decided) in self.components.iter_mut().enumerate() {
                let mut own: Option<OwnDecision> = None;
                for class in 0..count {
                    let cell = record.get(first + component * count + class).unwrap_or_default();
                    if cell.is_empty() {
                        break;
                    }
                    let probability: f32 = parsed(cell)?;
                    if own.is_none_or(|own| probability > own.probability) {
                        own = Some(OwnDecision { class: class as u32, probability });
                    }
                }
                decided.push(own);
            }
        }
        match self.components.iter().all(|decided| decided.len() == self.labels.len()) {
            true => Ok(()),
            false => Err("it has other rows than `predictions.csv`".into()),
        }
    }
}

fn open(path: &Path) -> Result<csv::Reader<File>, String> {
    csv::ReaderBuilder::new().buffer_capacity(1 << 18).from_path(path).map_err(words)
}

/// Number of rows below the header.
fn lines(path: &Path) -> Result<usize, String> {
    let mut reader = open(path)?;
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).map_err(words)? {
        rows += 1;
    }
    Ok(rows)
}

fn parsed<N: std::str::FromStr>(cell: &[u8]) -> Result<N, String> {
    let text = std::str::from_utf8(cell).ok();
    text.and_then(|text| text.parse().ok()).ok_or_else(|| format!("`{}` is no number", String::from_utf8_lossy(cell)))
}

fn words(error: csv::Error) -> String {
    error.to_string()
}

fn damaged(path: &Path, reason: &str) -> Problem {
    let message = format!("`{}` is damaged: {reason}", path.display());
    Problem::error(Code::BadModel, message).help("copy the file from the folder of its run again")
}
