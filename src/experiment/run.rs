//! One run: a pipeline with its data read and its device opened, trained once.

use super::error::{Error, ErrorKind};
use super::initial_weights::InitialWeights;
use super::model::{Model, TestRows, TrainedModel};
use super::options::TrainOptions;
use super::pipeline::Pipeline;
use super::rows::{SplitRows, load_or_fail};
use super::selection_check::undefined_selection;
use crate::data::{Dataset, Preprocessing, Subset};
use crate::diag::{Code, Problem, Problems};
use crate::exec::{Params, engine, initialize};
use crate::lint::{LintLevels, Subject, lint_data};
use crate::report::{FirstSteps, Machine, Manifest, PlanSummary, Seconds, Summary, WarmStart, versions};
use crate::sema::Hir;
use crate::spec::Part;
use crate::train::{
    Checkpoint, CheckpointPolicy, EpochRecord, Event, FailureCause, Trained, Training, TrainingFailure, fit,
};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// A pipeline with its data read and its device opened, ready to train.
pub struct Run {
    pipeline: Arc<Pipeline>,
    pub(crate) options: TrainOptions,
    /// The data, split and prepared. The trials of a study share it, so that it may hold modalities that the plan does not
    /// read.
    pub data: Arc<Dataset>,
    problems: Problems,
    /// `cpu`, `cuda:0`
    device: String,
    /// Labels of the run, for people; they decide nothing.
    pub tags: Vec<String>,
    pub(crate) started: SystemTime,
    /// Seconds that reading the data took.
    reading: f64,
}

/// Where a training begins, and when its state is saved.
#[derive(Clone, Copy)]
pub(crate) struct TrainingStart<'a> {
    /// The first steps of the training, those before `resume` included; the steps that are made are added.
    pub(crate) first_steps: &'a RefCell<FirstSteps>,
    /// The first weights, where they are not drawn from the seed.
    pub(crate) initial: Option<&'a InitialWeights>,
    /// The state to continue from.
    pub(crate) resume: Option<&'a Checkpoint>,
    /// When the state is saved, and where to.
    pub(crate) checkpoints: Option<CheckpointPolicy<'a>>,
}

/// A training that failed.
#[derive(Debug)]
pub struct FailedRun {
    /// Why.
    pub error: Error,
    /// The last good model, with the epochs before; `None` where no step left finite weights.
    pub kept: Option<TrainedModel>,
}

impl Run {
    /// Opens the device and reads the data.
    ///
    /// # Errors
    /// If the device is missing, which is checked before the data is read, or if the data does not fit the pipeline.
    pub fn open(mut pipeline: Pipeline, options: &TrainOptions) -> Result<Self, Error> {
        let began = engine(Arc::new(pipeline.plan().clone()), options.device, Some(options.thread_count()));
        let device = match began {
            Ok(engine) => engine.device(),
            Err(error) => return Err(pipeline.error(FailureCause::Exec(error).problem(pipeline.plan()))),
        };
        let began = Instant::now();
        let data = Arc::new(load_or_fail(&[&pipeline], options)?);
        if let Some(problem) = undefined_selection(&pipeline.compiled.hir, &data) {
            return Err(pipeline.error(problem));
        }
        let compiled = &mut pipeline.compiled;
        let subject = Subject { hir: &compiled.hir, ast: &compiled.ast };
        let problems = lint_data(&subject, &data.profile(), &LintLevels::default(), &mut compiled.suppressions);
        let reading = began.elapsed().as_secs_f64();
        Ok(Self { problems, ..Self::with_data(pipeline, data, options.clone(), device, reading) })
    }

    /// A run on data that was read in `reading` seconds, on the device of this name.
    pub(crate) fn with_data(
        mut pipeline: Pipeline,
        data: Arc<Dataset>,
        options: TrainOptions,
        device: String,
        reading: f64,
    ) -> Self {
        let plan = &mut pipeline.compiled.plan;
        // If the file gives only the number of classes, their names come from the data.
        if data.label.classes.len() == plan.loss.classes.len() {
            plan.loss.classes.clone_from(&data.label.classes);
        }
        Self {
            pipeline: Arc::new(pipeline),
            options,
            data,
            problems: Problems::new(),
            device,
            tags: vec![],
            started: SystemTime::now(),
            reading,
        }
    }

    /// The pipeline. Its plan has the names of the classes that the data has.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// The warnings that only the data could decide.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Device and threads in words: `cpu, 2 threads`.
    pub fn device(&self) -> String {
        self.options.describe(&self.device)
    }

    /// Trains, selects the best epoch and measures it.
    ///
    /// # Errors
    /// If a number becomes infinite or NaN, the device fails, or an interrupt comes before there is a model.
    pub fn train(&self, observe: &mut dyn FnMut(Event<'_>)) -> Result<TrainedModel, Box<FailedRun>> {
        let first_steps = RefCell::default();
        let start = TrainingStart { first_steps: &first_steps, initial: None, resume: None, checkpoints: None };
        self.train_from(start, observe)
    }

    /// As [`Run::train`], from first weights or a checkpoint.
    pub(crate) fn train_from(
        &self,
        start: TrainingStart<'_>,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<TrainedModel, Box<FailedRun>> {
        let (plan, spec) = (self.pipeline.plan(), &self.pipeline.compiled.hir.train);
        let Some(rows) = SplitRows::new(&self.data, plan) else {
            let problem = Problem::error(Code::Internal, "the data was loaded without a modality of the plan");
            return Err(Box::new(FailedRun { error: self.pipeline.error(problem), kept: None }));
        };
        let training = Training {
            plan,
            spec,
            train: &rows.train,
            valid: rows.valid(),
            calib: rows.calib(),
            test: rows.test(),
            interrupt: &self.options.interrupt,
            resume: start.resume,
            checkpoints: start.checkpoints,
        };
        let initial = start.initial.map_or_else(|| self.initial_params(), |initial| initial.params.clone());
        let warm_start = start.initial.map(|initial| initial.record.clone());
        let mut observe = |event: Event<'_>| {
            start.first_steps.borrow_mut().observe(&event);
            observe(event);
        };
        let begin = |plan| engine(plan, self.options.device, Some(self.options.thread_count()));
        let first_steps = || start.first_steps.borrow().clone();
        match fit(&begin, initial, training, &mut observe) {
            Ok(trained) => Ok(TrainedModel { first_steps: first_steps(), ..self.trained(trained, warm_start) }),
            Err(failure) => {
                let mut failed = self.failed(*failure, warm_start);
                failed.kept = failed.kept.map(|kept| TrainedModel { first_steps: first_steps(), ..kept });
                Err(Box::new(failed))
            }
        }
    }

    /// The weights that the training begins with.
    pub(crate) fn initial_params(&self) -> Params {
        initialize(self.pipeline.plan(), self.pipeline.compiled.hir.train.seed)
    }

    fn trained(&self, trained: Trained, warm_start: Option<WarmStart>) -> TrainedModel {
        let (plan, seed) = (self.pipeline.plan(), self.pipeline.compiled.hir.train.seed);
        let summary = Summary::of_trained(plan, seed, String::new(), &trained);
        let test = match (&self.data.test, trained.test) {
            (Some(Subset { row_ids, labels, .. }), Some(evaluation)) => Some(TestRows {
                row_ids: row_ids.clone(),
                ids: self.data.test_ids.clone(),
                labels: labels.clone(),
                evaluation,
            }),
            _ => None,
        };
        self.result(
            Model::new(&self.pipeline, trained.params, self.preprocessing()),
            trained.history,
            test,
            summary,
            warm_start,
        )
    }

    fn failed(&self, failure: TrainingFailure, warm_start: Option<WarmStart>) -> FailedRun {
        let (plan, seed) = (self.pipeline.plan(), self.pipeline.compiled.hir.train.seed);
        let problem = failure.cause.problem(plan);
        if matches!(failure.cause, FailureCause::Interrupted { .. }) {
            return FailedRun { error: Error::message(ErrorKind::Interrupted, problem.message), kept: None };
        }
        let summary = Summary::of_failure(plan, seed, String::new(), &failure, &problem);
        let kept = failure.kept.map(|kept| {
            let model = Model::new(&self.pipeline, kept.params, self.preprocessing());
            self.result(model, failure.history, None, summary, warm_start)
        });
        FailedRun { error: self.pipeline.error(problem), kept }
    }

    /// The fitted preprocessing of the modalities that the plan reads, in its order.
    pub(crate) fn preprocessing(&self) -> Preprocessing {
        let inputs = self.pipeline.plan().inputs.iter();
        let fitted = |name: &str| self.data.modalities.iter().find(|modality| modality.name == name).cloned();
        Preprocessing::new(self.data.label.clone(), inputs.filter_map(|input| fitted(&input.name)).collect())
    }

    fn result(
        &self,
        model: Model,
        history: Vec<EpochRecord>,
        test: Option<TestRows>,
        summary: Summary,
        warm_start: Option<WarmStart>,
    ) -> TrainedModel {
        let (decision, calibration) = (summary.decision.clone(), summary.calibration.clone());
        let mut manifest = Manifest { decision, calibration, ..self.manifest(&history, warm_start) };
        manifest.seconds.train = summary.seconds;
        let first_steps = FirstSteps::default();
        TrainedModel { pipeline: Arc::clone(&self.pipeline), model, history, test, first_steps, summary, manifest }
    }

    pub(crate) fn manifest(&self, history: &[EpochRecord], warm_start: Option<WarmStart>) -> Manifest {
        let (plan, hir) = (self.pipeline.plan(), &self.pipeline.compiled.hir);
        // A constant as JSON; a value that is not JSON is kept as a string.
        let value = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| text.into());
        Manifest {
            pipeline: plan.pipeline.clone(),
            combine: plan.combine.clone(),
            params: hir.params.iter().map(|param| (param.name.clone(), value(&param.value))).collect(),
            set: self.pipeline.options().settings.iter().cloned().collect(),
            tags: self.tags.clone(),
            warm_start,
            train: hir.train.clone(),
            data: described(hir, &self.data, &self.preprocessing()),
            plan: PlanSummary::new(plan),
            decision: None,
            calibration: None,
            versions: versions(),
            machine: Machine::new(self.device.clone(), self.options.thread_count(), self.started),
            seconds: Seconds::new(self.reading, history),
        }
    }
}

impl Pipeline {
    /// Reads the data, trains, selects the best epoch by the validation rows and measures it on the test rows.
    /// `observe` sees every step and epoch.
    ///
    /// ```no_run
    /// # let pipeline = mmc::Pipeline::open("p.mmc")?;
    /// let model = pipeline.train(&mmc::TrainOptions::default(), |event| {
    ///     if let mmc::Event::EpochEnded(record) = event {
    ///         println!("epoch {}: training loss {:.4}", record.epoch, record.train_loss);
    ///     }
    /// })?;
    /// model.save("runs/x")?;
    /// # Ok::<(), mmc::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the device is missing, the data does not fit, or a number of the training becomes infinite or NaN.
    pub fn train(&self, options: &TrainOptions, mut observe: impl FnMut(Event<'_>)) -> Result<TrainedModel, Error> {
        let run = Run::open(self.clone(), options)?;
        run.train(&mut observe).map_err(|failed| failed.error)
    }
}

/// The data of a run, for `run.yaml`; what was fitted to it is in `preprocessing.json`.
fn described(hir: &Hir, data: &Dataset, preprocessing: &Preprocessing) -> serde_json::Value {
    let rows = |split: Option<&Subset>| split.map(|split| split.rows);
    let modalities = preprocessing.modalities.iter().map(|modality| {
        serde_json::json!({
            "name": modality.name,
            "kind": modality.kind,
            "shape": modality.shape,
            "optional": modality.optional,
            "columns": modality.columns.len(),
        })
    });
    let missing = preprocessing.modalities.iter().map(|modality| {
        let place = data.modalities.iter().position(|other| other.name == modality.name);
        let of_part = |part: &Part| {
            let rows = data.part(*part)?.modalities.get(place?)?;
            let absent = rows.present.as_ref().map_or(0, |present| present.iter().filter(|there| !**there).count());
            Some((part.as_str().to_owned(), absent.into()))
        };
        let parts: serde_json::Map<_, _> = Part::ALL.iter().filter_map(of_part).collect();
        (modality.name.clone(), parts.into())
    });
    let classes = Part::ALL.iter().filter_map(|part| {
        let counts = data.part(*part)?.class_counts(data.label.classes.len());
        Some((part.as_str().to_owned(), counts.into()))
    });
    serde_json::json!({
        "source": hir.data,
        "label": data.label.name,
        "fingerprint": data.fingerprint,
        "row_ids": row_ids_hash(data),
        "preparation": preparation_hash(hir, preprocessing),
        "tables": data.tables,
        "rows": {
            "train": data.train.rows,
            "valid": rows(data.valid.as_ref()),
            "calib": rows(data.calib.as_ref()),
            "test": rows(data.test.as_ref()),
        },
        "modalities": modalities.collect::<Vec<_>>(),
        "missing": missing.collect::<serde_json::Map<_, serde_json::Value>>(),
        "classes": classes.collect::<serde_json::Map<_, serde_json::Value>>(),
        "notes": data.notes,
    })
}

/// The hash of how the modalities are prepared: their transforms, and what was fitted to the training rows.
fn preparation_hash(hir: &Hir, preprocessing: &Preprocessing) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(preprocessing.to_json().as_bytes());
    for modality in &preprocessing.modalities {
        let spec = hir.modalities.iter().find(|spec| spec.name == modality.name);
        // Transforms are plain data, which always has a JSON form.
        hasher.update(&serde_json::to_vec(&spec.map(|spec| &spec.transforms)).unwrap_or_default());
    }
    hasher.finalize().to_hex().to_string()
}

/// The hash of which rows are in which part, in which order, and of their labels.
pub(crate) fn row_ids_hash(data: &Dataset) -> String {
    const AT_ONCE: usize = 1 << 13;
    let mut hasher = blake3::Hasher::new();
    for part in [Some(&data.train), data.valid.as_ref(), data.calib.as_ref(), data.test.as_ref()] {
        let Some(Subset { row_ids, labels, .. }) = part else {
            hasher.update(b"-");
            continue;
        };
        hasher.update(&(row_ids.len() as u64).to_le_bytes());
        // Many rows at a time: a hash of a few bytes takes as long as one of a hundred.
        for rows in row_ids.chunks(AT_ONCE) {
            hasher.update(&rows.iter().flat_map(|row| row.to_le_bytes()).collect::<Vec<u8>>());
        }
        for labels in labels.chunks(AT_ONCE) {
            hasher.update(&labels.iter().flat_map(|label| label.to_le_bytes()).collect::<Vec<u8>>());
        }
    }
    hasher.finalize().to_hex().to_string()
}
