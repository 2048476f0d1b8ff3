//! The page of a run, from the content of its files.

use super::components::components;
use super::confusion::confusion;
use super::content::{PageBlock, PageSection, WebPage};
use super::data::{data, environment, results};
use super::learning::learning;
use super::mistakes::mistakes;
use super::probabilities::probabilities;
use super::ranking::ranking;
use super::robustness::robustness;
use super::test_rows::TestTable;
use super::values::text;
use super::verdict::verdict;
use crate::diag::visible_lines;
use crate::drawing::{figure, svg_in_page};
use crate::plan::Plan;
use crate::report::{SavedEpoch, SavedPredictions};
use serde_json::Value;

/// Letters of the pipeline that are shown at most.
const MOST_TEXT: usize = 60_000;

/// The content of the files of a run.
#[derive(Clone, Copy, Debug)]
pub struct RunContent<'a> {
    /// The folder, as it was named.
    pub folder: &'a str,
    /// The plan of its pipeline.
    pub plan: &'a Plan,
    /// The classes in the order of the probabilities.
    pub classes: &'a [String],
    /// The text of its pipeline.
    pub pipeline: &'a str,
    /// `run.yaml`
    pub record: &'a Value,
    /// `summary.json`
    pub summary: &'a Value,
    /// `metrics.csv`
    pub history: &'a [SavedEpoch],
    /// `predictions.csv` and `components.csv`
    pub predictions: Option<&'a SavedPredictions>,
    /// `robustness.json`
    pub robustness: Option<&'a Value>,
}

/// The page of a run.
pub fn run_page(content: &RunContent<'_>) -> WebPage {
    let RunContent { plan, classes, record, summary, .. } = *content;
    let rows = content.predictions.filter(|saved| saved.rows() > 0);
    let rows = rows.map(|saved| TestTable::new(plan, classes, summary, saved));
    let label = text(record, "/data/label");
    let label = if label.is_empty() { "the label".to_owned() } else { label };
    let mut sections: Vec<PageSection> = vec![];
    sections.extend(results(summary));
    sections.extend(learning(summary, content.history));
    sections.extend(components(summary, rows.as_ref()));
    match &rows {
        Some(rows) => {
            sections.push(confusion(rows));
            sections.extend(ranking(rows));
            sections.extend(probabilities(rows));
            if let (Some(note), Some(section)) = (rows.sampled(), sections.last_mut()) {
                section.blocks.push(PageBlock::Text(note));
            }
            sections.push(mistakes(rows));
        }
        None => sections.push(PageSection {
            id: "rows",
            title: "Test rows".into(),
            blocks: vec![PageBlock::Text(
                "The run has no decisions on test rows, so that there is nothing to plot by row: give the data a `test` part.".into(),
            )],
        }),
    }
    sections.extend(content.robustness.and_then(robustness));
    sections.push(graph(plan));
    sections.push(pipeline(content.pipeline));
    sections.push(data(record));
    sections.push(environment(record, summary));
    WebPage {
        title: format!("{}: {}", text(summary, "/pipeline"), text(summary, "/combine")),
        about: format!("{} · {}", content.folder, text(record, "/machine/started")),
        verdict: verdict(summary, rows.as_ref(), &label),
        sections,
    }
}

fn graph(plan: &Plan) -> PageSection {
    let drawn = figure(plan);
    let reading = format!("From left to right, from data to decision: {}.", drawn.subtitle);
    let block = PageBlock::Drawing { svg: svg_in_page(&drawn), reading };
    PageSection { id: "graph", title: "Graph".into(), blocks: vec![block] }
}

fn pipeline(text: &str) -> PageSection {
    let mut shown = visible_lines(text, false);
    let mut blocks = vec![];
    if shown.len() > MOST_TEXT {
        let end = (0..=MOST_TEXT).rev().find(|at| shown.is_char_boundary(*at)).unwrap_or(0);
        shown.truncate(end);
        blocks.push(PageBlock::Text("The beginning of the pipeline; `pipeline.mmc` has all of it.".into()));
    }
    blocks.push(PageBlock::Source(shown));
    PageSection { id: "pipeline", title: "Pipeline".into(), blocks }
}
