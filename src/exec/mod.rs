//! The executor: dfdx devices, the parameter store, one kernel file per operation, the combination loss node.
//! Reads plans and batches; knows no files and prints nothing.

mod backend;
mod convolve;
mod decide;
mod device;
mod engine;
mod executor;
mod gemm;
mod gradients;
mod image;
mod initialize;
mod kernels;
mod params;
mod pass;
mod product_rate;
mod shards;
mod value;
mod workers;

pub use decide::{ComponentDecisions, Decisions, decide, fitted, row_losses};
pub use device::{DeviceChoice, engine};
pub use engine::{Engine, ExecError, Logits, StepKey, StepResult};
pub use initialize::initialize;
pub use params::Params;
pub use product_rate::product_rate;
