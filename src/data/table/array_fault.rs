//! An array that is declared as an image or a sequence of another shape: the type it has.

use crate::data::table::image_layout::{ImageLayout, image_type, size_steps};
use crate::data::table::schema::ArrayType;
use crate::spec::{ModalityKind, ModalitySpec};

/// Why an array is not of the type of a modality.
pub(crate) struct ArrayFault {
    /// What is wrong, where it is not the shape alone.
    pub message: Option<String>,
    /// What to do.
    pub help: String,
    /// The type to declare, if there is one.
    pub declare: Option<String>,
}

/// The fault of an array as an image or a sequence, if it has one. Any array is a vector, flattened.
pub(crate) fn of(modality: &ModalitySpec, array: &ArrayType) -> Option<ArrayFault> {
    match modality.kind {
        ModalityKind::Image => of_image(modality, array),
        ModalityKind::Sequence => of_sequence(modality, array),
        ModalityKind::PaddedSequence => of_lists(modality, array),
        _ => None,
    }
}

fn of_image(modality: &ModalitySpec, array: &ArrayType) -> Option<ArrayFault> {
    let step = size_steps(modality).next();
    match (ImageLayout::of(&array.shape, modality), step) {
        (Some(_), Some(step)) if !array.bytes => Some(ArrayFault {
            message: Some(format!("`{}` takes images of whole numbers from 0 to 255 of 8 bits", step.show())),
            help: "write the array as `numpy.uint8`, or let all images be of the declared size".to_owned(),
            declare: None,
        }),
        (Some(_), _) => None,
        (None, _) => {
            let right = image_type(array);
            let help = match (&right, modality.shape.0.as_slice()) {
                (None, _) => format!("an image is an array of 2 or 3 axes, and this one has {}", array.shape.0.len()),
                (Some(right), [_, height, width]) if array.bytes => format!(
                    "declare `{right}`, or bring the images to another size with `|> resize({height}, {width})`"
                ),
                (Some(right), _) => format!("declare `{right}`"),
            };
            Some(ArrayFault { message: None, help, declare: right })
        }
    }
}

/// Of lists of several lengths, of which the first one is known.
fn of_lists(modality: &ModalitySpec, array: &ArrayType) -> Option<ArrayFault> {
    let [most, declared] = *modality.shape.0.as_slice() else { return None };
    let width = match *array.shape.0.as_slice() {
        [_, width] => width,
        // A flat list may hold whole steps.
        [numbers] if numbers % declared == 0 => declared,
        [_] => 1,
        _ => {
            let help = format!(
                "a sequence is a list of steps, each a number or a list of them, and this one has {} levels",
                array.shape.0.len()
            );
            return Some(ArrayFault { message: None, help, declare: None });
        }
    };
    let right = format!("sequence[{most}, {width}]");
    (width != declared).then(|| ArrayFault { message: None, help: format!("declare `{right}`"), declare: Some(right) })
}

fn of_sequence(modality: &ModalitySpec, array: &ArrayType) -> Option<ArrayFault> {
    let declared = modality.shape.size();
    let flat = array.shape.0.len() == 1 && array.shape.size() == declared;
    if array.shape == modality.shape || flat {
        return None;
    }
    let right = match *array.shape.0.as_slice() {
        [steps] => Some(format!("sequence[{steps}, 1]")),
        [steps, width] => Some(format!("sequence[{steps}, {width}]")),
        _ => None,
    };
    let help = match &right {
        Some(right) => format!("declare `{right}`"),
        None => {
            format!("a sequence is an array of steps and numbers, 2 axes, and this one has {}", array.shape.0.len())
        }
    };
    Some(ArrayFault { message: None, help, declare: right })
}
