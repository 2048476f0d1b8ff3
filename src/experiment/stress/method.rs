//! Runs of one method, and the difference of two methods on the same rows.

use super::stressed_run::StressedRun;
use crate::experiment::robustness::model_meter::RowOutcomes;
use crate::experiment::statistics::{Difference, mcnemar, paired_t};

/// The runs of one method: of equal plan and training, with other seeds or splits.
pub(crate) struct StressedMethod<'a> {
    /// Its name: that of the combine, with the run where several methods have the same combine.
    pub(crate) name: String,
    pub(crate) runs: Vec<&'a StressedRun>,
}

/// The methods of these runs, in the order of their first run.
pub(crate) fn methods(runs: &[StressedRun]) -> Vec<StressedMethod<'_>> {
    let mut methods: Vec<StressedMethod<'_>> = vec![];
    for run in runs {
        match methods.iter_mut().find(|method| method.runs[0].method == run.method) {
            Some(method) => method.runs.push(run),
            None => methods.push(StressedMethod { name: run.combine.clone(), runs: vec![run] }),
        }
    }
    let combines: Vec<String> = methods.iter().map(|method| method.name.clone()).collect();
    for method in &mut methods {
        if combines.iter().filter(|name| **name == method.name).count() > 1 {
            let folder = &method.runs[0].folder;
            let run = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            method.name = format!("{} ({run})", method.name);
        }
    }
    methods
}

/// The difference of the errors of two methods, of the outcomes that `of` takes: Student's paired test over pairs of runs
/// with the same rows and seed where there are several, McNemar's over the rows where there is one pair. `None` where no
/// rows are the same.
pub(crate) fn difference(
    ours: &StressedMethod<'_>,
    theirs: &StressedMethod<'_>,
    of: &dyn Fn(&StressedRun) -> &RowOutcomes,
) -> Option<Difference> {
    let alike = |a: &StressedRun, b: &StressedRun| a.rows == b.rows && a.seed == b.seed;
    let mut pairs: Vec<(&StressedRun, &StressedRun)> = vec![];
    for run in &ours.runs {
        let used = |other: &StressedRun| pairs.iter().any(|(_, used)| std::ptr::eq(*used, other));
        if let Some(other) = theirs.runs.iter().find(|other| alike(run, other) && !used(other)) {
            pairs.push((run, other));
        }
    }
    if pairs.is_empty()
        && let ([one], [other]) = (ours.runs.as_slice(), theirs.runs.as_slice())
        && one.rows == other.rows
    {
        // Other seeds, but the same rows.
        pairs.push((one, other));
    }
    match pairs.as_slice() {
        [] => None,
        [(one, other)] => mcnemar(&of(one).wrong, &of(other).wrong),
        pairs => {
            let errors =
                |pick: &dyn Fn(&(&StressedRun, &StressedRun)) -> f64| pairs.iter().map(pick).collect::<Vec<_>>();
            paired_t(&errors(&|(one, _)| of(one).error), &errors(&|(_, other)| of(other).error))
        }
    }
}
