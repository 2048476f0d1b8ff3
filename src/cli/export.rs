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
    let show = |notes: Vec<String>| notes.iter().for_each(|note| output.err.line(note));
    if let Some(folder_of_weights) = &args.safetensors {
        show(model.export_torch(&folder, folder_of_weights, args.card)?);
    }
    if let Some(folder_of_mlflow) = &args.mlflow {
        show(model.export_mlflow(&folder, folder_of_mlflow, &options)?);
    }
    if let Some(file) = &args.onnx {
        let export = OnnxExport { file: file.clone(), prepared: args.inputs == ExportInputs::Prepared };
        show(model.export_onnx(&folder, &export, &options)?);
    }
    Ok(())
}
