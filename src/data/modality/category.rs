//! Modalities of one word out of a fixed number, `category` and `one_hot`: the values that the training rows have, in
//! sorted order. A value that no training row has is unknown: id 0, or no 1 among the zeros.

use crate::data::io::bytes::MemoryBudget;
use crate::data::modality::columns::{MissingRows, ModalityColumns, columns_of};
use crate::data::modality::rows::{ModalityParts, RowsWriter};
use crate::data::modality::tally::Tally;
use crate::data::modality::transform::FittedTransform;
use crate::data::table::errors::{CellErrors, out_of_space};
use crate::diag::{Code, Problem, Problems};
use crate::spec::{ModalityKind, ModalitySpec};
use std::collections::BTreeSet;

/// The values of the training rows.
///
/// # Errors
/// If they are more than the modality declares.
pub(crate) fn fit(spec: &ModalitySpec, train: &ModalityColumns<'_>) -> Result<Vec<FittedTransform>, Problems> {
    let words = train.read.table.words(train.columns[0]).unwrap_or_default();
    let used: BTreeSet<u32> = train.rows.iter().map(|row| words.codes[*row as usize]).collect();
    let values: BTreeSet<&str> = used.iter().map(|code| words.dictionary[*code as usize].as_str()).collect();
    let values: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).map(str::to_owned).collect();
    let (most, one_hot) = match spec.kind {
        ModalityKind::Category { count } => (count, false),
        _ => (spec.shape.size(), true),
    };
    if values.len() > most {
        return Err(too_many(spec, train, values.len(), most).into());
    }
    Ok(vec![if one_hot { FittedTransform::OneHot { values } } else { FittedTransform::Category { values } }])
}

/// The id of the value of every row, or a 1 at its place among zeros.
pub(crate) fn apply(
    spec: &ModalitySpec,
    transforms: &[FittedTransform],
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
    mut errors: Option<&mut CellErrors>,
) -> Result<ModalityParts, Problems> {
    let (values, one_hot) = match transforms.first() {
        Some(FittedTransform::OneHot { values }) => (values.as_slice(), true),
        Some(FittedTransform::Category { values }) => (values.as_slice(), false),
        _ => (&[][..], false),
    };
    let mut tally = Tally::default();
    let mut missing = MissingRows::default();
    let mut made = vec![];
    for part in parts {
        let words = part.read.table.words(part.columns[0]).unwrap_or_default();
        let find = |word: &String| values.binary_search_by(|value| value.as_str().cmp(word)).ok();
        let ids: Vec<Option<usize>> = words.dictionary.iter().map(find).collect();
        let mut writer = RowsWriter::new(spec.shape.size(), spec.optional, budget);
        let mut cells = vec![0.0; spec.shape.size()];
        for (at, row) in part.rows.iter().enumerate() {
            let code = words.codes[*row as usize] as usize;
            let (word, id) = (&words.dictionary[code], ids[code]);
            tally.rows += 1;
            tally.missing += usize::from(word.is_empty());
            if word.is_empty() && !spec.optional {
                missing.add(spec, part, at, errors.as_deref_mut());
            } else if id.is_none() && !word.is_empty() {
                tally.unknown_value(word);
            }
            cells.fill(0.0);
            match id {
                Some(id) if one_hot => cells[id] = 1.0,
                Some(id) => cells[0] = (id + 1) as f32,
                None => {}
            }
            writer
                .push((!word.is_empty()).then_some(&cells))
                .map_err(|error| out_of_space(columns_of(spec), &error))?;
        }
        made.push(writer.finish().map_err(|error| out_of_space(columns_of(spec), &error))?);
    }
    missing.finish(spec)?;
    Ok(ModalityParts::counted(made, tally, spec, false))
}

fn too_many(spec: &ModalitySpec, train: &ModalityColumns<'_>, found: usize, most: usize) -> Problem {
    let position = train.positions[0];
    let column = train.read.schema.column(position);
    let message = format!("column `{column}` has {found} different values in the training rows, not {most} at most");
    let declared = match spec.kind {
        ModalityKind::Category { .. } => format!("category[{found}]"),
        _ => format!("dense[{found}]"),
    };
    Problem::error(Code::TooManyValues, message)
        .at(spec.type_span, "declared here")
        .also(columns_of(spec), "read here")
        .in_data(train.read.place(None, Some(position)))
        .help(format!("declare `{declared}`, or fewer by bringing rare values together"))
        .edit(spec.type_span, declared, false)
}
