//! How one row was decided: by which modalities, how surely, and how often that was right before.

use super::training_rows::Atypical;
use crate::spec::Part;
use crate::trust::{ConformalGroup, RowCount};
use serde::Serialize;

/// How one row was decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowTrust {
    /// The row in its table, counted from 0 without the header.
    pub row: u64,
    /// The part of the run's own data that it is in; `None` for a new row.
    pub part: Option<Part>,
    /// Its label, where it has one.
    pub label: Option<String>,
    /// The class that was decided for.
    pub decision: ClassVerdict,
    /// The class of the next class loss.
    pub runner_up: ClassVerdict,
    /// The class loss of the runner-up less that of the decision, in nats.
    pub margin: f64,
    /// `-log p` of the decision.
    pub uncertainty: f64,
    /// The held-out rows that were at least this sure.
    pub at_least_as_sure: Option<RowCount>,
    /// The held-out rows nearest in sureness.
    pub about_as_sure: Option<RowCount>,
    /// The share of held-out rows that were surer or as sure.
    pub coverage: Option<f64>,
    /// The classes that may be the label.
    pub set: Option<LabelSet>,
    /// The modalities, in the order of the plan's inputs.
    pub modalities: Vec<ModalityTrust>,
    /// The weights of the components that are present.
    pub weights: Vec<ComponentWeight>,
    /// The margin that is there without any modality: 0 unless absent modalities have learned vectors.
    pub base: f64,
    /// Why there are no Shapley values, where there are none.
    pub no_shapley: Option<NoShapley>,
    /// The smallest set of modalities that decides the same.
    pub enough: Option<Vec<String>>,
    /// Pairs of modalities that decide differently.
    pub conflicts: Vec<Conflict>,
}

/// A class and its probability.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassVerdict {
    /// The class.
    pub class: String,
    /// Its probability.
    pub probability: f64,
}

/// A set of classes that holds the label at a stated frequency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelSet {
    /// The frequency.
    pub coverage: f64,
    /// The classes.
    pub classes: Vec<String>,
    /// The least specific group of held-out rows that a class was judged by.
    pub judged_by: ConformalGroup,
    /// The classes that were not judged by the rows of their class with the same modalities.
    pub fallbacks: Vec<String>,
    /// Whether no class was left, and the decision was put in.
    pub was_empty: bool,
}

/// What a modality had to do with a decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModalityTrust {
    /// Its name.
    pub name: String,
    /// Whether the row has it.
    pub present: bool,
    /// What it decides alone; `None` where nothing decides by it alone.
    pub alone: Option<ClassVerdict>,
    /// The weight that the others leave to its own component for the decision.
    pub q: Option<f64>,
    /// Its Shapley value, in nats of the margin.
    pub shapley: Option<f64>,
    /// What the others decide without it; `None` where nothing decides without it.
    pub without: Option<ClassVerdict>,
    /// Whether the model was trained with rows that lack it.
    pub absence: Absence,
    /// What is unlike the training rows in it.
    pub atypical: Vec<Atypical>,
}

/// Whether a model was trained with rows that lack a modality.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// It was, on this share of the training rows; where `dropout`, by leaving it out at random too.
    Trained {
        /// The share of training rows that lack it.
        missing: f64,
        /// Whether `modality_dropout` left it out.
        dropout: bool,
    },
    /// It never was: what it decides without extrapolates.
    Never,
    /// The training rows cannot be read.
    Unknown,
}

/// The weight of a component.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComponentWeight {
    /// The component.
    pub component: String,
    /// The weight that the others leave it for the decision.
    pub q: f64,
}

/// The reason that there are no Shapley values.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoShapley {
    /// There are more modalities than all of whose subsets can be gone through.
    TooMany,
    /// Some modalities decide only together: there is no decision from these alone.
    Together(Vec<String>),
}

/// Two modalities that decide differently on a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conflict {
    /// The modalities.
    pub modalities: [String; 2],
    /// What they decide.
    pub classes: [String; 2],
    /// Who was right on held-out rows on which they disagreed.
    pub before: Option<ConflictRecord>,
}

/// Who was right on rows on which two modalities disagreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ConflictRecord {
    /// Number of rows.
    pub rows: u64,
    /// Those on which the first was right.
    pub first: u64,
    /// Those on which the second was right.
    pub second: u64,
    /// Those on which the model was right.
    pub model: u64,
}
