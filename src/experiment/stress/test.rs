//! One test of a stress: a kind of corruption with its levels, and which rows and modalities it reaches.

use crate::data::{AffectedModalities, CorruptionKind, CorruptionLevels, Exposure, level_of};
use crate::experiment::robustness::corrupted_rows::{CorruptionStep, CorruptionTarget};
use serde::Serialize;
use std::str::FromStr;

/// The name of the test of the evidential papers.
const CONFLICT: &str = "conflict";

/// A test at several levels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StressTest {
    /// Its name: that of the kind, or `conflict`.
    pub name: String,
    /// The levels, ascending and above 0.
    pub levels: Vec<f64>,
    #[serde(skip)]
    kind: StressKind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum StressKind {
    /// One corruption.
    Corruption(CorruptionKind),
    /// Noise on a tenth of the rows, then a modality of the first row of the next class on a share `level` of the rows:
    /// the protocol of Xu et al. (AAAI 2024).
    Conflict,
}

/// The rows and modalities that tests reach where their level does not decide it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StressExposure {
    /// The share of the rows.
    pub rows: f64,
    /// The share of the modalities of each of them.
    pub modalities: f64,
}

impl StressTest {
    /// The tests without any named: noise as in the evidential papers, missing and exchanged modalities, conflict.
    pub fn defaults() -> Vec<Self> {
        let test =
            |kind: StressKind, name: &str, levels: &[f64]| Self { name: name.into(), levels: levels.into(), kind };
        let corruption =
            |kind: CorruptionKind, levels: &[f64]| test(StressKind::Corruption(kind), kind.as_str(), levels);
        vec![
            corruption(CorruptionKind::Gaussian, &[0.5, 1.0, 5.0, 10.0]),
            corruption(CorruptionKind::Missing, &[0.1, 0.3, 0.5]),
            corruption(CorruptionKind::Swap, &[0.1, 0.3, 0.5]),
            test(StressKind::Conflict, CONFLICT, &[0.4]),
        ]
    }

    /// What the level is, in words.
    pub fn level_meaning(&self) -> &'static str {
        match self.kind {
            StressKind::Corruption(kind) => kind.level_meaning(),
            StressKind::Conflict => "share of the rows in conflict",
        }
    }

    /// Whether the level is at most 1.
    pub fn is_share(&self) -> bool {
        match self.kind {
            StressKind::Corruption(kind) => kind.is_share(),
            StressKind::Conflict => true,
        }
    }

    /// Which rows and modalities it reaches, in words.
    pub fn reach(&self, exposure: StressExposure) -> String {
        let share = |share: f64| format!("{}%", (1000.0 * share).round() / 10.0);
        let [rows, modalities] = [exposure.rows, exposure.modalities].map(share);
        match self.kind {
            StressKind::Conflict => {
                "one modality from the first row of the next class, after noise of 0.5 on fewer modalities of 10% of the \
                 rows"
                    .into()
            }
            StressKind::Corruption(CorruptionKind::Swap) => "one modality from a row of another class".into(),
            StressKind::Corruption(CorruptionKind::NextClass) => "one modality from the first row of the next class".into(),
            StressKind::Corruption(kind) if kind.counts_rows() => format!("{modalities} of their modalities"),
            StressKind::Corruption(_) => format!("{modalities} of the modalities of {rows} of the rows"),
        }
    }

    /// The corruptions of one level.
    pub(crate) fn steps(&self, level: f64, exposure: StressExposure) -> Vec<CorruptionStep> {
        use AffectedModalities::{Fewer, One, Share, ShareButOne};
        let drawn = |rows, modalities| CorruptionTarget::Drawn(Exposure { rows, modalities });
        match self.kind {
            StressKind::Conflict => vec![
                CorruptionStep { kind: CorruptionKind::Gaussian, level: 0.5, target: drawn(0.1, Fewer) },
                CorruptionStep { kind: CorruptionKind::NextClass, level, target: drawn(level, One) },
            ],
            StressKind::Corruption(kind) => {
                let rows = if kind.counts_rows() { level } else { exposure.rows };
                let modalities = match kind {
                    CorruptionKind::Missing => ShareButOne(exposure.modalities),
                    CorruptionKind::Swap | CorruptionKind::NextClass => One,
                    _ => Share(exposure.modalities),
                };
                vec![CorruptionStep { kind, level, target: drawn(rows, modalities) }]
            }
        }
    }
}

impl FromStr for StressTest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(levels) = text.strip_prefix(CONFLICT).and_then(|rest| rest.strip_prefix(':')) {
            let levels: Result<Vec<f64>, String> = levels.split(',').map(|level| level_of(level.trim())).collect();
            // The levels are those of its second step.
            let CorruptionLevels { levels, .. } = CorruptionLevels::new(CorruptionKind::NextClass, levels?)?;
            return Ok(Self { name: CONFLICT.into(), levels, kind: StressKind::Conflict });
        }
        let CorruptionLevels { kind, levels } = text.parse()?;
        Ok(Self { name: kind.as_str().into(), levels, kind: StressKind::Corruption(kind) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_named_by_kind_and_levels() {
        let found: StressTest = "conflict:40%".parse().unwrap();
        assert_eq!((found.name.as_str(), found.levels.as_slice()), ("conflict", &[0.4][..]));
        assert_eq!(found, StressTest::defaults()[3]);
        assert_eq!("gaussian:0.5,1,5,10".parse::<StressTest>().unwrap(), StressTest::defaults()[0]);
        assert!("conflict:2".parse::<StressTest>().is_err() && "conflicts:0.1".parse::<StressTest>().is_err());
    }
}
