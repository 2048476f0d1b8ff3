//! The table of a comparison as Markdown and CSV, for papers and other programs.

use super::comparison::{Comparison, ComparisonRow};
use super::statistics::Spread;
use super::table_text::{
    PROBABILITY_HEADS, csv_text, markdown, metric_label, metric_spread, number, percent_difference, percent_spread,
    probability, probability_cells, run_count, score_columns, score_names,
};
use crate::spec::Metric;

/// The table as Markdown, the selected model in bold.
pub fn comparison_markdown(comparison: &Comparison) -> String {
    let over_learn = comparison.lines.iter().any(|line| line.over_learn.is_some());
    let against = comparison.against.as_deref().unwrap_or("none");
    let mut header = vec!["combine".into(), format!("valid {}", metric_label(comparison.metric))];
    header.extend(["test error %".into(), "AUC %".into(), format!("error - {against} [95%]"), "p".into()]);
    header.extend(PROBABILITY_HEADS.map(String::from));
    if over_learn {
        header.extend(["over-learn % of all", "over-learn % of those", "rows a single knows"].map(String::from));
    }
    let audit = comparison.lines.iter().any(|line| line.audit.is_some());
    if audit {
        header.extend(["best on test %", "gain of choosing on test"].map(String::from));
    }
    header.extend(["parameters", "seconds", "runs"].map(String::from));
    let row = |line: &ComparisonRow| {
        let bold = |text: String| if line.selected { format!("**{text}**") } else { text };
        let mut row = vec![
            bold(format!("`{}`", line.name)),
            bold(metric_spread(comparison.metric, line.valid.get(comparison.metric))),
            metric_spread(Metric::Error, line.test.error.as_ref()),
            metric_spread(Metric::Auc, line.test.auc.as_ref()),
            line.difference.as_ref().map_or_else(String::new, percent_difference),
            line.difference.as_ref().map_or_else(String::new, |difference| probability(difference.p)),
        ];
        row.extend(probability_cells(&line.test));
        if over_learn {
            let cells = line.over_learn.as_ref().map(|over| {
                [percent_spread(&over.of_all), percent_spread(&over.of_those), format!("{:.1}", over.subset.mean)]
            });
            row.extend(cells.unwrap_or_default());
        }
        if audit {
            let of = |spread: Option<&Spread>| spread.map_or_else(String::new, percent_spread);
            let found = line.audit.as_ref();
            row.extend([of(found.map(|audit| &audit.best_on_test)), of(found.map(|audit| &audit.gain))]);
        }
        row.extend([
            line.parameters.to_string(),
            format!("{:.1}", line.seconds),
            run_count(line.runs, line.same_as.as_ref()),
        ]);
        row
    };
    markdown(&header, 1, comparison.lines.iter().map(row))
}

/// The table as CSV with every metric on both splits: shares as fractions, not as percentages.
pub fn comparison_csv(comparison: &Comparison) -> String {
    let mut header: Vec<String> = ["combine", "runs", "selected"].map(String::from).to_vec();
    header.extend(score_names("valid"));
    header.extend(score_names("test"));
    let last = "difference,difference_low,difference_high,p,over_learn_of_all,over_learn_of_those,over_learn_rows,\
                parameters,seconds";
    header.extend(last.split(',').map(String::from));
    let audit = comparison.lines.iter().any(|line| line.audit.is_some());
    if audit {
        header.extend(["audit_chosen", "audit_best_on_test", "audit_gain"].map(String::from));
    }
    let shared = comparison.lines.iter().any(|line| line.same_as.is_some());
    if shared {
        header.push("same_as".into());
    }
    let row = |line: &ComparisonRow| {
        let mut row = vec![line.name.clone(), line.runs.to_string(), u8::from(line.selected).to_string()];
        row.extend(score_columns(&line.valid));
        row.extend(score_columns(&line.test));
        let difference = line.difference.as_ref();
        row.extend([
            number(difference.map(|difference| difference.mean)),
            number(difference.and_then(|difference| difference.low)),
            number(difference.and_then(|difference| difference.high)),
            number(difference.and_then(|difference| difference.p)),
        ]);
        let over = line.over_learn.as_ref();
        row.extend([
            number(over.map(|over| over.of_all.mean)),
            number(over.map(|over| over.of_those.mean)),
            number(over.map(|over| over.subset.mean)),
        ]);
        row.extend([line.parameters.to_string(), line.seconds.to_string()]);
        if audit {
            let found = line.audit.as_ref();
            row.extend([
                number(found.map(|audit| audit.chosen.mean)),
                number(found.map(|audit| audit.best_on_test.mean)),
                number(found.map(|audit| audit.gain.mean)),
            ]);
        }
        if shared {
            row.push(line.same_as.clone().unwrap_or_default());
        }
        row
    };
    csv_text(header, comparison.lines.iter().map(row))
}
