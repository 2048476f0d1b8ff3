//! Files of JSON that pages are made of.

use super::error::Error;
use crate::diag::{Code, Problem, SourceMap};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Reads a file of JSON.
pub(super) fn read_json(path: &Path) -> Result<Value, Problem> {
    let damaged = |reason: String| {
        let message = format!("`{}` is damaged: {reason}", path.display());
        Problem::error(Code::BadModel, message).help("copy the file from the folder of its run again")
    };
    let text = fs::read_to_string(path).map_err(|error| damaged(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))
}

/// An error without a text.
pub(super) fn of(problem: Problem) -> Error {
    Error::of(problem, &SourceMap::new())
}
