//! ONNX: operator set 17 with `ai.onnx.ml` 3, IR version 8. The whole graph from the columns of a table to the label, or the
//! numeric core in standard operators.

mod arithmetic;
mod builder;
mod columns;
mod decision;
mod element;
mod layers;
mod model;
mod operation;
mod proto;

pub(crate) use columns::{RawColumn, prepared_name};
pub(crate) use element::{ElementType, Elements};
pub(crate) use model::{OnnxInputs, OnnxModel, OnnxRequest, onnx_model, tensor_file};
