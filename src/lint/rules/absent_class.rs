//! A class without a single row in some part: it cannot be learned there, selected on or measured.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;
use crate::spec::{Classes, DataProfile, Part};

/// Largest number of classes named.
const NAMED: usize = 6;

pub(in crate::lint) fn absent_class(subject: &Subject<'_>, profile: &DataProfile) -> Problems {
    let mut problems = Problems::new();
    let rows = |class: usize| profile.parts.iter().filter_map(|part| part.classes.get(class)).sum::<usize>();
    let nowhere: Vec<bool> = (0..profile.classes.len()).map(|class| rows(class) == 0).collect();
    if nowhere.contains(&true) && !profile.parts.is_empty() {
        problems.push(of_no_row(subject, profile, &nowhere));
    }
    for part in &profile.parts {
        let classes = profile.classes.iter().zip(&part.classes).zip(&nowhere);
        let absent = classes.filter(|((_, rows), nowhere)| **rows == 0 && !**nowhere);
        let names: Vec<&str> = absent.map(|((name, _), _)| name.as_str()).collect();
        if names.is_empty() {
            continue;
        }
        let message = format!("no row in `{}` is of class {}", part.part.as_str(), listed(&names));
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

/// The report for classes that no row of any part has.
fn of_no_row(subject: &Subject<'_>, profile: &DataProfile, nowhere: &[bool]) -> Problem {
    let label = &subject.hir.label;
    let names: Vec<&str> =
        profile.classes.iter().zip(nowhere).filter(|(_, nowhere)| **nowhere).map(|(name, _)| name.as_str()).collect();
    let problem = Problem::warning(Code::AbsentClass, format!("no row is of class {}", listed(&names)))
        .at(label.type_span, "a class without rows cannot be learned");
    // Classes that are numbered are as many as the last one with a row.
    let count = nowhere.iter().rposition(|nowhere| !nowhere).map_or(0, |last| last + 1);
    match &label.classes {
        Classes::Count(declared) if (2..*declared).contains(&count) => {
            let right = format!("class[{count}]");
            problem.help(format!("the data has {count} classes: write `{right}`")).edit(label.type_span, right, false)
        }
        _ => problem.help("leave the class out, unless rows of it are expected later"),
    }
}

/// The first of several names.
fn listed(names: &[&str]) -> String {
    let few: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", few.join(", "))
}
