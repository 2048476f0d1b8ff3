//! `mulmix` over many inputs: the number of mixtures, and so of heads, doubles with every input.

use crate::diag::{Code, Problem, Problems};
use crate::fusion::strategy;
use crate::lint::subject::{self, Subject};
use crate::thousands::grouped;

/// More heads than this are probably not meant: five inputs have 31 mixtures.
const MOST_HEADS: usize = 31;

/// The suggested mixtures: single inputs and pairs.
const PAIRS: usize = 2;

pub(in crate::lint) fn many_mixtures(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        if strategy(combine.strategy).is_none_or(|strategy| strategy.signature.param("mixtures").is_none()) {
            continue;
        }
        let heads = combine.components.len();
        let Some(written) = subject.written(combine).filter(|_| heads > MOST_HEADS) else { continue };
        let inputs = subject::call(&written.strategy).map_or(0, |(_, args)| args.len());
        if heads != (1 << inputs) - 1 {
            // The number was chosen explicitly.
            continue;
        }
        // Weights of a mixture alone are named by the combine: its head and its projections.
        let own = format!("{}.", combine.name);
        let cost: usize = (subject.below(combine.components.iter().map(|component| component.logits)).into_iter())
            .filter(|value| subject.hir.values[*value].path.starts_with(&own))
            .map(|value| subject.parameters(value))
            .sum();
        let fewer = inputs + inputs * (inputs - 1) / 2;
        let message = format!("`{}` over {inputs} inputs has 2^{inputs} - 1 = {heads} mixtures", combine.name);
        let problem = Problem::warning(Code::ManyMixtures, message)
            .at(combine.span, format!("{heads} heads, with {} parameters", grouped(cost as u64)))
            .help(format!("`mixtures = up_to({PAIRS})` keeps single inputs and pairs: {fewer} mixtures"));
        problems.push(subject::set(problem, written, "mixtures", &format!("up_to({PAIRS})"), false));
    }
    problems
}
