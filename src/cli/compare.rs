//! `mmc compare`: the combines of one or several files, trained on the same rows with the same seeds, in one table.

use super::args::{Compare, TableFormat};
use super::front::{combine_names, open_combines};
use super::numbers::{duration, grouped};
use super::output::Output;
use super::status::ExitStatus;
use super::study::{Design, Study};
use super::table::{Align, Row, marked_table};
use crate::data::Dataset;
use crate::diag::{Code, Style, nearest};
use crate::experiment::{
    Candidate, Comparison, Difference, Line, Question, Singles, Test, compare as compare_models, comparison_csv,
    comparison_markdown, percent_difference, percent_spread, probability,
};
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

pub(super) fn compare(args: &Compare, output: &Output) -> ExitStatus {
    match study(args, output) {
        Ok(study) => run(args, &study, output),
        Err(status) => status,
    }
}

/// Every combine that is asked for, and its rows.
fn study<'a>(args: &'a Compare, output: &'a Output) -> Result<Study<'a>, ExitStatus> {
    let mut designs = vec![];
    let mut unknown: Vec<&String> = args.combine.iter().collect();
    let mut known = vec![];
    for path in &args.files {
        let names = combine_names(path, output)?;
        unknown.retain(|name| !names.contains(name));
        let wanted: Vec<String> =
            names.iter().filter(|name| args.combine.is_empty() || args.combine.contains(name)).cloned().collect();
        known.extend(names);
        for pipeline in open_combines(path, &args.set, &wanted, &mut false, output)? {
            designs.push(Design { name: pipeline.plan.combine.clone(), path: path.clone(), pipeline });
        }
    }
    tell_apart(&mut designs);
    if let Some(name) = unknown.first() {
        output.err.line(&unknown_name(name, &known));
        return Err(ExitStatus::Problems);
    }
    let Some(first) = designs.first() else {
        output.err.line("error: there is no combine to train");
        return Err(ExitStatus::Problems);
    };
    let start = args.seed.unwrap_or(first.pipeline.hir.train.seed);
    let seeds: Vec<u64> = (start..start.saturating_add(args.seeds)).collect();
    let names: Vec<String> = designs.iter().map(|design| design.name.clone()).collect();
    let singles = args.over_learn.iter().flatten().filter(|name| *name != "components");
    if let Some(name) = args.against.iter().chain(singles).find(|name| !names.contains(name)) {
        output.err.line(&unknown_name(name, &names));
        return Err(ExitStatus::Problems);
    }
    Study::open(designs, seeds, &args.machine, args.quiet, output)
}

fn run(args: &Compare, study: &Study<'_>, output: &Output) -> ExitStatus {
    let Some(test) = &study.data(0).test else {
        return study.problem(Code::TooFewRows, "there are no test rows to compare on".into());
    };
    if let Some(other) = (1..study.designs.len()).find(|design| !same_rows(study.data(0), study.data(*design))) {
        let (one, other) = (&study.designs[0].name, &study.designs[other].name);
        return study.problem(
            Code::TooFewRows,
            format!("`{one}` and `{other}` are not tested on the same rows, and cannot be compared"),
        );
    }
    let mut candidates: Vec<Candidate> = study
        .designs
        .iter()
        .map(|design| Candidate {
            name: design.name.clone(),
            single: design.pipeline.hir.combines[design.pipeline.hir.selected].strategy == "single",
            outcomes: vec![None; study.seeds.len()],
        })
        .collect();
    let sound = study.run(&study.trials(), args.epochs, &mut |(design, seed), outcome| {
        candidates[design].outcomes[seed] = Some(outcome);
    });
    if candidates.iter().all(|candidate| candidate.outcomes.iter().all(Option::is_none)) {
        return if study.interrupted() {
            output.err.line("interrupted before anything was trained: there is nothing to compare");
            ExitStatus::Interrupted
        } else {
            ExitStatus::Problems
        };
    }
    if study.interrupted() {
        output.err.line("interrupted: the table has what was done by then");
    }
    let over_learn = args.over_learn.as_ref().map(|names| match names.as_slice() {
        [one] if one == "components" => Singles::Components,
        names => Singles::Models(names.to_vec()),
    });
    let question = Question { against: args.against.clone(), over_learn };
    let comparison = compare_models(&candidates, &study.seeds, &test.labels, &question);
    match args.format {
        TableFormat::Text => output.out.write(&text(&comparison, output.out.style)),
        TableFormat::Markdown => output.out.write(&comparison_markdown(&comparison)),
        TableFormat::Csv => output.out.write(&comparison_csv(&comparison)),
        TableFormat::Json => output.out.line(&serde_json::to_string_pretty(&comparison).unwrap_or_default()),
    }
    if sound { ExitStatus::Done } else { ExitStatus::Problems }
}

fn same_rows(one: &Dataset, other: &Dataset) -> bool {
    let rows = |data: &Dataset| data.test.as_ref().map(|test| (test.row_ids.clone(), test.labels.clone()));
    one.fingerprint == other.fingerprint && one.train.row_ids == other.train.row_ids && rows(one) == rows(other)
}

/// Puts its file before the name of a combine that several files have, and the folder where the file is not enough.
fn tell_apart(designs: &mut [Design]) {
    let stem = |path: &Path| path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let longer: [&dyn Fn(&Design) -> String; 2] =
        [&|design| format!("{}:{}", stem(&design.path), design.pipeline.plan.combine), &|design| {
            format!("{}:{}", design.path.display(), design.pipeline.plan.combine)
        }];
    for name in longer {
        let names: Vec<String> = designs.iter().map(|design| design.name.clone()).collect();
        for design in designs.iter_mut() {
            if names.iter().filter(|name| **name == design.name).count() > 1 {
                design.name = name(design);
            }
        }
    }
}

fn unknown_name(name: &str, known: &[String]) -> String {
    let known = || known.iter().map(String::as_str);
    let help = match nearest(name, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    format!("error: no combine `{name}` is trained here; {help}")
}

/// The table as people read it, and what its columns mean.
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
            Test::PairedT => "Student's paired test over the seeds",
            Test::McNemar => "McNemar's exact test over the rows of one seed",
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

fn row(line: &Line, over_learn: bool) -> Row {
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
