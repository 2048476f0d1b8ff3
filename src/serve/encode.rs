//! Predictions as the outputs of the Open Inference Protocol, and as rows.

use super::answer::Answer;
use super::binary;
use crate::experiment::{OnlineModel, OnlinePredictions};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// An output of a model.
pub(super) struct OutputSpec {
    pub(super) name: &'static str,
    pub(super) datatype: &'static str,
    /// Whether it is there unless outputs are named.
    pub(super) default: bool,
    /// Numbers in a row; `None` for one without an axis of its own.
    pub(super) width: Option<usize>,
}

/// The outputs of a model.
pub(super) fn outputs(model: &OnlineModel) -> impl Iterator<Item = OutputSpec> {
    let (classes, components) = (model.classes().len(), model.components().count());
    let output = |name, datatype, default, width| OutputSpec { name, datatype, default, width };
    let abstained = model.abstains().then(|| output("abstained", "BOOL", true, None));
    [
        output("label", "BYTES", true, None),
        output("probabilities", "FP32", true, Some(classes)),
        output("margin", "FP32", true, None),
        output("class_losses", "FP32", false, Some(classes)),
        output("weights", "FP32", false, Some(components)),
    ]
    .into_iter()
    .chain(abstained)
}

/// A tensor of an answer.
#[derive(Serialize)]
struct InferOutput<'a> {
    name: &'static str,
    datatype: &'static str,
    shape: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<TensorElements<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum TensorElements<'a> {
    /// Not-a-number, the weight of a component that is absent, is null.
    Numbers(&'a [f32]),
    Texts(Vec<&'a str>),
    Truths(&'a [bool]),
}

impl TensorElements<'_> {
    fn binary(&self) -> Vec<u8> {
        match self {
            TensorElements::Numbers(numbers) => binary::floats(numbers),
            TensorElements::Texts(texts) => binary::strings(texts.iter().copied()),
            TensorElements::Truths(truths) => truths.iter().map(|truth| u8::from(*truth)).collect(),
        }
    }
}

#[derive(Serialize)]
struct InferResponse<'a> {
    model_name: &'a str,
    model_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    outputs: Vec<InferOutput<'a>>,
}

/// The classes that are decided for; empty on rows that are too unsure.
pub(super) fn labels<'a>(model: &'a OnlineModel, found: &OnlinePredictions) -> Vec<&'a str> {
    let label = |(class, abstained): (&u32, &bool)| match abstained {
        true => "",
        false => model.classes().get(*class as usize).map_or("", String::as_str),
    };
    found.predicted.iter().zip(&found.abstained).map(label).collect()
}

/// The answer to an inference.
pub(super) fn response(
    name: &str,
    model: &OnlineModel,
    (id, wanted_outputs): (Option<&str>, &[(&'static str, bool)]),
    found: &OnlinePredictions,
) -> Answer {
    let rows = found.predicted.len();
    let (mut outputs_, mut tail) = (vec![], vec![]);
    for (wanted, binary) in wanted_outputs {
        let Some(output) = outputs(model).find(|output| output.name == *wanted) else { continue };
        let elements = match output.name {
            "label" => TensorElements::Texts(labels(model, found)),
            "probabilities" => TensorElements::Numbers(&found.probabilities),
            "margin" => TensorElements::Numbers(&found.margins),
            "class_losses" => TensorElements::Numbers(&found.losses),
            "weights" => TensorElements::Numbers(&found.weights),
            _ => TensorElements::Truths(&found.abstained),
        };
        let shape = std::iter::once(rows).chain(output.width).collect();
        let (name, datatype) = (output.name, output.datatype);
        outputs_.push(match binary {
            false => InferOutput { name, datatype, shape, parameters: None, data: Some(elements) },
            true => {
                let bytes = elements.binary();
                let parameters = Some(json!({ "binary_data_size": bytes.len() }));
                tail.extend(bytes);
                InferOutput { name, datatype, shape, parameters, data: None }
            }
        });
    }
    let response = InferResponse { model_name: name, model_version: "1", id, outputs: outputs_ };
    if wanted_outputs.iter().all(|(_, binary)| !binary) {
        return Answer::json(&response);
    }
    let mut body = serde_json::to_vec(&response).unwrap_or_default();
    let header = body.len().to_string();
    body.extend(tail);
    Answer::of("application/octet-stream", body).with("inference-header-content-length", &header)
}

/// A prediction of `/invocations`.
#[derive(Serialize)]
struct RowPrediction<'a> {
    label: &'a str,
    probabilities: Map<String, Value>,
    margin: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    abstained: Option<bool>,
}

/// The predictions row by row.
pub(super) fn predictions(model: &OnlineModel, found: &OnlinePredictions) -> Answer {
    let classes = model.classes().len();
    let rows: Vec<RowPrediction<'_>> = labels(model, found)
        .into_iter()
        .enumerate()
        .map(|(row, label)| {
            let probabilities = &found.probabilities[row * classes..(row + 1) * classes];
            let named = model.classes().iter().zip(probabilities);
            RowPrediction {
                label,
                probabilities: named.map(|(class, p)| (class.clone(), shortest(*p))).collect(),
                margin: found.margins[row],
                abstained: model.abstains().then(|| found.abstained[row]),
            }
        })
        .collect();
    Answer::json(&json!({ "predictions": rows.iter().map(raw).collect::<Vec<_>>() }))
}

/// A row as JSON; its numbers have a JSON form, or are null.
fn raw(row: &RowPrediction<'_>) -> Value {
    let margin = shortest(row.margin);
    let mut value = json!({ "label": row.label, "probabilities": row.probabilities, "margin": margin });
    if let Some(abstained) = row.abstained {
        value["abstained"] = abstained.into();
    }
    value
}

/// The shortest decimal that reads back as the same number of single precision.
fn shortest(number: f32) -> Value {
    serde_json::to_string(&number).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null)
}
