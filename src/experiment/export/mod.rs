//! Models written for other programs: the files of each format, with what is known of the run.

mod example_rows;
mod files;
#[cfg(feature = "onnx")]
mod onnx_files;
mod onnx_request;
mod torch_files;

pub use onnx_request::OnnxExport;
