//! A pipeline checked against its data without training: bounded in time, whatever the size of the files.

use super::selection_check::undefined_in_profile;
use crate::compile::Compiled;
use crate::data::{Inspection, LoadRequest, RequiredComponents, inspect};
use crate::diag::Checked;
use crate::lint::{LintLevels, Subject, lint_data};
use crate::spec::class_summary;
use std::path::Path;

/// Bytes of the data that may be in memory.
const MEMORY: usize = 1 << 30;

/// The extent of the check of a pipeline against its data.
#[derive(Clone, Debug, PartialEq)]
pub enum DataCheck {
    /// A file is missing, as the problems say.
    Missing,
    /// The named table is too large to be read, and has no part that could be.
    TooLarge(String),
    /// The data is generated, and always fits.
    Generated,
    /// Rows were read.
    Checked {
        /// The names of the tables.
        tables: Vec<String>,
        /// Number of rows that were read.
        rows: usize,
        /// How many of them each class has: `no: 40, yes: 17`.
        classes: String,
        /// How many rows have no label and are left out.
        unlabeled: usize,
        /// What was assumed of the label's cells, where they are indices of named classes.
        assumption: Option<String>,
        /// Whether these are all; the split is not checked by some rows alone.
        whole: bool,
    },
    /// The data does not fit the pipeline, as the problems say.
    Unfit,
    /// The data was not read.
    Unknown,
}

/// Adds the problems of the data, and the lints that only the data can decide, to a pipeline that has no errors; `None`
/// for one that has. Relative paths begin at `folder`.
pub fn check_data(folder: &Path, compiled: &mut Checked<Compiled>, levels: &LintLevels) -> Option<DataCheck> {
    let Some(Compiled { hir, plan, ast, suppressions, .. }) = &mut compiled.value else { return None };
    let names: Vec<&str> = hir.modalities.iter().map(|modality| modality.name.as_str()).collect();
    let looked = inspect(&LoadRequest {
        data: &hir.data,
        label: &hir.label,
        class_weights: hir.train.class_weights.as_ref(),
        modalities: hir.modalities.iter().collect(),
        required: vec![RequiredComponents::of(plan, &names)],
        base: folder,
        cache: None,
        memory: MEMORY,
    });
    let check = match looked {
        Inspection::MissingFiles(problems) => {
            compiled.problems.extend(problems);
            DataCheck::Missing
        }
        Inspection::TooLarge(name) => DataCheck::TooLarge(name),
        Inspection::Inspected { profile, problems } => {
            let failed = problems.has_errors();
            compiled.problems.extend(problems);
            match &profile {
                Some(profile) => {
                    let found = lint_data(&Subject { hir, ast }, profile, levels, suppressions);
                    compiled.problems.extend(found);
                    undefined_in_profile(hir, profile).into_iter().for_each(|problem| compiled.problems.push(problem));
                    let generated = |name: &str| name.is_empty() || name.starts_with("synthetic(");
                    match profile.tables.iter().all(|table| generated(&table.name)) {
                        true => DataCheck::Generated,
                        false => DataCheck::Checked {
                            tables: profile.tables.iter().map(|table| table.name.clone()).collect(),
                            rows: profile.rows(),
                            classes: class_summary(&profile.classes, &profile.class_rows),
                            unlabeled: profile.unlabeled,
                            assumption: profile.assumption.clone(),
                            whole: profile.whole(),
                        },
                    }
                }
                None if failed => DataCheck::Unfit,
                None => DataCheck::Unknown,
            }
        }
    };
    compiled.problems.sort();
    Some(check)
}
