//! The table of a grid search as Markdown and CSV, for papers and other programs.

use super::grid_search::{GridRow, GridSearch};
use super::table_text::{
    PROBABILITY_HEADS, csv_text, markdown, metric_label, metric_spread, probability_cells, run_count, score_columns,
    score_names,
};
use crate::spec::Metric;

/// The table as Markdown, the selected points in bold.
pub fn search_markdown(search: &GridSearch) -> String {
    let params = param_names(search);
    let mut header = vec!["combine".to_owned()];
    header.extend(params.iter().cloned());
    header.extend([format!("valid {}", metric_label(search.select)), "test error %".into(), "AUC %".into()]);
    header.extend(PROBABILITY_HEADS.map(String::from));
    header.extend(["parameters", "seconds", "runs"].map(String::from));
    let row = |point: &GridRow| {
        let bold = |text: String| if point.selected { format!("**{text}**") } else { text };
        let mut row = vec![bold(format!("`{}`", point.combine))];
        row.extend(params.iter().map(|param| point.params.get(param).cloned().unwrap_or_default()));
        row.extend([
            bold(metric_spread(search.select, point.valid.get(search.select))),
            metric_spread(Metric::Error, point.test.error.as_ref()),
            metric_spread(Metric::Auc, point.test.auc.as_ref()),
        ]);
        row.extend(probability_cells(&point.test));
        row.extend([
            point.parameters.to_string(),
            format!("{:.1}", point.seconds),
            run_count(point.runs, point.same_as.as_ref()),
        ]);
        row
    };
    markdown(&header, 1 + params.len(), search.points.iter().map(row))
}

/// The table as CSV with every metric on both splits: a line for each point.
pub fn search_csv(search: &GridSearch) -> String {
    let params = param_names(search);
    let mut header = vec!["combine".to_owned()];
    header.extend(params.iter().cloned());
    header.extend(["runs", "selected"].map(String::from));
    header.extend(score_names("valid"));
    header.extend(score_names("test"));
    header.extend(["parameters", "seconds"].map(String::from));
    let shared = search.points.iter().any(|point| point.same_as.is_some());
    if shared {
        header.push("same_as".into());
    }
    let row = |point: &GridRow| {
        let mut row = vec![point.combine.clone()];
        row.extend(params.iter().map(|param| point.params.get(param).cloned().unwrap_or_default()));
        row.extend([point.runs.to_string(), u8::from(point.selected).to_string()]);
        row.extend(score_columns(&point.valid));
        row.extend(score_columns(&point.test));
        row.extend([point.parameters.to_string(), point.seconds.to_string()]);
        if shared {
            row.push(point.same_as.clone().unwrap_or_default());
        }
        row
    };
    csv_text(header, search.points.iter().map(row))
}

/// The params that vary, in their order.
pub fn param_names(search: &GridSearch) -> Vec<String> {
    search.points.first().map(|point| point.params.keys().cloned().collect()).unwrap_or_default()
}
