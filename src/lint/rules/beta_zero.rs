//! `beta = 0` written out: every `q` is 1, and the combination is the average of the decisions.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;
use crate::sema::HirCombine;

pub(in crate::lint) fn beta_zero(subject: &Subject<'_>) -> Problems {
    // Normalized, it is the cross-entropy of the sum of all logits; decisions may have another `beta`.
    let averages = |combine: &HirCombine| !combine.combination.is_normalized() && !combine.combination.decides_apart();
    let zero = subject.betas().filter(|(combine, beta, _)| *beta == 0.0 && averages(combine));
    zero.map(|(combine, _, entry)| {
        Problem::warning(Code::BetaZero, format!("`beta = 0` makes `{}` a plain average", combine.name))
            .at(entry.value.span, "no component reduces the weight of another")
            .help("the paper's default is 0.5; 1 is the full effect")
            .edit(entry.value.span, "0.5", false)
    })
    .collect()
}
