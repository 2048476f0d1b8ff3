//! The declarations a file is made of, described; `data`, `train` and `sweep` are described where they are read.

use crate::ops::Signature;
use crate::sema::lower::{data, sweep, train};

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
pub(crate) fn declarations() -> Vec<&'static Signature> {
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
