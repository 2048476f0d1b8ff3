//! Boosting with another `beta` than 1: the paper either tunes `beta`, or sets it to 1 and boosts (Table 3).

use crate::diag::{Code, Problem, Problems, Span};
use crate::lint::{Subject, subject};
use crate::sema::HirCombine;
use crate::spec::Combination;
use std::collections::BTreeSet;

pub(in crate::lint) fn boosted_beta(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        let (Combination::Multiplicative { beta, boost: Some(_), .. }, Some(boost), Some(written)) =
            (&combine.combination, subject.setting(combine, "boost"), subject.written(combine))
        else {
            continue;
        };
        let swept = swept(subject, combine);
        if *beta == 1.0 && swept.is_none() {
            continue;
        }
        let message = format!("`{}` is boosted and `beta` is tuned as well", combine.name);
        let mut problem = Problem::warning(Code::BoostedBeta, message).at(boost.value.span, "boosted");
        problem = match (subject.setting(combine, "beta"), swept) {
            (Some(entry), Some((sweep, span))) => {
                problem.also(entry.value.span, "tuned").also(span, format!("by the sweep `{sweep}`"))
            }
            (Some(entry), None) => problem.also(entry.value.span, format!("`beta` is {beta}")),
            (None, _) => problem.also(combine.span, format!("`beta` is {beta}, the default")),
        };
        let problem = problem.help("boosting takes the place of tuning: write `beta = 1.0`, and tune the margin");
        problems.push(subject::set(problem, written, "beta", "1.0", false));
    }
    problems
}

/// The sweep that trains a combine and varies a param of its `beta`.
fn swept<'a>(subject: &Subject<'a>, combine: &HirCombine) -> Option<(&'a str, Span)> {
    let mut names = BTreeSet::new();
    subject::names(&subject.setting(combine, "beta")?.value, &mut names);
    let sweep = subject.hir.sweeps.iter().find(|sweep| {
        sweep.train.contains(&combine.name) && sweep.over.iter().any(|(param, _)| names.contains(param.as_str()))
    })?;
    Some((&sweep.name, sweep.span))
}
