//! Result files: the folder of a run and its content. Trains nothing and prints nothing.

mod checkpoint_folder;
mod checksums;
mod decisions_csv;
mod first_steps;
mod manifest;
mod metrics_csv;
mod prediction_table;
mod predictions_csv;
mod run_dir;
mod run_lock;
mod run_record;
mod save;
mod saved_predictions;
mod summary;
mod table;
mod yaml;

pub use checkpoint_folder::{CheckpointFolder, FoundCheckpoint};
pub use checksums::{CHECKSUMS, CheckedSums, PAGE, ROBUSTNESS, check_sums};
pub use decisions_csv::{TestDecisions, read_decisions, write_decisions};
pub use first_steps::{FIRST_STEPS, FirstSteps, KEPT_STEPS};
pub use manifest::{Machine, Manifest, PlanSummary, Seconds, WarmStart, versions};
pub use metrics_csv::{SavedEpoch, read_metrics, write_metrics};
pub use prediction_table::{PredictionLayout, PredictionRows, PredictionTable, RejectedRows, decision_margin};
pub use predictions_csv::{TestPredictions, write_components, write_predictions};
pub use run_dir::RunDir;
pub use run_lock::RunLock;
pub use run_record::{RunRecord, run_is_complete};
pub use save::Results;
pub use saved_predictions::{OwnDecision, SavedPredictions};
pub use summary::{Status, Summary, SummaryProblem};
pub use table::{EncodedBatch, TableFormat, TableWriter, encode, table_writer};
pub use yaml::{write_yaml, yaml_text};
