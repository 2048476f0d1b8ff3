//! What a format cannot hold, and where it is in a pipeline.

use crate::data::{FittedModality, FittedTransform};

/// A part of a pipeline that has no form in a format.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExportRefusal {
    /// The modality, and the call of its transform.
    pub(crate) place: Option<(String, &'static str)>,
    /// The message.
    pub(crate) message: String,
    /// A suggestion.
    pub(crate) help: String,
}

impl ExportRefusal {
    /// Of a transform, for this reason.
    pub(crate) fn transform(fitted: &FittedModality, transform: &FittedTransform, reason: &str) -> Self {
        let call = match transform {
            FittedTransform::Words { .. } => "words",
            FittedTransform::Date { .. } => "date",
            _ => "transform",
        };
        Self {
            place: Some((fitted.name.clone(), call)),
            message: format!("`{call}` of `{}` has no form in ONNX: {reason}", fitted.name),
            help:
                "export the numeric core with `--inputs prepared`, and prepare its inputs as the `.preprocessing.json` \
                   beside it says"
                    .to_owned(),
        }
    }
}
