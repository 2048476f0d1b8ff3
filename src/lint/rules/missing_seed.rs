//! A training without `seed`. Allowed by default: the seed is 0 then, and results are reproducible.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::{self, Subject};

pub(in crate::lint) fn missing_seed(subject: &Subject<'_>) -> Problems {
    let Some(block) = subject.train().filter(|block| subject::entry(block, "seed").is_none()) else {
        return Problems::new();
    };
    let problem = Problem::warning(Code::MissingSeed, "the training sets no seed")
        .at(block.span, "`seed` is 0, the default")
        .help("add `seed = 1`");
    subject::set_in(problem, block, "seed", "1", false).into()
}
