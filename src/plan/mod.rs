//! The plan: steps, slots, parameters, costs. Plain data, complete and checked; does not depend on tensors or the
//! graph.

mod batch;
mod planner;
mod steps;
mod subplan;

pub use crate::spec::ParamInit;
pub use batch::Batch;
pub use planner::plan;
pub use steps::{BufferId, BufferSpec, Component, Cost, Input, LossSpec, ParamId, ParamSpec, Plan, Slot, Step};
