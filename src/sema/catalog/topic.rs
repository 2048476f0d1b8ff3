//! Everything that has a name in the language, by topic: what documentation, hover and completion are made from.

use crate::ops::{LAYERS, Signature};
use crate::sema::catalog::declaration;
use crate::sema::eval::builtin;
use crate::sema::lower::fusion::strategy;
use crate::sema::lower::{data, modality, modality_type, source, train, transform};

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

    /// What one thing of this topic is called.
    pub fn title(self) -> &'static str {
        match self {
            Topic::Declaration => "declaration",
            Topic::Source => "source",
            Topic::Split => "division of rows",
            Topic::Columns => "selection of columns",
            Topic::Type => "type",
            Topic::Transform => "transform",
            Topic::Layer => "layer",
            Topic::Builtin => "built-in function",
            Topic::Strategy => "strategy",
            Topic::StrategyValue => "value of a strategy's setting",
            Topic::Optimizer => "optimizer",
            Topic::Schedule => "schedule",
            Topic::Stop => "rule of stopping",
        }
    }

    /// What all of it is called.
    pub fn plural(self) -> &'static str {
        match self {
            Topic::Declaration => "Declarations",
            Topic::Source => "Sources",
            Topic::Split => "Division of rows",
            Topic::Columns => "Columns",
            Topic::Type => "Types",
            Topic::Transform => "Transforms",
            Topic::Layer => "Layers",
            Topic::Builtin => "Built-in functions",
            Topic::Strategy => "Strategies",
            Topic::StrategyValue => "Values of settings",
            Topic::Optimizer => "Optimizers",
            Topic::Schedule => "Schedules",
            Topic::Stop => "Stopping",
        }
    }
}

/// Every signature with its topic, topic by topic.
pub fn signatures() -> Vec<(Topic, &'static Signature)> {
    Topic::ALL.into_iter().flat_map(|topic| topic.signatures().into_iter().map(move |one| (topic, one))).collect()
}
