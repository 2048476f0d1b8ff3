//! From the columns of a table to the rows of a modality, by its kind. What is fitted is fitted on the training rows.

use crate::data::dataset::FittedModality;
use crate::data::io::bytes::Room;
use crate::data::modality::category;
use crate::data::modality::image;
use crate::data::modality::numeric;
use crate::data::modality::rows::ModalityRows;
use crate::data::modality::rows::Prepared;
use crate::data::modality::text;
use crate::data::table::columns::{ColumnKind, Head, Read};
use crate::diag::{Problems, Span};
use crate::spec::{ModalityKind, ModalitySpec, Select, TransformKind};

/// One part's rows of one table, and the columns of a modality in it.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The table.
    pub read: &'a Read,
    /// The rows of the part.
    pub rows: &'a [u32],
    /// For each number of a row: which of the columns that were read, and which of the numbers of its cell.
    pub numbers: &'a [(usize, usize)],
    /// The modality's columns among those that were read.
    pub columns: &'a [usize],
    /// Their positions in the table.
    pub positions: &'a [usize],
}

impl Source<'_> {
    /// How many numbers a row has.
    pub(crate) fn width(&self) -> usize {
        self.numbers.len()
    }

    /// One of the numbers of some rows.
    pub(crate) fn gather(&self, at: usize, rows: &[u32], cells: &mut Vec<f64>) {
        let (column, within) = self.numbers[at];
        cells.clear();
        self.read.table.columns[column].gather(within, rows, cells);
    }

    /// One of the numbers of a row of the table.
    pub(crate) fn number(&self, at: usize, row: usize) -> f64 {
        let (column, within) = self.numbers[at];
        self.read.table.columns[column].number(row, within)
    }

    /// Whether rows are pixels rather than numbers.
    pub(crate) fn is_pixels(&self) -> bool {
        let kind = self.columns.first().and_then(|column| {
            let column = &self.read.table.columns[*column];
            column.store.layout.kinds.get(column.place)
        });
        matches!(kind, Some(ColumnKind::Image(_)))
    }

    /// The pixels of a row of the table, if it has an image.
    pub(crate) fn pixels(&self, row: u32) -> Option<&[u8]> {
        self.read.table.columns[self.columns[0]].pixels(row as usize)
    }

    /// The position of the column that one of the numbers is in.
    pub(crate) fn position(&self, at: usize) -> usize {
        let column = self.numbers.get(at).map_or(usize::MAX, |(column, _)| *column);
        let place = self.columns.iter().position(|known| *known == column).unwrap_or(0);
        self.positions.get(place).copied().unwrap_or(0)
    }
}

/// What the cells of a modality's columns are read as.
pub(crate) fn kind_of_cells(spec: &ModalitySpec, head: &Head, position: usize) -> ColumnKind {
    let one_hot = spec.transforms.first().is_some_and(|transform| transform.kind == TransformKind::OneHot);
    let numbers = ColumnKind::Number(head.numbers_in(position));
    match spec.kind {
        ModalityKind::Text { .. } => ColumnKind::Text,
        ModalityKind::Category { .. } => ColumnKind::Word,
        ModalityKind::Dense if one_hot => ColumnKind::Word,
        ModalityKind::Dense | ModalityKind::Sequence => numbers,
        // One column is an image or its path; several are its pixels, each a column.
        ModalityKind::Image => match (spec.columns.as_slice(), head.arrays.get(&position), spec.shape.0.as_slice()) {
            ([_], Some(array), [channels, height, width]) if array.bytes => {
                ColumnKind::Image([*channels, *height, *width])
            }
            ([column], None, [channels, height, width]) if !matches!(column.select, Select::Glob(_)) => {
                ColumnKind::Image([*channels, *height, *width])
            }
            _ => numbers,
        },
    }
}

/// Fits the transforms of a modality on the first part, which is train, and makes the rows of every part. The last of
/// what comes back are notes.
pub(crate) fn build(
    spec: &ModalitySpec,
    parts: &[Source<'_>],
    room: &Room,
) -> Result<(FittedModality, Vec<ModalityRows>, Vec<String>), Problems> {
    let Some(train) = parts.first() else { return Err(Problems::new()) };
    let one_hot = spec.transforms.first().is_some_and(|transform| transform.kind == TransformKind::OneHot);
    let Prepared { transforms, rows, notes } = match spec.kind {
        ModalityKind::Text { .. } => text::build(spec, parts, room)?,
        ModalityKind::Category { .. } => category::build(spec, parts, room)?,
        ModalityKind::Image => image::build(spec, parts, room)?,
        ModalityKind::Dense if one_hot => category::build(spec, parts, room)?,
        ModalityKind::Dense => numeric::build(spec, spec.shape.size(), parts, room)?,
        // The numbers of a step are fitted over all steps.
        ModalityKind::Sequence => numeric::build(spec, spec.shape.0.last().copied().unwrap_or(1), parts, room)?,
    };
    let columns = train.positions.iter().map(|position| train.read.head.column(*position)).collect();
    let fitted = FittedModality {
        name: spec.name.clone(),
        kind: spec.kind,
        shape: spec.shape.clone(),
        optional: spec.optional,
        columns,
        transforms,
    };
    Ok((fitted, rows, notes))
}

/// The text of all columns, or the declaration where they have none.
pub(crate) fn columns_of(spec: &ModalitySpec) -> Span {
    match (spec.columns.first(), spec.columns.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => spec.span,
    }
}
