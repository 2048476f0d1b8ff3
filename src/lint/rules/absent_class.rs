//! A class without a single row in some part: it cannot be learned there, selected on or measured.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;
use crate::spec::{DataProfile, Part};

/// Largest number of classes named.
const NAMED: usize = 6;

pub(in crate::lint) fn absent_class(subject: &Subject<'_>, profile: &DataProfile) -> Problems {
    let mut problems = Problems::new();
    for part in &profile.parts {
        let absent = profile.classes.iter().zip(&part.classes).filter(|(_, rows)| **rows == 0);
        let names: Vec<&str> = absent.map(|(name, _)| name.as_str()).collect();
        if names.is_empty() {
            continue;
        }
        let few: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        let more = names.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("no row in `{}` is of class {}{more}", part.part.as_str(), few.join(", "));
        let effect = match part.part {
            Part::Train => "a class without rows cannot be learned",
            Part::Valid => "models are selected without it",
            Part::Calib => "its probabilities are calibrated without it",
            Part::Test => "it is not measured",
        };
        let data = &subject.hir.data;
        let place = if data.split.portions.is_empty() { data.span } else { data.split.span };
        let mut problem = Problem::warning(Code::AbsentClass, message)
            .at(place, format!("{} rows: {effect}", part.rows()))
            .also(subject.hir.label.span, "declared here");
        problem = problem.help(match data.split.stratify {
            true => "the class has too few rows for this part to have its share".to_owned(),
            false => format!("`stratify: {}` with `fraction(..)` gives every part its share", subject.hir.label.name),
        });
        problems.push(problem);
    }
    problems
}
