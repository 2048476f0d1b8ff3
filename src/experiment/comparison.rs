//! Models side by side, trained on the same rows with the same seeds: their errors, their differences, and the rows
//! that only the combination gets wrong.

use super::statistics::{Difference, Spread, mcnemar, paired_t};
use super::trial::TrialResult;
use serde::Serialize;

/// A model and its trials, one for each seed.
#[derive(Clone, Debug)]
pub struct ComparedModel {
    /// Its name.
    pub name: String,
    /// Whether it decides by one modality alone.
    pub single: bool,
    /// One for each seed, in their order; `None` where the trial failed or was not made.
    pub results: Vec<Option<TrialResult>>,
}

/// Options of a comparison.
#[derive(Clone, Debug, Default)]
pub struct ComparisonReference {
    /// The model that the others are compared with; the best where it is not named.
    pub against: Option<String>,
    /// Whether, and by what, over-learning is measured.
    pub over_learn: Option<SingleModality>,
}

/// The single-modality models in the analysis of over-learning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SingleModality {
    /// These models, trained separately; those of one modality where none are named.
    Models(Vec<String>),
    /// The components of each combination.
    Components,
}

/// The table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// How many rows the models were tested on.
    pub rows: usize,
    /// The seeds they were trained with.
    pub seeds: Vec<u64>,
    /// The model that the others are compared with.
    pub against: Option<String>,
    /// One for each model.
    pub lines: Vec<ComparisonRow>,
}

/// One model of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonRow {
    /// Its name.
    pub name: String,
    /// Number of trials.
    pub runs: usize,
    /// Share of test rows predicted wrongly.
    pub error: Option<Spread>,
    /// Area under the curve on the test rows.
    pub auc: Option<Spread>,
    /// Share of validation rows predicted wrongly.
    pub valid_error: Option<Spread>,
    /// Numbers learned.
    pub parameters: usize,
    /// Mean seconds of a training.
    pub seconds: f64,
    /// Whether its mean error is the least.
    pub best: bool,
    /// Whether its mean area is the greatest.
    pub best_auc: bool,
    /// Its error less that of the model compared with.
    pub difference: Option<Difference>,
    /// Its errors on rows that a single modality gets right.
    pub over_learn: Option<OverLearn>,
}

/// Errors on the rows that at least one single modality predicts correctly (Table 4 of the paper), in both readings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverLearn {
    /// Such errors as a share of all test rows.
    pub of_all: Spread,
    /// Such errors as a share of the rows that a single modality gets right.
    pub of_those: Spread,
    /// How many rows a single modality gets right.
    pub subset: Spread,
}

/// Compares models whose trials have equal places for equal seeds; `labels` are the classes of the test rows.
pub fn compare(
    candidates: &[ComparedModel],
    seeds: &[u64],
    labels: &[u32],
    reference: &ComparisonReference,
) -> Comparison {
    let mut lines: Vec<ComparisonRow> = candidates.iter().map(line).collect();
    let least = |of: &dyn Fn(&ComparisonRow) -> Option<f64>| {
        lines.iter().filter_map(of).fold(None, |least: Option<f64>, value| Some(least.map_or(value, |l| l.min(value))))
    };
    let error = |line: &ComparisonRow| line.error.as_ref().map(|error| error.mean);
    let area = |line: &ComparisonRow| line.auc.as_ref().map(|auc| -auc.mean);
    let (least_error, least_area) = (least(&error), least(&area));
    for line in &mut lines {
        line.best = least_error.is_some() && error(line) == least_error;
        line.best_auc = least_area.is_some() && area(line) == least_area;
    }
    let against = match &reference.against {
        Some(name) => candidates.iter().position(|candidate| candidate.name == *name),
        None => lines.iter().position(|line| line.best),
    };
    for (index, candidate) in candidates.iter().enumerate() {
        if let Some(other) = against.filter(|other| *other != index) {
            lines[index].difference = difference(candidate, &candidates[other], labels);
        }
        if let Some(singles) = &reference.over_learn {
            lines[index].over_learn = over_learn(candidate, candidates, singles, labels);
        }
    }
    let against = against.map(|index| candidates[index].name.clone());
    Comparison { rows: labels.len(), seeds: seeds.to_vec(), against, lines }
}

fn line(candidate: &ComparedModel) -> ComparisonRow {
    let results: Vec<&TrialResult> = candidate.results.iter().flatten().collect();
    let test = || results.iter().filter_map(|result| result.scores.test);
    let area: Vec<f64> = test().filter_map(|test| test.auc).collect();
    let seconds: Vec<f64> = results.iter().map(|result| result.scores.seconds).collect();
    let valid = results.iter().filter_map(|result| result.scores.valid);
    ComparisonRow {
        name: candidate.name.clone(),
        runs: results.len(),
        error: Spread::of(test().map(|test| test.error).collect()),
        auc: Spread::of(area).filter(|area| area.values.len() == results.len()),
        valid_error: Spread::of(valid.map(|valid| valid.error).collect()),
        parameters: results.first().map_or(0, |result| result.scores.parameters),
        seconds: Spread::of(seconds).map_or(0.0, |seconds| seconds.mean),
        best: false,
        best_auc: false,
        difference: None,
        over_learn: None,
    }
}

/// Over the seeds that both have, by Student's test; for one seed by the rows.
fn difference(ours: &ComparedModel, theirs: &ComparedModel, labels: &[u32]) -> Option<Difference> {
    let pairs: Vec<(&TrialResult, &TrialResult)> =
        ours.results.iter().zip(&theirs.results).filter_map(|(a, b)| Some((a.as_ref()?, b.as_ref()?))).collect();
    let error = |result: &TrialResult| result.scores.test.map(|test| test.error);
    match pairs.as_slice() {
        [(a, b)] => mcnemar(&wrong(&a.predicted, labels), &wrong(&b.predicted, labels)),
        _ => {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().filter_map(|(a, b)| Some((error(a)?, error(b)?))).unzip();
            paired_t(&a, &b)
        }
    }
}

fn wrong(predicted: &[u32], labels: &[u32]) -> Vec<bool> {
    predicted.iter().zip(labels).map(|(predicted, label)| predicted != label).collect()
}

fn over_learn(
    candidate: &ComparedModel,
    candidates: &[ComparedModel],
    singles: &SingleModality,
    labels: &[u32],
) -> Option<OverLearn> {
    let (mut of_all, mut of_those, mut subset) = (vec![], vec![], vec![]);
    for (seed, result) in candidate.results.iter().enumerate() {
        let Some(result) = result else { continue };
        let known: Vec<bool> = match singles {
            SingleModality::Components => {
                let right = |row: usize| result.components.iter().any(|one| one[row] == Some(labels[row]));
                (0..labels.len()).map(right).collect()
            }
            SingleModality::Models(names) => {
                let is_single =
                    |other: &&ComparedModel| if names.is_empty() { other.single } else { names.contains(&other.name) };
                // A seed that one of them lacks is left out.
                let models: Option<Vec<&TrialResult>> =
                    candidates.iter().filter(is_single).map(|other| other.results[seed].as_ref()).collect();
                let models = models.filter(|models| !models.is_empty());
                let Some(models) = models else { continue };
                (0..labels.len()).map(|row| models.iter().any(|one| one.predicted[row] == labels[row])).collect()
            }
        };
        let wrong = wrong(&result.predicted, labels);
        let errors = wrong.iter().zip(&known).filter(|(wrong, known)| **wrong && **known).count() as f64;
        let rows = known.iter().filter(|known| **known).count() as f64;
        if rows > 0.0 {
            of_all.push(errors / labels.len() as f64);
            of_those.push(errors / rows);
            subset.push(rows);
        }
    }
    Some(OverLearn { of_all: Spread::of(of_all)?, of_those: Spread::of(of_those)?, subset: Spread::of(subset)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::trial::TrialScores;
    use crate::train::{ProbabilityScores, SplitScores};

    const LABELS: [u32; 4] = [0, 1, 1, 0];

    fn trial_result(predicted: [u32; 4]) -> TrialResult {
        let error = wrong(&predicted, &LABELS).iter().filter(|wrong| **wrong).count() as f64 / 4.0;
        let (loss, f1, probabilities) = (0.0, 0.0, ProbabilityScores::default());
        let test = SplitScores { error, loss, auc: Some(1.0 - error), f1, probabilities, uncalibrated: None };
        let scores = TrialScores { valid: None, test: Some(test), parameters: 7, epochs: 1, seconds: 2.0 };
        TrialResult { scores, predicted: predicted.to_vec(), components: vec![] }
    }

    fn candidate(name: &str, single: bool, results: &[[u32; 4]]) -> ComparedModel {
        let results = results.iter().map(|predicted| Some(trial_result(*predicted))).collect();
        ComparedModel { name: name.into(), single, results }
    }

    #[test]
    fn the_best_is_what_others_are_compared_with() {
        let candidates = [
            candidate("a", false, &[[0, 1, 1, 1], [0, 1, 1, 0]]),
            candidate("b", false, &[[1, 1, 1, 1], [0, 0, 1, 0]]),
        ];
        let found = compare(&candidates, &[1, 2], &LABELS, &ComparisonReference::default());
        assert_eq!(found.against.as_deref(), Some("a"));
        assert!(found.lines[0].best && !found.lines[1].best && found.lines[0].difference.is_none());
        assert_eq!(found.lines[1].error.as_ref().unwrap().mean, 0.375);
        assert_eq!(found.lines[1].difference.unwrap().mean, 0.25);
        let other = ComparisonReference { against: Some("b".into()), ..ComparisonReference::default() };
        assert_eq!(compare(&candidates, &[1, 2], &LABELS, &other).lines[0].difference.unwrap().mean, -0.25);
    }

    #[test]
    fn a_seed_that_failed_is_left_out_of_the_pairs() {
        let mut a = candidate("a", false, &[[0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 1, 1]]);
        a.results[1] = None;
        let b = candidate("b", false, &[[0, 1, 0, 0], [1, 0, 0, 1], [0, 1, 1, 1]]);
        let found = compare(&[a, b], &[1, 2, 3], &LABELS, &ComparisonReference::default());
        assert_eq!((found.lines[0].runs, found.lines[1].runs), (2, 3));
        assert_eq!(found.lines[1].difference.unwrap().mean, 0.125);
    }

    #[test]
    fn over_learning_is_what_a_single_modality_knew() {
        let candidates = [
            candidate("low", true, &[[0, 1, 0, 1]]),
            candidate("high", true, &[[1, 1, 0, 0]]),
            candidate("mul", false, &[[1, 1, 0, 0]]),
        ];
        let question = ComparisonReference { against: None, over_learn: Some(SingleModality::Models(vec![])) };
        let found = compare(&candidates, &[1], &LABELS, &question).lines[2].over_learn.clone().unwrap();
        // One of them is right on rows 0, 1 and 3; `mul` is wrong on row 0 of these, and on row 2, which no single one
        // gets right.
        assert_eq!((found.of_all.mean, found.of_those.mean, found.subset.mean), (0.25, 1.0 / 3.0, 3.0));
        let named =
            ComparisonReference { against: None, over_learn: Some(SingleModality::Models(vec!["high".into()])) };
        let found = compare(&candidates, &[1], &LABELS, &named).lines[2].over_learn.clone().unwrap();
        assert_eq!((found.of_all.mean, found.subset.mean), (0.0, 2.0));
        let mut one = candidates[2].clone();
        one.results[0].as_mut().unwrap().components = vec![vec![Some(0), None, Some(1), Some(1)]];
        let parts = ComparisonReference { against: None, over_learn: Some(SingleModality::Components) };
        let found = compare(&[one], &[1], &LABELS, &parts).lines[0].over_learn.clone().unwrap();
        assert_eq!((found.of_all.mean, found.of_those.mean, found.subset.mean), (0.5, 1.0, 2.0));
    }
}
