//! A sweep with one seed: whether one value is better than another cannot be told from chance.

use crate::diag::{Code, Problem, Problems};
use crate::lint::subject::{self, Subject};

/// The number of runs in the paper.
const RUNS: usize = 5;

pub(in crate::lint) fn single_seed(subject: &Subject<'_>) -> Problems {
    let single = subject.hir.sweeps.iter().filter(|sweep| sweep.seeds.len() < 2);
    single
        .map(|sweep| {
            let problem =
                Problem::warning(Code::SingleSeed, format!("the sweep `{}` trains each model once", sweep.name))
                    .at(sweep.span, "one seed: no standard deviation")
                    .help(format!("add `seeds = 1..={RUNS}`: the paper reports means over {RUNS} runs"));
            match subject.sweep(&sweep.name) {
                Some(block) => subject::set_in(problem, block, "seeds", &format!("1..={RUNS}"), false),
                None => problem,
            }
        })
        .collect()
}
