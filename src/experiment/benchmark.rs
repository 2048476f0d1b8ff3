//! Training speed of a pipeline: the time of its steps, on its own rows or on generated ones of the same shapes.

use super::error::{Error, ErrorKind};
use super::options::TrainOptions;
use super::pipeline::Pipeline;
use super::rows::{PlanRows, load_dataset};
use crate::diag::{Checked, Code};
use crate::exec::{DeviceChoice, engine, initialize, product_rate};
use crate::plan::{Batch, Input, Plan};
use crate::spec::{ModalityKind, TrainingLength};
use crate::train::{BatchSource, Event, FailureCause, Training, train};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Number of warm-up steps before the first that is timed.
const WARM_UP: u64 = 10;

/// The time of the training steps of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmark {
    /// Device and threads: `cpu, 2 threads`.
    pub device: String,
    /// Whether the rows were generated, because the data cannot be read.
    pub generated: bool,
    /// Rows of a step.
    pub batch: usize,
    /// Number of steps that were timed: those of a whole batch.
    pub steps: usize,
    /// Median seconds of a step.
    pub seconds: f64,
    /// Floating-point operations per second, and the rate of matrix products alone; on the CPU.
    pub flops: Option<(f64, f64)>,
}

/// Times `steps` training steps of a pipeline, after some that are not counted.
///
/// # Errors
/// If the device is missing, the data does not fit, or there are too few rows for one whole batch.
pub fn benchmark(pipeline: &Pipeline, steps: u64, options: &TrainOptions) -> Result<Benchmark, Error> {
    let plan = pipeline.plan();
    let steps = WARM_UP + steps;
    let mut spec = pipeline.compiled.hir.train.clone();
    spec.length = TrainingLength::Iterations(steps);
    let engine = engine(Arc::new(plan.clone()), options.device, Some(options.thread_count()));
    let mut engine = engine.map_err(|error| pipeline.error(FailureCause::Exec(error).problem(plan)))?;

    let Checked { value, problems } = load_dataset(&[pipeline], options);
    let own = value.as_ref().and_then(|data| PlanRows::new(data, &data.train, plan));
    let made;
    let rows: &dyn BatchSource = match &own {
        Some(rows) => rows,
        // Speed does not depend on the values of the numbers, so missing data is replaced by generated rows.
        None if problems.iter().all(|problem| problem.code == Code::FileUnreadable) => {
            made = GeneratedRows::new(plan, spec.batch_size);
            &made
        }
        None => return Err(Error::new(problems, pipeline.sources.clone())),
    };

    let interrupt = &options.interrupt;
    let training = Training {
        plan,
        spec: &spec,
        train: rows,
        valid: None,
        calib: None,
        test: None,
        interrupt,
        resume: None,
        checkpoints: None,
    };
    let batch = spec.batch_size.min(rows.len());
    let mut times = Vec::with_capacity(usize::try_from(steps).unwrap_or(0));
    let mut last = Instant::now();
    let trained = train(engine.as_mut(), initialize(plan, spec.seed), training, &mut |event| {
        if let Event::Stepped { rows, .. } = event {
            let now = Instant::now();
            // A short last batch of an epoch is not counted.
            times.push((rows == batch).then(|| now - last));
            last = now;
        } else {
            last = Instant::now();
        }
    });
    trained.map_err(|failure| pipeline.error(failure.cause.problem(plan)))?;
    let mut times: Vec<Duration> = times.into_iter().skip(WARM_UP as usize).flatten().collect();
    times.sort_unstable();
    let Some(median) = times.get(times.len() / 2) else {
        return Err(Error::message(ErrorKind::CannotRun, "error: there are too few rows for one whole batch"));
    };
    let seconds = median.as_secs_f64();
    let flops = (options.device == DeviceChoice::Cpu).then(|| {
        let rate = product_rate() * options.thread_count() as f64;
        (plan.cost.flops_per_row as f64 * batch as f64 / seconds, rate)
    });
    let device = options.describe(&engine.device());
    Ok(Benchmark { device, generated: own.is_none(), batch, steps: times.len(), seconds, flops })
}

/// One batch of generated rows, of the shapes that a plan reads.
struct GeneratedRows {
    batch: Batch,
}

impl GeneratedRows {
    fn new(plan: &Plan, rows: usize) -> Self {
        // A sequence without regularities: the fractional parts of the golden ratio's multiples, scaled to -1..1.
        let number = |at: usize| ((at as f64 * 0.618_033_988_749_895).fract() * 2.0 - 1.0) as f32;
        let cells = |input: &Input| {
            // Ids are drawn from all there are, so that every row of an embedding is read.
            let (lowest, ids) = match input.kind {
                ModalityKind::Text { vocabulary } => (1.0, vocabulary.saturating_sub(1) as f32),
                ModalityKind::Category { count } => (0.0, (count + 1) as f32),
                _ => return (0..rows * input.shape.size()).map(number).collect(),
            };
            (0..rows * input.shape.size()).map(|at| lowest + ((number(at) + 1.0) / 2.0 * ids).floor()).collect()
        };
        let inputs = plan.inputs.iter().map(cells).collect();
        let labels = (0..rows).map(|row| (row % plan.loss.classes.len().max(1)) as u32).collect();
        Self {
            batch: Batch {
                rows,
                inputs,
                present: vec![None; plan.inputs.len()],
                labels,
                weights: vec![],
                past: vec![],
            },
        }
    }
}

impl BatchSource for GeneratedRows {
    fn len(&self) -> usize {
        self.batch.rows
    }

    fn labels(&self) -> &[u32] {
        &self.batch.labels
    }

    fn fill(&self, _: &[u32], batch: &mut Batch) {
        batch.clone_from(&self.batch);
    }
}
