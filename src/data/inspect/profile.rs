//! From a data set to the profile that lints read. Does not depend on files.

use crate::data::dataset::Dataset;
use crate::data::inspect::sample::SAMPLE_ROWS;
use crate::data::modality::rows::ModalityRows;
use crate::spec::{ColumnProfile, DataProfile, ModalityProfile, Part, PartProfile, TableProfile};
use std::collections::HashMap;

/// Largest number of values of a column suspected to be derived from the label.
const FEW_VALUES: usize = 32;

/// Smallest mean number of rows of each value of a column that determines the label.
const AGAIN: usize = 5;

/// A column of a modality: the place of the modality in the data set, and the column in that.
pub(super) type ColumnIndex = (usize, usize);

impl Dataset {
    /// The profile of the data after the transforms.
    pub fn profile(&self) -> DataProfile {
        // A column of a text or an image is not one number.
        let numbers = self.modalities.iter().enumerate().filter(|(_, spec)| spec.columns.len() == spec.shape.size());
        let columns = numbers.map(|(at, modality)| {
            let places = (0..modality.columns.len()).map(|column| (at, column));
            (modality.name.clone(), places.collect())
        });
        self.profile_of(columns.collect())
    }

    /// The profile of modalities whose columns are at these places.
    pub(super) fn profile_of(&self, modalities: Vec<(String, Vec<ColumnIndex>)>) -> DataProfile {
        let parts = Part::ALL.into_iter().filter_map(|part| {
            let classes = self.part(part)?.class_counts(self.label.classes.len());
            Some(PartProfile { part, classes })
        });
        let tables = self.tables.iter().map(|table| TableProfile {
            part: table.part,
            name: table.files.first().cloned().unwrap_or_default(),
            files: table.row_files.clone(),
            rows: table.rows,
            whole: true,
        });
        let modalities = modalities.into_iter().map(|(name, places)| self.modality(name, &places));
        DataProfile {
            tables: tables.collect(),
            parts: parts.collect(),
            classes: self.label.classes.clone(),
            modalities: modalities.collect(),
            label: self.label.column.shown(),
        }
    }

    fn modality(&self, name: String, places: &[ColumnIndex]) -> ModalityProfile {
        let mut gaps: Vec<usize> = vec![];
        let mut columns = vec![];
        for (modality, column) in places {
            let mut cells = vec![];
            let mut row = 0;
            for part in Part::ALL.into_iter().filter_map(|part| self.part(part)) {
                let rows = &part.modalities[*modality];
                for (at, cell) in column_of(rows, *column).take(SAMPLE_ROWS - row).enumerate() {
                    if gaps.len() <= row {
                        gaps.push(0);
                    }
                    match cell {
                        Some(cell) => cells.push((cell, part.labels[at])),
                        None => gaps[row] += 1,
                    }
                    row += 1;
                }
            }
            let own = &self.modalities[*modality];
            let is_label = own.source_column(*column).is_some_and(|source| source.shown() == self.label.column.shown());
            columns.push(ColumnProfile { is_label, ..of_cells(own.number_name(*column), &cells) });
        }
        let width = columns.len();
        ModalityProfile {
            name,
            columns,
            empty_rows: gaps.iter().filter(|gaps| **gaps == width && width > 0).count(),
            gap_rows: gaps.iter().filter(|gaps| **gaps > 0).count(),
        }
    }
}

/// One column of the rows of a part; nothing where the modality is missing.
fn column_of(rows: &ModalityRows, column: usize) -> impl Iterator<Item = Option<f32>> {
    let there = |row: usize| rows.present.as_ref().is_none_or(|present| present[row]);
    (0..rows.len()).map(move |row| Some(rows.number(row, column)).filter(|_| there(row)))
}

/// The profile of a column from its cells, each with the class of its row.
fn of_cells(name: String, cells: &[(f32, u32)]) -> ColumnProfile {
    let numbers = || cells.iter().map(|(cell, _)| f64::from(*cell));
    let (min, max) = numbers().fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), x| (min.min(x), max.max(x)));
    if min > max {
        return ColumnProfile { name, ..ColumnProfile::default() };
    }
    let count = cells.len() as f64;
    let mean = numbers().sum::<f64>() / count;
    let std = (numbers().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count).sqrt();
    ColumnProfile { name, is_label: false, std, min, max, tells: tells(cells) }
}

/// How many values a column has, if they are few and each repeatedly occurs with one class only.
fn tells(cells: &[(f32, u32)]) -> Option<usize> {
    let mut classes: HashMap<u32, u32> = HashMap::new();
    for (cell, class) in cells {
        // Both zeros are one value.
        let bits = if *cell == 0.0 { 0 } else { cell.to_bits() };
        if *classes.entry(bits).or_insert(*class) != *class || classes.len() > FEW_VALUES {
            return None;
        }
    }
    let values = classes.len();
    (values >= 2 && cells.len() >= AGAIN * values).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_tells_the_label_if_no_value_occurs_with_two_classes() {
        let cells = |values: [f32; 2]| (0..20).map(|row| (values[row % 2], (row % 2) as u32)).collect::<Vec<_>>();
        assert_eq!(tells(&cells([0.0, 1.0])), Some(2));
        assert_eq!(tells(&cells([1.0, 1.0])), None);
        let mut noisy = cells([0.0, 1.0]);
        noisy.push((1.0, 0));
        assert_eq!(tells(&noisy), None);
        // Ten rows with ten values allow no conclusion about new rows.
        assert_eq!(tells(&(0..10).map(|row| (row as f32, row % 2)).collect::<Vec<_>>()), None);
        assert_eq!(tells(&[(0.0, 0), (-0.0, 1)]), None);
    }

    #[test]
    fn deviations_are_of_the_population() {
        let cells: Vec<(f32, u32)> = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].map(|x| (x, 0)).to_vec();
        let profile = of_cells("x".into(), &cells);
        assert_eq!((profile.std, profile.min, profile.max), (2.0, 2.0, 9.0));
        assert_eq!(of_cells("x".into(), &[]).std, 0.0);
    }
}
