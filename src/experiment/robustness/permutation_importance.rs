//! Permutation importance (Breiman, 2001): the increase of the error when a modality, or one of its columns, is exchanged
//! among the rows, so that it keeps its distribution and loses its relation to everything else.

use super::corrupted_rows::{CorruptionStep, CorruptionTarget};
use super::model_meter::{ModelMeter, RowOutcomes};
use crate::data::{CorruptionKind, Preprocessing};
use crate::experiment::error::Error;
use crate::experiment::statistics::Spread;
use crate::spec::ModalityKind;
use serde::Serialize;
use std::ops::Range;

/// Permutations of each.
const REPEATS: u64 = 5;

/// The importance of a modality or of one of its columns.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PermutationImportance {
    /// The modality.
    pub modality: String,
    /// Its column; `None` for the modality as a whole.
    pub column: Option<String>,
    /// The increase of the error, over permutations.
    pub error: Spread,
    /// The increase of the log loss, over permutations.
    pub log_loss: Spread,
}

/// The importance of every modality, and of the columns of those that are made of several.
///
/// # Errors
/// If the device fails.
pub(crate) fn permutation_importance(
    meter: &ModelMeter<'_>,
    preprocessing: &Preprocessing,
    clean: &RowOutcomes,
    seed: u64,
) -> Result<Vec<PermutationImportance>, Error> {
    let mut found = vec![];
    for input in &meter.rows.plan.inputs {
        let columns = preprocessing.modality(&input.name).filter(|_| input.kind == ModalityKind::Dense);
        let names = columns.map(|modality| modality.column_names()).filter(|names| names.len() > 1).unwrap_or_default();
        // A date has several numbers, those of one column beside each other.
        let width = input.shape.size().checked_div(names.len()).unwrap_or(0);
        let parts = names.into_iter().enumerate().map(|(at, name)| (Some(name), Some(at * width..(at + 1) * width)));
        for (column, numbers) in std::iter::once((None, None)).chain(parts) {
            found.extend(importance(meter, &input.name, column, numbers, clean, seed)?);
        }
    }
    Ok(found)
}

fn importance(
    meter: &ModelMeter<'_>,
    modality: &str,
    column: Option<String>,
    numbers: Option<Range<usize>>,
    clean: &RowOutcomes,
    seed: u64,
) -> Result<Option<PermutationImportance>, Error> {
    let target = CorruptionTarget::Modality { name: modality.to_owned(), rows: 1.0, numbers };
    let steps = [CorruptionStep { kind: CorruptionKind::Shuffle, level: 1.0, target }];
    let permuted = (0..REPEATS).map(|repeat| meter.measure_seeded(&steps, seed.wrapping_add(repeat)));
    let permuted: Vec<RowOutcomes> = permuted.collect::<Result<_, _>>()?;
    let increase =
        |of: &dyn Fn(&RowOutcomes) -> f64| Spread::of(permuted.iter().map(|one| of(one) - of(clean)).collect());
    let (error, log_loss) = (increase(&|one| one.error), increase(&|one| one.log_loss));
    Ok(error.zip(log_loss).map(|(error, log_loss)| PermutationImportance {
        modality: modality.to_owned(),
        column,
        error,
        log_loss,
    }))
}
