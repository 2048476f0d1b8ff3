//! `mmc eval`: the model of a run measured again, as a whole, by class and by group.

use super::args::{EvalArgs, EvalFormat};
use super::interrupt::Interrupt;
use super::numbers::{grouped, percent};
use super::output::Output;
use super::report::page_note;
use super::robustness_view;
use super::scores_table::scores_table;
use super::status::ExitStatus;
use super::table::{Align, table};
use crate::data::source_of;
use crate::diag::{Problems, SourceMap, Style};
use crate::experiment::{
    EvaluatedRows, EvaluationRequest, LabelError, Model, ModelEvaluation, ReportedScores, RobustnessReport,
    RobustnessRequest, RowGroups, TrainOptions, find_run, keep_robustness,
};
use crate::spec::Part;
use crate::train::{ClassScores, SplitScores};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// More classes than this are too many for a matrix on a terminal.
const MATRIX: usize = 12;
/// So many rows with a label that may be wrong are shown.
const SHOWN: usize = 20;
/// So many confusions are named where there is no matrix.
const NAMED: usize = 10;

pub(super) fn eval(args: &EvalArgs, output: &Output) -> ExitStatus {
    Interrupt::end_at_once();
    let options = args.compute.options(Interrupt::default().flag().clone());
    let loaded = find_run(&args.run).and_then(|folder| Ok((Model::load(&folder)?, folder)));
    let (model, folder) = match loaded {
        Ok(loaded) => loaded,
        Err(error) => return output.error(&error),
    };
    let rows = match &args.data {
        Some(path) => match source_of(path, true) {
            Ok(source) => EvaluatedRows::New(source),
            Err(problem) => {
                output.problems(&Problems::from(problem), &SourceMap::new());
                return ExitStatus::Problems;
            }
        },
        None => EvaluatedRows::Own(args.on.unwrap_or_else(|| model.measured_part())),
    };
    if let Some(request) = args.robustness() {
        return robustness(args, &request, (&model, &folder), &rows, &options, output);
    }
    let request =
        EvaluationRequest { rows, threshold: args.threshold, by: args.by.clone(), label_errors: args.label_errors };
    let found = match model.evaluate_with(&request, &options) {
        Ok(found) => found,
        Err(error) => return output.error(&error),
    };
    let agreement =
        found.part.filter(|_| args.threshold.is_none()).and_then(|part| Agreement::of(&folder, part, &found));
    if !args.metric.is_empty() {
        for metric in &args.metric {
            output.out.line(&format!("{} {}", metric.as_str(), SplitScores::of(&found.scores).get(*metric)));
        }
        return ExitStatus::Done;
    }
    match args.format {
        EvalFormat::Json => {
            let run = folder.display().to_string();
            // Numbers and names always have a JSON form.
            let document = EvalDocument { run, agreement: agreement.as_ref(), evaluation: &found };
            output.out.document(&serde_json::to_string_pretty(&document).unwrap_or_default());
        }
        EvalFormat::Text => {
            found.notes.iter().for_each(|note| output.err.line(&format!("note: {note}")));
            output.out.show(&text(&found, agreement.as_ref(), args.detail, output.out.style));
        }
    }
    ExitStatus::Done
}

/// Measures the model on corrupted rows.
fn robustness(
    args: &EvalArgs,
    request: &RobustnessRequest,
    (model, folder): (&Model, &Path),
    rows: &EvaluatedRows,
    options: &TrainOptions,
    output: &Output,
) -> ExitStatus {
    let found = match model.robustness(rows, request, options) {
        Ok(found) => found,
        Err(error) => return output.error(&error),
    };
    match args.format {
        EvalFormat::Json => {
            let document = RobustnessDocument { run: folder.display().to_string(), report: &found };
            output.out.document(&serde_json::to_string_pretty(&document).unwrap_or_default());
        }
        EvalFormat::Text => {
            found.notes.iter().for_each(|note| output.err.line(&format!("note: {note}")));
            output.out.show(&robustness_view::text(&found, output.out.style));
        }
    }
    if found.part == Some(Part::Test)
        && let Err(error) = keep_robustness(folder, &found)
    {
        output.err.line(&page_note(&error));
    }
    ExitStatus::Done
}

/// The object of `--format json` for corrupted rows.
#[derive(Serialize)]
struct RobustnessDocument<'a> {
    run: String,
    #[serde(flatten)]
    report: &'a RobustnessReport,
}

/// The object of `--format json`.
#[derive(Serialize)]
struct EvalDocument<'a> {
    run: String,
    agreement: Option<&'a Agreement>,
    #[serde(flatten)]
    evaluation: &'a ModelEvaluation,
}

/// Whether the measurements are those that the run reported.
#[derive(Serialize)]
struct Agreement {
    /// Whether the data is the same, by its content.
    same_data: bool,
    /// The measurements that differ; empty where all are equal to the last bit.
    differences: Vec<String>,
}

impl Agreement {
    /// `None` where the run did not measure the part.
    fn of(folder: &Path, part: Part, found: &ModelEvaluation) -> Option<Self> {
        let reported = ReportedScores::read(folder, part);
        reported.scores.as_ref()?;
        let same_data = reported.fingerprint.as_deref() == Some(found.fingerprint.as_str());
        Some(Self { same_data, differences: reported.differences(&found.scores) })
    }

    fn sentence(&self) -> String {
        match (self.same_data, self.differences.as_slice()) {
            (true, []) => "equal to what the run reported, to the last bit".into(),
            (false, []) => "equal to what the run reported, although the data has changed since".into(),
            (true, differences) => format!("other than the run reported: {}", differences.join("; ")),
            (false, differences) => {
                format!("the data has changed since the run, which reported: {}", differences.join("; "))
            }
        }
    }
}

fn text(found: &ModelEvaluation, agreement: Option<&Agreement>, all: bool, style: Style) -> String {
    let part = found.part.map_or("new rows", Part::as_str);
    let mut text = scores_table(&found.combine, part, &found.scores, all, style);
    text.push('\n');
    text += &class_table(&found.classes, style);
    text.push('\n');
    text += &confusion(&found.classes, style);
    if let Some(groups) = &found.groups {
        text.push('\n');
        text += &group_table(groups, style);
    }
    if let Some(rows) = &found.label_errors {
        text.push('\n');
        text += &label_error_table(rows, style);
    }
    let _ = writeln!(text, "\nbalanced    {} % accuracy", percent(found.classes.balanced_accuracy));
    if let (Some(threshold), Some(second)) = (found.threshold, found.classes.classes.last()) {
        let _ = writeln!(text, "threshold   `{}` where its probability is at least {threshold}", second.class);
    }
    if let Some(rows) = &found.label_errors {
        let (all, shown) = (grouped(rows.len() as u64), rows.len().min(SHOWN));
        let _ = writeln!(text, "labels      {all} that every component contradicts by the same class, {shown} shown");
    }
    if let Some(agreement) = agreement {
        let _ = writeln!(text, "agreement   {}", agreement.sentence());
    }
    text
}

fn class_table(classes: &ClassScores, style: Style) -> String {
    use Align::{Left, Right};
    let header = [("class", Left), ("rows", Right), ("precision %", Right), ("recall %", Right), ("F1 %", Right)];
    let share = |share: Option<f64>| percent(share.unwrap_or(f64::NAN));
    let rows = classes.classes.iter().map(|class| {
        vec![class.class.clone(), grouped(class.support), share(class.precision), share(class.recall), share(class.f1)]
    });
    table(&header, rows.collect(), style)
}

/// The matrix, or the most frequent confusions of many classes.
fn confusion(classes: &ClassScores, style: Style) -> String {
    use Align::{Left, Right};
    let names: Vec<&str> = classes.classes.iter().map(|class| class.class.as_str()).collect();
    if names.len() <= MATRIX {
        let mut header = vec![("label \\ predicted", Left)];
        header.extend(names.iter().map(|name| (*name, Right)));
        let rows = names.iter().zip(&classes.confusion).map(|(name, counts)| {
            std::iter::once((*name).to_owned()).chain(counts.iter().copied().map(grouped)).collect()
        });
        return table(&header, rows.collect(), style);
    }
    let mut pairs: Vec<(u64, &str, &str)> = vec![];
    for (label, counts) in classes.confusion.iter().enumerate() {
        let others = counts.iter().enumerate().filter(|(predicted, count)| *predicted != label && **count > 0);
        pairs.extend(others.map(|(predicted, count)| (*count, names[label], names[predicted])));
    }
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.0));
    let rows = pairs
        .into_iter()
        .take(NAMED)
        .map(|(count, label, predicted)| vec![label.to_owned(), predicted.to_owned(), grouped(count)]);
    table(&[("most frequent: label", Left), ("predicted as", Left), ("rows", Right)], rows.collect(), style)
}

fn label_error_table(rows: &[LabelError], style: Style) -> String {
    use Align::{Left, Right};
    let header = [("row", Right), ("label", Left), ("components find", Left), ("components", Right), ("gap", Right)];
    let lines = rows.iter().take(SHOWN).map(|of| {
        vec![
            of.row.to_string(),
            of.label.clone(),
            of.found.clone(),
            grouped(of.components as u64),
            format!("{:.3}", of.gap),
        ]
    });
    table(&header, lines.collect(), style)
}

fn group_table(groups: &RowGroups, style: Style) -> String {
    use Align::{Left, Right};
    let header = [
        (groups.column.as_str(), Left),
        ("rows", Right),
        ("error %", Right),
        ("AUC %", Right),
        ("log loss", Right),
        ("Brier", Right),
        ("ECE %", Right),
        ("F1 %", Right),
    ];
    let rows = groups.values.iter().map(|(value, scores)| {
        vec![
            if value.is_empty() { "(empty)".to_owned() } else { value.clone() },
            grouped(scores.rows as u64),
            percent(scores.error),
            percent(scores.auc.unwrap_or(f64::NAN)),
            format!("{:.4}", scores.probabilities.log_loss),
            format!("{:.4}", scores.probabilities.brier),
            percent(scores.probabilities.calibration_error),
            percent(scores.f1),
        ]
    });
    table(&header, rows.collect(), style)
}
