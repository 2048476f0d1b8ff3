//! One modality, from its columns or as it is prepared elsewhere.

use super::raw_columns::RawColumns;
use super::{image, letters, numbers, words};
use crate::data::{FittedModality, FittedTransform};
use crate::export::onnx::builder::{GraphBuilder, OUTPUTS};
use crate::export::onnx::element::ElementType;
use crate::export::onnx::operation::InputValue;
use crate::export::refusal::ExportRefusal;
use crate::plan::Input;
use crate::spec::ModalityKind;

/// A modality from the cells of its columns.
///
/// # Errors
/// If a transform has no form in ONNX.
pub(crate) fn raw_input(
    columns: &mut RawColumns<'_>,
    graph: &GraphBuilder,
    place: usize,
    fitted: &FittedModality,
) -> Result<InputValue, ExportRefusal> {
    graph.enter(&fitted.name);
    for transform in &fitted.transforms {
        let reason = match transform {
            FittedTransform::Words { .. } => "no operator divides a text into words as Unicode does",
            FittedTransform::Date { .. } => "no operator reads dates",
            _ => continue,
        };
        return Err(ExportRefusal::transform(fitted, transform, reason));
    }
    let of = (place, fitted.name.as_str());
    Ok(match (fitted.kind, fitted.transforms.last()) {
        (ModalityKind::Text { .. }, _) => letters::text(columns, graph, of, fitted),
        (ModalityKind::Category { .. }, _) | (_, Some(FittedTransform::OneHot { .. })) => {
            words::category(columns, graph, of, fitted)
        }
        (ModalityKind::Image, _) => image::image(columns, graph, of, fitted),
        (ModalityKind::PaddedSequence, _) => numbers::lists(columns, graph, of, fitted),
        (ModalityKind::Dense | ModalityKind::Sequence, _) => numbers::numbers(columns, graph, of, fitted),
    })
}

/// A modality that is prepared elsewhere: an input of its name, and one that says which rows have it if it may be missing.
pub(crate) fn prepared_input(graph: &GraphBuilder, input: &Input) -> InputValue {
    let element = match input.kind {
        ModalityKind::Text { .. } | ModalityKind::Category { .. } => ElementType::Int64,
        ModalityKind::Dense | ModalityKind::Image | ModalityKind::Sequence | ModalityKind::PaddedSequence => {
            ElementType::Float
        }
    };
    let own = input.name.as_str();
    let value = graph.input(&prepared_name(own), element, &input.shape.0);
    let name = format!("{own}.present");
    InputValue { value, present: input.optional.then(|| graph.input(&name, ElementType::Bool, &[1])) }
}

/// The name of the input of a modality that is prepared elsewhere: its own, unless an output is called so.
pub(crate) fn prepared_name(modality: &str) -> String {
    if OUTPUTS.contains(&modality) { format!("{modality}.value") } else { modality.to_owned() }
}
