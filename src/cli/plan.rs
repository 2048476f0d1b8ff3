//! `mmc plan`: what would run.

use super::args::{PlanArgs, PlanFormat};
use super::front::open_pipeline;
use super::output::Output;
use super::plan_view::plan_text;
use super::status::ExitStatus;

pub(super) fn plan(args: &PlanArgs, output: &Output) -> ExitStatus {
    let pipeline = match open_pipeline(&args.file, &args.choice.set, args.choice.combine.clone(), output) {
        Ok(pipeline) => pipeline,
        Err(status) => return status,
    };
    let shown = match args.format {
        PlanFormat::Text => Ok(plan_text(&pipeline.plan, &pipeline.hir.train, &pipeline.sources, output.out.style)),
        PlanFormat::Yaml => serde_yaml::to_string(&pipeline.plan).map_err(|error| error.to_string()),
        PlanFormat::Json => {
            serde_json::to_string_pretty(&pipeline.plan).map(|json| json + "\n").map_err(|error| error.to_string())
        }
    };
    match shown {
        Ok(text) => {
            output.out.write(&text);
            ExitStatus::Done
        }
        Err(message) => {
            output.err.line(&format!("error: the plan has no such form: {message}"));
            ExitStatus::CouldNotRun
        }
    }
}
