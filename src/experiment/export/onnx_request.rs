//! The export of a model as an ONNX graph, and the error where this build does not write ONNX.

use crate::diag::{Code, Problem};
use crate::experiment::error::Error;
use crate::experiment::model::Model;
use crate::experiment::options::TrainOptions;
use std::path::{Path, PathBuf};

/// An ONNX graph to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnnxExport {
    /// The file.
    pub file: PathBuf,
    /// Whether the graph begins with prepared modalities instead of the cells of columns.
    pub prepared: bool,
}

impl Model {
    /// Writes the model as an ONNX graph, with test data from rows of its run beside it. `folder` is that of the run. Returns
    /// sentences for the user.
    ///
    /// # Errors
    /// If a part of the model has no form in ONNX (`MMC0630`), this build does not write ONNX (`MMC0631`), or a file cannot be
    /// written.
    pub fn export_onnx(
        &self,
        folder: &Path,
        export: &OnnxExport,
        options: &TrainOptions,
    ) -> Result<Vec<String>, Error> {
        #[cfg(feature = "onnx")]
        return super::onnx_files::write(self, folder, &export.file, export.prepared, options);
        #[cfg(not(feature = "onnx"))]
        {
            let _ = (folder, options);
            let file = export.file.display();
            let problem = Problem::error(
                Code::FeatureMissing,
                format!("`{file}` is not written: this build does not write ONNX"),
            );
            Err(self.error(
                problem
                    .help("build it with `cargo install --path . --features onnx`, or use `--safetensors DIR`")
                    .into(),
            ))
        }
    }

    /// The problem with a part of the pipeline that a format cannot hold.
    #[cfg(feature = "onnx")]
    pub(super) fn refused(&self, refusal: &crate::export::ExportRefusal) -> Error {
        let mut problem = Problem::error(Code::CannotExport, refusal.message.clone()).help(refusal.help.clone());
        let modalities = &self.pipeline.compiled.hir.modalities;
        let spec = |name: &str| modalities.iter().find(|spec| spec.name == name);
        if let Some((spec, call)) = refusal.place.as_ref().and_then(|(name, call)| Some((spec(name)?, *call))) {
            let place = spec.transforms.iter().find(|transform| match transform.kind {
                crate::spec::TransformKind::Words { .. } => call == "words",
                crate::spec::TransformKind::Date { .. } => call == "date",
                _ => false,
            });
            problem = problem.at(place.map_or(spec.span, |transform| transform.span), "used here");
        }
        self.error(problem.into())
    }
}
