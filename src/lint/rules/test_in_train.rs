//! Rows of the test or the validation that are trained on as well: one file in two tables.

use crate::diag::{Code, Problem, Problems, Span};
use crate::lint::subject::Subject;
use crate::spec::{DataProfile, Origin, Part, Source};

/// One path written for two parts.
pub(in crate::lint) fn test_in_train(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for (train, part, other) in pairs(subject) {
        if let Some((_, [first, second])) = common(train, other) {
            problems.push(overlap(part, second, first, "is trained on as well"));
        }
    }
    problems
}

/// Two paths or globs that match one file.
pub(in crate::lint) fn test_in_train_by_files(subject: &Subject<'_>, profile: &DataProfile) -> Problems {
    let files = |part: Part| profile.tables.iter().filter(move |table| table.part == Some(part)).flat_map(|t| &t.files);
    let mut problems = Problems::new();
    for (train, part, other) in pairs(subject).filter(|(train, _, other)| common(train, other).is_none()) {
        if let Some(file) = files(part).find(|file| files(Part::Train).any(|of_train| of_train == *file)) {
            let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
            problems.push(overlap(
                part,
                other.span,
                train.span,
                &format!("reads `{name}`, which is trained on as well"),
            ));
        }
    }
    problems
}

fn overlap(part: Part, here: Span, train: Span, what: &str) -> Problem {
    let part = part.as_str();
    Problem::warning(Code::TestInTrain, format!("the `{part}` table {what}"))
        .at(here, format!("its rows are read as `{part}`"))
        .also(train, "and trained on here")
        .help("an error on training rows does not measure new rows: keep the files separate")
}

/// Pairs of the table that is trained on with each of the others.
fn pairs<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (&'a Source, Part, &'a Source)> {
    let (train, others) = match &subject.hir.data.origin {
        Origin::Parts { train, valid, calib, test } => {
            (Some(train), vec![(Part::Valid, valid), (Part::Calib, calib), (Part::Test, test)])
        }
        Origin::Whole(_) => (None, vec![]),
    };
    others.into_iter().filter_map(move |(part, other)| Some((train?, part, other.as_ref()?)))
}

/// A path that both name, and where.
fn common<'a>(one: &'a Source, other: &Source) -> Option<(&'a str, [Span; 2])> {
    one.kind.row_files().iter().find_map(|path| {
        let same = other.kind.row_files().iter().find(|other| other.value == path.value)?;
        Some((path.value.as_str(), [path.span, same.span]))
    })
}
