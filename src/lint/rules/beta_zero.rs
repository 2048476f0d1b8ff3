//! `beta = 0` written out: every `q` is 1, and the combination is the average of the decisions.

use crate::diag::{Code, Problem, Problems};
use crate::sema::Hir;
use crate::spec::Combination;

pub(in crate::lint) fn beta_zero(hir: &Hir) -> Problems {
    hir.combines
        .iter()
        .filter_map(|combine| match (&combine.combination, combine.beta_span) {
            (Combination::Multiplicative { beta, .. }, Some(span)) if *beta == 0.0 => Some(
                Problem::warning(Code::BetaZero, format!("`beta = 0` makes `{}` a plain average", combine.name))
                    .at(span, "no component yields to another")
                    .help("the paper's default is 0.5; 1 is the full effect"),
            ),
            _ => None,
        })
        .collect()
}
