//! One report for one cause: a name that nothing declares is reported where it stands first, with its other places beside it.

use crate::diag::{Code, Label, Problem, Problems};
use std::collections::BTreeMap;

/// How many other places are shown.
const MOST: usize = 4;

/// Joins the reports of unknown names that are about the same name. The changes they offer are made together.
pub(super) fn once(mut problems: Problems) -> Problems {
    problems.sort();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<Problem> = vec![];
    for problem in problems {
        let Some(name) = unknown_name(&problem) else {
            kept.push(problem);
            continue;
        };
        let Some(before) = first.get(name).and_then(|at| kept.get_mut(*at)) else {
            first.insert(name.to_owned(), kept.len());
            kept.push(problem);
            continue;
        };
        let Some(place) = problem.place() else { continue };
        let known = before.labels.iter().any(|label| label.span == place);
        if !known && before.labels.len() <= MOST {
            before.labels.push(Label { span: place, message: "and here".into(), primary: false });
        }
        // Renaming all of them mends what one cause broke.
        before.edits.extend(problem.edits.into_iter().filter(|edit| !known && !edit.safe));
    }
    kept.into_iter().collect()
}

/// The name that a report calls unknown.
fn unknown_name(problem: &Problem) -> Option<&str> {
    let codes = [Code::UnknownName, Code::UnknownFunction, Code::UnknownParam, Code::UnknownCombine];
    let of_names = codes.contains(&problem.code) && problem.is_error();
    problem.message.split('`').nth(1).filter(|_| of_names)
}
