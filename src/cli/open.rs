//! Pipelines opened for a command, with their warnings printed.

use super::output::Output;
use super::status::ExitStatus;
use crate::experiment::{Pipeline, PipelineOptions};
use std::path::Path;

/// Opens the pipeline at `path`; its warnings or its error are printed on standard error.
pub(super) fn open_pipeline(path: &Path, options: PipelineOptions, output: &Output) -> Result<Pipeline, ExitStatus> {
    let pipeline = Pipeline::open_with(path, options).map_err(|error| output.error(&error))?;
    warn(&pipeline, output);
    Ok(pipeline)
}

/// Prints the warnings of a pipeline.
pub(super) fn warn(pipeline: &Pipeline, output: &Output) {
    output.problems(pipeline.problems(), pipeline.sources());
}
