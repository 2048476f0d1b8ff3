//! The columns of a row that a model reads.

use crate::data::{CellType, FittedModality, FittedTransform, Preprocessing, decode_image};
use crate::plan::Plan;
use crate::spec::ModalityKind;
use serde::Serialize;

/// A column that a model reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OnlineColumn {
    /// Its name; its position in the training table where the columns had no names.
    pub name: String,
    /// The modalities that are made of it.
    pub modalities: Vec<String>,
    /// Whether all of them may be missing on a row.
    pub optional: bool,
    /// The type its cells are read as.
    #[serde(skip)]
    pub cells: CellType,
    /// The values that the training rows had, where it is a category.
    pub values: Vec<String>,
    /// Whether it holds dates.
    pub date: bool,
    /// The steps that bring its images to their size.
    #[serde(skip)]
    steps: Vec<crate::spec::SizeStep>,
}

impl OnlineColumn {
    /// The columns of the inputs of a plan, in the order in which they come first.
    pub(crate) fn all(preprocessing: &Preprocessing, plan: &Plan) -> Vec<Self> {
        let mut columns: Vec<Self> = vec![];
        for modality in plan.inputs.iter().filter_map(|input| preprocessing.modality(&input.name)) {
            for column in &modality.columns {
                let name = column.shown();
                match columns.iter_mut().find(|known| known.name == name) {
                    Some(known) => {
                        known.modalities.push(modality.name.clone());
                        known.optional &= modality.optional;
                        // A text can be read as any of them.
                        if known.cells != cells(modality, column.cells) {
                            known.cells = CellType::Text;
                        }
                    }
                    None => columns.push(Self {
                        name,
                        modalities: vec![modality.name.clone()],
                        optional: modality.optional,
                        cells: cells(modality, column.cells),
                        values: values(modality),
                        date: modality
                            .transforms
                            .iter()
                            .any(|transform| matches!(transform, FittedTransform::Date { .. })),
                        steps: size_steps(modality),
                    }),
                }
            }
        }
        columns
    }

    /// The pixels of an image of this column, from the bytes of its file: channel by channel, at the size of the model.
    ///
    /// # Errors
    /// If the bytes are no image, or one of another size where the model does not resize it.
    pub fn decode_image(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        match self.cells {
            CellType::Image(size) => decode_image(bytes, size, &self.steps),
            _ => Err(format!("column `{}` holds no images", self.name)),
        }
    }
}

/// The type that cells of a modality are given as.
fn cells(modality: &FittedModality, cells: CellType) -> CellType {
    match (modality.kind, modality.shape.0.as_slice()) {
        // In the training table the pixels may have been an array.
        (ModalityKind::Image, [channels, height, width]) => CellType::Image([*channels, *height, *width]),
        _ if modality.transforms.iter().any(|one| matches!(one, FittedTransform::Date { .. })) => CellType::Text,
        _ => cells,
    }
}

fn values(modality: &FittedModality) -> Vec<String> {
    let found = modality.transforms.iter().find_map(|transform| match transform {
        FittedTransform::Category { values } | FittedTransform::OneHot { values } => Some(values.clone()),
        _ => None,
    });
    found.unwrap_or_default()
}

fn size_steps(modality: &FittedModality) -> Vec<crate::spec::SizeStep> {
    let step = |transform: &FittedTransform| match transform {
        FittedTransform::Size(step) => Some(*step),
        _ => None,
    };
    modality.transforms.iter().filter_map(step).collect()
}
