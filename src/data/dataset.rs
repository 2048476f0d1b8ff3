//! The data set in the form training reads: dense rows for each part, and batches of them.

use crate::data::label::FittedLabel;
use crate::data::modality::fitted::FittedModality;
use crate::data::modality::rows::ModalityRows;
use crate::data::preprocessing::Preprocessing;
use crate::data::random::Draw;
use crate::plan::Batch;
use crate::spec::{Part, TellingColumn};
use serde::{Deserialize, Serialize};

/// Everything a pipeline reads, split, transformed and ready to train on.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Rows that weights and transforms are fitted on.
    pub train: Subset,
    /// Rows to select on.
    pub valid: Option<Subset>,
    /// Rows to calibrate probabilities on.
    pub calib: Option<Subset>,
    /// Rows that are evaluated once, at the end.
    pub test: Option<Subset>,
    /// The names of the test rows, where a column has them.
    pub test_ids: Option<TestIds>,
    /// The label and its classes.
    pub label: FittedLabel,
    /// The modalities in the order requested, with what was fitted to the training rows.
    pub modalities: Vec<FittedModality>,
    /// How many rows have no label and were left out.
    pub unlabeled: usize,
    /// What was assumed of the label's cells, where they are indices of named classes.
    pub assumption: Option<String>,
    /// The content that was read, in hexadecimal: the blake3 hash of the file; of the hashes, where there are several.
    pub fingerprint: String,
    /// The tables that were read.
    pub tables: Vec<TableSummary>,
    /// Notes for the user: sentences.
    pub notes: Vec<String>,
    /// The columns that tell the label.
    pub telling: Vec<TellingColumn>,
}

impl Dataset {
    /// A part, if there is one.
    pub fn part(&self, part: Part) -> Option<&Subset> {
        match part {
            Part::Train => Some(&self.train),
            Part::Valid => self.valid.as_ref(),
            Part::Calib => self.calib.as_ref(),
            Part::Test => self.test.as_ref(),
        }
    }

    /// How many rows each class has, over all parts.
    pub fn class_rows(&self) -> Vec<usize> {
        let mut rows = vec![0; self.label.classes.len()];
        for part in Part::ALL.into_iter().filter_map(|part| self.part(part)) {
            rows.iter_mut().zip(part.class_counts(self.label.classes.len())).for_each(|(sum, count)| *sum += count);
        }
        rows
    }

    /// The fitted preprocessing, to prepare new rows in the same way.
    pub fn preprocessing(&self) -> Preprocessing {
        Preprocessing::new(self.label.clone(), self.modalities.clone())
    }

    /// The places of modalities in [`Dataset::modalities`], to make batches of; `None` if one of them is missing.
    pub fn places<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Option<Vec<usize>> {
        names.into_iter().map(|name| self.modalities.iter().position(|modality| modality.name == name)).collect()
    }
}

/// The names of the test rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestIds {
    /// The name of their column.
    pub column: String,
    /// The name of each row.
    pub ids: Vec<String>,
}

/// A table that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSummary {
    /// The part it is, unless it was split.
    pub part: Option<Part>,
    /// Its files, as the pipeline names them; none for a synthetic table.
    pub files: Vec<String>,
    /// Those of its files that its rows come from: all but those of tables that are joined to the first.
    #[serde(skip)]
    pub row_files: Vec<String>,
    /// Number of rows.
    pub rows: usize,
    /// Whether its columns came from the cache.
    pub cached: bool,
}

/// One part of a data set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subset {
    /// Number of rows.
    pub rows: usize,
    /// The row of each in its table, counted from 0 over all files of the table, headers not counted.
    pub row_ids: Vec<u64>,
    /// The class of each; empty where the rows have no labels, as new rows may.
    pub labels: Vec<u32>,
    /// The weight of each in the training loss; empty where every row weighs 1.
    pub weights: Vec<f64>,
    /// One per modality of the data set.
    pub modalities: Vec<ModalityRows>,
}

impl Subset {
    /// The batch of these rows, with these modalities (by [`Dataset::places`]) as its inputs.
    pub fn batch(&self, rows: &[u32], modalities: &[usize]) -> Batch {
        let mut batch = Batch::default();
        self.fill(&mut batch, rows, modalities);
        batch
    }

    /// Like [`Subset::batch`], into an existing batch: nothing is allocated if it has held as many rows before.
    ///
    /// # Panics
    /// If a row or a modality does not exist.
    pub fn fill(&self, batch: &mut Batch, rows: &[u32], modalities: &[usize]) {
        self.fill_with(batch, rows, modalities, None);
    }

    /// As [`Subset::fill`], with the random changes that training rows are given.
    pub fn fill_training(&self, batch: &mut Batch, rows: &[u32], modalities: &[usize], draw: Draw) {
        self.fill_with(batch, rows, modalities, Some(draw));
    }

    fn fill_with(&self, batch: &mut Batch, rows: &[u32], modalities: &[usize], draw: Option<Draw>) {
        batch.rows = rows.len();
        batch.labels.clear();
        if self.has_labels() {
            batch.labels.extend(rows.iter().map(|row| self.labels[*row as usize]));
        }
        batch.weights.clear();
        if !self.weights.is_empty() {
            batch.weights.extend(rows.iter().map(|row| self.weights[*row as usize]));
        }
        batch.inputs.resize_with(modalities.len(), Vec::new);
        batch.present.resize_with(modalities.len(), || None);
        for ((place, input), present) in modalities.iter().zip(&mut batch.inputs).zip(&mut batch.present) {
            let modality = &self.modalities[*place];
            input.clear();
            input.reserve(rows.len() * modality.width);
            rows.iter().for_each(|row| modality.extend(input, *row, draw));
            match &modality.present {
                None => *present = None,
                Some(mask) => {
                    let present = present.get_or_insert_default();
                    present.clear();
                    present.extend(rows.iter().map(|row| mask[*row as usize]));
                }
            }
        }
    }

    /// Whether the class of every row is known.
    pub fn has_labels(&self) -> bool {
        self.labels.len() == self.rows
    }

    /// How many rows each class has.
    pub fn class_counts(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        for label in &self.labels {
            if let Some(count) = counts.get_mut(*label as usize) {
                *count += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subset() -> Subset {
        Subset {
            rows: 3,
            row_ids: vec![0, 1, 5],
            labels: vec![0, 1, 1],
            weights: vec![0.5, 2.0, 1.0],
            modalities: vec![
                ModalityRows::of_numbers(2, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], None),
                ModalityRows::of_numbers(1, &[7.0, 0.0, 9.0], Some(vec![true, false, true])),
            ],
        }
    }

    #[test]
    fn a_batch_holds_its_rows_in_order() {
        let batch = subset().batch(&[2, 0, 1], &[1, 0]);
        assert_eq!(batch.rows, 3);
        assert_eq!(batch.inputs, [vec![9.0, 7.0, 0.0], vec![5.0, 6.0, 1.0, 2.0, 3.0, 4.0]]);
        assert_eq!(batch.present, [Some(vec![true, true, false]), None]);
        assert_eq!(batch.labels, [1, 0, 1]);
        assert_eq!((batch.weights.as_slice(), batch.weight()), (&[1.0, 0.5, 2.0][..], 3.5));
    }

    #[test]
    fn filling_again_leaves_nothing_behind_and_moves_nothing() {
        let subset = subset();
        let mut batch = subset.batch(&[0, 1, 2], &[1, 0]);
        let place = batch.inputs[1].as_ptr();
        subset.fill(&mut batch, &[1], &[1, 0]);
        assert_eq!(batch, subset.batch(&[1], &[1, 0]));
        assert_eq!(batch.inputs[1].as_ptr(), place);
        subset.fill(&mut batch, &[1], &[0]);
        assert_eq!(batch, subset.batch(&[1], &[0]));
    }
}
