//! `mmc compare`: the combines of one or several files, trained on the same rows with the same seeds, in one table.

use super::args::{CompareArgs, TableFormatArg, settings};
use super::interrupt::Interrupt;
use super::numbers::{duration, grouped};
use super::open::warn;
use super::output::Output;
use super::status::ExitStatus;
use super::table::{Align, MarkedRow, marked_table};
use super::trial_line::TrialLines;
use crate::diag::Style;
use crate::experiment::{
    Comparison, ComparisonOptions, ComparisonReference, ComparisonRow, ComparisonTrials, Difference, SignificanceTest,
    SingleModality, comparison_csv, comparison_markdown, percent_difference, percent_spread, probability,
};
use std::fmt::Write;
use std::time::Duration;

pub(super) fn compare(args: &CompareArgs, output: &Output) -> ExitStatus {
    let interrupt = Interrupt::listen();
    let options = args.compute.options(interrupt.flag().clone());
    let opened = ComparisonTrials::open(&args.files, asked(args), &options, &mut |pipeline| warn(pipeline, output));
    let comparison = match opened {
        Ok(comparison) => comparison,
        Err(error) => return output.error(&error),
    };
    if interrupt.asked() {
        output.err.line("interrupted before training began: there is nothing to keep");
        return ExitStatus::Interrupted;
    }
    run(args, &comparison, output)
}

/// The comparison that the arguments describe.
fn asked(args: &CompareArgs) -> ComparisonOptions {
    let over_learn = args.over_learn.as_ref().map(|names| match names.as_slice() {
        [one] if one == "components" => SingleModality::Components,
        names => SingleModality::Models(names.to_vec()),
    });
    ComparisonOptions {
        combines: args.combine.clone(),
        settings: settings(&args.set),
        seeds: args.seeds,
        first_seed: args.seed,
        epochs: args.epochs,
        reference: ComparisonReference { against: args.against.clone(), over_learn },
    }
}

fn run(args: &CompareArgs, comparison: &ComparisonTrials, output: &Output) -> ExitStatus {
    let trials = &comparison.trials;
    let mut lines = TrialLines::new(trials, trials.ids().len(), args.quiet, output);
    let found = comparison.run(&mut |id, result| lines.show(id, result));
    let Some(found) = found else {
        return if trials.interrupted() {
            output.err.line("interrupted before anything was trained: there is nothing to compare");
            ExitStatus::Interrupted
        } else {
            ExitStatus::Problems
        };
    };
    if trials.interrupted() {
        output.err.line("interrupted: the table has the trials done so far");
    }
    match args.format {
        TableFormatArg::Text => output.out.write(&text(&found, output.out.style)),
        TableFormatArg::Markdown => output.out.write(&comparison_markdown(&found)),
        TableFormatArg::Csv => output.out.write(&comparison_csv(&found)),
        TableFormatArg::Json => output.out.line(&serde_json::to_string_pretty(&found).unwrap_or_default()),
    }
    if lines.failed { ExitStatus::Problems } else { ExitStatus::Done }
}

/// The table for a terminal, and the meaning of its columns.
fn text(comparison: &Comparison, style: Style) -> String {
    use Align::{Left, Right};
    let title = format!("test, {} rows", grouped(comparison.rows as u64));
    let over_learn = comparison.lines.iter().any(|line| line.over_learn.is_some());
    let mut header =
        vec![(title.as_str(), Left), ("error %", Right), ("AUC %", Right), ("difference [95%]", Right), ("p", Right)];
    if over_learn {
        header.extend([("over-learn %", Right), ("of those %", Right)]);
    }
    header.extend([("parameters", Right), ("time", Right), ("runs", Right)]);
    let rows = comparison.lines.iter().map(|line| row(line, over_learn)).collect();
    let mut text = marked_table(&header, rows, style);
    text.push('\n');
    let seeds: Vec<String> = comparison.seeds.iter().map(u64::to_string).collect();
    let _ = writeln!(text, "seeds       {}; mean ± standard deviation, the best in bold or marked *", seeds.join(", "));
    let test = comparison.lines.iter().find_map(|line| line.difference.as_ref()).map(|Difference { test, .. }| test);
    if let (Some(against), Some(test)) = (&comparison.against, test) {
        let how = match test {
            SignificanceTest::PairedT => "Student's paired test over the seeds",
            SignificanceTest::McNemar => "McNemar's exact test over the rows of one seed",
        };
        let _ = writeln!(text, "difference  error less that of `{against}`, in points; p by {how}, not adjusted");
    }
    if let Some(over) = comparison.lines.iter().find_map(|line| line.over_learn.as_ref()) {
        let _ = writeln!(
            text,
            "over-learn  errors on the rows a single modality gets right, of all rows and of those ({:.1} rows)",
            over.subset.mean
        );
    }
    text
}

fn row(line: &ComparisonRow, over_learn: bool) -> MarkedRow {
    let spread = |spread: &Option<_>| spread.as_ref().map_or_else(|| "-".into(), percent_spread);
    let mut cells = vec![
        (line.name.clone(), false),
        (spread(&line.error), line.best),
        (spread(&line.auc), line.best_auc),
        (line.difference.as_ref().map_or_else(String::new, percent_difference), false),
        (line.difference.as_ref().map_or_else(String::new, |difference| probability(difference.p)), false),
    ];
    if over_learn {
        let over = line.over_learn.as_ref();
        cells.push((over.map_or_else(String::new, |over| percent_spread(&over.of_all)), false));
        cells.push((over.map_or_else(String::new, |over| percent_spread(&over.of_those)), false));
    }
    cells.push((grouped(line.parameters as u64), false));
    cells.push((duration(Duration::try_from_secs_f64(line.seconds).unwrap_or_default()), false));
    cells.push((line.runs.to_string(), false));
    cells
}
