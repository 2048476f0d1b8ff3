//! `mmc export`: the model of a run for other programs.

use super::args::{ExportArgs, ExportInputs};
use super::interrupt::Interrupt;
use super::output::Output;
use super::status::ExitStatus;
use crate::experiment::{Error, Model, OnnxExport, find_run};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub(super) fn export(args: &ExportArgs, output: &Output) -> ExitStatus {
    Interrupt::end_at_once();
    match write(args, output) {
        Ok(()) => ExitStatus::Done,
        Err(error) => output.error(&error),
    }
}

/// Writes every format that the arguments name.
fn write(args: &ExportArgs, output: &Output) -> Result<(), Error> {
    let folder = find_run(&args.run)?;
    let model = Model::load(&folder)?;
    let options = args.compute.options(Arc::new(AtomicBool::new(false)));
    if let Some(file) = &args.onnx {
        let export = OnnxExport { file: file.clone(), prepared: args.inputs == ExportInputs::Prepared };
        model.export_onnx(&folder, &export, &options)?.iter().for_each(|note| output.err.line(note));
    }
    Ok(())
}
