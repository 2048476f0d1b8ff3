//! The training loop and what it needs: optimizers, schedules, stopping, metrics. Prints nothing.

mod auc;
mod checkpoint;
mod evaluate;
mod event;
mod halt;
mod metrics;
mod modality_dropout;
mod optimizer;
mod rows;
mod schedule;
mod selection;
mod trainer;

pub use auc::auc;
pub use checkpoint::{plan_hash, read_model, write_model};
pub use evaluate::{Evaluation, evaluate};
pub use event::{ComponentScores, EpochRecord, Event, Scores, StopReason};
pub use halt::{Cause, Halted, NonFinite};
pub use metrics::scores;
pub use optimizer::{Optimizer, OptimizerState};
pub use rows::Rows;
pub use schedule::Extent;
pub use selection::Selection;
pub use trainer::{Kept, Trained, Training, train};
