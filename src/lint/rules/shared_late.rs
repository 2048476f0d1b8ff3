//! `late` over components that share weights: they are no longer separate models (equation 2).

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;
use crate::sema::HirCombine;
use std::collections::BTreeMap;

pub(in crate::lint) fn shared_late(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    let late = |combine: &&HirCombine| combine.combination.trains_components_separately();
    for combine in subject.hir.combines.iter().filter(late) {
        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        let mut shared = None;
        for (at, component) in combine.components.iter().enumerate() {
            for value in subject.below([component.logits]) {
                let path = subject.hir.values[value].path.as_str();
                if subject.parameters(value) == 0 {
                    continue;
                }
                if *first.entry(path).or_insert(at) != at {
                    shared.get_or_insert((first[path], at, value));
                }
            }
        }
        let Some((one, other, value)) = shared else { continue };
        let [one, other] = [one, other].map(|at| combine.components[at].name.as_str());
        let value = &subject.hir.values[value];
        let layer = value.calls.first().copied().unwrap_or(value.span);
        problems.push(
            Problem::warning(Code::SharedLate, format!("`{one}` and `{other}` of `{}` share weights", combine.name))
                .at(combine.span, "`late` combines models that are trained separately")
                .also(layer, format!("both learn `{}`", value.path))
                .help("give each input its own encoder, or combine them with `multiplicative`"),
        );
    }
    problems
}
