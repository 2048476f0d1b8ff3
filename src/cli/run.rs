//! `mmc run`: from a file to a run directory.

use super::args::Run;
use super::closing::closing;
use super::front::{Pipeline, open_pipeline};
use super::interrupt::Interrupt;
use super::machine::PartRows;
use super::numbers::grouped;
use super::output::Output;
use super::progress::Progress;
use super::status::ExitStatus;
use crate::data::Dataset;
use crate::diag::Problem;
use crate::exec::{Engine, Params, initialize};
use crate::lint::{Levels, Subject, lint_data};
use crate::plan::Plan;
use crate::report::{Machine, Manifest, PlanSummary, Predictions, Results, RunDir, Seconds, Summary, versions};
use crate::spec::Length;
use crate::train::{Cause, EpochRecord, Halted, Rows, Trained, Training, fit};
use serde::Serialize;
use std::time::Instant;

pub(super) fn run(args: &Run, output: &Output) -> ExitStatus {
    let mut pipeline = match open_pipeline(&args.file, &args.choice.set, args.choice.combine.clone(), output) {
        Ok(pipeline) => pipeline,
        Err(status) => return status,
    };
    if let Some(seed) = args.seed {
        pipeline.hir.train.seed = seed;
    }
    if let Some(epochs) = args.epochs {
        pipeline.hir.train.length = Length::Epochs(epochs);
    }
    match Session::open(args, output, pipeline) {
        Ok((session, mut engine)) => session.train(engine.as_mut()),
        Err(status) => status,
    }
}

/// A run on its way: everything is read, nothing is written.
struct Session<'a> {
    args: &'a Run,
    output: &'a Output,
    pipeline: Pipeline,
    /// `cpu, 2 threads`
    device: String,
    data: Dataset,
    /// Seconds that reading took.
    reading: f64,
    interrupt: Interrupt,
}

/// The last line of `--json`.
#[derive(Serialize)]
struct SummaryLine<'a> {
    event: &'static str,
    #[serde(flatten)]
    summary: &'a Summary,
}

impl<'a> Session<'a> {
    fn open(args: &'a Run, output: &'a Output, mut pipeline: Pipeline) -> Result<(Self, Box<dyn Engine>), ExitStatus> {
        let interrupt = Interrupt::listen();
        // A device that is missing is said before the data is read, which may take long.
        let engine = pipeline.engine(&args.machine).map_err(|problem| pipeline.fail(problem, output))?;
        let began = Instant::now();
        let mut loaded = pipeline.data(&args.file, &args.machine);
        if let Some(data) = &loaded.value {
            let facts = data.facts();
            let subject = Subject { hir: &pipeline.hir, ast: &pipeline.ast };
            loaded.problems.extend(lint_data(&subject, &facts, &Levels::default(), &mut pipeline.allows));
        }
        let quiet = args.quiet && loaded.value.is_some();
        if !quiet {
            output.problems(&loaded.problems, &pipeline.sources);
        }
        let Some(data) = loaded.value else { return Err(ExitStatus::Problems) };
        if interrupt.asked() {
            output.err.line("interrupted before training began: there is nothing to keep");
            return Err(ExitStatus::Interrupted);
        }
        // Where the file only counts the classes, the data names them.
        if data.label.classes.len() == pipeline.plan.loss.classes.len() {
            pipeline.plan.loss.classes.clone_from(&data.label.classes);
        }
        let device = args.machine.describe(engine.as_ref());
        let reading = began.elapsed().as_secs_f64();
        Ok((Self { args, output, pipeline, device, data, reading, interrupt }, engine))
    }

    fn train(&self, engine: &mut dyn Engine) -> ExitStatus {
        let Self { args, output, pipeline, data, .. } = self;
        let made = RunDir::create(&args.out, &pipeline.plan.pipeline)
            .and_then(|directory| pipeline.keep_in(&directory, &args.file).map(|()| directory));
        let mut directory = match made {
            Ok(directory) => directory,
            Err(problem) => return pipeline.fail(problem, output),
        };
        self.interrupt.remove_on_exit(Some(directory.path()));
        if !args.quiet {
            output.err.line(&beginning(&pipeline.plan, data, &self.device));
            data.notes.iter().for_each(|note| output.err.line(&format!("note: {note}")));
        }

        let train_rows = PartRows::new(&data.train);
        let [valid, test] = [&data.valid, &data.test].map(|part| part.as_ref().map(PartRows::new));
        let params = initialize(&pipeline.plan, pipeline.hir.train.seed);
        let training = Training {
            plan: &pipeline.plan,
            spec: &pipeline.hir.train,
            train: &train_rows,
            valid: valid.as_ref().map(|rows| rows as &dyn Rows),
            test: test.as_ref().map(|rows| rows as &dyn Rows),
            interrupt: self.interrupt.flag(),
        };
        let mut progress = Progress::new(output, args.quiet, args.json, self.interrupt.flag());
        let start = |plan| pipeline.start(plan, &args.machine);
        let trained = fit(&start, params, training, &mut |event| progress.show(&event));
        drop(progress);
        match trained {
            Ok(trained) => self.finish(&mut directory, &trained, &engine.device()),
            Err(halted) if matches!(halted.cause, Cause::Interrupted { .. }) => {
                output.err.line(&halted.cause.problem(&pipeline.plan).message);
                ExitStatus::Interrupted
            }
            Err(halted) => self.give_up(&mut directory, &halted, &engine.device()),
        }
    }

    /// Saves a training that went well, and shows its results.
    fn finish(&self, directory: &mut RunDir, trained: &Trained, device: &str) -> ExitStatus {
        let Self { args, output, pipeline, data, .. } = self;
        let run = directory.path().display().to_string();
        let summary = Summary::of_trained(&pipeline.plan, pipeline.hir.train.seed, run, trained);
        let predictions = match (&data.test, &trained.test) {
            (Some(rows), Some(test)) => {
                Some(Predictions { row_ids: &rows.row_ids, labels: &rows.labels, decisions: &test.decisions })
            }
            _ => None,
        };
        if let Err(problem) = self.save(directory, &trained.params, &trained.history, predictions, &summary, device) {
            return pipeline.fail(problem, output);
        }
        if args.json {
            self.summary_line(&summary);
        } else {
            output.out.write(&closing(&summary, &self.device, output.out.style));
        }
        ExitStatus::Done
    }

    /// Keeps what is good of a training that could not go on, and says why it could not.
    fn give_up(&self, directory: &mut RunDir, halted: &Halted, device: &str) -> ExitStatus {
        let Self { args, output, pipeline, .. } = self;
        let problem = halted.cause.problem(&pipeline.plan);
        let run = directory.path().display().to_string();
        let summary = Summary::of_halted(&pipeline.plan, pipeline.hir.train.seed, run.clone(), halted, &problem);
        let status = pipeline.fail(problem, output);
        let Some(kept) = &halted.kept else { return status };
        match self.save(directory, &kept.params, &halted.history, None, &summary, device) {
            Err(problem) => pipeline.fail(problem, output),
            Ok(()) => {
                let which = match kept.epoch {
                    Some(epoch) => format!("the best model so far, of epoch {epoch},"),
                    None => "the model before that step".into(),
                };
                output.err.line(&format!("{which} is in {run}"));
                if args.json {
                    self.summary_line(&summary);
                }
                status
            }
        }
    }

    fn save(
        &self,
        directory: &mut RunDir,
        params: &Params,
        history: &[EpochRecord],
        predictions: Option<Predictions<'_>>,
        summary: &Summary,
        device: &str,
    ) -> Result<(), Problem> {
        let Self { args, pipeline, data, .. } = self;
        // A number is one in YAML too; what is no JSON stands as it is written.
        let value = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| text.into());
        let manifest = Manifest {
            pipeline: pipeline.plan.pipeline.clone(),
            combine: pipeline.plan.combine.clone(),
            params: pipeline.hir.params.iter().map(|param| (param.name.clone(), value(&param.value))).collect(),
            set: args.choice.set.iter().map(|setting| (setting.name.clone(), setting.value.clone())).collect(),
            train: pipeline.hir.train.clone(),
            data: described(&pipeline.hir.data, data),
            plan: PlanSummary::new(&pipeline.plan),
            versions: versions(),
            machine: Machine::new(device.to_owned(), args.machine.thread_count()),
            seconds: Seconds::new(self.reading, history),
        };
        let plan = &pipeline.plan;
        // From here on the folder holds something worth keeping.
        self.interrupt.remove_on_exit(None);
        directory.save(&Results { plan, params, history, predictions, manifest: &manifest, summary })
    }

    fn summary_line(&self, summary: &Summary) {
        // A summary holds only numbers and names, which always have a JSON form.
        let line = serde_json::to_string(&SummaryLine { event: "summary", summary }).unwrap_or_default();
        self.output.out.line(&line);
    }
}

/// What was read, for `run.yaml`.
fn described(spec: &crate::spec::DataSpec, data: &Dataset) -> serde_json::Value {
    let rows = |part: Option<&crate::data::Subset>| part.map(|part| part.rows);
    serde_json::json!({
        "source": spec,
        "fingerprint": data.fingerprint,
        "tables": data.tables,
        "classes": data.label.classes,
        "rows": {
            "train": data.train.rows,
            "valid": rows(data.valid.as_ref()),
            "test": rows(data.test.as_ref()),
        },
        "modalities": data.modalities,
    })
}

/// `quickstart/mulmix: 27,270 parameters; 14,000 rows to train, 2,000 to validate, 4,000 to test; cpu, 2 threads`
fn beginning(plan: &Plan, data: &Dataset, device: &str) -> String {
    let mut parts = vec![format!("{} rows to train", grouped(data.train.rows as u64))];
    for (part, what) in [(&data.valid, "to validate"), (&data.test, "to test")] {
        parts.extend(part.as_ref().map(|part| format!("{} {what}", grouped(part.rows as u64))));
    }
    format!(
        "{}/{}: {} parameters; {}; {device}",
        plan.pipeline,
        plan.combine,
        grouped(plan.parameter_count() as u64),
        parts.join(", ")
    )
}
