//! The executor: dfdx devices, the parameter store, one kernel file per operation, the combination loss node.
//! Reads plans and batches; knows no files and prints nothing.

mod engine;
mod params;

pub use engine::{Engine, ExecError, Logits, StepKey, StepResult};
pub use params::Params;
