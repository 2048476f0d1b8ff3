//! The training loop and what it needs: optimizers, schedules, stopping, metrics. Prints nothing.

mod event;

pub use event::{ComponentScores, EpochRecord, Event, Scores, StopReason};
