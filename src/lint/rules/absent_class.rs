//! A class without a single row in some part: it cannot be learned there, selected on or measured.

use crate::diag::{Code, Problem, Problems};
use crate::lint::Subject;
use crate::spec::{Facts, Part};

pub(in crate::lint) fn absent_class(subject: &Subject<'_>, facts: &Facts) -> Problems {
    let mut problems = Problems::new();
    for part in &facts.parts {
        let absent = facts.classes.iter().zip(&part.classes).filter(|(_, rows)| **rows == 0);
        let names: Vec<&str> = absent.map(|(name, _)| name.as_str()).collect();
        let Some(first) = names.first() else { continue };
        let all: usize = facts.classes.len();
        let message = match names.len() {
            1 => format!("no row of class `{first}` is in `{}`", part.part.as_str()),
            several => {
                format!("{several} of {all} classes have no row in `{}`, `{first}` among them", part.part.as_str())
            }
        };
        let what = match part.part {
            Part::Train => "it cannot be learned",
            Part::Valid => "models are not selected by it",
            Part::Test => "it is not measured",
        };
        let data = &subject.hir.data;
        let place = if data.split.portions.is_empty() { data.span } else { data.split.span };
        let mut problem = Problem::warning(Code::AbsentClass, message)
            .at(place, format!("{} rows, none of it: {what}", part.rows()))
            .also(subject.hir.label.span, "declared here");
        problem = problem.help(match data.split.stratify {
            true => "the class has too few rows for this part to have its share".to_owned(),
            false => format!("`stratify: {}` with `fraction(..)` gives every part its share", subject.hir.label.name),
        });
        problems.push(problem);
    }
    problems
}
