//! Everything that has a name in the language, by topic: what documentation, hover and completion are made from.

use crate::ops::{LAYERS, Signature};
use crate::optim::{OPTIMIZERS, SCHEDULES};
use crate::sema::eval::builtin;
use crate::sema::lower::fusion::strategy;
use crate::sema::lower::{data, modality, modality_type, source, sweep, train, transform};

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
            Topic::Declaration => declarations(),
            Topic::Source => source::signatures(),
            Topic::Split => data::SPLITS.to_vec(),
            Topic::Columns => modality::COLUMN_SELECTORS.to_vec(),
            Topic::Type => [modality_type::TYPES, &[&modality::CLASS]].concat(),
            Topic::Transform => transform::signatures(),
            Topic::Layer => LAYERS.iter().map(|layer| &layer.signature).collect(),
            Topic::Builtin => builtin::BUILTINS.to_vec(),
            Topic::Strategy => strategy::strategies(),
            Topic::StrategyValue => strategy::SETTING_VALUES.to_vec(),
            Topic::Optimizer => OPTIMIZERS.iter().map(|optimizer| &optimizer.signature).collect(),
            Topic::Schedule => SCHEDULES.iter().map(|schedule| &schedule.signature).collect(),
            Topic::Stop => vec![&train::PATIENCE],
        }
    }

    /// What one thing of this topic is called.
    pub fn title(self) -> &'static str {
        match self {
            Topic::Declaration => "declaration",
            Topic::Source => "source",
            Topic::Split => "split",
            Topic::Columns => "selection of columns",
            Topic::Type => "type",
            Topic::Transform => "transform",
            Topic::Layer => "layer",
            Topic::Builtin => "built-in function",
            Topic::Strategy => "strategy",
            Topic::StrategyValue => "value of a strategy's setting",
            Topic::Optimizer => "optimizer",
            Topic::Schedule => "schedule",
            Topic::Stop => "stopping rule",
        }
    }

    /// What all of it is called.
    pub fn plural(self) -> &'static str {
        match self {
            Topic::Declaration => "Declarations",
            Topic::Source => "Sources",
            Topic::Split => "Splits",
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

const PIPELINE: Signature =
    Signature::new("pipeline", "names the pipeline: the first declaration of a file, and the name of its runs")
        .example("pipeline quickstart");
const USE: Signature =
    Signature::new("use", "brings in the functions and params of another file").shapes("use \"FILE\"");
const PARAM: Signature = Signature::new(
    "param",
    "a constant that `--set NAME=VALUE` and `sweep` may change, within its bounds if it has any",
)
.shapes("param NAME = VALUE, param NAME = VALUE in LOWEST..=HIGHEST, param NAME = VALUE in [A, B]")
.example("param width = 64 in [32, 64, 128]\n\nencoder low_net = low |> mlp([width, width])");
const FN: Signature = Signature::new(
    "fn",
    "a block of layers by a name; every call of it has weights of its own",
)
.shapes("fn NAME(INPUT, ARGUMENT: DEFAULT) = EXPRESSION, or { let NAME = EXPRESSION; EXPRESSION }")
.example("fn block(x, width: 64) = x |> linear(width) |> batch_norm |> relu\n\nencoder low_net = low |> block(width: 128) |> block");
const LABEL: Signature = Signature::new("label", "what is predicted, with its classes")
    .shapes("label NAME: class[CLASSES] = column(WHICH)")
    .example("label process: class[\"background\", \"signal\"] = column(\"process\")");
const SHARED: Signature = Signature::new("shared", "a block of layers with one set of weights, whatever number of times it is used")
    .shapes("shared NAME = BLOCK")
    .example("shared tower = linear(64) |> relu\n\nencoder low_net  = low |> linear(32) |> tower\nencoder high_net = high |> linear(32) |> tower");
const MODALITY: Signature =
    Signature::new("modality", "one input signal: its type, the columns it is made of, and what is done to them")
        .shapes("modality NAME: TYPE = COLUMNS |> TRANSFORM |> ..; NAME? may be missing on a row")
        .example("modality low: dense[21] = columns(\"low_*\") |> standardize");
const ENCODER: Signature = Signature::new("encoder", "a representation computed from modalities")
    .shapes("encoder NAME = MODALITY |> LAYER |> ..")
    .example("encoder low_net = low |> mlp([64, 64])");
const COMBINE: Signature = Signature::new(
    "combine",
    "how inputs decide together; several may stand in one file, and `train` says which is trained",
)
.shapes("combine NAME = STRATEGY(INPUT, ..) { SETTING = VALUE }")
.example("combine mix = mulmix(low_net, high_net) {\n  beta = 0.5\n  head = mlp([64])\n}");

/// Every declaration, in the order of a file.
fn declarations() -> Vec<&'static Signature> {
    vec![
        &PIPELINE,
        &USE,
        &PARAM,
        &FN,
        &data::DATA,
        &LABEL,
        &SHARED,
        &MODALITY,
        &ENCODER,
        &COMBINE,
        &train::TRAIN,
        &sweep::SWEEP,
    ]
}
