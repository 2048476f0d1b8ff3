//! Models side by side, trained on the same rows with the same seeds: ranked and selected by the validation rows, with their
//! scores and differences on the test rows, and the rows that only the combination gets wrong.

use super::ranking::{RankedConfiguration, rank};
use super::score_spreads::ScoreSpreads;
use super::statistics::{Difference, Spread, mcnemar, paired_t};
use super::trial::TrialResult;
use crate::spec::Metric;
use crate::train::SplitScores;
use serde::{Deserialize, Serialize};

/// A model and its trials, one for each seed.
#[derive(Clone, Debug)]
pub struct ComparedModel {
    /// Its name.
    pub name: String,
    /// Whether it decides by one modality alone.
    pub single: bool,
    /// The model that it is the same training as, which was made once for both.
    pub same_as: Option<String>,
    /// One for each seed, in their order; `None` where the trial failed or was not made.
    pub results: Vec<Option<TrialResult>>,
}

/// Options of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComparisonReference {
    /// The model that the others are compared with; the one that the validation rows select where it is not named.
    pub against: Option<String>,
    /// Whether, and by what, over-learning is measured.
    pub over_learn: Option<SingleModality>,
}

/// The single-modality models in the analysis of over-learning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// The metric on the validation rows that ranks and selects.
    pub metric: Metric,
    /// The model that the others are compared with on the test rows.
    pub against: Option<String>,
    /// One for each model, the best on the validation rows first.
    pub lines: Vec<ComparisonRow>,
}

/// One model of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonRow {
    /// Its name.
    pub name: String,
    /// Number of trials.
    pub runs: usize,
    /// The model that it is the same training as, which was made once for both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// Whether the validation rows select it: its mean of the metric is the best, and it is the first of equals.
    pub selected: bool,
    /// Its scores on the validation rows.
    pub valid: ScoreSpreads,
    /// Its scores on the test rows.
    pub test: ScoreSpreads,
    /// Numbers learned.
    pub parameters: usize,
    /// Mean seconds of a training; of all components where these are trained separately.
    pub seconds: f64,
    /// Its error on the test rows less that of the model compared with.
    pub difference: Option<Difference>,
    /// Its errors on rows that a single modality gets right.
    pub over_learn: Option<OverLearn>,
    /// What choosing the epoch on the test rows would have reported; `None` where that was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<ChoiceAudit>,
}

/// What choosing the epoch on the test rows would have reported, over the trials of which it is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChoiceAudit {
    /// The test error of the epoch that was chosen without the test rows.
    pub chosen: Spread,
    /// That of the epoch which is best on the test rows; of components that are trained separately, the best for each.
    pub best_on_test: Spread,
    /// The first less the second: what the choice would have added.
    pub gain: Spread,
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
    metric: Metric,
    reference: &ComparisonReference,
) -> Comparison {
    let mut lines: Vec<ComparisonRow> = candidates.iter().map(line).collect();
    let mut ranking: Vec<RankedConfiguration> = (lines.iter().enumerate())
        .map(|(configuration, line)| {
            let valid = line.valid.get(metric).cloned();
            RankedConfiguration { configuration, runs: line.runs, valid }
        })
        .collect();
    rank(&mut ranking, metric);
    let selected = ranking.first().filter(|first| first.valid.is_some()).map(|first| first.configuration);
    if let Some(selected) = selected {
        lines[selected].selected = true;
    }
    let against = match &reference.against {
        Some(name) => candidates.iter().position(|candidate| candidate.name == *name),
        None => selected,
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
    let lines = ranking.iter().map(|ranked| lines[ranked.configuration].clone()).collect();
    Comparison { rows: labels.len(), seeds: seeds.to_vec(), metric, against, lines }
}

fn line(candidate: &ComparedModel) -> ComparisonRow {
    let results: Vec<&TrialResult> = candidate.results.iter().flatten().collect();
    let valid: Vec<SplitScores> = results.iter().filter_map(|result| result.scores.valid).collect();
    let test: Vec<SplitScores> = results.iter().filter_map(|result| result.scores.test).collect();
    let seconds: Vec<f64> = results.iter().map(|result| result.scores.seconds).collect();
    ComparisonRow {
        name: candidate.name.clone(),
        runs: results.len(),
        same_as: candidate.same_as.clone(),
        selected: false,
        valid: ScoreSpreads::of(&valid),
        test: ScoreSpreads::of(&test),
        parameters: results.first().map_or(0, |result| result.scores.parameters),
        seconds: Spread::of(seconds).map_or(0.0, |seconds| seconds.mean),
        difference: None,
        over_learn: None,
        audit: audit(&results),
    }
}

fn audit(results: &[&TrialResult]) -> Option<ChoiceAudit> {
    let known = results.iter().filter_map(|result| Some((result.scores.test?.error, result.scores.least_test_error?)));
    let (chosen, best): (Vec<f64>, Vec<f64>) = known.unzip();
    let gain = chosen.iter().zip(&best).map(|(chosen, best)| chosen - best).collect();
    Some(ChoiceAudit { chosen: Spread::of(chosen)?, best_on_test: Spread::of(best)?, gain: Spread::of(gain)? })
}

/// Over the seeds that both have, by Student's test; for one seed by the rows.
fn difference(ours: &ComparedModel, theirs: &ComparedModel, labels: &[u32]) -> Option<Difference> {
    let pairs: Vec<(&TrialResult, &TrialResult)> =
        ours.results.iter().zip(&theirs.results).filter_map(|(a, b)| Some((a.as_ref()?, b.as_ref()?))).collect();
    let error = |result: &TrialResult| result.scores.test.map(|test| test.error);
    match pairs.as_slice() {
        [(a, b)] => mcnemar(&wrong(&a.decisions.predicted, labels), &wrong(&b.decisions.predicted, labels)),
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
                let right = |row: usize| result.decisions.components.iter().any(|one| one[row] == Some(labels[row]));
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
                (0..labels.len())
                    .map(|row| models.iter().any(|one| one.decisions.predicted[row] == labels[row]))
                    .collect()
            }
        };
        let wrong = wrong(&result.decisions.predicted, labels);
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
    use crate::report::TestDecisions;
    use crate::train::ProbabilityScores;
    use indexmap::IndexMap;

    const LABELS: [u32; 4] = [0, 1, 1, 0];

    fn scores(error: f64) -> SplitScores {
        let probabilities = ProbabilityScores { log_loss: 2.0 * error, ..ProbabilityScores::default() };
        SplitScores { error, loss: 0.0, auc: Some(1.0 - error), f1: 0.0, probabilities, uncalibrated: None }
    }

    /// On the validation rows the errors are as many as on the test rows.
    fn trial_result(predicted: [u32; 4]) -> TrialResult {
        let error = wrong(&predicted, &LABELS).iter().filter(|wrong| **wrong).count() as f64 / 4.0;
        let (valid, test) = (Some(scores(error)), Some(scores(error)));
        let component_epochs = IndexMap::new();
        let scores = TrialScores {
            valid,
            test,
            parameters: 7,
            epochs: 1,
            component_epochs,
            seconds: 2.0,
            least_test_error: None,
        };
        TrialResult { scores, decisions: TestDecisions { predicted: predicted.to_vec(), components: vec![] } }
    }

    fn candidate(name: &str, single: bool, results: &[[u32; 4]]) -> ComparedModel {
        let results = results.iter().map(|predicted| Some(trial_result(*predicted))).collect();
        ComparedModel { name: name.into(), single, same_as: None, results }
    }

    #[test]
    fn the_selected_model_is_what_others_are_compared_with() {
        let candidates = [
            candidate("a", false, &[[0, 1, 1, 1], [0, 1, 1, 0]]),
            candidate("b", false, &[[1, 1, 1, 1], [0, 0, 1, 0]]),
        ];
        let found = compare(&candidates, &[1, 2], &LABELS, Metric::Error, &ComparisonReference::default());
        assert_eq!(found.against.as_deref(), Some("a"));
        assert!(found.lines[0].selected && !found.lines[1].selected && found.lines[0].difference.is_none());
        assert_eq!(found.lines[1].test.error.as_ref().unwrap().mean, 0.375);
        assert_eq!(found.lines[1].difference.unwrap().mean, 0.25);
        let other = ComparisonReference { against: Some("b".into()), ..ComparisonReference::default() };
        assert_eq!(
            compare(&candidates, &[1, 2], &LABELS, Metric::Error, &other).lines[0].difference.unwrap().mean,
            -0.25
        );
    }

    #[test]
    fn the_validation_rows_select_whatever_the_test_rows_say() {
        let mut candidates = [
            candidate("a", false, &[[0, 1, 1, 0], [0, 1, 1, 0]]),
            candidate("b", false, &[[1, 0, 1, 1], [1, 0, 0, 0]]),
        ];
        // `a` makes no error on the test rows, and many on the validation rows; its areas are as good as those of `b`.
        for (candidate, error) in candidates.iter_mut().zip([0.8, 0.1]) {
            for result in candidate.results.iter_mut().flatten() {
                result.scores.valid = Some(SplitScores { auc: Some(0.9), ..scores(error) });
            }
        }
        let select = |metric| compare(&candidates, &[1, 2], &LABELS, metric, &ComparisonReference::default());
        for metric in [Metric::Error, Metric::LogLoss] {
            let found = select(metric);
            let names: Vec<&str> = found.lines.iter().map(|line| line.name.as_str()).collect();
            assert_eq!((names, found.against.as_deref()), (vec!["b", "a"], Some("b")));
            assert!(found.lines[0].selected && found.lines[1].difference.unwrap().mean < 0.0);
        }
        assert_eq!(select(Metric::Auc).against.as_deref(), Some("a"));
    }

    #[test]
    fn without_validation_rows_nothing_is_selected() {
        let mut candidates = [candidate("a", false, &[[1, 1, 1, 0]]), candidate("b", false, &[[0, 1, 1, 0]])];
        for result in candidates.iter_mut().flat_map(|candidate| candidate.results.iter_mut().flatten()) {
            result.scores.valid = None;
        }
        let found = compare(&candidates, &[1], &LABELS, Metric::Error, &ComparisonReference::default());
        assert_eq!((found.lines[0].name.as_str(), &found.against), ("a", &None));
        assert!(found.lines.iter().all(|line| !line.selected && line.difference.is_none()));
        let named = ComparisonReference { against: Some("b".into()), over_learn: None };
        assert!(compare(&candidates, &[1], &LABELS, Metric::Error, &named).lines[0].difference.is_some());
    }

    #[test]
    fn a_seed_that_failed_is_left_out_of_the_pairs() {
        let mut a = candidate("a", false, &[[0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 1, 1]]);
        a.results[1] = None;
        let b = candidate("b", false, &[[0, 1, 0, 0], [1, 0, 0, 1], [0, 1, 1, 1]]);
        let with_a = ComparisonReference { against: Some("a".into()), over_learn: None };
        let found = compare(&[a, b], &[1, 2, 3], &LABELS, Metric::Error, &with_a);
        // A model that lacks a seed is ranked behind those that have all.
        let rows: Vec<(&str, usize)> = found.lines.iter().map(|line| (line.name.as_str(), line.runs)).collect();
        assert_eq!(rows, [("b", 3), ("a", 2)]);
        assert_eq!(found.lines[0].difference.unwrap().mean, 0.125);
    }

    #[test]
    fn over_learning_is_what_a_single_modality_knew() {
        let candidates = [
            candidate("low", true, &[[0, 1, 0, 1]]),
            candidate("high", true, &[[1, 1, 0, 0]]),
            candidate("mul", false, &[[1, 1, 0, 0]]),
        ];
        let question = ComparisonReference { against: None, over_learn: Some(SingleModality::Models(vec![])) };
        let found = compare(&candidates, &[1], &LABELS, Metric::Error, &question).lines[2].over_learn.clone().unwrap();
        // One of them is right on rows 0, 1 and 3; `mul` is wrong on row 0 of these, and on row 2, which no single one
        // gets right.
        assert_eq!((found.of_all.mean, found.of_those.mean, found.subset.mean), (0.25, 1.0 / 3.0, 3.0));
        let named =
            ComparisonReference { against: None, over_learn: Some(SingleModality::Models(vec!["high".into()])) };
        let found = compare(&candidates, &[1], &LABELS, Metric::Error, &named).lines[2].over_learn.clone().unwrap();
        assert_eq!((found.of_all.mean, found.subset.mean), (0.0, 2.0));
        let mut one = candidates[2].clone();
        one.results[0].as_mut().unwrap().decisions.components = vec![vec![Some(0), None, Some(1), Some(1)]];
        let parts = ComparisonReference { against: None, over_learn: Some(SingleModality::Components) };
        let found = compare(&[one], &[1], &LABELS, Metric::Error, &parts).lines[0].over_learn.clone().unwrap();
        assert_eq!((found.of_all.mean, found.of_those.mean, found.subset.mean), (0.5, 1.0, 2.0));
    }
}
