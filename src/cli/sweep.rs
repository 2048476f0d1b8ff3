//! `mmc sweep`: the grid of a `sweep` block, every point with every seed, the best point of each combine by validation.

use super::args::{Setting, Sweep, TableFormat};
use super::front::{combine_names, open_combines, open_pipeline};
use super::numbers::{duration, grouped};
use super::output::Output;
use super::status::ExitStatus;
use super::study::{Design, Study, TrialId};
use super::table::{Align, Row, marked_table};
use crate::diag::{Problem, Style, nearest};
use crate::experiment::{
    Measured, Point, SavedTrial, Search, param_names, percent_spread, plain_spread, read_trials, search, search_csv,
    search_markdown, write_trials,
};
use crate::report::RunDir;
use crate::spec::SweepSpec;
use crate::train::plan_hash;
use indexmap::IndexMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

pub(super) fn sweep(args: &Sweep, output: &Output) -> ExitStatus {
    let spec = match chosen(args, output) {
        Ok(spec) => spec,
        Err(status) => return status,
    };
    let mut designs = vec![];
    // The choice of the sweep has said what is to be said of the file.
    let mut said = true;
    let grid = grid(&spec);
    for combine in &spec.train {
        for params in &grid {
            let mut settings = args.set.clone();
            settings.extend(params.iter().map(|(name, value)| Setting { name: name.clone(), value: value.clone() }));
            match open_combines(&args.file, &settings, std::slice::from_ref(combine), &mut said, output) {
                Ok(pipelines) => designs.extend(pipelines.into_iter().map(|pipeline| {
                    let values: Vec<String> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
                    let name = format!("{combine}  {}", values.join("  "));
                    Design { name, path: args.file.clone(), pipeline }
                })),
                Err(status) => return status,
            }
        }
    }
    match Study::open(designs, spec.seeds.clone(), &args.machine, args.quiet, output) {
        Ok(study) => run(args, &spec, &grid, &study, output),
        Err(status) => status,
    }
}

/// A combine to read the file by: the one it trains, where it has a choice.
fn first_combine(path: &Path, output: &Output) -> Result<Option<String>, ExitStatus> {
    let names = combine_names(path, output)?;
    Ok(names.last().cloned())
}

/// The sweep that is asked for, its combines and seeds filled in.
fn chosen(args: &Sweep, output: &Output) -> Result<SweepSpec, ExitStatus> {
    let pipeline = open_pipeline(&args.file, &args.set, first_combine(&args.file, output)?, output)?;
    let (sweeps, selected, seed) = (&pipeline.hir.sweeps, pipeline.plan.combine.clone(), pipeline.hir.train.seed);
    let known: Vec<&str> = sweeps.iter().map(|sweep| sweep.name.as_str()).collect();
    let found = match &args.name {
        Some(name) => sweeps.iter().find(|sweep| sweep.name == *name),
        None => sweeps.first().filter(|_| sweeps.len() == 1),
    };
    let Some(found) = found else {
        let there =
            || format!("it has {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "));
        let message = match &args.name {
            _ if known.is_empty() => "error: the file has no `sweep`".to_owned(),
            Some(name) => match nearest(name, known.iter().copied()) {
                Some(near) => format!("error: there is no sweep `{name}`; did you mean `{near}`?"),
                None => format!("error: there is no sweep `{name}`; {}", there()),
            },
            None => format!("error: the file has several sweeps, name one: {}", there()),
        };
        output.err.line(&message);
        return Err(ExitStatus::Problems);
    };
    let mut spec = found.clone();
    if spec.train.is_empty() {
        spec.train.push(selected);
    }
    if spec.seeds.is_empty() {
        spec.seeds.push(seed);
    }
    Ok(spec)
}

/// Every choice of one value for each param, the last param changing fastest.
fn grid(spec: &SweepSpec) -> Vec<IndexMap<String, String>> {
    let mut points = vec![IndexMap::new()];
    for axis in &spec.over {
        points = points
            .iter()
            .flat_map(|point| {
                axis.values.iter().map(move |value| {
                    let mut point = point.clone();
                    point.insert(axis.param.clone(), value.clone());
                    point
                })
            })
            .collect();
    }
    points
}

fn run(
    args: &Sweep,
    spec: &SweepSpec,
    grid: &[IndexMap<String, String>],
    study: &Study<'_>,
    output: &Output,
) -> ExitStatus {
    let Some(first) = study.designs.first() else { return ExitStatus::Problems };
    let fail = |problem: Problem| first.pipeline.fail(problem, output);
    let directory = match &args.resume {
        Some(path) => RunDir::again(path),
        None => RunDir::create(&args.out, &format!("{}-{}", first.pipeline.plan.pipeline, spec.name))
            .and_then(|directory| first.pipeline.keep_in(&directory, &args.file).map(|()| directory)),
    };
    let mut directory = match directory {
        Ok(directory) => directory,
        Err(problem) => return fail(problem),
    };
    let before = match read_trials(directory.path()) {
        Ok(before) => before,
        Err(problem) => return fail(problem),
    };
    let mut points: Vec<Point> = study
        .designs
        .iter()
        .enumerate()
        .map(|(design, _)| Point {
            combine: spec.train[design / grid.len()].clone(),
            params: grid[design % grid.len()].clone(),
            trials: vec![None; study.seeds.len()],
        })
        .collect();
    let mut saved: Vec<SavedTrial> = vec![];
    let mut left = vec![];
    for id in study.trials() {
        let key = key(study, id, args.epochs);
        match before.iter().find(|trial| trial.key == key) {
            Some(trial) => {
                points[id.0].trials[id.1] = Some(trial.measured.clone());
                saved.push(trial.clone());
            }
            None => left.push(id),
        }
    }
    if !args.quiet {
        let trials = points.len() * study.seeds.len();
        let done = if saved.is_empty() { String::new() } else { format!(", {} of them done before", saved.len()) };
        let path = directory.path().display();
        output.err.line(&format!("{}: {} trials{done}; {path}", spec.name, grouped(trials as u64)));
    }
    let mut unwritten = None;
    let sound = study.run(&left, args.epochs, &mut |id, outcome| {
        saved.push(record(study, &points[id.0], id, args.epochs, &outcome.measured));
        points[id.0].trials[id.1] = Some(outcome.measured);
        directory.keep();
        // What is done is on disk before the next trial is: a machine may stop at any time.
        if let Err(problem) = directory.write("trials.jsonl", |file| write_trials(file, &saved)) {
            unwritten.get_or_insert(problem);
        }
    });
    if saved.is_empty() {
        if study.interrupted() {
            output.err.line("interrupted before anything was trained: there is nothing to keep");
            return ExitStatus::Interrupted;
        }
        return ExitStatus::Problems;
    }
    let found = search(&spec.name, spec.select, &study.seeds, &points);
    let written = unwritten.map_or(Ok(()), Err).and_then(|()| write(&mut directory, &found));
    match args.format {
        TableFormat::Text => output.out.write(&text(&found, &directory.path().display().to_string(), output.out.style)),
        TableFormat::Markdown => output.out.write(&search_markdown(&found)),
        TableFormat::Csv => output.out.write(&search_csv(&found)),
        TableFormat::Json => output.out.line(&serde_json::to_string_pretty(&found).unwrap_or_default()),
    }
    if study.interrupted() {
        let all = points.len() * study.seeds.len();
        let path = directory.path().display();
        output.err.line(&format!("interrupted: {} of {all} trials are done; `--resume {path}` goes on", saved.len()));
    }
    match written {
        Err(problem) => fail(problem),
        Ok(()) if sound => ExitStatus::Done,
        Ok(()) => ExitStatus::Problems,
    }
}

/// The tables, as files.
fn write(directory: &mut RunDir, found: &Search) -> Result<(), Problem> {
    directory.keep();
    directory.write("sweep.csv", |file| file.write_all(search_csv(found).as_bytes()))?;
    directory.write("sweep.md", |file| file.write_all(search_markdown(found).as_bytes()))?;
    directory.write("sweep.json", |file| {
        serde_json::to_writer_pretty(&mut *file, found)?;
        file.write_all(b"\n")
    })
}

/// All that decides what a trial comes to: another file, other data or another training have another key.
fn key(study: &Study<'_>, id: TrialId, epochs: Option<u64>) -> String {
    let plan = plan_hash(&study.designs[id.0].pipeline.plan);
    let spec = serde_json::to_string(&study.spec(id, epochs)).unwrap_or_default();
    let data = study.data(id.0);
    let rows = data.train.row_ids.len();
    blake3::hash(format!("{plan} {spec} {} {rows} {:?}", data.fingerprint, data.modalities).as_bytes())
        .to_hex()
        .to_string()
}

fn record(study: &Study<'_>, point: &Point, id: TrialId, epochs: Option<u64>, measured: &Measured) -> SavedTrial {
    SavedTrial {
        key: key(study, id, epochs),
        combine: point.combine.clone(),
        params: point.params.clone(),
        seed: study.seeds[id.1],
        measured: measured.clone(),
    }
}

/// The table as people read it, and what the validation rows select.
fn text(found: &Search, path: &str, style: Style) -> String {
    use Align::{Left, Right};
    let params = param_names(found);
    let valid = format!("valid {}", found.select.as_str());
    let mut header = vec![("combine", Left)];
    header.extend(params.iter().map(|param| (param.as_str(), Right)));
    header.extend([
        (valid.as_str(), Right),
        ("test error %", Right),
        ("test AUC %", Right),
        ("time", Right),
        ("runs", Right),
    ]);
    let rows = found.points.iter().map(|point| {
        let spread = |spread: &Option<_>| spread.as_ref().map_or_else(|| "-".into(), percent_spread);
        let mut row: Row = vec![(point.combine.clone(), false)];
        row.extend(params.iter().map(|param| (point.params.get(param).cloned().unwrap_or_default(), false)));
        row.push((point.valid.as_ref().map_or_else(|| "-".into(), plain_spread), point.selected));
        row.push((spread(&point.error), false));
        row.push((spread(&point.auc), false));
        row.push((duration(Duration::try_from_secs_f64(point.seconds).unwrap_or_default()), false));
        row.push((point.runs.to_string(), false));
        row
    });
    let mut text = marked_table(&header, rows.collect(), style);
    text.push('\n');
    for point in found.points.iter().filter(|point| point.selected) {
        let values: Vec<String> = point.params.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let error = point.error.as_ref().map_or_else(|| "-".into(), percent_spread);
        let _ = writeln!(text, "{}*  {}  test error {error}%", point.combine, values.join(", "));
    }
    let _ = writeln!(text, "sweep  {path}");
    text
}
