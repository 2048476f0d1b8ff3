//! `mmc graph`: a picture of a pipeline.

use super::args::{GraphArgs, GraphFormat};
use super::open::open_pipeline;
use super::output::Output;
use super::picture::write_png;
use super::status::ExitStatus;
use crate::atomic_file::write_atomic;
use crate::drawing::{dot, figure, mermaid, svg};

pub(super) fn graph(args: &GraphArgs, output: &Output) -> ExitStatus {
    let format = match args.format() {
        Ok(format) => format,
        Err(message) => {
            output.err.line(&format!("error: {message}"));
            return ExitStatus::CouldNotRun;
        }
    };
    let pipeline = match open_pipeline(&args.file, args.model.options(), output) {
        Ok(pipeline) => pipeline,
        Err(status) => return status,
    };
    let figure = figure(pipeline.plan());
    let drawn = match format {
        GraphFormat::Svg | GraphFormat::Png => svg(&figure),
        GraphFormat::Dot => dot(&figure),
        GraphFormat::Mermaid => mermaid(&figure),
    };
    if format == GraphFormat::Png {
        let Some(path) = &args.output else {
            output.err.line("error: a picture is written to a file; name it with `-o FILE`");
            return ExitStatus::CouldNotRun;
        };
        return match write_png(path, &drawn) {
            Ok(()) => ExitStatus::Done,
            Err(problem) => output.problem(problem),
        };
    }
    let Some(path) = &args.output else {
        output.out.write(&drawn);
        return ExitStatus::Done;
    };
    match write_atomic(path, |file| file.write_all(drawn.as_bytes())) {
        Ok(()) => ExitStatus::Done,
        Err(problem) => {
            output.problems(&[problem].into_iter().collect(), pipeline.sources());
            ExitStatus::Problems
        }
    }
}
