//! The catalog of the language: the signatures of everything that has a name, by topic, for documentation, hover and
//! completion.

use crate::fusion::{SETTING_VALUES, STRATEGIES};
use crate::ops::{LAYERS, Signature};
use crate::optim::{OPTIMIZERS, SCHEDULES};
use crate::sema::eval::builtin;
use crate::sema::lower::{balance, data, modality, modality_type, source, stop, sweep, train, transform};

/// A group of names in the language; the order is that of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Declarations: `data`, `modality`, `train`.
    Declaration,
    /// Sources of rows: `csv(..)`.
    Source,
    /// Splits of rows: `last(n)`.
    Split,
    /// Selections of columns: `column(..)`.
    Columns,
    /// Types of modalities and labels: `dense[n]`.
    Type,
    /// Transforms of columns: `standardize`.
    Transform,
    /// Layers: `linear(n)`.
    Layer,
    /// Built-in functions: `concat(a, b)`.
    Builtin,
    /// Strategies of a combine: `mulmix(a, b)`.
    Strategy,
    /// Values of strategies' settings: `margin(0.1)`.
    StrategyValue,
    /// Optimizers: `sgd(lr: 0.1)`.
    Optimizer,
    /// Learning-rate schedules: `cosine()`.
    Schedule,
    /// Stopping rules: `patience(10)`.
    Stop,
    /// Ways of balancing components: `ogm(0.5)`.
    Balance,
}

/// A row of the catalog.
struct TopicRow {
    /// Singular, as in messages.
    title: &'static str,
    /// Plural, as in headings.
    plural: &'static str,
    /// The signatures of the topic, in order.
    signatures: Vec<&'static Signature>,
}

impl Topic {
    /// The topics in order.
    pub const ALL: [Topic; 14] = [
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
        Topic::Balance,
    ];

    /// The catalog itself: a row for each topic.
    fn row(self) -> TopicRow {
        let row = |title, plural, signatures| TopicRow { title, plural, signatures };
        match self {
            Topic::Declaration => row("declaration", "Declarations", declarations()),
            Topic::Source => row("source", "Sources", source::signatures()),
            Topic::Split => row("split", "Splits", data::SPLITS.to_vec()),
            Topic::Columns => row("selection of columns", "Columns", modality::COLUMN_SELECTORS.to_vec()),
            Topic::Type => row("type", "Types", [modality_type::TYPES, &[&modality::CLASS]].concat()),
            Topic::Transform => row("transform", "Transforms", transform::signatures()),
            Topic::Layer => row("layer", "Layers", LAYERS.iter().map(|layer| &layer.signature).collect()),
            Topic::Builtin => row("built-in function", "Built-in functions", builtin::BUILTINS.to_vec()),
            Topic::Strategy => {
                row("strategy", "Strategies", STRATEGIES.iter().map(|strategy| &strategy.signature).collect())
            }
            Topic::StrategyValue => row("value of a strategy's setting", "Values of settings", SETTING_VALUES.to_vec()),
            Topic::Optimizer => {
                row("optimizer", "Optimizers", OPTIMIZERS.iter().map(|optimizer| &optimizer.signature).collect())
            }
            Topic::Schedule => {
                row("schedule", "Schedules", SCHEDULES.iter().map(|schedule| &schedule.signature).collect())
            }
            Topic::Stop => row("stopping rule", "Stopping", vec![&stop::PATIENCE]),
            Topic::Balance => {
                let signatures = balance::BALANCES.iter().map(|row| &row.signature).collect();
                row("way of balancing", "Balance of components", signatures)
            }
        }
    }

    /// The signatures of the topic, in order.
    pub fn signatures(self) -> Vec<&'static Signature> {
        self.row().signatures
    }

    /// The title of one signature of the topic.
    pub fn title(self) -> &'static str {
        self.row().title
    }

    /// The heading of the topic.
    pub fn plural(self) -> &'static str {
        self.row().plural
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
    "a named block of layers; every call of it has separate weights",
)
.shapes("fn NAME(INPUT, ARGUMENT: DEFAULT) = EXPRESSION, or { let NAME = EXPRESSION; EXPRESSION }")
.example("fn block(x, width: 64) = x |> linear(width) |> batch_norm |> relu\n\nencoder low_net = low |> block(width: 128) |> block");
const LABEL: Signature = Signature::new("label", "the value to predict, with its classes")
    .shapes("label NAME: class[CLASSES] = column(WHICH)")
    .example("label process: class[\"background\", \"signal\"] = column(\"process\")");
const SHARED: Signature = Signature::new("shared", "a block of layers with one set of weights, however often it is used")
    .shapes("shared NAME = BLOCK")
    .example("shared tower = linear(64) |> relu\n\nencoder low_net  = low |> linear(32) |> tower\nencoder high_net = high |> linear(32) |> tower");
const MODALITY: Signature = Signature::new("modality", "one input signal: its type, its columns and their transforms")
    .shapes("modality NAME: TYPE = COLUMNS |> TRANSFORM |> ..; NAME? may be missing on a row")
    .example("modality low: dense[21] = columns(\"low_*\") |> standardize");
const ENCODER: Signature = Signature::new("encoder", "a representation computed from modalities")
    .shapes("encoder NAME = MODALITY |> LAYER |> ..")
    .example("encoder low_net = low |> mlp([64, 64])");
const COMBINE: Signature =
    Signature::new("combine", "how inputs decide together; a file may have several, and `train` selects one")
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
