//! What the training rows of every modality were like, and what is unlike them in another row.

use crate::data::{Dataset, FittedModality, FittedTransform, ModalityRows};
use crate::plan::Plan;
use crate::spec::ModalityKind;
use serde::Serialize;

/// The id of a token that no training row has.
const UNKNOWN_TOKEN: f32 = 1.0;

/// The training rows of a modality.
#[derive(Clone, Debug, Default)]
pub(super) struct TrainingRows {
    /// The share of them that lacks it.
    pub(super) missing: f64,
    /// The least and greatest of each of its numbers; none unless it is made of numbers.
    ranges: Vec<(f32, f32)>,
    /// The share of unknown tokens; of a text.
    unknown_tokens: Option<f64>,
}

/// What is unlike the training rows in a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Atypical {
    /// A value that no training row has.
    UnseenValue,
    /// More unknown tokens than the training rows have.
    UnknownTokens {
        /// Unknown tokens.
        unknown: usize,
        /// All tokens that are read.
        tokens: usize,
        /// Whether tokens are words; characters otherwise.
        words: bool,
        /// The share of unknown tokens in the training rows; `None` where they cannot be read.
        training_share: Option<f64>,
    },
    /// A number outside of the range of the training rows.
    OutsideRange {
        /// The column, and the part of a date.
        name: String,
        /// The number.
        value: f64,
        /// The least of the training rows.
        low: f64,
        /// The greatest of the training rows.
        high: f64,
    },
}

impl TrainingRows {
    /// Of each input of a plan.
    pub(super) fn of(data: &Dataset, plan: &Plan) -> Vec<Self> {
        let of_input = |name: &str| {
            let place = data.modalities.iter().position(|modality| modality.name == name)?;
            let rows = data.train.modalities.get(place)?;
            Some(Self::of_modality(&data.modalities[place], rows, data.train.rows))
        };
        plan.inputs.iter().map(|input| of_input(&input.name).unwrap_or_default()).collect()
    }

    fn of_modality(fitted: &FittedModality, rows: &ModalityRows, count: usize) -> Self {
        let present = |row: usize| rows.present.as_ref().is_none_or(|present| present[row]);
        let there = (0..count).filter(|row| present(*row));
        let missing = 1.0 - there.clone().count() as f64 / count.max(1) as f64;
        let mut numbers = vec![];
        let mut found = Self { missing, ..Self::default() };
        let (mut unknown, mut tokens) = (0, 0);
        let (text, ranged) = (is_text(fitted), is_ranged(fitted));
        for row in there.filter(|_| text || ranged) {
            numbers.clear();
            rows.extend(&mut numbers, row as u32, None);
            if text {
                let (of_row, all) = token_counts(&numbers);
                (unknown, tokens) = (unknown + of_row, tokens + all);
                continue;
            }
            found.ranges.resize(numbers.len(), (f32::INFINITY, f32::NEG_INFINITY));
            for ((low, high), number) in found.ranges.iter_mut().zip(&numbers) {
                (*low, *high) = (low.min(*number), high.max(*number));
            }
        }
        found.unknown_tokens = (text && tokens > 0).then(|| unknown as f64 / tokens as f64);
        found
    }
}

/// Whether it is a text, whose numbers are ids of tokens.
fn is_text(fitted: &FittedModality) -> bool {
    matches!(fitted.kind, ModalityKind::Text { .. })
}

/// Whether it is made of numbers that have a range.
fn is_ranged(fitted: &FittedModality) -> bool {
    fitted.kind == ModalityKind::Dense && one_hot(fitted).is_none()
}

/// The values of one-hot numbers, where an unknown value has no 1 among them.
fn one_hot(fitted: &FittedModality) -> Option<&[String]> {
    match fitted.transforms.last() {
        Some(FittedTransform::OneHot { values }) => Some(values),
        _ => None,
    }
}

/// Unknown tokens, and all of them.
fn token_counts(ids: &[f32]) -> (usize, usize) {
    let tokens = ids.iter().filter(|id| **id != 0.0);
    (tokens.clone().filter(|id| **id == UNKNOWN_TOKEN).count(), tokens.count())
}

/// What is unlike the training rows in the numbers of a row that has the modality. Without training rows only what the
/// preprocessing knows of them.
pub(super) fn atypical(fitted: &FittedModality, training: Option<&TrainingRows>, numbers: &[f32]) -> Vec<Atypical> {
    match fitted.kind {
        ModalityKind::Category { .. } if numbers.first() == Some(&0.0) => vec![Atypical::UnseenValue],
        ModalityKind::Dense if one_hot(fitted).is_some() => match numbers.contains(&1.0) {
            true => vec![],
            false => vec![Atypical::UnseenValue],
        },
        ModalityKind::Text { .. } => {
            let (unknown, tokens) = token_counts(numbers);
            let training_share = training.and_then(|training| training.unknown_tokens);
            let share = unknown as f64 / tokens.max(1) as f64;
            let words = fitted.has_words();
            match unknown > 0 && share > training_share.unwrap_or(0.0) {
                true => vec![Atypical::UnknownTokens { unknown, tokens, words, training_share }],
                false => vec![],
            }
        }
        _ => {
            let ranges = training.map_or(&[][..], |training| training.ranges.as_slice());
            let outside = numbers.iter().zip(ranges).enumerate();
            let outside = outside.filter(|(_, (number, (low, high)))| *number < low || *number > high);
            let cell = |at: usize, number: f32| fitted.cell_of(at, f64::from(number));
            outside
                .map(|(at, (number, (low, high)))| Atypical::OutsideRange {
                    name: fitted.number_name(at),
                    value: cell(at, *number),
                    low: cell(at, *low),
                    high: cell(at, *high),
                })
                .collect()
        }
    }
}
