//! `mmc bench`: how fast a pipeline trains on this machine, and how much of the machine that is.

use super::args::BenchArgs;
use super::interrupt::Interrupt;
use super::numbers::{grouped, scaled};
use super::open::open_pipeline;
use super::output::Output;
use super::status::ExitStatus;
use crate::experiment::{Benchmark, benchmark};
use crate::plan::Plan;
use std::fmt::Write;

pub(super) fn bench(args: &BenchArgs, output: &Output) -> ExitStatus {
    let pipeline = match open_pipeline(&args.file, args.model.options(), output) {
        Ok(pipeline) => pipeline,
        Err(status) => return status,
    };
    let options = args.compute.options(Interrupt::default().flag().clone());
    match benchmark(&pipeline, args.steps, &options) {
        Ok(found) => {
            output.out.show(&text(pipeline.plan(), &found));
            ExitStatus::Done
        }
        Err(error) => output.error(&error),
    }
}

fn text(plan: &Plan, found: &Benchmark) -> String {
    let Benchmark { device, batch, steps, seconds, .. } = found;
    let rows = match found.generated {
        true => "generated rows, because the data cannot be read",
        false => "the pipeline's own rows",
    };
    let mut text = format!("{}/{} on {device}: {rows}\n\n", plan.pipeline, plan.combine);
    let parameters = grouped(plan.parameter_count() as u64);
    let _ = writeln!(text, "batch        {} rows, {parameters} parameters", grouped(*batch as u64));
    let _ = writeln!(text, "steps        {}, median {:.3} ms", grouped(*steps as u64), 1e3 * seconds);
    let _ = writeln!(text, "samples/s    {}", grouped((*batch as f64 / seconds).round() as u64));
    if let Some((made, rate)) = found.flops {
        let _ = writeln!(
            text,
            "FLOP/s       {}, {:.0}% of the {} of matrix products alone",
            scaled(made),
            100.0 * made / rate,
            scaled(rate)
        );
    }
    text
}
