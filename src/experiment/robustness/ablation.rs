//! Ablation: a model measured on the same rows with only some of its modalities.

use super::corrupted_rows::{CorruptionStep, CorruptionTarget};
use super::model_meter::{ModelMeter, RowOutcomes};
use crate::data::CorruptionKind;
use crate::experiment::error::Error;
use crate::experiment::statistics::{Difference, mcnemar};
use serde::Serialize;

/// Up to so many modalities every subset is measured; of more those of one modality, and of all but one.
const ALL_SUBSETS: usize = 8;

/// A model with some of its modalities.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AblatedSubset {
    /// The modalities that are there, in the order of the plan.
    pub modalities: Vec<String>,
    /// Share of rows decided wrongly.
    pub error: f64,
    /// The error less that with all modalities, over the same rows.
    pub difference: Option<Difference>,
    /// Mean log loss of the reported probabilities.
    pub log_loss: f64,
    /// AUROC of the gap between the two least class losses for right decisions; `None` where all are right or all wrong.
    pub gap_auroc: Option<f64>,
    /// Rows on which an absent modality had its neutral content, because no component is left without it.
    pub replaced: usize,
}

/// The steps that take modalities away.
pub(crate) fn without(absent: impl IntoIterator<Item = impl Into<String>>) -> Vec<CorruptionStep> {
    let target = |name: String| CorruptionTarget::Modality { name, rows: 1.0, numbers: None };
    let step = |name: String| CorruptionStep { kind: CorruptionKind::Missing, level: 1.0, target: target(name) };
    absent.into_iter().map(|name| step(name.into())).collect()
}

/// The subsets of `count` modalities that are measured, larger ones first, as whether each modality is there.
fn subsets(count: usize) -> Vec<Vec<bool>> {
    let sizes: Vec<usize> = match count {
        0 | 1 => vec![],
        2..=ALL_SUBSETS => (1..count).rev().collect(),
        _ => vec![count - 1, 1],
    };
    sizes.into_iter().flat_map(|size| of_size(count, size)).collect()
}

/// The subsets of this size, those with the first modalities first.
fn of_size(count: usize, size: usize) -> Vec<Vec<bool>> {
    if size > count {
        return vec![];
    }
    if count == 0 {
        return vec![vec![]];
    }
    let with = if size > 0 { of_size(count - 1, size - 1) } else { vec![] };
    let [with, without] = [(true, with), (false, of_size(count - 1, size))]
        .map(|(first, rest)| rest.into_iter().map(move |rest| [vec![first], rest].concat()));
    with.chain(without).collect()
}

/// Measures a model with every subset of its modalities.
///
/// # Errors
/// If the device fails.
pub(crate) fn ablate(meter: &ModelMeter<'_>, clean: &RowOutcomes) -> Result<Vec<AblatedSubset>, Error> {
    let names: Vec<&str> = meter.rows.plan.inputs.iter().map(|input| input.name.as_str()).collect();
    let measured = subsets(names.len()).into_iter().map(|there| {
        let of = |wanted: bool| names.iter().zip(&there).filter(move |(_, there)| **there == wanted);
        let found = meter.measure(&without(of(false).map(|(name, _)| *name)))?;
        Ok(AblatedSubset {
            modalities: of(true).map(|(name, _)| (*name).to_owned()).collect(),
            error: found.error,
            difference: mcnemar(&found.wrong, &clean.wrong),
            log_loss: found.log_loss,
            gap_auroc: found.gap_auroc,
            replaced: found.replaced,
        })
    });
    measured.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subset_to_eight_and_the_ends_beyond() {
        let shown = |count: usize| -> Vec<String> {
            let of = |there: Vec<bool>| there.iter().map(|there| if *there { 'x' } else { '-' }).collect();
            subsets(count).into_iter().map(of).collect()
        };
        assert_eq!(shown(3), ["xx-", "x-x", "-xx", "x--", "-x-", "--x"]);
        assert_eq!((subsets(8).len(), subsets(9).len(), subsets(1).len()), (254, 18, 0));
    }
}
