//! Models for other programs: an ONNX graph, a module in PyTorch, the folder of an MLflow model, a model card. Contents of
//! files as bytes and texts; independent of files and runs.

mod card;
mod input_columns;
mod mlflow;
#[cfg(feature = "onnx")]
mod onnx;
#[cfg(feature = "onnx")]
mod refusal;
mod torch;

pub(crate) use card::{ModelCard, model_card};
pub(crate) use input_columns::{InputColumnType, ModelColumn, model_columns};
pub(crate) use mlflow::{MlflowExample, MlflowModel, mlflow_files};
#[cfg(feature = "onnx")]
pub(crate) use onnx::{
    ElementType, Elements, OnnxInputs, OnnxModel, OnnxRequest, RawColumn, onnx_model, prepared_name, tensor_file,
};
#[cfg(feature = "onnx")]
pub(crate) use refusal::ExportRefusal;
pub(crate) use torch::torch_module;
