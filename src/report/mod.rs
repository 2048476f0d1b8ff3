//! Results become files: the folder of a run and what is in it. Trains nothing and prints nothing.

mod comparison;
mod manifest;
mod metrics_csv;
mod predictions_csv;
mod run_dir;
mod save;
mod summary;
mod trials;

pub use comparison::{
    comparison_csv, comparison_markdown, param_names, percent_difference, percent_spread, plain_spread, probability,
    search_csv, search_markdown,
};
pub use manifest::{Machine, Manifest, PlanSummary, Seconds, versions, write_manifest};
pub use metrics_csv::write_metrics;
pub use predictions_csv::{Predictions, write_predictions};
pub use run_dir::RunDir;
pub use save::Results;
pub use summary::{Failure, Status, Summary};
pub use trials::{SavedTrial, read_trials, write_trials};
