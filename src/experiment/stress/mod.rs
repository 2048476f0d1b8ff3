//! `mmc stress`: trained runs measured on the same corrupted rows, compared method by method.
//!
//! ```text
//! folders --stressed_run--> StressedRun --methods--> StressedMethod --report--> StressReport --table--> CSV, Markdown
//! ```

pub(super) mod method;
pub(super) mod report;
pub(super) mod robustness_summary;
pub(super) mod run_folders;
pub(super) mod stress_table;
pub(super) mod stressed_run;
pub(super) mod test;
