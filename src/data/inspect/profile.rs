//! From a data set to the profile that lints read. Does not depend on files.

use crate::data::dataset::Dataset;
use crate::data::inspect::sample::SAMPLE_ROWS;
use crate::data::modality::rows::ModalityRows;
use crate::spec::{
    ColumnProfile, DataProfile, ModalityProfile, NumberSpread, Part, PartProfile, TableProfile, TransformKind,
};
use rayon::prelude::*;

/// Columns that are profiled at the same time.
const AT_ONCE: usize = 64;

/// A column of a modality: the place of the modality in the data set, and the column in that.
pub(super) type ColumnIndex = (usize, usize);

/// A modality of a profile.
pub(super) struct ProfiledModality {
    /// Its name.
    pub(super) name: String,
    /// Its columns in the data set.
    pub(super) columns: Vec<ColumnIndex>,
    /// The transforms of the pipeline that the columns of the data set are without.
    pub(super) transforms: Vec<TransformKind>,
}

impl Dataset {
    /// The profile of the data after the transforms.
    pub fn profile(&self) -> DataProfile {
        // A column of a text or an image is not one number.
        let numbers = self.modalities.iter().enumerate().filter(|(_, spec)| spec.columns.len() == spec.shape.size());
        let columns = numbers.map(|(at, modality)| {
            let columns = (0..modality.columns.len()).map(|column| (at, column)).collect();
            ProfiledModality { name: modality.name.clone(), columns, transforms: vec![] }
        });
        self.profile_of(columns.collect())
    }

    /// The profile of modalities whose columns are at these places.
    pub(super) fn profile_of(&self, modalities: Vec<ProfiledModality>) -> DataProfile {
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
        let modalities = modalities.into_iter().map(|modality| self.modality(modality));
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

    fn modality(&self, ProfiledModality { name, columns: places, transforms }: ProfiledModality) -> ModalityProfile {
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
            let column = ColumnProfile {
                name: own.number_name(*column),
                is_label,
                cells: spread(cells.iter().map(|cell| f64::from(*cell))),
                inputs: spread(cells.iter().filter_map(|cell| transformed(f64::from(*cell), &transforms))),
            };
            (column, there)
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

/// A number after transforms; `None` for one that marks an empty cell.
fn transformed(number: f64, transforms: &[TransformKind]) -> Option<f64> {
    transforms.iter().try_fold(number, |number, transform| transform.of_number(number))
}

fn spread(numbers: impl Iterator<Item = f64> + Clone) -> NumberSpread {
    let all = || numbers.clone();
    let (min, max) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), x| (min.min(x), max.max(x)));
    if min > max {
        return NumberSpread::default();
    }
    let count = all().count() as f64;
    let mean = all().sum::<f64>() / count;
    let std = (all().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count).sqrt();
    NumberSpread { std, min, max }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_of_the_population() {
        let cells = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(spread(cells.into_iter()), NumberSpread { std: 2.0, min: 2.0, max: 9.0 });
        assert_eq!(spread([].into_iter()), NumberSpread::default());
    }

    #[test]
    fn transforms_without_statistics_are_applied_in_their_order() {
        let missing = TransformKind::Missing { values: vec![-999.0], words: vec![] };
        let clip = TransformKind::Clip { lo: -1.0, hi: 1.0 };
        let transforms = [missing, TransformKind::Log1p, clip, TransformKind::Standardize];
        assert_eq!(transformed(-999.0, &transforms), None);
        assert_eq!(transformed(1e6, &transforms), Some(1.0));
        assert_eq!(transformed(-0.5, &transforms), Some(-1.5f64.ln()));
    }
}
