//! `mmc compare`: the combines of one or several files, trained on the same rows with the same seeds, in one table.

use super::args::{CompareArgs, settings};
use super::interrupt::Interrupt;
use super::numbers::{duration, grouped};
use super::open::warn;
use super::output::Output;
use super::status::ExitStatus;
use super::study_run::{StudyRun, run_cell, shared_line};
use super::table::{Align, MarkedRow, marked_table, table};
use crate::diag::Style;
use crate::experiment::{
    Comparison, ComparisonOptions, ComparisonReference, ComparisonRow, ComparisonTrials, Difference, Error,
    PROBABILITY_HEADS, SignificanceTest, SingleModality, StudyFile, StudyKind, StudyRecord, TrainOptions, metric_label,
    metric_spread, percent_difference, percent_spread, probability, probability_cells,
};
use crate::spec::Metric;
use std::fmt::Write;
use std::time::Duration;

pub(super) fn compare(args: &CompareArgs, output: &Output) -> ExitStatus {
    let interrupt = Interrupt::listen(output);
    let options = args.compute.options(interrupt.flag().clone());
    run(args, &options, &interrupt, output).unwrap_or_else(|error| output.error(&error))
}

fn run(
    args: &CompareArgs,
    options: &TrainOptions,
    interrupt: &Interrupt,
    output: &Output,
) -> Result<ExitStatus, Error> {
    let (files, comparison) = request(args)?;
    let mut comparison = ComparisonTrials::open(&files, comparison, options, &mut |pipeline| warn(pipeline, output))?;
    comparison.trials.checkpoints = args.checkpoint.interval();
    if interrupt.requested() {
        output.err.line("interrupted before training began: there is nothing to keep");
        return Ok(ExitStatus::Interrupted);
    }
    if !args.quiet && !comparison.trials.has_validation() {
        output.err.line(NO_VALIDATION);
    }
    let (kind, metric, quiet) = (StudyKind::Compare, comparison.metric, args.quiet);
    let run = StudyRun { kind, metric, quiet, compute: &args.compute, checkpoint: args.checkpoint, output };
    interrupt.training_begins();
    let mut study = match &args.resume {
        Some(folder) => comparison.resume(folder)?,
        None => comparison.start(&args.out)?,
    };
    let failed = run.trials(&mut study);
    let Some(found) = comparison.table(&study) else { return Ok(run.nothing(&study)) };
    run.close(&mut study, args.format, &found.tables(), &text(&found, output.out.style), failed)
}

/// The warning where nothing can be selected. Test rows never select, so that the comparison is shown without.
const NO_VALIDATION: &str = "warning: there are no validation rows, so that no combine is selected; add \
                             `valid: fraction(10%)` to `split`, or name one to compare with: `--against NAME`";

/// The files and options that the arguments describe; where a study is resumed, those of its folder if none are given.
fn request(args: &CompareArgs) -> Result<(Vec<StudyFile>, ComparisonOptions), Error> {
    let over_learn = args.over_learn.as_ref().map(|names| match names.as_slice() {
        [one] if one == "components" => SingleModality::Components,
        names => SingleModality::Models(names.to_vec()),
    });
    let options = ComparisonOptions {
        combines: args.combine.clone(),
        settings: settings(&args.set),
        seeds: args.seeds,
        first_seed: args.seed,
        epochs: args.epochs,
        metric: args.metric,
        audit: args.audit,
        reference: ComparisonReference { against: args.against.clone(), over_learn },
    };
    let files: Vec<StudyFile> = args.files.iter().map(|path| StudyFile::named(path)).collect();
    let Some(folder) = &args.resume else { return Ok((files, options)) };
    let (copies, recorded) = StudyRecord::resume(folder, StudyKind::Compare)?;
    Ok((if files.is_empty() { copies } else { files }, options.or(recorded)))
}

/// The tables for a terminal, and the meaning of their columns.
fn text(comparison: &Comparison, style: Style) -> String {
    let mut text = errors_table(comparison, style);
    text.push('\n');
    text += &probabilities_table(comparison, style);
    if comparison.lines.iter().any(|line| line.over_learn.is_some()) {
        text.push('\n');
        text += &over_learn_table(comparison, style);
    }
    let audited = comparison.lines.iter().any(|line| line.audit.is_some());
    if audited {
        text.push('\n');
        text += &audit_table(comparison, style);
    }
    text.push('\n');
    let seeds: Vec<String> = comparison.seeds.iter().map(u64::to_string).collect();
    let _ = writeln!(text, "seeds       {}; mean ± standard deviation", seeds.join(", "));
    let ranked = match comparison.lines.iter().any(|line| line.selected) {
        true => "by the validation rows, which select the first, in bold or marked *",
        false => "not: without validation rows none is selected",
    };
    let _ = writeln!(text, "ranked      {ranked}");
    let test = comparison.lines.iter().find_map(|line| line.difference.as_ref()).map(|Difference { test, .. }| test);
    if let (Some(against), Some(test)) = (&comparison.against, test) {
        let how = match test {
            SignificanceTest::PairedT => "Student's paired test over the seeds",
            SignificanceTest::McNemar => "McNemar's exact test over the rows of one seed",
        };
        let _ = writeln!(text, "difference  test error less that of `{against}`, in points;");
        let _ = writeln!(text, "            p by {how}, not adjusted");
    }
    text += &shared_line(comparison.lines.iter().map(|line| (line.name.clone(), line.same_as.clone())));
    if comparison.lines.iter().any(|line| line.over_learn.is_some()) {
        text += "over-learn  errors on the rows that a single modality gets right, of all rows and of those\n";
    }
    if audited {
        text += "audit       test error of the epoch that is best on the test rows, which selected nothing\n";
    }
    let _ = writeln!(text, "before      before calibration; ECE is the expected calibration error");
    text
}

/// The metric that selects beside the errors on the test rows.
fn errors_table(comparison: &Comparison, style: Style) -> String {
    use Align::{Left, Right};
    let title = format!("test, {} rows", grouped(comparison.rows as u64));
    let valid = format!("valid {}", metric_label(comparison.metric));
    let header = [
        (title.as_str(), Left),
        (valid.as_str(), Right),
        ("test error %", Right),
        ("difference [95%]", Right),
        ("p", Right),
        ("time", Right),
        ("runs", Right),
    ];
    let row = |line: &ComparisonRow| -> MarkedRow {
        vec![
            (line.name.clone(), false),
            (metric_spread(comparison.metric, line.valid.get(comparison.metric)), line.selected),
            (metric_spread(Metric::Error, line.test.error.as_ref()), false),
            (line.difference.as_ref().map_or_else(String::new, percent_difference), false),
            (line.difference.as_ref().map_or_else(String::new, |difference| probability(difference.p)), false),
            (duration(Duration::try_from_secs_f64(line.seconds).unwrap_or_default()), false),
            (run_cell(line.runs, line.same_as.as_ref()), false),
        ]
    };
    marked_table(&header, comparison.lines.iter().map(row).collect(), style)
}

/// How good the probabilities are on the test rows.
fn probabilities_table(comparison: &Comparison, style: Style) -> String {
    let mut header = vec![("test probabilities", Align::Left), ("AUC %", Align::Right)];
    header.extend(PROBABILITY_HEADS.map(|head| (head, Align::Right)));
    header.push(("parameters", Align::Right));
    let rows = comparison.lines.iter().map(|line| {
        let mut row = vec![line.name.clone(), metric_spread(Metric::Auc, line.test.auc.as_ref())];
        row.extend(probability_cells(&line.test));
        row.push(grouped(line.parameters as u64));
        row
    });
    table(&header, rows.collect(), style)
}

/// The errors on rows that a single modality gets right.
fn over_learn_table(comparison: &Comparison, style: Style) -> String {
    use Align::{Left, Right};
    let header = [("over-learning", Left), ("of all rows %", Right), ("of those rows %", Right), ("those rows", Right)];
    let rows = comparison.lines.iter().map(|line| match &line.over_learn {
        Some(over) => vec![
            line.name.clone(),
            percent_spread(&over.of_all),
            percent_spread(&over.of_those),
            format!("{:.1}", over.subset.mean),
        ],
        None => vec![line.name.clone()],
    });
    table(&header, rows.collect(), style)
}

/// What choosing the epoch on the test rows would have reported.
fn audit_table(comparison: &Comparison, style: Style) -> String {
    use Align::{Left, Right};
    let header = [("audit", Left), ("chosen: error %", Right), ("best on test %", Right), ("gain, points", Right)];
    let rows = comparison.lines.iter().map(|line| match &line.audit {
        Some(audit) => vec![
            line.name.clone(),
            percent_spread(&audit.chosen),
            percent_spread(&audit.best_on_test),
            percent_spread(&audit.gain),
        ],
        None => vec![line.name.clone(), "-".into(), "-".into(), "-".into()],
    });
    table(&header, rows.collect(), style)
}
