//! Tables of comparisons and sweeps as Markdown and CSV, for papers and other programs.

use super::comparison::{Comparison, ComparisonRow};
use super::grid_search::{GridRow, GridSearch};
use super::statistics::{Difference, Spread};
use std::fmt::Write;

/// `20.10 ± 0.12`, of shares as percentages.
pub fn percent_spread(spread: &Spread) -> String {
    match spread.deviation {
        Some(deviation) => format!("{:.2} ± {:.2}", 100.0 * spread.mean, 100.0 * deviation),
        None => format!("{:.2}", 100.0 * spread.mean),
    }
}

/// `+0.31 [0.10, 0.52]`, of a difference of shares in points of percent.
pub fn percent_difference(difference: &Difference) -> String {
    let [mean, low, high] = [difference.mean, difference.low, difference.high].map(|share| 100.0 * share);
    format!("{mean:+.2} [{low:.2}, {high:.2}]")
}

/// A p-value for a table; a small one is never rounded to 0.
pub fn probability(p: f64) -> String {
    if p < 0.001 { "< 0.001".into() } else { format!("{p:.3}") }
}

/// The table of a comparison as Markdown, the best in bold.
pub fn comparison_markdown(comparison: &Comparison) -> String {
    let over_learn = comparison.lines.iter().any(|line| line.over_learn.is_some());
    let against = comparison.against.as_deref().unwrap_or("the best");
    let mut header =
        vec!["combine".into(), "error %".into(), "AUC %".into(), format!("error - {against} [95%]"), "p".into()];
    if over_learn {
        header.extend(["over-learn % of all", "over-learn % of those", "rows a single knows"].map(String::from));
    }
    header.extend(["parameters", "seconds", "runs"].map(String::from));
    let bold = |text: String, best: bool| if best { format!("**{text}**") } else { text };
    let row = |line: &ComparisonRow| {
        let spread = |spread: &Option<Spread>| spread.as_ref().map_or_else(|| "-".into(), percent_spread);
        let mut row = vec![
            format!("`{}`", line.name),
            bold(spread(&line.error), line.best),
            bold(spread(&line.auc), line.best_auc),
            line.difference.as_ref().map_or_else(String::new, percent_difference),
            line.difference.as_ref().map_or_else(String::new, |difference| probability(difference.p)),
        ];
        if over_learn {
            let cells = line.over_learn.as_ref().map(|over| {
                [percent_spread(&over.of_all), percent_spread(&over.of_those), format!("{:.1}", over.subset.mean)]
            });
            row.extend(cells.unwrap_or_default());
        }
        row.extend([line.parameters.to_string(), format!("{:.1}", line.seconds), line.runs.to_string()]);
        row
    };
    markdown(&header, 1, comparison.lines.iter().map(row))
}

/// The table of a comparison as CSV: shares as fractions, not as percentages.
pub fn comparison_csv(comparison: &Comparison) -> String {
    let header = "combine,runs,error,error_deviation,auc,auc_deviation,valid_error,difference,difference_low,\
                  difference_high,p,over_learn_of_all,over_learn_of_those,over_learn_rows,parameters,seconds";
    let mut csv = csv::Writer::from_writer(vec![]);
    let row = |line: &ComparisonRow| {
        let mut row = vec![line.name.clone(), line.runs.to_string()];
        row.extend(pair(line.error.as_ref()));
        row.extend(pair(line.auc.as_ref()));
        row.push(number(line.valid_error.as_ref().map(|valid| valid.mean)));
        let difference = line.difference.as_ref();
        row.extend([
            number(difference.map(|difference| difference.mean)),
            number(difference.map(|difference| difference.low)),
            number(difference.map(|difference| difference.high)),
            number(difference.map(|difference| difference.p)),
        ]);
        let over = line.over_learn.as_ref();
        row.extend([
            number(over.map(|over| over.of_all.mean)),
            number(over.map(|over| over.of_those.mean)),
            number(over.map(|over| over.subset.mean)),
        ]);
        row.extend([line.parameters.to_string(), line.seconds.to_string()]);
        row
    };
    let lines = std::iter::once(header.split(',').map(String::from).collect());
    for row in lines.chain(comparison.lines.iter().map(row)) {
        // Writing to memory does not fail.
        let _: Result<(), csv::Error> = csv.write_record(&row);
    }
    String::from_utf8(csv.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// The table of a sweep as Markdown, the selected points in bold.
pub fn search_markdown(search: &GridSearch) -> String {
    let params = param_names(search);
    let mut header = vec!["combine".to_owned()];
    header.extend(params.iter().cloned());
    header.extend([format!("valid {}", search.select.as_str())]);
    header.extend(["test error %", "test AUC %", "parameters", "seconds", "runs"].map(String::from));
    let row = |point: &GridRow| {
        let bold = |text: String| if point.selected { format!("**{text}**") } else { text };
        let spread = |spread: &Option<Spread>| spread.as_ref().map_or_else(|| "-".into(), percent_spread);
        let mut row = vec![format!("`{}`", point.combine)];
        row.extend(params.iter().map(|param| point.params.get(param).cloned().unwrap_or_default()));
        row.extend([
            bold(point.valid.as_ref().map_or_else(|| "-".into(), plain_spread)),
            bold(spread(&point.error)),
            bold(spread(&point.auc)),
            point.parameters.to_string(),
            format!("{:.1}", point.seconds),
            point.runs.to_string(),
        ]);
        row
    };
    markdown(&header, 1 + params.len(), search.points.iter().map(row))
}

/// The table of a sweep as CSV: a line for each point.
pub fn search_csv(search: &GridSearch) -> String {
    let params = param_names(search);
    let mut csv = csv::Writer::from_writer(vec![]);
    let mut header = vec!["combine".to_owned()];
    header.extend(params.iter().cloned());
    let measured = "runs,valid,valid_deviation,test_error,test_error_deviation,test_auc,test_auc_deviation,parameters,seconds,selected";
    header.extend(measured.split(',').map(String::from));
    let row = |point: &GridRow| {
        let mut row = vec![point.combine.clone()];
        row.extend(params.iter().map(|param| point.params.get(param).cloned().unwrap_or_default()));
        row.push(point.runs.to_string());
        row.extend(pair(point.valid.as_ref()));
        row.extend(pair(point.error.as_ref()));
        row.extend(pair(point.auc.as_ref()));
        row.extend([point.parameters.to_string(), point.seconds.to_string(), u8::from(point.selected).to_string()]);
        row
    };
    for row in std::iter::once(header.clone()).chain(search.points.iter().map(row)) {
        // Writing to memory does not fail.
        let _: Result<(), csv::Error> = csv.write_record(&row);
    }
    String::from_utf8(csv.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// The params that vary, in their order.
pub fn param_names(search: &GridSearch) -> Vec<String> {
    search.points.first().map(|point| point.params.keys().cloned().collect()).unwrap_or_default()
}

/// `0.2010 ± 0.0012`, as it is.
pub fn plain_spread(spread: &Spread) -> String {
    match spread.deviation {
        Some(deviation) => format!("{:.4} ± {deviation:.4}", spread.mean),
        None => format!("{:.4}", spread.mean),
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn pair(spread: Option<&Spread>) -> [String; 2] {
    [number(spread.map(|spread| spread.mean)), number(spread.and_then(|spread| spread.deviation))]
}

/// A table whose first `words` columns are words and the others numbers.
fn markdown(header: &[String], words: usize, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|", header.join(" | "));
    for column in 0..header.len() {
        text += if column < words { "---|" } else { "---:|" };
    }
    text.push('\n');
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}
