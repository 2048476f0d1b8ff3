//! Boosting with a normalized loss: both compare the label with the other classes, and the paper boosts the
//! loss that is not normalized (equation 10).

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;

pub(in crate::lint) fn normalized_boost(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        if !(combine.combination.is_boosted() && combine.combination.is_normalized()) {
            continue;
        }
        let (Some(boost), Some(normalize)) = (subject.setting(combine, "boost"), subject.setting(combine, "normalize"))
        else {
            continue;
        };
        problems.push(
            Problem::warning(
                Code::NormalizedBoost,
                format!("`{}` is boosted, and its loss is normalized", combine.name),
            )
            .at(normalize.value.span, "compares the label with every class")
            .also(boost.value.span, "and so does this")
            .help("boosting replaces normalizing: remove one of the two")
            .edit(normalize.value.span, "false", false),
        );
    }
    problems
}
