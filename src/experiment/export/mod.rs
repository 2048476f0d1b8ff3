//! Models written for other programs: the files of each format, with what is known of the run.

mod example_rows;
#[cfg(feature = "onnx")]
mod onnx_files;
mod onnx_request;

pub use onnx_request::OnnxExport;
