//! Experiments: a pipeline with its data becomes a trained model, many trials become a comparison or a grid search.
//!
//! ```text
//! Pipeline --open--> Run --train--> TrainedModel --save--> folder --load--> Model --predict--> Predictions
//! Models --stress--> StressReport
//! Pipelines --open--> TrialSet --start--> Study --run--> TrialResults --compare--> Comparison
//!                                                                     --grid_search--> GridSearch
//! ```

mod benchmark;
mod command_line;
mod comparison;
mod comparison_table;
mod comparison_trials;
mod csv_comparison;
mod data_check;
mod epoch_audit;
mod error;
mod evaluation;
mod export;
mod grid_search;
mod grid_search_trials;
mod held_out;
mod initial_weights;
mod kept_robustness;
mod least_sure;
mod model;
mod new_row_format;
mod online;
mod options;
mod paired_predictions;
mod pipeline;
mod pipeline_meaning;
mod predict;
mod prediction_blocks;
mod predictions;
mod ranking;
mod replay;
mod resume;
mod robustness;
mod row_trust;
mod rows;
mod run;
mod run_copy;
mod run_diff;
mod run_differences;
mod run_folder;
mod run_list;
mod run_name;
mod run_order;
mod run_progress;
mod run_web_page;
mod saved_trials;
mod score_spreads;
mod search_table;
mod selection_check;
mod source_file;
mod started_run;
mod statistics;
mod stress;
mod study;
mod study_content;
mod study_record;
mod subset_verdicts;
mod table_prediction;
mod table_text;
mod training_rows;
mod trial;
mod trial_set;
mod trust;
mod trust_reference;
mod trust_summary;
mod trust_table;
mod value_difference;
mod verification;
mod warm_start;
mod web_file;
mod web_page;
mod weight_comparison;

pub use benchmark::{Benchmark, benchmark};
pub(crate) use command_line::shell_word;
pub use comparison::{
    ChoiceAudit, ComparedModel, Comparison, ComparisonReference, ComparisonRow, OverLearn, SingleModality, compare,
};
pub use comparison_table::{comparison_csv, comparison_markdown};
pub use comparison_trials::{ComparisonOptions, ComparisonTrials};
pub use data_check::{DataCheck, check_data};
pub use error::{Diagnostics, Error, ErrorKind};
pub use evaluation::{
    EvaluatedRows, EvaluationRequest, LabelError, ModelEvaluation, ReportedScores, RowGroups, part_by_name,
};
pub use export::OnnxExport;
pub use grid_search::{GridPoint, GridRow, GridSearch, grid_search};
pub use grid_search_trials::{GridSearchOptions, GridSearchTrials};
pub use initial_weights::InitialWeights;
pub use kept_robustness::keep_robustness;
pub use model::{Model, TrainedModel};
pub use new_row_format::TextFormatChanges;
pub use online::cell::{OnlineCell, OnlineRows};
pub use online::column::OnlineColumn;
pub use online::model::OnlineModel;
pub use online::predictor::{OnlinePredictions, OnlinePredictor, RowProblem};
pub use options::{TrainOptions, system_cache};
pub use paired_predictions::PairedPredictions;
pub use pipeline::{CheckedFile, Pipeline, PipelineOptions};
pub use prediction_blocks::{NewRows, PredictedBlock, PredictionBlocks};
pub use predictions::{Prediction, Predictions};
pub use ranking::{RankedConfiguration, best_of, rank};
pub use resume::Continuation;
pub use robustness::ablation::AblatedSubset;
pub use robustness::corruption_curve::{CorruptionCurve, CorruptionPoint, ModalityCorruption};
pub use robustness::permutation_importance::PermutationImportance;
pub use robustness::robustness_report::{RobustnessReport, RobustnessRequest};
pub use row_trust::{
    Absence, ClassVerdict, ComponentWeight, Conflict, ConflictRecord, LabelSet, ModalityTrust, NoShapley, RowTrust,
};
pub use run::{FailedRun, Run};
pub use run_diff::{ResultDiff, RunDiff, diff_runs};
pub use run_list::{ListedRun, RunList, RunStatus, SkippedFolder, list_runs};
pub use run_name::{DEFAULT_RUNS, find_run};
pub use run_order::{RunColumn, RunFilter, RunOrder};
pub use run_progress::{RunProgress, run_progress};
pub use saved_trials::{SavedTrial, read_trials, write_trials};
pub use score_spreads::{ProbabilitySpreads, ScoreSpreads};
pub use search_table::{param_names, search_csv, search_markdown};
pub use source_file::{Unreadable, add_source, read_source};
pub use started_run::StartedRun;
pub use statistics::{Difference, Interval, SignificanceTest, Spread, holm, mcnemar, paired_t};
pub use stress::report::{
    MethodSummary, ModalityErrors, StressCell, StressOptions, StressReport, TestReport, TestedMethod, stress,
};
pub use stress::run_folders::stressed_folders;
pub use stress::stress_table::{stress_csv, stress_markdown};
pub use stress::test::{StressExposure, StressTest};
pub use study::{Study, StudyProgress, StudyTables};
pub use study_record::{SelectedRun, StudyFile, StudyKind, StudyRecord};
pub use table_prediction::{
    PredictionFailure, PredictionOrder, PredictionSummary, TablePrediction, TablePredictionOptions,
};
pub use table_text::{
    PROBABILITY_HEADS, metric_label, metric_spread, metric_value, named_metric, percent_difference, percent_spread,
    plain_spread, probability, probability_cells,
};
pub use training_rows::Atypical;
pub use trial::{TrialResult, TrialScores};
pub use trial_set::{Configuration, TrialId, TrialSet};
pub use trust::{ExplainedRows, Trust, TrustRequest};
pub use trust_summary::{ConflictSummary, ModalitySummary, RiskSummary, SetCount, SetSummary, TrustSummary};
pub use value_difference::ValueDifference;
pub use verification::{CheckStatus, Verification, VerificationCheck, verify_run};
pub use web_page::{web_page, write_web_page};
pub use weight_comparison::WeightComparison;
