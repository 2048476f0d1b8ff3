//! The cells of rows that come one request at a time, and the table that they are.

use super::column::OnlineColumn;
use crate::data::CellType;
use arrow_array::builder::{FixedSizeListBuilder, Float64Builder, ListBuilder, UInt8Builder};
use arrow_array::{ArrayRef, Float64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{ArrowError, Field, Schema};
use std::sync::Arc;

/// A cell of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OnlineCell {
    /// It is empty.
    #[default]
    Missing,
    /// A number; a missing one is not-a-number.
    Number(f64),
    /// A text, read as the cell of a text table is.
    Text(String),
    /// A list of numbers: the steps of a sequence one after the other, or the numbers of a cell that holds several.
    Numbers(Vec<f64>),
    /// An image as it was decoded: see [`OnlineColumn::decode_image`].
    Pixels(Vec<u8>),
}

/// Rows of cells: for each column of the model the cells of all rows, or nothing where the rows lack the column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OnlineRows {
    /// Number of rows.
    pub rows: usize,
    /// By column of the model.
    pub columns: Vec<Option<Vec<OnlineCell>>>,
}

impl OnlineRows {
    /// Rows without cells.
    pub fn new(rows: usize, columns: usize) -> Self {
        Self { rows, columns: vec![None; columns] }
    }

    /// Rows one after the other. A column that only some of them have is empty on the others.
    pub fn concat(all: &[&Self]) -> Self {
        let columns = all.iter().map(|rows| rows.columns.len()).max().unwrap_or(0);
        let column = |at: usize| {
            if all.iter().all(|rows| rows.columns[at].is_none()) {
                return None;
            }
            let cells = all.iter().flat_map(|rows| match &rows.columns[at] {
                Some(cells) => cells.clone(),
                None => vec![OnlineCell::Missing; rows.rows],
            });
            Some(cells.collect())
        };
        Self { rows: all.iter().map(|rows| rows.rows).sum(), columns: (0..columns).map(column).collect() }
    }

    /// The table of these rows. Columns of optional modalities without a cell are left out.
    pub(crate) fn batch(&self, columns: &[OnlineColumn]) -> Result<RecordBatch, ArrowError> {
        let (mut fields, mut arrays) = (vec![], vec![]);
        for (column, cells) in columns.iter().zip(&self.columns) {
            let Some(cells) = cells else { continue };
            if column.optional && cells.iter().all(|cell| *cell == OnlineCell::Missing) {
                continue;
            }
            let array = array(column, cells);
            fields.push(Field::new(&column.name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
    }
}

fn array(column: &OnlineColumn, cells: &[OnlineCell]) -> ArrayRef {
    match column.cells {
        CellType::Image([channels, height, width]) => pixels(cells, channels * height * width),
        CellType::Steps([_, width]) => steps(cells, width),
        CellType::Number(width) if width > 1 => lists(cells),
        CellType::Number(_) | CellType::Word | CellType::Text => {
            let number = |cell: &OnlineCell| match cell {
                OnlineCell::Number(number) => Some(*number),
                _ => None,
            };
            let numeric = |cell: &OnlineCell| matches!(cell, OnlineCell::Missing | OnlineCell::Number(_));
            match column.cells {
                CellType::Number(_) if cells.iter().all(numeric) => {
                    Arc::new(cells.iter().map(number).collect::<Float64Array>())
                }
                _ => Arc::new(cells.iter().map(text).collect::<StringArray>()),
            }
        }
    }
}

/// A cell as a text; `None` for an empty one.
fn text(cell: &OnlineCell) -> Option<String> {
    match cell {
        OnlineCell::Text(text) => Some(text.clone()),
        OnlineCell::Number(number) if !number.is_nan() => Some(number.to_string()),
        _ => None,
    }
}

fn lists(cells: &[OnlineCell]) -> ArrayRef {
    let mut lists = ListBuilder::new(Float64Builder::new());
    for cell in cells {
        match cell {
            OnlineCell::Numbers(numbers) => {
                lists.values().append_slice(numbers);
                lists.append(true);
            }
            _ => lists.append(false),
        }
    }
    Arc::new(lists.finish())
}

/// Lists of steps of `width` numbers.
fn steps(cells: &[OnlineCell], width: usize) -> ArrayRef {
    if width <= 1 {
        return lists(cells);
    }
    let step = FixedSizeListBuilder::new(Float64Builder::new(), i32::try_from(width).unwrap_or(i32::MAX));
    let mut lists = ListBuilder::new(step);
    for cell in cells {
        match cell {
            OnlineCell::Numbers(numbers) => {
                for step in numbers.chunks_exact(width) {
                    lists.values().values().append_slice(step);
                    lists.values().append(true);
                }
                lists.append(true);
            }
            _ => lists.append(false),
        }
    }
    Arc::new(lists.finish())
}

/// Images of `size` bytes each. Where none is there, empty cells: a text would be the path of an image.
fn pixels(cells: &[OnlineCell], size: usize) -> ArrayRef {
    if cells.iter().all(|cell| !matches!(cell, OnlineCell::Pixels(_))) {
        return Arc::new(StringArray::from(vec![None::<&str>; cells.len()]));
    }
    let mut images = FixedSizeListBuilder::new(UInt8Builder::new(), i32::try_from(size).unwrap_or(i32::MAX));
    for cell in cells {
        match cell {
            OnlineCell::Pixels(pixels) if pixels.len() == size => {
                images.values().append_slice(pixels);
                images.append(true);
            }
            _ => {
                images.values().append_slice(&vec![0; size]);
                images.append(false);
            }
        }
    }
    Arc::new(images.finish())
}
