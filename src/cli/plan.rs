//! `mmc plan`: the plan of a pipeline.

use super::args::{PlanArgs, PlanFormat};
use super::open::open_pipeline;
use super::output::Output;
use super::plan_view::{line_of, plan_text};
use super::status::ExitStatus;
use crate::plan::Plan;
use crate::report::yaml_text;
use crate::spec::{DataSpec, TrainSpec};
use serde::Serialize;

pub(super) fn plan(args: &PlanArgs, output: &Output) -> ExitStatus {
    let pipeline = match open_pipeline(&args.file, args.model.options(), output) {
        Ok(pipeline) => pipeline,
        Err(status) => return status,
    };
    let (plan, hir, sources) = (pipeline.plan(), &pipeline.compiled.hir, pipeline.sources());
    let train = &hir.train;
    let lines = || plan.steps.iter().map(|step| line_of(step, sources)).collect();
    let shown = match args.format {
        PlanFormat::Text => Ok(plan_text(plan, hir, sources, output.out.style, args.full)),
        PlanFormat::Yaml => {
            yaml_text(&PlanDocument { plan, lines: lines(), data: &hir.data, train }).map_err(|error| error.to_string())
        }
        PlanFormat::Json => {
            serde_json::to_string_pretty(&PlanDocument { plan, lines: lines(), data: &hir.data, train })
                .map(|json| json + "\n")
                .map_err(|error| error.to_string())
        }
    };
    match shown {
        Ok(text) => {
            match args.format {
                PlanFormat::Text => output.out.show(&text),
                PlanFormat::Yaml | PlanFormat::Json => output.out.write(&text),
            }
            ExitStatus::Done
        }
        Err(message) => {
            output.err.line(&format!("error: the plan cannot be written in this format: {message}"));
            ExitStatus::CouldNotRun
        }
    }
}

/// The machine-readable plan: the plan, the source line of each step, the data, and the training settings.
#[derive(Serialize)]
struct PlanDocument<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    lines: Vec<usize>,
    data: &'a DataSpec,
    train: &'a TrainSpec,
}
