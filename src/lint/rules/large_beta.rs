//! `beta` beyond 1: outside of the range in the paper, where components suppress each other.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::Subject;

pub(in crate::lint) fn large_beta(subject: &Subject<'_>) -> Problems {
    let large = subject.betas().filter(|(_, beta, _)| *beta > 1.0);
    large
        .map(|(combine, beta, entry)| {
            Problem::warning(Code::LargeBeta, format!("`beta = {beta}` in `{}` is beyond 1", combine.name))
                .at(entry.value.span, "outside of 0 to 1")
                .help(
                    "`beta` goes from 0, an average, to 1, the full effect; \
                     beyond it a component that is half sure already silences the others",
                )
                .edit(entry.value.span, "1.0", false)
        })
        .collect()
}
