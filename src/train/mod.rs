//! The training loop and what it needs: optimizers, schedules, stopping, metrics. Prints nothing.

mod auc;
mod batch_source;
mod evaluate;
mod event;
mod failure;
mod late_fusion;
mod metrics;
mod modality_dropout;
mod model_file;
mod optimizer;
mod selection;
mod trainer;

pub use auc::auc;
pub use batch_source::BatchSource;
pub use evaluate::{Evaluation, evaluate, predict};
pub use event::{ComponentScores, EpochRecord, Event, Scores, SplitScores, StopReason};
pub use failure::{FailureCause, LastModel, NonFinite, TrainingFailure};
pub use late_fusion::{Start, fit};
pub use metrics::scores;
pub use model_file::{plan_hash, read_model, trained_plan, write_model};
pub use optimizer::{Optimizer, OptimizerState};
pub use selection::Selection;
pub use trainer::{Trained, Training, train};
