//! Logits of a length at which no component can be sure of any class.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;
use crate::ops::UnitLogits;

/// The probability that a component should be able to give to one class.
const SURE: f64 = 0.9;

pub(in crate::lint) fn short_logits(subject: &Subject<'_>) -> Problems {
    let classes = subject.hir.label.classes.count();
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        let (Some(unit), Some(entry)) = (subject.unit_logits(combine), subject.setting(combine, "logits")) else {
            continue;
        };
        let most = unit.largest_probability(classes);
        if most >= SURE {
            continue;
        }
        let enough = (1..).find(|scale| UnitLogits { scale: f64::from(*scale) }.largest_probability(classes) >= 0.99);
        let message =
            format!("with `unit({})` no component of `{}` is ever surer than {most:.2}", unit.scale, combine.name);
        let problem = Problem::warning(Code::ShortLogits, message)
            .at(entry.value.span, format!("the length of the logits of {classes} classes"));
        problems.push(match enough {
            Some(scale) => problem.help(format!("a length of {scale} allows a probability of 0.99")).edit(
                entry.value.span,
                format!("unit({})", scale.max(10)),
                false,
            ),
            None => problem,
        });
    }
    problems
}
