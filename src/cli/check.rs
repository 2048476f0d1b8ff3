//! What the data says of a pipeline: a step of its own after the text has been checked, that says what it looked at.

use super::numbers::grouped;
use super::output::Output;
use crate::Compiled;
use crate::data::{Decider, Look, Request, look};
use crate::diag::Checked;
use crate::lint::{Levels, Subject, lint_data};
use crate::spec::Facts;
use std::path::Path;

/// Bytes of a data set that is looked at that may be in memory.
const CHECKED: usize = 1 << 30;

/// Looks at the data of a pipeline that has no errors of its own, adds what is to be said of it, and says on standard
/// error what was looked at.
pub(super) fn check(path: &Path, compiled: &mut Checked<Compiled>, levels: &Levels, output: &Output) {
    if let Some(note) = look_at_data(path, compiled, levels) {
        output.err.line(&format!("{}: {note}", path.display()));
    }
}

/// Adds what the data says, and returns what was looked at, where that is worth a word.
pub(super) fn look_at_data(path: &Path, compiled: &mut Checked<Compiled>, levels: &Levels) -> Option<String> {
    let Some(Compiled { hir, plan, ast, allows, .. }) = &mut compiled.value else { return None };
    let names: Vec<&str> = hir.modalities.iter().map(|modality| modality.name.as_str()).collect();
    let looked = look(&Request {
        data: &hir.data,
        label: &hir.label,
        modalities: hir.modalities.iter().collect(),
        deciders: vec![Decider::of(plan, &names)],
        base: path.parent().unwrap_or(Path::new("")),
        cache: None,
        memory: CHECKED,
    });
    let note = match looked {
        Look::Absent(problems) => {
            let missing = problems.iter().next().map_or_else(String::new, |problem| {
                let help = problem.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
                format!(": {}{help}", problem.message)
            });
            format!("data not found, and not checked against it{missing}")
        }
        Look::Large(name) => format!("not checked against the data: {name} is too large to be read in passing"),
        Look::Seen { facts, problems } => {
            let failed = problems.has_errors();
            compiled.problems.extend(problems);
            match &facts {
                Some(facts) => {
                    let found = lint_data(&Subject { hir, ast }, facts, levels, allows);
                    compiled.problems.extend(found);
                    // Rows that are made here are always there, and always fit.
                    if facts.tables.iter().all(|table| table.name.is_empty() || table.name.starts_with("synthetic(")) {
                        compiled.problems.sort();
                        return None;
                    }
                    checked_against(facts)
                }
                None if failed => "checked against the data, which does not fit".to_owned(),
                None => "not checked against the data".to_owned(),
            }
        }
    };
    compiled.problems.sort();
    Some(note)
}

/// `checked against higgs.csv: 51,233 rows`
fn checked_against(facts: &Facts) -> String {
    let names: Vec<&str> = facts.tables.iter().map(|table| table.name.as_str()).collect();
    let tables = names.join(", ");
    let rows = grouped(facts.rows() as u64);
    match facts.whole() {
        true => format!("checked against {tables}: {rows} rows"),
        false => format!("checked against the first {rows} rows of {tables}; nothing is said of the split"),
    }
}
