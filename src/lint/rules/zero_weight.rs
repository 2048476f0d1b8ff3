//! A component of weight 0: it is in no loss, learns nothing, and still enters the weights `q` of the others.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;

pub(in crate::lint) fn zero_weight(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        let Some(entry) = subject.setting(combine, "weights") else { continue };
        for component in combine.components.iter().filter(|component| component.weight == 0.0) {
            let message = format!("`{}` has weight 0 in `{}` and is never trained", component.name, combine.name);
            problems.push(
                Problem::warning(Code::ZeroWeight, message)
                    .at(entry.value.span, "weight 0 takes it out of every class loss")
                    .help("give it a weight above 0, or remove the input"),
            );
        }
    }
    problems
}
