//! What the page of a study shows, from the record of the study and its trials.

use super::error::Error;
use super::ranking::{RankedConfiguration, rank};
use super::saved_trials::{SavedTrial, read_trials};
use super::statistics::Spread;
use super::study_record::StudyRecord;
use super::web_file::{of, read_json};
use crate::diag::{visible, visible_lines};
use crate::page::{StudyContent, StudyPoint};
use crate::spec::Metric;
use crate::train::SplitScores;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The content of the study in `folder`.
pub(super) fn study_content(folder: &Path) -> Result<StudyContent, Error> {
    let record = StudyRecord::read_any(folder).map_err(of)?;
    let trials = read_trials(folder).map_err(of)?;
    let metric = record.metric;
    let mut names: Vec<&str> = vec![];
    for trial in &trials {
        if !names.contains(&trial.name.as_str()) {
            names.push(&trial.name);
        }
    }
    let of_name = |name: &str| -> Vec<&SavedTrial> { trials.iter().filter(|trial| trial.name == name).collect() };
    let spread = |name: &str, part: ScoresOf| {
        let values = of_name(name).into_iter().filter_map(|trial| part(trial)).map(|scores| scores.get(metric));
        Spread::of(values.collect()).filter(|spread| spread.mean.is_finite())
    };
    let mut ranking: Vec<RankedConfiguration> = names
        .iter()
        .enumerate()
        .map(|(configuration, name)| {
            let (runs, valid) = (of_name(name).len(), spread(name, |trial| trial.scores.valid.as_ref()));
            RankedConfiguration { configuration, runs, valid }
        })
        .collect();
    rank(&mut ranking, metric);
    let point = |ranked: &RankedConfiguration| {
        let name = names[ranked.configuration];
        let trials = of_name(name);
        let seconds: f64 = trials.iter().map(|trial| trial.scores.seconds).sum();
        let mean = |spread: Spread| (spread.mean, spread.interval());
        StudyPoint {
            name: visible(name),
            params: trials.first().map_or_else(Vec::new, |trial| {
                trial.params.iter().map(|(name, value)| (visible(name), visible(value))).collect()
            }),
            valid: ranked.valid.clone().map(mean),
            test: spread(name, |trial| trial.scores.test.as_ref()).map(mean),
            runs: trials.iter().map(|trial| visible(&trial.run)).collect(),
            parameters: trials.first().map_or(0, |trial| trial.scores.parameters),
            seconds: seconds / trials.len().max(1) as f64,
        }
    };
    let texts = record.copies(folder).into_iter().filter_map(|file| fs::read_to_string(file.path).ok());
    let texts: Vec<String> = texts.map(|text| visible_lines(&text, false)).collect();
    let pipeline = texts.first().and_then(|text| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix("pipeline "))?;
        Some(line.trim().to_owned())
    });
    let versions = record.versions.iter().map(|(name, version)| format!("{name} {version}"));
    Ok(StudyContent {
        folder: visible(folder.display().to_string()),
        pipeline: pipeline.unwrap_or_default(),
        kind: record.study.command().to_owned(),
        metric: (metric.as_str().to_owned(), metric.higher_is_better()),
        share: matches!(metric, Metric::Error | Metric::Auc | Metric::F1 | Metric::CalibrationError),
        points: ranking.iter().map(point).collect(),
        equal: equal(folder, record.study.command()),
        selected: record.best.as_ref().map(|best| (visible(&best.name), visible(&best.run))),
        texts,
        versions: versions.collect::<Vec<_>>().join(", "),
    })
}

/// How many configurations of the table are the same training as another.
fn equal(folder: &Path, table: &str) -> usize {
    let Ok(table) = read_json(&folder.join(format!("{table}.json"))) else { return 0 };
    let rows = ["points", "lines"].iter().filter_map(|list| table.get(list).and_then(Value::as_array));
    rows.flatten().filter(|row| row.get("same_as").is_some_and(Value::is_string)).count()
}

/// The scores of a trial on one part of the data.
type ScoresOf = fn(&SavedTrial) -> Option<&SplitScores>;
