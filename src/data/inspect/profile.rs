//! From a data set to the profile that lints read. Does not depend on files.

use crate::data::dataset::Dataset;
use crate::data::inspect::sample::SAMPLE_ROWS;
use crate::data::modality::rows::ModalityRows;
use crate::spec::{ColumnProfile, DataProfile, ModalityProfile, Part, PartProfile, TableProfile};
use rayon::prelude::*;

/// Columns that are profiled at the same time.
const AT_ONCE: usize = 64;

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
            unlabeled: self.unlabeled,
            assumption: self.assumption.clone(),
            class_rows: self.class_rows(),
            modalities: modalities.collect(),
            telling: self.telling.clone(),
            label: self.label.column.shown(),
        }
    }

    fn modality(&self, name: String, places: &[ColumnIndex]) -> ModalityProfile {
        let all: usize = Part::ALL.into_iter().filter_map(|part| self.part(part)).map(|part| part.rows).sum();
        // Rows from all over a large table.
        let step = all.div_ceil(SAMPLE_ROWS).max(1);
        let profile = |(modality, column): &ColumnIndex| {
            // The cells that are there, and whether each row has one.
            let (mut cells, mut there) = (vec![], vec![]);
            for part in Part::ALL.into_iter().filter_map(|part| self.part(part)) {
                for cell in column_of(&part.modalities[*modality], *column, step) {
                    there.push(cell.is_some());
                    cells.extend(cell);
                }
            }
            let own = &self.modalities[*modality];
            let is_label = own.source_column(*column).is_some_and(|source| source.shown() == self.label.column.shown());
            (ColumnProfile { is_label, ..of_cells(own.number_name(*column), &cells) }, there)
        };
        // In groups, so that memory is bounded however many columns there are.
        let mut gaps: Vec<usize> = vec![];
        let mut columns = vec![];
        for places in places.chunks(AT_ONCE) {
            for (column, there) in places.par_iter().map(profile).collect::<Vec<_>>() {
                gaps.resize(gaps.len().max(there.len()), 0);
                gaps.iter_mut().zip(there).for_each(|(gaps, there)| *gaps += usize::from(!there));
                columns.push(column);
            }
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

/// One column of every `step`-th row of a part; nothing where the modality is missing.
fn column_of(rows: &ModalityRows, column: usize, step: usize) -> impl Iterator<Item = Option<f32>> {
    let there = |row: usize| rows.present.as_ref().is_none_or(|present| present[row]);
    // The rows between are passed over and not read.
    (0..rows.len()).step_by(step).map(move |row| Some(rows.number(row, column)).filter(|_| there(row)))
}

/// The profile of a column from its cells.
fn of_cells(name: String, cells: &[f32]) -> ColumnProfile {
    let numbers = || cells.iter().map(|cell| f64::from(*cell));
    let (min, max) = numbers().fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), x| (min.min(x), max.max(x)));
    if min > max {
        return ColumnProfile { name, ..ColumnProfile::default() };
    }
    let count = cells.len() as f64;
    let mean = numbers().sum::<f64>() / count;
    let std = (numbers().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count).sqrt();
    ColumnProfile { name, is_label: false, std, min, max }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_of_the_population() {
        let cells = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        let profile = of_cells("x".into(), &cells);
        assert_eq!((profile.std, profile.min, profile.max), (2.0, 2.0, 9.0));
        assert_eq!(of_cells("x".into(), &[]).std, 0.0);
    }
}
