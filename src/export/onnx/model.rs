//! The graph of a model: its inputs, the steps of the plan, the decision, the outputs.

use super::builder::GraphBuilder;
use super::columns::{RawColumn, RawColumns, prepared_input, raw_input};
use super::decision::{class_losses, component_logits, probabilities};
use super::element::Elements;
use super::operation::{InputValue, StepContext, step_nodes};
use super::proto::{ModelProto, OperatorSetIdProto, StringStringEntryProto};
use crate::data::Preprocessing;
use crate::exec::{Params, fitted};
use crate::export::refusal::ExportRefusal;
use crate::plan::Plan;
use prost::Message;

/// Bytes of the largest file: more than protobuf reads.
const MOST_BYTES: usize = (1 << 31) - 1;

/// What a graph begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnnxInputs {
    /// The cells of columns.
    Raw,
    /// Modalities that are prepared elsewhere.
    Prepared,
}

/// A model to make a graph of.
pub(crate) struct OnnxRequest<'a> {
    /// The plan.
    pub(crate) plan: &'a Plan,
    /// The weights.
    pub(crate) params: &'a Params,
    /// What was fitted to the training rows.
    pub(crate) preprocessing: &'a Preprocessing,
    /// What the graph begins with.
    pub(crate) inputs: OnnxInputs,
    /// Names and texts that are kept with the graph.
    pub(crate) metadata: Vec<(String, String)>,
}

/// A graph in the form of its file.
pub(crate) struct OnnxModel {
    /// The content of the file.
    pub(crate) bytes: Vec<u8>,
    /// The columns that it reads; none where its inputs are prepared elsewhere.
    pub(crate) columns: Vec<RawColumn>,
}

/// The graph of a model.
///
/// # Errors
/// If a part of the model has no form in ONNX.
pub(crate) fn onnx_model(request: &OnnxRequest<'_>) -> Result<OnnxModel, ExportRefusal> {
    let OnnxRequest { plan, params, preprocessing, .. } = request;
    let graph = GraphBuilder::default();
    let mut columns = RawColumns::new(&graph);
    let mut inputs: Vec<InputValue> = vec![];
    for (place, input) in plan.inputs.iter().enumerate() {
        inputs.push(match (request.inputs, preprocessing.modality(&input.name)) {
            (OnnxInputs::Raw, Some(modality)) => raw_input(&mut columns, &graph, place, modality)?,
            _ => prepared_input(&graph, input),
        });
    }
    let columns = columns.columns;
    let mut slots = vec![None; plan.slots];
    for step in &plan.steps {
        graph.enter(&step.name);
        let reads: Option<Vec<_>> = step.reads.iter().map(|slot| slots[*slot].clone()).collect();
        let reads = reads.ok_or_else(|| internal(&step.name))?;
        let context = StepContext { graph: &graph, plan, params, step, reads: &reads, inputs: &inputs };
        slots[step.makes] = Some(step_nodes(&context).ok_or_else(|| internal(&step.name))?);
    }
    graph.enter("decision");
    let loss = fitted(&plan.loss, params);
    let logits: Option<Vec<_>> = loss.components.iter().map(|component| slots[component.logits].clone()).collect();
    let logits = logits.ok_or_else(|| internal("decision"))?;
    let mut values = component_logits(&graph, &loss, &logits, &inputs);
    let (losses, q) = class_losses(&mut values, &loss.combination, &params.decision);
    let probabilities = probabilities(&values, &params.calibration, &losses);
    let classes = loss.classes.len();
    let predicted = graph.place_of_largest(&graph.negate(&losses), 1);
    let predicted = graph.squeeze(&predicted, 1);
    match request.inputs {
        OnnxInputs::Raw => {
            let names = graph.constant(&[classes], &Elements::Texts(loss.classes.clone()));
            graph.output("label", &graph.gather(&names, &predicted), &[]);
        }
        OnnxInputs::Prepared => graph.output("class", &predicted, &[]),
    }
    graph.output("probabilities", &probabilities, &[classes]);
    graph.output("class_losses", &losses, &[classes]);
    graph.output("weights", &q, &[loss.components.len(), classes]);
    let set = |domain: &str, version| OperatorSetIdProto { domain: domain.to_owned(), version };
    let mut opset_import = vec![set("", 17)];
    if request.inputs == OnnxInputs::Raw {
        opset_import.extend([set("ai.onnx.ml", 3), set("com.microsoft", 1)]);
    }
    let entry = |(key, value): &(String, String)| StringStringEntryProto { key: key.clone(), value: value.clone() };
    let model = ModelProto {
        ir_version: 8,
        producer_name: "mmc".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph.finish(&plan.pipeline)),
        opset_import,
        metadata_props: request.metadata.iter().map(entry).collect(),
    };
    if model.encoded_len() > MOST_BYTES {
        return Err(ExportRefusal {
            place: None,
            message: "a model of more than 2 GiB does not fit into one ONNX file".to_owned(),
            help: "export it with `--safetensors DIR`".to_owned(),
        });
    }
    Ok(OnnxModel { bytes: model.encode_to_vec(), columns })
}

fn internal(step: &str) -> ExportRefusal {
    let message = format!("`{step}` has no value: a defect in mmc");
    ExportRefusal { place: None, message, help: "please report this".to_owned() }
}

/// The content of a file that holds one tensor, as in the test data of ONNX models.
pub(crate) fn tensor_file(name: &str, dims: &[usize], elements: &Elements) -> Vec<u8> {
    elements.tensor(name, dims).encode_to_vec()
}
