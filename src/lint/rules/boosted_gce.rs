//! Boosting with the generalized cross-entropy: one trains on the rows that are not right yet, the other plays them down.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;

pub(in crate::lint) fn boosted_gce(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        let rule = &combine.combination;
        let (Some(exponent), true) = (rule.gce(), rule.is_boosted()) else { continue };
        let (Some(boost), Some(gce)) = (subject.setting(combine, "boost"), subject.setting(combine, "gce")) else {
            continue;
        };
        problems.push(
            Problem::warning(
                Code::BoostedGce,
                format!("`{}` is boosted, and its loss plays down rows that are wrong", combine.name),
            )
            .at(gce.value.span, format!("a row counts by p to the power of {exponent}"))
            .also(boost.value.span, "of the rows, only those that are not right count")
            .help("the two work against each other: remove one of them")
            .edit(boost.value.span, "none", false),
        );
    }
    problems
}
