//! The profile of loaded data, as plain data for lints.

use super::Part;
use crate::thousands::grouped;

/// The profile of the data of a pipeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataProfile {
    /// The tables, in the order train, valid, test; or the one table that is split.
    pub tables: Vec<TableProfile>,
    /// The label's column by name, or by position where columns have no names.
    pub label: String,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// How many rows of each class were read.
    pub class_rows: Vec<usize>,
    /// How many rows have no label and are left out.
    pub unlabeled: usize,
    /// What was assumed of the label's cells, where they are indices of named classes.
    pub assumption: Option<String>,
    /// The parts; none where only the first rows were read, so that the split is not known.
    pub parts: Vec<PartProfile>,
    /// The modalities that were read.
    pub modalities: Vec<ModalityProfile>,
    /// The columns of modalities that tell the label.
    pub telling: Vec<TellingColumn>,
}

impl DataProfile {
    /// Number of rows that were read.
    pub fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Whether these are all rows.
    pub fn whole(&self) -> bool {
        self.tables.iter().all(|table| table.whole)
    }
}

/// How many rows each class has, in one line: `no: 40, yes: 1,017`.
pub fn class_summary(classes: &[String], rows: &[usize]) -> String {
    /// Number of classes that are named in one line.
    const MOST: usize = 12;
    let named = classes.iter().zip(rows).take(MOST);
    let mut shown: Vec<String> = named.map(|(class, rows)| format!("{class}: {}", grouped(*rows as u64))).collect();
    if classes.len() > MOST {
        shown.push(format!("and {} more classes", classes.len() - MOST));
    }
    shown.join(", ")
}

/// The profile of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableProfile {
    /// The part it is, unless it is split.
    pub part: Option<Part>,
    /// Its name.
    pub name: String,
    /// The files its rows come from, as the pipeline names them.
    pub files: Vec<String>,
    /// Number of rows that were read.
    pub rows: usize,
    /// Whether it has no more.
    pub whole: bool,
}

/// The profile of one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartProfile {
    /// Which part.
    pub part: Part,
    /// How many rows of each class it has.
    pub classes: Vec<usize>,
}

impl PartProfile {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.classes.iter().sum()
    }
}

/// The profile of the columns of a modality, in the first table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModalityProfile {
    /// The modality.
    pub name: String,
    /// Its columns; empty where they do not hold numbers.
    pub columns: Vec<ColumnProfile>,
    /// On how many rows all of its columns are empty.
    pub empty_rows: usize,
    /// On how many rows any of its columns is empty.
    pub gap_rows: usize,
}

/// The profile of one column of numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnProfile {
    /// Its name, or its position.
    pub name: String,
    /// Whether it is the label's own.
    pub is_label: bool,
    /// Its cells.
    pub cells: NumberSpread,
    /// Its cells as a network is given them, after the transforms that need no statistics: `log1p`, `clip`, `missing`.
    pub inputs: NumberSpread,
}

/// The spread of some numbers; 0 without any.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NumberSpread {
    /// The population standard deviation.
    pub std: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

/// A column that alone predicts the label nearly without an error.
#[derive(Clone, Debug, PartialEq)]
pub struct TellingColumn {
    /// The modality that it is part of.
    pub modality: String,
    /// Its name, or its position.
    pub column: String,
    /// The mean share of the rows of each class that are predicted, on rows that were held out.
    pub score: f64,
    /// How many values it has, where they are few and each occurs with one class only.
    pub values: Option<usize>,
}
