//! Everything that has a name in the language, by topic: what documentation, hover and completion are made from.

use super::{builtin, data, declaration, modality, modality_type, source, strategy, train, transform};
use crate::ops::{LAYERS, Signature};

/// What kind of thing a name stands for; the order is that of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// `data`, `modality`, `train`: what a file is made of.
    Declaration,
    /// `csv(..)`: where rows come from.
    Source,
    /// `last(n)`: how they are divided.
    Split,
    /// `column(..)`: what is selected of them.
    Columns,
    /// `dense[n]`
    Type,
    /// `standardize`: what is done to columns.
    Transform,
    /// `linear(n)`
    Layer,
    /// `concat(a, b)`: what joins values and repeats layers.
    Builtin,
    /// `mulmix(a, b)`
    Strategy,
    /// `margin(0.1)`: what settings of strategies are made of.
    StrategyValue,
    /// `sgd(lr: 0.1)`
    Optimizer,
    /// `cosine()`
    Schedule,
    /// `patience(10)`
    Stop,
}

impl Topic {
    /// Every topic, in order.
    pub const ALL: [Topic; 13] = [
        Topic::Declaration,
        Topic::Source,
        Topic::Split,
        Topic::Columns,
        Topic::Type,
        Topic::Transform,
        Topic::Layer,
        Topic::Builtin,
        Topic::Strategy,
        Topic::StrategyValue,
        Topic::Optimizer,
        Topic::Schedule,
        Topic::Stop,
    ];

    /// What is described under it, in order.
    pub fn signatures(self) -> Vec<&'static Signature> {
        match self {
            Topic::Declaration => declaration::declarations(),
            Topic::Source => source::SOURCES.to_vec(),
            Topic::Split => data::SPLITS.to_vec(),
            Topic::Columns => modality::COLUMN_SELECTORS.to_vec(),
            Topic::Type => [modality_type::TYPES, &[&modality::CLASS]].concat(),
            Topic::Transform => transform::signatures(),
            Topic::Layer => LAYERS.iter().map(|layer| &layer.signature).collect(),
            Topic::Builtin => builtin::BUILTINS.to_vec(),
            Topic::Strategy => strategy::strategies(),
            Topic::StrategyValue => strategy::SETTING_VALUES.to_vec(),
            Topic::Optimizer => train::OPTIMIZERS.to_vec(),
            Topic::Schedule => train::SCHEDULES.to_vec(),
            Topic::Stop => vec![&train::PATIENCE],
        }
    }
}

/// Every signature with its topic, topic by topic.
pub fn signatures() -> Vec<(Topic, &'static Signature)> {
    Topic::ALL.into_iter().flat_map(|topic| topic.signatures().into_iter().map(move |one| (topic, one))).collect()
}
