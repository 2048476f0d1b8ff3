//! Boosting with another `beta` than 1: the paper either tunes `beta`, or sets it to 1 and boosts (Table 3).

use crate::diag::{Code, Problem, Problems, Span};
use crate::lint::subject::{self, Subject};
use crate::sema::HirCombine;
use std::collections::BTreeSet;

pub(in crate::lint) fn boosted_beta(subject: &Subject<'_>) -> Problems {
    let mut problems = Problems::new();
    for combine in &subject.hir.combines {
        let Some(beta) = combine.combination.beta().filter(|_| combine.combination.is_boosted()) else { continue };
        let (Some(boost), Some(written)) = (subject.setting(combine, "boost"), subject.written(combine)) else {
            continue;
        };
        let swept = swept(subject, combine);
        if beta == 1.0 && swept.is_none() {
            continue;
        }
        let message = match swept {
            Some(_) => format!("`{}` is boosted, and its `beta` is swept as well", combine.name),
            None => format!("`{}` is boosted with `beta = {beta}`; boosting is meant for 1", combine.name),
        };
        let mut problem = Problem::warning(Code::BoostedBeta, message).at(boost.value.span, "boosted");
        problem = match (subject.setting(combine, "beta"), swept) {
            (Some(entry), Some((sweep, span))) => {
                problem.also(entry.value.span, "this varies").also(span, format!("in the sweep `{sweep}`"))
            }
            (Some(entry), None) => problem.also(entry.value.span, format!("`beta` is {beta}")),
            (None, _) => problem.also(combine.span, format!("`beta` is {beta}, the default")),
        };
        let problem = problem.help("boosting replaces tuning `beta`: write `beta = 1.0`, and tune the margin");
        problems.push(subject::set(problem, written, "beta", "1.0", false));
    }
    problems
}

/// The sweep that trains a combine and varies a param of its `beta`, and the place of the entry.
fn swept<'a>(subject: &Subject<'a>, combine: &HirCombine) -> Option<(&'a str, Span)> {
    let mut names = BTreeSet::new();
    subject::names(&subject.setting(combine, "beta")?.value, &mut names);
    subject.hir.sweeps.iter().filter(|sweep| sweep.train.contains(&combine.name)).find_map(|sweep| {
        let param = sweep.over.iter().map(|axis| axis.param.as_str()).find(|param| names.contains(param))?;
        Some((sweep.name.as_str(), subject.swept(&sweep.name, param).unwrap_or(sweep.span)))
    })
}
