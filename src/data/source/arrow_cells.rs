//! The cells of Arrow arrays, as the other formats give theirs: numbers, texts, and lists of numbers.

use crate::data::table::cell::CellValue;
use crate::data::table::moment::{Moment, MomentUnit};
use crate::shape::Shape;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray, UInt64Array};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, TimeUnit};

/// The cells of a column, read as numbers or as texts whatever it is stored as.
pub(crate) enum ArrowCells {
    /// A number for each row.
    Numbers(Float64Array),
    /// A whole number for each row.
    Integers(Int64Array),
    /// A whole number for each row, none of them negative.
    Unsigned(UInt64Array),
    /// A date or a time for each row: its count, and what one without a count has in common with all of them.
    Moments(Int64Array, Moment),
    /// A truth value for each row.
    Truths(BooleanArray),
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
            kind if let Some(form) = moment(kind) => {
                // Days are of 32 bits, and have no cast to 64.
                let days = if *kind == DataType::Date32 { cast(array, &DataType::Int32)? } else { array.clone() };
                ArrowCells::Moments(cast(&days, &DataType::Int64)?.as_primitive::<Int64Type>().clone(), form)
            }
            DataType::Boolean => ArrowCells::Truths(array.as_boolean().clone()),
            kind if kind.is_signed_integer() => {
                ArrowCells::Integers(cast(array, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
            }
            kind if kind.is_unsigned_integer() => {
                ArrowCells::Unsigned(cast(array, &DataType::UInt64)?.as_primitive::<UInt64Type>().clone())
            }
            kind if is_list(kind) => ArrowCells::Lists(array.clone()),
            _ => numbers(array)?.map_or(ArrowCells::Unreadable, ArrowCells::Numbers),
        })
    }

    /// The cell of a row; the numbers of a list are put into `numbers`. `None` for a type that cannot be read.
    pub(crate) fn cell<'a>(&'a self, row: usize, numbers: &'a mut Vec<f64>) -> Option<CellValue<'a>> {
        Some(match self {
            ArrowCells::Numbers(array) if array.is_valid(row) => CellValue::Number(array.value(row)),
            ArrowCells::Integers(array) if array.is_valid(row) => CellValue::Integer(array.value(row).into()),
            ArrowCells::Unsigned(array) if array.is_valid(row) => CellValue::Integer(array.value(row).into()),
            ArrowCells::Moments(array, form) if array.is_valid(row) => {
                CellValue::Moment(Moment { count: array.value(row), ..*form })
            }
            ArrowCells::Truths(array) if array.is_valid(row) => CellValue::Truth(array.value(row)),
            ArrowCells::Texts(array) if array.is_valid(row) => CellValue::Text(array.value(row)),
            ArrowCells::Lists(array) if array.is_valid(row) => {
                numbers.clear();
                let items = items(array, row)?;
                flatten(&items, numbers)?;
                if is_ragged(&items) { CellValue::Ragged } else { CellValue::Numbers(numbers) }
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

/// The first moment of a type of dates or times.
fn moment(kind: &DataType) -> Option<Moment> {
    let of = |unit, day, utc| Some(Moment { count: 0, unit, day, utc });
    match kind {
        DataType::Date32 => of(MomentUnit::Day, true, false),
        DataType::Date64 => of(MomentUnit::Milli, true, false),
        DataType::Timestamp(unit, zone) => {
            let unit = match unit {
                TimeUnit::Second => MomentUnit::Second,
                TimeUnit::Millisecond => MomentUnit::Milli,
                TimeUnit::Microsecond => MomentUnit::Micro,
                TimeUnit::Nanosecond => MomentUnit::Nano,
            };
            // Whatever the zone, counts are in UTC.
            of(unit, false, zone.is_some())
        }
        _ => None,
    }
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

/// Whether lists within a list have several lengths.
fn is_ragged(array: &ArrayRef) -> bool {
    if !is_list(array.data_type()) {
        return false;
    }
    let inner: Vec<Option<ArrayRef>> = (0..array.len()).map(|row| items(array, row)).collect();
    let length = |items: &Option<ArrayRef>| items.as_ref().map(|items| items.len());
    inner.iter().any(|items| length(items) != length(&inner[0]) || items.as_ref().is_some_and(is_ragged))
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
        // Through the text, which rounds once.
        kind if kind.is_decimal() => cast(&cast(array, &DataType::Utf8)?, &DataType::Float64)?,
        kind if kind.is_numeric() || *kind == Boolean => cast(array, &DataType::Float64)?,
        _ => return Ok(None),
    };
    Ok(Some(counted.as_primitive::<Float64Type>().clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::builder::{Float32Builder, ListBuilder};
    use arrow_array::{Date32Array, Date64Array, DictionaryArray, Int32Array, types::Int8Type};
    use arrow_array::{
        TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
    };
    use std::sync::Arc;

    fn shown(array: impl Array + 'static) -> Vec<String> {
        let array: ArrayRef = Arc::new(array);
        let cells = ArrowCells::of(&array).unwrap();
        let mut numbers = vec![];
        (0..array.len()).map(|row| format!("{:?}", cells.cell(row, &mut numbers))).collect()
    }

    #[test]
    fn every_type_is_read_as_numbers_or_texts() {
        assert_eq!(shown(Int32Array::from(vec![Some(3), None])), ["Some(Integer(3))", "Some(Empty)"]);
        assert_eq!(shown(BooleanArray::from(vec![true])), ["Some(Truth(true))"]);
        let words: DictionaryArray<Int8Type> = vec!["a", "b", "a"].into_iter().collect();
        assert_eq!(shown(words)[2], "Some(Text(\"a\"))");
    }

    #[test]
    fn dates_and_times_keep_their_unit_and_zone() {
        let text = |array: ArrayRef| match ArrowCells::of(&array).unwrap().cell(0, &mut vec![]) {
            Some(CellValue::Moment(moment)) => moment.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(text(Arc::new(Date32Array::from(vec![-1]))), "1969-12-31");
        assert_eq!(text(Arc::new(Date64Array::from(vec![86_400_000]))), "1970-01-02");
        assert_eq!(text(Arc::new(TimestampSecondArray::from(vec![7]))), "1970-01-01T00:00:07");
        let zoned = TimestampMillisecondArray::from(vec![-1]).with_timezone("Europe/Berlin");
        assert_eq!(text(Arc::new(zoned)), "1969-12-31T23:59:59.999Z");
        assert_eq!(text(Arc::new(TimestampMicrosecondArray::from(vec![1]))), "1970-01-01T00:00:00.000001");
        assert_eq!(text(Arc::new(TimestampNanosecondArray::from(vec![1]))), "1970-01-01T00:00:00.000000001");
        assert_eq!(shown(Date32Array::from(vec![None])), ["Some(Empty)"]);
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
