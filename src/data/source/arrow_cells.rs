//! The cells of Arrow arrays, as the other formats give theirs: numbers, texts, and lists of numbers.

use crate::data::table::cell::CellValue;
use crate::shape::Shape;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Float64Array, StringArray};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType};

/// The cells of a column, read as numbers or as texts whatever it is stored as.
pub(crate) enum ArrowCells {
    /// A number for each row.
    Numbers(Float64Array),
    /// A text for each row.
    Texts(StringArray),
    /// A list of numbers for each row.
    Lists(ArrayRef),
    /// Nothing on any row.
    Empty,
    /// Values that are neither numbers nor texts.
    Unreadable,
}

impl ArrowCells {
    /// The cells of an array.
    pub(crate) fn of(array: &ArrayRef) -> Result<Self, ArrowError> {
        Ok(match array.data_type() {
            DataType::Null => ArrowCells::Empty,
            DataType::Dictionary(_, values) => Self::of(&cast(array, values)?)?,
            kind if is_text(kind) => ArrowCells::Texts(cast(array, &DataType::Utf8)?.as_string::<i32>().clone()),
            kind if is_list(kind) => ArrowCells::Lists(array.clone()),
            _ => numbers(array)?.map_or(ArrowCells::Unreadable, ArrowCells::Numbers),
        })
    }

    /// The cell of a row; the numbers of a list are put into `numbers`. `None` for a type that cannot be read.
    pub(crate) fn cell<'a>(&'a self, row: usize, numbers: &'a mut Vec<f64>) -> Option<CellValue<'a>> {
        Some(match self {
            ArrowCells::Numbers(array) if array.is_valid(row) => CellValue::Number(array.value(row)),
            ArrowCells::Texts(array) if array.is_valid(row) => CellValue::Text(array.value(row)),
            ArrowCells::Lists(array) if array.is_valid(row) => {
                numbers.clear();
                flatten(&items(array, row)?, numbers)?;
                CellValue::Numbers(numbers)
            }
            ArrowCells::Unreadable => return None,
            _ => CellValue::Empty,
        })
    }
}

/// The shape of the list of the first row that has one; `None` for what is no list of numbers.
pub(crate) fn list_shape(array: &ArrayRef) -> Option<Shape> {
    if !is_list(array.data_type()) {
        return None;
    }
    let row = (0..array.len()).find(|row| array.is_valid(*row))?;
    let items = items(array, row)?;
    let mut shape = vec![items.len()];
    if is_list(items.data_type()) {
        shape.extend(list_shape(&items)?.0);
    }
    Some(Shape(shape))
}

fn is_text(kind: &DataType) -> bool {
    use DataType::{Binary, BinaryView, LargeBinary, LargeUtf8, Utf8, Utf8View};
    matches!(kind, Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView)
}

fn is_list(kind: &DataType) -> bool {
    matches!(kind, DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(_, _))
}

/// The items of the list of a row.
fn items(array: &ArrayRef, row: usize) -> Option<ArrayRef> {
    match array.data_type() {
        DataType::List(_) => Some(array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => Some(array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(_, _) => Some(array.as_fixed_size_list().value(row)),
        _ => None,
    }
}

/// Adds the numbers of lists within lists; NaN for each that is null.
fn flatten(array: &ArrayRef, into: &mut Vec<f64>) -> Option<()> {
    if is_list(array.data_type()) {
        return (0..array.len()).try_for_each(|row| flatten(&items(array, row)?, into));
    }
    let found = numbers(array).ok()??;
    into.extend(found.iter().map(|number| number.unwrap_or(f64::NAN)));
    Some(())
}

/// Values as numbers: those of times and dates count their units. `None` for what is no number.
fn numbers(array: &ArrayRef) -> Result<Option<Float64Array>, ArrowError> {
    use DataType::{Boolean, Date32, Date64, Duration, Time32, Time64, Timestamp};
    let kind = array.data_type();
    let counted = match kind {
        Date32 | Time32(_) => cast(&cast(array, &DataType::Int32)?, &DataType::Float64)?,
        Date64 | Time64(_) | Timestamp(_, _) | Duration(_) => {
            cast(&cast(array, &DataType::Int64)?, &DataType::Float64)?
        }
        kind if kind.is_numeric() || *kind == Boolean => cast(array, &DataType::Float64)?,
        _ => return Ok(None),
    };
    Ok(Some(counted.as_primitive::<Float64Type>().clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::builder::{Float32Builder, ListBuilder};
    use arrow_array::{BooleanArray, DictionaryArray, Int32Array, TimestampSecondArray, types::Int8Type};
    use std::sync::Arc;

    fn shown(array: impl Array + 'static) -> Vec<String> {
        let array: ArrayRef = Arc::new(array);
        let cells = ArrowCells::of(&array).unwrap();
        let mut numbers = vec![];
        (0..array.len()).map(|row| format!("{:?}", cells.cell(row, &mut numbers))).collect()
    }

    #[test]
    fn every_type_is_read_as_numbers_or_texts() {
        assert_eq!(shown(Int32Array::from(vec![Some(3), None])), ["Some(Number(3.0))", "Some(Empty)"]);
        assert_eq!(shown(BooleanArray::from(vec![true])), ["Some(Number(1.0))"]);
        assert_eq!(shown(TimestampSecondArray::from(vec![7])), ["Some(Number(7.0))"]);
        let words: DictionaryArray<Int8Type> = vec!["a", "b", "a"].into_iter().collect();
        assert_eq!(shown(words)[2], "Some(Text(\"a\"))");
    }

    #[test]
    fn lists_have_the_shape_of_the_first() {
        let mut lists = ListBuilder::new(Float32Builder::new());
        lists.append_null();
        lists.append_value([Some(1.0), None, Some(2.5)]);
        let lists = lists.finish();
        assert_eq!(shown(lists.clone()), ["Some(Empty)", "Some(Numbers([1.0, NaN, 2.5]))"]);
        let lists: ArrayRef = Arc::new(lists);
        assert_eq!(list_shape(&lists), Some(Shape::vector(3)));
    }
}
