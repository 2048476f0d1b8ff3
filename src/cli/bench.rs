//! `mmc bench`: how fast a pipeline trains on this machine, and how much of the machine that is.

use super::args::{Bench, Device};
use super::front::{Pipeline, open_pipeline};
use super::interrupt::Interrupt;
use super::machine::PartRows;
use super::numbers::{grouped, scaled};
use super::output::Output;
use super::status::ExitStatus;
use crate::diag::Code;
use crate::exec::{initialize, product_rate};
use crate::plan::{Batch, Input, Plan};
use crate::spec::{Length, ModalityKind};
use crate::train::{Event, Rows, Training, train};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Steps that are made before the clock is looked at: memory is taken, caches fill.
const WARM_UP: u64 = 10;

pub(super) fn bench(args: &Bench, output: &Output) -> ExitStatus {
    match measure(args, output) {
        Ok(text) => {
            output.out.write(&text);
            ExitStatus::Done
        }
        Err(status) => status,
    }
}

fn measure(args: &Bench, output: &Output) -> Result<String, ExitStatus> {
    let mut pipeline = open_pipeline(&args.file, &args.choice.set, args.choice.combine.clone(), output)?;
    let steps = WARM_UP + args.steps;
    pipeline.hir.train.length = Length::Iterations(steps);
    let fail = |pipeline: &Pipeline, problem| pipeline.fail(problem, output);
    let mut engine = pipeline.engine(&args.machine).map_err(|problem| fail(&pipeline, problem))?;

    let loaded = pipeline.data(&args.file, &args.machine);
    let made;
    let own;
    let (rows, of): (&dyn Rows, &str) = match &loaded.value {
        Some(data) => {
            own = PartRows::new(&data.train);
            (&own, "the pipeline's own rows")
        }
        // Speed does not depend on what the numbers are, so that missing data is no reason not to measure.
        None if loaded.problems.iter().all(|problem| problem.code == Code::FileUnreadable) => {
            made = MadeRows::new(&pipeline.plan, pipeline.hir.train.batch_size);
            (&made, "made rows, because the data cannot be read")
        }
        None => {
            output.problems(&loaded.problems, &pipeline.sources);
            return Err(ExitStatus::Problems);
        }
    };

    let interrupt = Interrupt::default();
    let training = Training {
        plan: &pipeline.plan,
        spec: &pipeline.hir.train,
        train: rows,
        valid: None,
        test: None,
        interrupt: interrupt.flag(),
    };
    let batch = pipeline.hir.train.batch_size.min(rows.len());
    let mut times = Vec::with_capacity(usize::try_from(steps).unwrap_or(0));
    let mut last = Instant::now();
    let params = initialize(&pipeline.plan, pipeline.hir.train.seed);
    let trained = train(engine.as_mut(), params, training, &mut |event| {
        if let Event::Stepped { rows, .. } = event {
            let now = Instant::now();
            // The short batch that an epoch may end with would count as a fast one.
            times.push((rows == batch).then(|| now - last));
            last = now;
        } else {
            last = Instant::now();
        }
    });
    if let Err(halted) = trained {
        return Err(fail(&pipeline, halted.cause.problem(&pipeline.plan)));
    }
    let mut times: Vec<Duration> = times.into_iter().skip(WARM_UP as usize).flatten().collect();
    times.sort_unstable();
    let Some(median) = times.get(times.len() / 2) else {
        output.err.line("error: there are too few rows for one whole batch");
        return Err(ExitStatus::CouldNotRun);
    };

    let device = args.machine.describe(engine.as_ref());
    let seconds = median.as_secs_f64();
    let plan = &pipeline.plan;
    let mut text = format!("{}/{} on {device}: {of}\n\n", plan.pipeline, plan.combine);
    let _ = writeln!(
        text,
        "batch        {} rows, {} parameters",
        grouped(batch as u64),
        grouped(plan.parameter_count() as u64)
    );
    let _ = writeln!(text, "steps        {}, median {:.3} ms", grouped(times.len() as u64), 1e3 * seconds);
    let _ = writeln!(text, "samples/s    {}", grouped((batch as f64 / seconds).round() as u64));
    if args.machine.device == Device::Cpu {
        let rate = product_rate() * args.machine.thread_count() as f64;
        let made = plan.cost.flops_per_row as f64 * batch as f64 / seconds;
        let _ = writeln!(
            text,
            "FLOP/s       {}, {:.0}% of the {} that products alone reach",
            scaled(made),
            100.0 * made / rate,
            scaled(rate)
        );
    }
    Ok(text)
}

/// Rows of the shapes that a plan reads, one batch of them, made of nothing.
struct MadeRows {
    batch: Batch,
}

impl MadeRows {
    fn new(plan: &Plan, rows: usize) -> Self {
        // A sequence without a pattern that a step could gain from: the golden ratio's multiples, cut to -1..1.
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
        Self { batch: Batch { rows, inputs, present: vec![None; plan.inputs.len()], labels } }
    }
}

impl Rows for MadeRows {
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
