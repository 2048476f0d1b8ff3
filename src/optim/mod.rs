//! Optimizers and learning-rate schedules, each with its name, its arguments and its arithmetic.
//!
//! [`OPTIMIZERS`] and [`SCHEDULES`] are the tables that calls are checked against, documentation is made from and training
//! is computed by. An optimizer is a file here, a row of the table and a variant of
//! [`OptimizerSpec`](crate::spec::OptimizerSpec).

mod adam;
mod rule;
mod schedule;
mod sgd;
mod table;

pub use rule::{OptimizerEntry, ParamChunk, UpdateRule};
pub use schedule::{SCHEDULES, ScheduleEntry, TrainingSteps, show_schedule};
pub use table::{OPTIMIZERS, default_optimizer, show_optimizer, update_rule};
