//! Many trainings: trials side by side, comparisons with tests of significance, grid searches and their tables.

mod comparison;
mod grid_search;
mod saved_trials;
mod statistics;
mod tables;
mod trial;

pub use comparison::{Candidate, Comparison, Line, OverLearn, Question, Singles, compare};
pub use grid_search::{Point, PointLine, Search, search};
pub use saved_trials::{SavedTrial, read_trials, write_trials};
pub use statistics::{Difference, Spread, Test, mcnemar, paired_t};
pub use tables::{
    comparison_csv, comparison_markdown, param_names, percent_difference, percent_spread, plain_spread, probability,
    search_csv, search_markdown,
};
pub use trial::{Engines, Measured, Outcome, Trial, run_trials};
