//! The check against the data that `mmc lint` makes, and the line that reports its extent.

use super::numbers::grouped;
use super::output::Output;
use crate::compile::Compiled;
use crate::diag::Checked;
use crate::experiment::{DataCheck, check_data};
use crate::lint::LintLevels;
use std::path::Path;

/// Checks a pipeline that has no errors against its data, adds the problems to its own, and prints on standard error
/// what it was checked against.
pub(super) fn check(path: &Path, compiled: &mut Checked<Compiled>, levels: &LintLevels, output: &Output) {
    let checked = check_data(path.parent().unwrap_or(Path::new("")), compiled, levels);
    if let Some(line) = checked.and_then(|checked| line(&checked)) {
        output.err.line(&format!("{}: {line}", path.display()));
    }
}

/// `checked against higgs.csv: 51,233 rows`
fn line(checked: &DataCheck) -> Option<String> {
    Some(match checked {
        DataCheck::Missing => {
            "not checked against its data, which is missing; `--no-data` checks the text alone".to_owned()
        }
        DataCheck::TooLarge(name) => {
            format!("not checked against the data: {name} is too large to be read whole")
        }
        // Rows that are generated are always there, and always fit.
        DataCheck::Generated => return None,
        DataCheck::Checked { tables, rows, classes, unlabeled, assumption, whole } => {
            let (tables, rows) = (tables.join(", "), grouped(*rows as u64));
            let dropped = match unlabeled {
                0 => String::new(),
                1 => "; 1 row has no label and is left out".to_owned(),
                dropped => format!("; {} rows have no label and are left out", grouped(*dropped as u64)),
            };
            let assumed = assumption.as_ref().map_or_else(String::new, |assumed| format!("; {assumed}"));
            match whole {
                true => format!("checked against {tables}: {rows} rows ({classes}){dropped}{assumed}"),
                false => {
                    format!(
                        "checked against {rows} rows from all over {tables} ({classes}){dropped}{assumed}; the split was not checked"
                    )
                }
            }
        }
        DataCheck::Unfit => "checked against the data, which does not fit".to_owned(),
        DataCheck::Unknown => "not checked against the data".to_owned(),
    })
}
