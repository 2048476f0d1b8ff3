//! The columns of a table in several files, which all have to have the same.

use crate::data::io::paths::DataFile;
use crate::data::table::schema::Schema;
use crate::diag::{Code, Problem, Problems};

/// A file and its columns.
pub(super) type FileSchema<'a> = (&'a DataFile, Schema);

/// The columns of the first file, if all others have the same; `differs` is the problem of one that has not, and is given
/// that file and the first.
///
/// # Errors
/// The problems of all files.
pub(super) fn common_schema(
    files: &[DataFile],
    schema_of: impl Fn(&DataFile) -> Result<Schema, Problem>,
    differs: impl Fn(&FileSchema<'_>, &FileSchema<'_>) -> Problem,
) -> Result<Schema, Problems> {
    let mut schemas: Vec<FileSchema<'_>> = vec![];
    let mut problems = Problems::new();
    for file in files {
        match schema_of(file) {
            Ok(schema) => schemas.push((file, schema)),
            Err(problem) => problems.push(problem),
        }
    }
    if let Some((first, others)) = schemas.split_first() {
        others.iter().filter(|other| other.1 != first.1).for_each(|other| problems.push(differs(other, first)));
    }
    match schemas.into_iter().next() {
        Some((_, schema)) if !problems.has_errors() => Ok(schema),
        _ => Err(problems),
    }
}

/// The problem of a file of typed columns that differ from those of the first file.
pub(super) fn other_columns((file, _): &FileSchema<'_>, (first, _): &FileSchema<'_>) -> Problem {
    let message = format!("`{}` has other columns than `{}`", file.name, first.name);
    file.problem(Code::MissingColumn, message, None)
        .help("the files of one table have the same columns in the same order")
}
