//! A modality that is used and yet reaches no loss: the layers computed from it get no gradient.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;

pub(in crate::lint) fn unreached_modality(subject: &Subject<'_>) -> Problems {
    let hir = subject.hir;
    // A component of weight 0 is reported at its weight.
    let components = hir.combines.iter().flat_map(|combine| &combine.components);
    let reached = subject.below(components.map(|component| component.logits));
    // An unused declaration is reported instead.
    let unused = |name: &str| hir.unused.iter().any(|unused| unused.name == name);
    let of_unused = |path: &str| unused(path.split('.').next().unwrap_or_default());
    let mut problems = Problems::new();
    for (at, modality) in hir.modalities.iter().enumerate() {
        let Some(input) = subject.input(at).filter(|input| !reached.contains(input) && !unused(&modality.name)) else {
            continue;
        };
        let readers = || hir.values.iter().filter(|value| value.inputs.contains(&input));
        if readers().next().is_some() && readers().all(|value| of_unused(&value.path)) {
            continue;
        }
        let mut problem =
            Problem::warning(Code::UnreachedModality, format!("the modality `{}` reaches no loss", modality.name))
                .at(modality.span, "no layer computed from it is trained");
        if let Some(value) = readers().next() {
            problem = problem.also(value.calls.last().copied().unwrap_or(value.span), "used here");
        }
        problems.push(problem.help("use it in a combine, or remove it"));
    }
    problems
}
