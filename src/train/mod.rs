//! The training loop and what it needs: optimizers, schedules, stopping, metrics. Prints nothing.

mod apart;
mod auc;
mod checkpoint;
mod combiner;
mod comparison;
mod evaluate;
mod event;
mod halt;
mod metrics;
mod modality_dropout;
mod optimizer;
mod rows;
mod schedule;
mod search;
mod selection;
mod statistics;
mod trainer;
mod trial;

pub use apart::{Start, fit};
pub use auc::auc;
pub use checkpoint::{plan_hash, read_model, write_model};
pub use comparison::{Candidate, Comparison, Line, OverLearn, Question, Singles, compare};
pub use evaluate::{Evaluation, evaluate};
pub use event::{ComponentScores, EpochRecord, Event, Scores, StopReason};
pub use halt::{Cause, Halted, NonFinite};
pub use metrics::scores;
pub use optimizer::{Optimizer, OptimizerState};
pub use rows::Rows;
pub use schedule::Extent;
pub use search::{Point, PointLine, Search, search};
pub use selection::Selection;
pub use statistics::{Difference, Spread, Test, mcnemar, paired_t};
pub use trainer::{Kept, Trained, Training, train};
pub use trial::{Engines, Measured, Outcome, Part, Trial, run_trials};
