//! A setting of `dynamic` about one way to compute the weights of a row, while `by` names another: it changes nothing.

use crate::diag::{Code, Problem, Problems};
use crate::fusion::{Combination, RowWeight};
use crate::lint::subject::Subject;

/// The settings that one value of `by` reads, and that value.
const READ_BY: [(&str, RowWeight, &str); 2] =
    [("confidence", RowWeight::Predicted, "predicted"), ("rank", RowWeight::Energy, "energy")];

pub(in crate::lint) fn idle_row_weight(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        let Combination::Dynamic(rule) = &combine.combination else { continue };
        for (key, by, word) in READ_BY {
            let Some(entry) = subject.setting(combine, key).filter(|_| rule.by != by) else { continue };
            let mut problem = Problem::warning(
                Code::IdleRowWeight,
                format!("`{key}` changes nothing in `{}`, whose weights are not computed from it", combine.name),
            )
            .at(entry.key.span, "changes nothing")
            .help(format!("remove it, or write `by = {word}`"));
            if let Some(given) = subject.setting(combine, "by") {
                problem = problem.also(given.value.span, "what the weights are computed from");
                problem = problem.edit(given.value.span, word, false);
            }
            problems.push(problem);
        }
    }
    problems
}
