//! The result of a stress as CSV and Markdown, for papers and other programs.

use super::report::{StressCell, StressReport};
use crate::experiment::table_text::{csv_text, markdown, number, percent_difference, percent_spread, probability};

/// A line for each test, level and method: shares as fractions, not as percentages. The rows as they are have level 0 and
/// the test `clean`.
pub fn stress_csv(report: &StressReport) -> String {
    let header = "test,level,method,runs,error,error_deviation,difference,difference_low,difference_high,p,p_holm,log_loss,\
                  gap_auroc,risk_coverage";
    let row = |test: &str, method: &str, runs: usize, cell: &StressCell| {
        let difference = cell.difference.as_ref();
        let mut row = vec![test.to_owned(), cell.level.to_string(), method.to_owned(), runs.to_string()];
        row.extend([
            cell.error.mean.to_string(),
            number(cell.error.deviation),
            number(difference.map(|difference| difference.mean)),
            number(difference.and_then(|difference| difference.low)),
            number(difference.and_then(|difference| difference.high)),
            number(difference.and_then(|difference| difference.p)),
            number(cell.holm),
            cell.log_loss.to_string(),
            number(cell.gap_auroc),
            cell.risk_coverage.to_string(),
        ]);
        row
    };
    let clean = report.methods.iter().map(|method| row("clean", &method.name, method.runs.len(), &method.clean));
    let mut rows: Vec<Vec<String>> = clean.collect();
    for test in &report.tests {
        for (tested, method) in test.methods.iter().zip(&report.methods) {
            let cells = tested.levels.iter();
            rows.extend(cells.map(|cell| row(&test.test.name, &method.name, method.runs.len(), cell)));
        }
    }
    csv_text(header.split(',').map(String::from).collect(), rows.into_iter())
}

/// A table for each test, with a column for each level.
pub fn stress_markdown(report: &StressReport) -> String {
    let mut text = format!(
        "Error in percent on the {} rows; in brackets the difference to `{}` with its 95% interval and p after Holm.\n",
        report.part.as_str(),
        report.against
    );
    for test in &report.tests {
        text += &format!("\n### {}: {}, {}\n\n", test.test.name, test.level, test.reach);
        let mut header = vec!["method".to_owned(), "0".to_owned()];
        header.extend(test.test.levels.iter().map(f64::to_string));
        header.extend(["relative", "effective"].map(String::from));
        let rows = test.methods.iter().zip(&report.methods).map(|(tested, method)| {
            let mut row = vec![format!("`{}`", method.name), markdown_cell(&method.clean)];
            row.extend(tested.levels.iter().map(markdown_cell));
            let percent = |share: Option<f64>| share.map_or_else(String::new, |share| format!("{:.2}", 100.0 * share));
            row.extend([percent(tested.relative_robustness), percent(tested.effective_robustness)]);
            row
        });
        text += &markdown(&header, 1, rows);
    }
    text
}

fn markdown_cell(cell: &StressCell) -> String {
    let error = percent_spread(&cell.error);
    match &cell.difference {
        Some(difference) => format!("{error} ({}, p {})", percent_difference(difference), probability(cell.holm)),
        None => error,
    }
}
