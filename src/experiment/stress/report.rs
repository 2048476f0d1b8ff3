//! The result of a stress: methods side by side on every level of every test.

use super::method::{StressedMethod, difference, methods};
use super::robustness_summary::{effective_robustness, relative_robustness};
use super::stressed_run::{OpenedRun, StressPlan, StressedRun};
use super::test::{StressExposure, StressTest};
use crate::diag::nearest;
use crate::experiment::error::{Error, ErrorKind};
use crate::experiment::options::TrainOptions;
use crate::experiment::robustness::model_meter::RowOutcomes;
use crate::experiment::statistics::{Difference, Spread, holm};
use crate::spec::Part;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What is measured.
#[derive(Clone, Debug)]
pub struct StressOptions {
    /// The tests.
    pub tests: Vec<StressTest>,
    /// The rows and modalities that tests reach where their level does not decide it.
    pub exposure: StressExposure,
    /// The part of the data of each run; the one it reports unless given.
    pub part: Option<Part>,
    /// The seed of all draws.
    pub seed: u64,
    /// The method that the others are compared with, the first unless given.
    pub against: Option<String>,
}

/// Methods side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StressReport {
    /// The part of the data.
    pub part: Part,
    /// The number of rows of the first run.
    pub rows: usize,
    /// The seed of all draws.
    pub seed: u64,
    /// The rows and modalities that tests reach where their level does not decide it.
    pub exposure: StressExposure,
    /// The modalities that are corrupted.
    pub modalities: Vec<String>,
    /// The method that the others are compared with.
    pub against: String,
    /// The late fusion that effective robustness is relative to, where there is one.
    pub late: Option<String>,
    /// The methods, in the order of their first run.
    pub methods: Vec<MethodSummary>,
    /// The tests.
    pub tests: Vec<TestReport>,
}

/// A method with what does not depend on a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MethodSummary {
    /// Its name.
    pub name: String,
    /// The folders of its runs.
    pub runs: Vec<PathBuf>,
    /// The rows as they are.
    pub clean: StressCell,
    /// The error with each modality alone and without it, over the runs.
    pub modalities: Vec<ModalityErrors>,
    /// Numbers learned.
    pub parameters: usize,
    /// Floating-point operations of one row, forward.
    pub flops: u64,
    /// Seconds of training, the mean over the runs.
    pub seconds: Option<f64>,
    /// Configurations that were tried, where the study of the first run says.
    pub configurations: Option<usize>,
    /// On how many of the rows a modality that is missing was replaced, because no component is left without it; the most of
    /// all levels.
    pub replaced: usize,
}

/// The errors of a method with one modality, and with all others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModalityErrors {
    /// Its name.
    pub modality: String,
    /// The error with no other modality.
    pub alone: Spread,
    /// The error without it.
    pub absent: Spread,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestReport {
    /// The test.
    #[serde(flatten)]
    pub test: StressTest,
    /// What the level is.
    pub level: String,
    /// Which rows and modalities it reaches.
    pub reach: String,
    /// By method, in the order of the methods.
    pub methods: Vec<TestedMethod>,
}

/// One method under one test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestedMethod {
    /// Its name.
    pub name: String,
    /// By level, without level 0.
    pub levels: Vec<StressCell>,
    /// The area under accuracy by level, from level 0 to the last, over the last level.
    pub relative_robustness: Option<f64>,
    /// `sum_s [f(s) - LF(s)] - [f(0) - LF(0)]` of the accuracy `f`, `LF` late fusion.
    pub effective_robustness: Option<f64>,
}

/// A method at one level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StressCell {
    /// The level, 0 for the rows as they are.
    pub level: f64,
    /// Share of rows decided wrongly, over the runs.
    pub error: Spread,
    /// The error less that of the method it is compared with.
    pub difference: Option<Difference>,
    /// The p-value of the difference, adjusted over the methods at this level by Holm; `None` where it is undefined.
    pub holm: Option<f64>,
    /// Mean log loss of the reported probabilities, over the runs.
    pub log_loss: f64,
    /// AUROC of the gap between the two least class losses for right decisions, over the runs that have one.
    pub gap_auroc: Option<f64>,
    /// Area under the risk-coverage curve of the gap, over the runs.
    pub risk_coverage: f64,
}

/// Measures the runs in these folders on the same corrupted rows. `observe` sees how many are measured.
///
/// # Errors
/// If a run cannot be loaded, its data cannot be read or lacks the part, the method to compare with is not among them, or
/// the device fails.
pub fn stress(
    folders: &[PathBuf],
    request: &StressOptions,
    options: &TrainOptions,
    observe: &mut dyn FnMut(usize, usize),
) -> Result<StressReport, Error> {
    let opened = folders.iter().map(|folder| OpenedRun::load(folder)).collect::<Result<Vec<_>, _>>()?;
    let inputs = opened.iter().flat_map(|run| &run.model.plan().inputs);
    let modalities: BTreeSet<String> = inputs.map(|input| input.name.clone()).collect();
    let plan = StressPlan {
        tests: request.tests.clone(),
        exposure: request.exposure,
        part: request.part,
        seed: request.seed,
        modalities: modalities.into_iter().collect(),
    };
    let mut runs = vec![];
    for (number, run) in opened.iter().enumerate() {
        observe(number, opened.len());
        runs.push(run.measure(&plan, options)?);
    }
    let methods = methods(&runs);
    let names: Vec<&str> = methods.iter().map(|method| method.name.as_str()).collect();
    let against = match &request.against {
        None => 0,
        Some(name) => names.iter().position(|other| other == name).ok_or_else(|| unknown_method(name, &names))?,
    };
    Ok(report(plan, &methods, against))
}

fn unknown_method(name: &str, names: &[&str]) -> Error {
    let near = nearest(name, names.iter().copied());
    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("error: no run is of the method `{name}`, but of {}{near}", names.join(", "));
    Error::message(ErrorKind::Invalid, message)
}

fn report(plan: StressPlan, methods: &[StressedMethod<'_>], against: usize) -> StressReport {
    let first = methods.iter().flat_map(|method| &method.runs).next();
    let late = methods.iter().position(|method| method.runs[0].late);
    let clean = cells(methods, against, 0.0, &|run| &run.clean);
    let errors = |method: usize, levels: &[Vec<StressCell>]| -> Vec<f64> {
        std::iter::once(&clean).chain(levels).map(|cells| cells[method].error.mean).collect()
    };
    let tests = plan.tests.iter().enumerate().map(|(number, test)| {
        let levels = test.levels.iter().enumerate();
        let levels: Vec<Vec<StressCell>> =
            levels.map(|(at, level)| cells(methods, against, *level, &|run| &run.tests[number][at])).collect();
        let tested = |(place, method): (usize, &StressedMethod<'_>)| {
            let own = errors(place, &levels);
            TestedMethod {
                name: method.name.clone(),
                levels: levels.iter().map(|cells| cells[place].clone()).collect(),
                relative_robustness: relative_robustness(&test.levels, &own),
                effective_robustness: late.and_then(|late| effective_robustness(&own, &errors(late, &levels))),
            }
        };
        TestReport {
            test: test.clone(),
            level: test.level_meaning().into(),
            reach: test.reach(plan.exposure),
            methods: methods.iter().enumerate().map(tested).collect(),
        }
    });
    StressReport {
        part: first.map_or(Part::Test, |run| run.part),
        rows: first.map_or(0, |run| run.clean.wrong.len()),
        seed: plan.seed,
        exposure: plan.exposure,
        tests: tests.collect(),
        against: methods.get(against).map_or_else(String::new, |method| method.name.clone()),
        late: late.map(|late| methods[late].name.clone()),
        methods: methods.iter().zip(&clean).map(|(method, clean)| summary(method, clean.clone())).collect(),
        modalities: plan.modalities,
    }
}

/// Every method at one level.
fn cells(
    methods: &[StressedMethod<'_>],
    against: usize,
    level: f64,
    of: &dyn Fn(&StressedRun) -> &RowOutcomes,
) -> Vec<StressCell> {
    let differences: Vec<Option<Difference>> = methods
        .iter()
        .enumerate()
        .map(|(place, method)| if place == against { None } else { difference(method, &methods[against], of) })
        .collect();
    let compared: Vec<f64> = differences.iter().flatten().filter_map(|difference| difference.p).collect();
    let mut adjusted = holm(&compared).into_iter();
    let cells = methods.iter().zip(differences).map(|(method, difference)| {
        let mean = |of_run: &dyn Fn(&RowOutcomes) -> Option<f64>| {
            Spread::of(method.runs.iter().filter_map(|run| of_run(of(run))).collect()).map(|spread| spread.mean)
        };
        let errors = method.runs.iter().map(|run| of(run).error).collect();
        StressCell {
            level,
            // A method has a run.
            error: Spread::of(errors).unwrap_or(Spread { mean: f64::NAN, deviation: None, values: vec![] }),
            holm: difference.and_then(|difference| difference.p).and_then(|_| adjusted.next()),
            difference,
            log_loss: mean(&|found| Some(found.log_loss)).unwrap_or(f64::NAN),
            gap_auroc: mean(&|found| found.gap_auroc),
            risk_coverage: mean(&|found| Some(found.risk_coverage)).unwrap_or(f64::NAN),
        }
    });
    cells.collect()
}

fn summary(method: &StressedMethod<'_>, clean: StressCell) -> MethodSummary {
    let first = method.runs[0];
    let modality = |(place, (name, ..)): (usize, &(String, f64, f64))| {
        let errors = |pick: &dyn Fn(&(String, f64, f64)) -> f64| {
            Spread::of(method.runs.iter().filter_map(|run| run.modalities.get(place)).map(pick).collect())
        };
        let (alone, absent) = (errors(&|(_, alone, _)| *alone)?, errors(&|(.., absent)| *absent)?);
        Some(ModalityErrors { modality: name.clone(), alone, absent })
    };
    let outcomes = method.runs.iter().flat_map(|run| run.tests.iter().flatten());
    MethodSummary {
        name: method.name.clone(),
        runs: method.runs.iter().map(|run| run.folder.clone()).collect(),
        clean,
        modalities: first.modalities.iter().enumerate().filter_map(modality).collect(),
        parameters: first.parameters,
        flops: first.flops,
        seconds: Spread::of(method.runs.iter().filter_map(|run| run.seconds).collect()).map(|spread| spread.mean),
        configurations: first.configurations,
        replaced: outcomes.map(|found| found.replaced).max().unwrap_or(0),
    }
}
