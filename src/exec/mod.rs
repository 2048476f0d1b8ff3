//! The executor: devices, the parameter store, one kernel for each operation, the class loss node.
//! Reads plans and batches; does not depend on files and prints nothing.

mod backend;
mod decide;
mod device;
mod engine;
mod executor;
mod gradients;
mod initialize;
mod instructions;
mod kernels;
mod math;
mod params;
mod pass;
mod shards;
mod uncertainty;
mod value;
mod workers;

pub use decide::{ComponentDecisions, Decisions, decide, fitted, row_losses};
pub use device::{DeviceChoice, engine};
pub use engine::{ComponentSums, Engine, ExecError, Logits, StepKey, StepResult};
pub use initialize::initialize;
pub use instructions::vector_instructions;
pub use math::product_rate::product_rate;
pub use params::Params;
