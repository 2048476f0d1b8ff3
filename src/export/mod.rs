//! Models for other programs. Contents of files as bytes and texts; independent of files and runs.

#[cfg(feature = "onnx")]
mod onnx;
mod refusal;

#[cfg(feature = "onnx")]
pub(crate) use onnx::{ElementType, Elements, OnnxInputs, OnnxModel, OnnxRequest, RawColumn, onnx_model, tensor_file};
pub(crate) use refusal::ExportRefusal;
