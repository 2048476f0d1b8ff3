//! One report for one cause: a name that nothing declares is reported where it stands first, with its other places beside
//! it, and so is one that is declared again and again.

use crate::diag::{Code, Label, Problem, Problems};
use std::collections::BTreeMap;

/// How many other places are shown.
const MOST: usize = 4;

/// Joins the reports of unknown names that are about the same name, and of names that are declared more than once. The
/// changes they offer are made together.
pub(crate) fn once(mut problems: Problems) -> Problems {
    problems.sort();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<Problem> = vec![];
    for problem in problems {
        let Some(cause) = cause(&problem) else {
            kept.push(problem);
            continue;
        };
        let Some(before) = first.get(cause).and_then(|at| kept.get_mut(*at)) else {
            first.insert(cause.to_owned(), kept.len());
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

/// What a report is about: the name that it calls unknown, or all that it says of what is there more than once.
fn cause(problem: &Problem) -> Option<&str> {
    match problem.code {
        _ if !problem.is_error() => None,
        Code::DuplicateName => Some(&problem.message),
        Code::UnknownName | Code::UnknownFunction | Code::UnknownParam | Code::UnknownCombine => {
            problem.message.split('`').nth(1)
        }
        _ => None,
    }
}
