//! What will run: steps, slots, parameters, costs. Plain data, complete and checked; knows no tensors and no graph.

mod batch;
mod planner;
mod steps;
mod subplan;

pub use crate::spec::ParamInit;
pub use batch::Batch;
pub use planner::plan;
pub use steps::{BufferId, BufferSpec, Component, Cost, Input, LossSpec, ParamId, ParamSpec, Plan, Slot, Step};
