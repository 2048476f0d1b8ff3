//! The table of a grid search: the scores of every point, a combine and values of params, over its seeds, and the point
//! of each combine that the validation rows select. `MulMix*` in the paper is MulMix at the selected `beta`.

use super::ranking::{RankedConfiguration, rank};
use super::score_spreads::ScoreSpreads;
use super::statistics::Spread;
use super::trial::TrialScores;
use crate::spec::Metric;
use crate::train::SplitScores;
use indexmap::IndexMap;
use serde::Serialize;

/// A point and its trials, one for each seed.
#[derive(Clone, Debug)]
pub struct GridPoint {
    /// The combine.
    pub combine: String,
    /// The params that vary and their values.
    pub params: IndexMap<String, String>,
    /// The point that it is the same training as, which was made once for both.
    pub same_as: Option<String>,
    /// One for each seed, in their order; `None` where the trial failed or was not made.
    pub trials: Vec<Option<TrialScores>>,
}

/// The result of a grid search.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GridSearch {
    /// The sweep's name.
    pub name: String,
    /// The metric on the validation rows that selects.
    pub select: Metric,
    /// The seeds that every point is trained with.
    pub seeds: Vec<u64>,
    /// How many trials of all have been made.
    pub trials: usize,
    /// One for each point, in order.
    pub points: Vec<GridRow>,
}

/// One point with its scores over the seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GridRow {
    /// The combine.
    pub combine: String,
    /// The params that vary and their values.
    pub params: IndexMap<String, String>,
    /// Number of trials.
    pub runs: usize,
    /// The point that it is the same training as, which was made once for both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// Its scores on the validation rows.
    pub valid: ScoreSpreads,
    /// Its scores on the test rows.
    pub test: ScoreSpreads,
    /// Numbers learned.
    pub parameters: usize,
    /// Mean seconds of a training; of all components where these are trained separately.
    pub seconds: f64,
    /// Whether it is the point of its combine that the validation rows select.
    pub selected: bool,
}

impl GridRow {
    /// `mul beta=0.5`: the combine and the values of the params.
    pub fn name(&self) -> String {
        let values = self.params.iter().map(|(name, value)| format!(" {name}={value}"));
        self.combine.clone() + &values.collect::<String>()
    }
}

/// Summarises the trials of all points and selects one point for each combine: the best mean over the seeds, the
/// first of equals. Points that lack a trial are not selected while another has them all.
pub fn grid_search(name: &str, select: Metric, seeds: &[u64], points: &[GridPoint]) -> GridSearch {
    let mut lines: Vec<GridRow> = points.iter().map(line).collect();
    let mut combines: Vec<&str> = points.iter().map(|point| point.combine.as_str()).collect();
    combines.dedup();
    for combine in combines {
        let own = lines.iter().enumerate().filter(|(_, line)| line.combine == combine);
        let mut ranking: Vec<RankedConfiguration> = own
            .map(|(configuration, line)| {
                let valid = line.valid.get(select).cloned();
                RankedConfiguration { configuration, runs: line.runs, valid }
            })
            .collect();
        rank(&mut ranking, select);
        if let Some(first) = ranking.first().filter(|first| first.valid.is_some()) {
            lines[first.configuration].selected = true;
        }
    }
    let trials = lines.iter().map(|line| line.runs).sum();
    GridSearch { name: name.into(), select, seeds: seeds.to_vec(), trials, points: lines }
}

fn line(point: &GridPoint) -> GridRow {
    let trials: Vec<&TrialScores> = point.trials.iter().flatten().collect();
    let valid: Vec<SplitScores> = trials.iter().filter_map(|trial| trial.valid).collect();
    let test: Vec<SplitScores> = trials.iter().filter_map(|trial| trial.test).collect();
    let seconds: Vec<f64> = trials.iter().map(|trial| trial.seconds).collect();
    GridRow {
        combine: point.combine.clone(),
        params: point.params.clone(),
        runs: trials.len(),
        same_as: point.same_as.clone(),
        valid: ScoreSpreads::of(&valid),
        test: ScoreSpreads::of(&test),
        parameters: trials.first().map_or(0, |trial| trial.parameters),
        seconds: Spread::of(seconds).map_or(0.0, |seconds| seconds.mean),
        selected: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::ProbabilityScores;

    fn point(combine: &str, beta: &str, valid: &[Option<f64>]) -> GridPoint {
        let probabilities = ProbabilityScores::default();
        let part = |error: f64| SplitScores {
            error,
            loss: 0.0,
            auc: Some(1.0 - error),
            f1: 0.0,
            probabilities,
            uncalibrated: None,
        };
        let trial = |error: &Option<f64>| {
            let error = (*error)?;
            let (valid, test) = (Some(part(error)), Some(part(error + 0.5)));
            let component_epochs = IndexMap::new();
            Some(TrialScores {
                valid,
                test,
                parameters: 3,
                epochs: 1,
                component_epochs,
                seconds: 1.0,
                least_test_error: None,
            })
        };
        let params = IndexMap::from([("beta".to_owned(), beta.to_owned())]);
        GridPoint { combine: combine.into(), params, same_as: None, trials: valid.iter().map(trial).collect() }
    }

    fn selected(select: Metric, points: &[GridPoint]) -> Vec<usize> {
        let found = grid_search("curve", select, &[1, 2], points);
        found.points.iter().enumerate().filter(|(_, line)| line.selected).map(|(index, _)| index).collect()
    }

    #[test]
    fn each_combine_has_the_point_of_its_best_mean() {
        let points = [
            point("mul", "0", &[Some(0.25), Some(0.5)]),
            point("mul", "1", &[Some(0.25), Some(0.25)]),
            point("mul", "2", &[Some(0.25), Some(0.25)]),
            point("mix", "0", &[Some(0.5), Some(0.25)]),
            point("mix", "1", &[Some(0.5), Some(0.5)]),
        ];
        assert_eq!(selected(Metric::Error, &points), [1, 3]);
        assert_eq!(selected(Metric::Auc, &points), [1, 3]);
        let found = grid_search("curve", Metric::Error, &[1, 2], &points);
        assert_eq!((found.trials, found.points[0].test.error.as_ref().unwrap().mean), (10, 0.875));
    }

    #[test]
    fn what_is_not_whole_is_not_selected_before_what_is() {
        let points = [point("mul", "0", &[Some(0.1), None]), point("mul", "1", &[Some(0.4), Some(0.4)])];
        assert_eq!(selected(Metric::Error, &points), [1]);
        assert_eq!(selected(Metric::Error, &[point("mul", "0", &[None, None])]), [] as [usize; 0]);
    }
}
