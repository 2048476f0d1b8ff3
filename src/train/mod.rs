//! The training loop and its parts: optimizers, schedules, stopping, metrics. Prints nothing.

mod auc;
mod balance;
mod batch_source;
mod checkpoint;
mod checkpoint_file;
mod class_scores;
mod conclude;
mod evaluate;
mod event;
mod exact_json;
mod failure;
mod fit_calibration;
mod late_fusion;
mod metrics;
mod modality_dropout;
mod model_file;
mod optimizer;
mod outdone;
mod past_losses;
mod selection;
mod suspect_labels;
mod trainer;
mod training;

pub use auc::auc;
pub use balance::BalanceState;
pub use batch_source::BatchSource;
pub use checkpoint::{
    BestModel, Checkpoint, CheckpointInterval, CheckpointPolicy, EpochTotals, FinishedComponents, LoopState,
};
pub use checkpoint_file::{checkpoint_bytes, read_checkpoint};
pub use class_scores::{ClassScore, ClassScores, class_scores};
pub use evaluate::{Evaluation, evaluate, evaluate_logits, logits, predict};
pub use event::{ComponentScores, EpochRecord, Event, ProbabilityScores, Scores, SplitScores, StopReason};
pub use failure::{FailureCause, LastModel, NonFinite, TrainingFailure};
pub use fit_calibration::{CalibrationFit, CalibrationRecord, DecisionRecord, fit_calibration};
pub use late_fusion::{Start, fit, moved};
pub use metrics::scores;
pub use model_file::{StoredTensor, plan_hash, read_model, read_tensors, trained_plan, write_model};
pub use optimizer::{Optimizer, OptimizerState};
pub use outdone::outdone;
pub use past_losses::PastLosses;
pub use selection::{SelectedEpoch, Selection};
pub use suspect_labels::{SuspectLabel, suspect_labels};
pub use trainer::train;
pub use training::{Trained, Training};
