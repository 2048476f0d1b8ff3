//! `mmc diff`: how two runs or pipelines differ in meaning and in results.

use super::args::DiffArgs;
use super::numbers::grouped;
use super::output::Output;
use super::runs::{is_share, measured};
use super::status::ExitStatus;
use super::table::{Align, table};
use crate::diag::Style;
use crate::experiment::{PairedPredictions, ResultDiff, RunDiff, diff_runs, probability};
use crate::spec::Metric;
use std::fmt::Write;

pub(super) fn diff(args: &DiffArgs, output: &Output) -> ExitStatus {
    let found = match diff_runs(&args.a, &args.b, args.combine.as_deref()) {
        Ok(found) => found,
        Err(error) => {
            output.error(&error);
            // 1 says that the two differ, as it does for `diff` and `cmp`.
            return ExitStatus::CouldNotRun;
        }
    };
    match args.json {
        // Texts and numbers always have a JSON form.
        true => output.out.document(&serde_json::to_string_pretty(&found).unwrap_or_default()),
        false => output.out.show(&text(&found, output.out.style)),
    }
    if found.equal { ExitStatus::Done } else { ExitStatus::Problems }
}

fn text(diff: &RunDiff, style: Style) -> String {
    let (a, b) = (diff.a.display().to_string(), diff.b.display().to_string());
    let mut text = String::new();
    if diff.differences.is_empty() {
        let _ = writeln!(text, "{a} and {b} mean the same");
    } else {
        let header = [("", Align::Left), ("", Align::Left), (a.as_str(), Align::Left), (b.as_str(), Align::Left)];
        let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
        let rows = diff
            .differences
            .iter()
            .map(|found| vec![found.part.replace('_', " "), found.entry.clone(), cell(&found.a), cell(&found.b)]);
        text += &table(&header, rows.collect(), style);
    }
    if let Some(results) = &diff.results {
        text.push('\n');
        text += &result_table(results, &a, &b, style);
        match &results.paired {
            Some(paired) => text += &paired_lines(paired, &a, &b),
            None => text += "\nthe runs have not predicted the same test rows: no paired test\n",
        }
    }
    text
}

/// Every metric that one of the runs has.
fn result_table(results: &ResultDiff, a: &str, b: &str, style: Style) -> String {
    use Align::{Left, Right};
    let header = [("", Left), (a, Right), (b, Right), ("difference", Right)];
    let mut rows = vec![];
    for (part, measurements) in [("valid", &results.valid), ("test", &results.test)] {
        for metric in Metric::ALL {
            let Some([first, second]) = measurements.get(metric.as_str()) else { continue };
            let unit = if is_share(metric) { " %" } else { "" };
            let difference = first.zip(*second).map(|(first, second)| second - first);
            rows.push(vec![
                format!("{part} {}{unit}", metric.as_str()),
                measured(*first, metric),
                measured(*second, metric),
                difference.map_or("-".into(), |_| signed(difference, metric)),
            ]);
        }
    }
    table(&header, rows, style)
}

/// `+0.25`, `-0.25`
fn signed(difference: Option<f64>, metric: Metric) -> String {
    let text = measured(difference, metric);
    if text.starts_with('-') { text } else { format!("+{text}") }
}

/// `< 0.001`, `= 0.250`
fn p_value(p: Option<f64>) -> String {
    let text = probability(p);
    if text.starts_with('<') { text } else { format!("= {text}") }
}

/// The tests on the rows, in words.
fn paired_lines(paired: &PairedPredictions, a: &str, b: &str) -> String {
    let percent = |share: Option<f64>| share.map_or("-".into(), |share| format!("{:+.2}", 100.0 * share));
    let error = &paired.error;
    let mut text = format!(
        "\n{b} less {a} on the same {} test rows, {} predicted otherwise, with 95% intervals:\nerror %     {} [{}, {}], p {} by \
         McNemar's exact test\n",
        grouped(paired.rows as u64),
        grouped(paired.changed as u64),
        percent(Some(error.mean)),
        percent(error.low),
        percent(error.high),
        p_value(error.p),
    );
    if let Some(log_loss) = &paired.log_loss {
        let (mean, low, high) = (log_loss.mean, log_loss.low, log_loss.high);
        let _ = writeln!(text, "log loss    {mean:+.4} [{low:+.4}, {high:+.4}] by the bootstrap");
    }
    text
}
