//! From the columns of a table to the rows of a modality, by its kind. What is fitted is fitted on the training rows.

use crate::data::io::bytes::MemoryBudget;
use crate::data::modality::columns::ModalityColumns;
use crate::data::modality::date::{self, DateTable};
use crate::data::modality::fitted::{FittedModality, InputColumn};
use crate::data::modality::rows::ModalityParts;
use crate::data::modality::transform::FittedTransform;
use crate::data::modality::{category, image, numeric, text};
use crate::data::table::errors::CellErrors;
use crate::data::table::select::cell_type;
use crate::diag::Problems;
use crate::spec::{ModalityKind, ModalitySpec};

/// Fits the transforms of a modality on the first part, which is train, and makes the rows of every part.
pub(crate) fn fit_and_apply(
    spec: &ModalitySpec,
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
) -> Result<(FittedModality, ModalityParts), Problems> {
    let Some(train) = parts.first() else { return Err(Problems::new()) };
    let (transforms, rows) = match spec.kind {
        ModalityKind::Dense if let Some(dates) = spec.dates() => {
            let tables = date::read(spec, dates, parts, budget, None)?;
            numeric::fit_and_apply(spec, &tables.iter().map(DateTable::columns).collect::<Vec<_>>(), budget)?
        }
        ModalityKind::Image => image::fit_and_apply(spec, parts, budget)?,
        ModalityKind::Dense if !spec.is_one_hot() => numeric::fit_and_apply(spec, parts, budget)?,
        ModalityKind::Sequence | ModalityKind::PaddedSequence => numeric::fit_and_apply(spec, parts, budget)?,
        ModalityKind::Text { .. } => {
            let transforms = text::fit(spec, train);
            let rows = text::apply(spec, &transforms, parts, budget, None)?;
            (transforms, rows)
        }
        ModalityKind::Category { .. } | ModalityKind::Dense => {
            let transforms = category::fit(spec, train)?;
            let rows = category::apply(spec, &transforms, parts, budget, None)?;
            (transforms, rows)
        }
    };
    let schema = &train.read.schema;
    let column = |position: &usize| {
        InputColumn::of(schema, *position, cell_type(spec, schema, *position)).with_missing(train.missing.clone())
    };
    let fitted = FittedModality {
        name: spec.name.clone(),
        kind: spec.kind,
        shape: spec.shape.clone(),
        optional: spec.optional,
        columns: train.positions.iter().map(column).collect(),
        transforms,
    };
    Ok((fitted, rows))
}

/// Makes the rows of every part with transforms that have been fitted: the same bits as in training for the same cells. With
/// `errors` there is one part, and problems with its rows go there, where they are kept for each row.
pub(crate) fn apply(
    spec: &ModalitySpec,
    transforms: &[FittedTransform],
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
    mut errors: Option<&mut CellErrors>,
) -> Result<ModalityParts, Problems> {
    match spec.kind {
        ModalityKind::Dense if let Some(dates) = spec.dates() => {
            let tables = date::read(spec, dates, parts, budget, errors.as_deref_mut())?;
            let columns: Vec<ModalityColumns<'_>> = tables.iter().map(DateTable::columns).collect();
            numeric::apply(spec, transforms, &columns, budget, errors)
        }
        ModalityKind::Image => image::apply(spec, transforms, parts, budget, errors),
        ModalityKind::Dense if !spec.is_one_hot() => numeric::apply(spec, transforms, parts, budget, errors),
        ModalityKind::Sequence | ModalityKind::PaddedSequence => {
            numeric::apply(spec, transforms, parts, budget, errors)
        }
        ModalityKind::Text { .. } => text::apply(spec, transforms, parts, budget, errors),
        ModalityKind::Category { .. } | ModalityKind::Dense => category::apply(spec, transforms, parts, budget, errors),
    }
}
