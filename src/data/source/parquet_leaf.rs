//! The values of a column of a Parquet file, decoded in blocks of rows.

use crate::data::io::half::half;
use crate::data::table::cell::CellValue;
use crate::data::table::moment::{Moment, MomentUnit};
use crate::shape::Shape;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::ColumnDescriptor;
use std::fmt::Write;
use std::ops::Range;

/// Values of a column as they were read.
enum Values {
    Numbers(Vec<f64>),
    Floats(Vec<f32>),
    Integers(Vec<i64>),
    Unsigned(Vec<u64>),
    Truths(Vec<bool>),
    Texts(Vec<ByteArray>),
}

/// A column of a group of rows, read block by block.
pub(super) struct Leaf {
    reader: ColumnReader,
    form: LeafForm,
    /// The number of digits after the point, of decimals.
    scale: Option<u32>,
    /// Whether values are numbers of half precision.
    half: bool,
    unsigned: bool,
    /// What values are, if they are dates or times.
    moment: Option<MomentType>,
}

/// The unit of a column of dates or times, and whether they are in UTC.
#[derive(Clone, Copy)]
struct MomentType {
    unit: MomentUnit,
    utc: bool,
}

impl MomentType {
    /// That of a column; `None` for other types.
    fn of(column: &ColumnDescriptor) -> Option<Self> {
        let of = |unit, utc| Some(Self { unit, utc });
        if column.physical_type() == Type::INT96 {
            return of(MomentUnit::Micro, false);
        }
        match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => of(MomentUnit::Day, false),
            (Some(LogicalType::Timestamp(time)), _) => match time.unit {
                TimeUnit::MILLIS => of(MomentUnit::Milli, time.is_adjusted_to_u_t_c),
                TimeUnit::MICROS => of(MomentUnit::Micro, time.is_adjusted_to_u_t_c),
                TimeUnit::NANOS => of(MomentUnit::Nano, time.is_adjusted_to_u_t_c),
            },
            (None, ConvertedType::TIMESTAMP_MILLIS) => of(MomentUnit::Milli, true),
            (None, ConvertedType::TIMESTAMP_MICROS) => of(MomentUnit::Micro, true),
            _ => None,
        }
    }

    fn moment(self, count: i64) -> Moment {
        let Self { unit, utc } = self;
        Moment { count, unit, day: unit == MomentUnit::Day, utc }
    }
}

/// How the values of a column lie.
#[derive(Clone, Copy)]
struct LeafForm {
    /// The definition level of a value that is present, and the depth of lists.
    defined: i16,
    depth: i16,
}

/// Some rows of a column.
pub(super) struct LeafBlock {
    form: LeafForm,
    moment: Option<MomentType>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    values: Values,
    rows: usize,
    /// For each row where its levels begin, and the end of the last; nothing where every row is one level.
    starts: Vec<usize>,
    /// For each row where its values begin, and the end of the last; nothing where every row is one value.
    values_from: Vec<usize>,
}

impl Leaf {
    /// The column at a position of a group.
    pub(super) fn open(group: &dyn RowGroupReader, at: usize) -> Result<Self, ParquetError> {
        let descriptor = group.metadata().schema_descr().column(at);
        let converted = descriptor.converted_type();
        Ok(Self {
            reader: group.get_column_reader(at)?,
            form: LeafForm { defined: descriptor.max_def_level(), depth: descriptor.max_rep_level() },
            scale: (converted == ConvertedType::DECIMAL).then(|| descriptor.type_scale().unsigned_abs()),
            half: descriptor.logical_type_ref() == Some(&LogicalType::Float16),
            unsigned: matches!(converted, ConvertedType::UINT_32 | ConvertedType::UINT_64),
            moment: MomentType::of(&descriptor),
        })
    }

    /// Reads up to `rows` rows.
    pub(super) fn read(&mut self, rows: usize) -> Result<LeafBlock, ParquetError> {
        let (mut definitions, mut repetitions) = (Vec::with_capacity(rows), vec![]);
        let mut levels = LevelReader { rows, definitions: &mut definitions, repetitions: &mut repetitions };
        let (read, values) = match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => levels.read(reader, Values::Truths)?,
            ColumnReader::Int32ColumnReader(reader) if self.unsigned => {
                levels.read(reader, |numbers| Values::Integers(widened(numbers, |number| i64::from(number as u32))))?
            }
            ColumnReader::Int32ColumnReader(reader) => {
                levels.read(reader, |numbers| Values::Integers(widened(numbers, i64::from)))?
            }
            ColumnReader::Int64ColumnReader(reader) if self.unsigned => {
                levels.read(reader, |numbers| Values::Unsigned(widened(numbers, |number| number as u64)))?
            }
            ColumnReader::Int64ColumnReader(reader) => levels.read(reader, Values::Integers)?,
            ColumnReader::Int96ColumnReader(reader) => {
                levels.read(reader, |times| Values::Integers(widened(times, |time: Int96| time.to_micros())))?
            }
            ColumnReader::FloatColumnReader(reader) => levels.read(reader, Values::Floats)?,
            ColumnReader::DoubleColumnReader(reader) => levels.read(reader, Values::Numbers)?,
            ColumnReader::ByteArrayColumnReader(reader) => levels.read(reader, Values::Texts)?,
            ColumnReader::FixedLenByteArrayColumnReader(reader) => levels
                .read(reader, |texts| Values::Texts(widened(texts, |text: FixedLenByteArray| ByteArray::from(text))))?,
        };
        let values = match (values, self.scale) {
            (Values::Texts(texts), Some(scale)) => {
                Values::Numbers(texts.iter().map(|bytes| decimal(bytes.data(), scale)).collect())
            }
            (Values::Integers(numbers), Some(scale)) if scale > 0 => {
                Values::Numbers(numbers.iter().map(|number| decimal(&number.to_be_bytes(), scale)).collect())
            }
            (Values::Texts(texts), None) if self.half => {
                let number = |bytes: &ByteArray| match bytes.data() {
                    [low, high] => half(u16::from_le_bytes([*low, *high])),
                    _ => f64::NAN,
                };
                Values::Numbers(texts.iter().map(number).collect())
            }
            (values, _) => values,
        };
        let (starts, values_from) = (vec![], vec![]);
        let (form, moment) = (self.form, self.moment);
        let mut block = LeafBlock { form, moment, definitions, repetitions, values, rows: 0, starts, values_from };
        block.find_rows(read);
        Ok(block)
    }
}

/// Values in a wider type.
fn widened<A, B>(values: Vec<A>, wide: impl Fn(A) -> B) -> Vec<B> {
    values.into_iter().map(wide).collect()
}

impl LeafBlock {
    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Finds where each row begins.
    fn find_rows(&mut self, read: usize) {
        if self.form.depth == 0 {
            self.rows = if self.form.defined > 0 { self.definitions.len() } else { read };
            if self.values.len() == self.rows {
                return;
            }
        }
        let levels = if self.form.depth > 0 { self.repetitions.len() } else { self.rows };
        let mut values = 0;
        for level in 0..levels {
            if self.form.depth == 0 || self.repetitions[level] == 0 {
                self.starts.push(level);
                self.values_from.push(values);
            }
            values += usize::from(self.is_there(level));
        }
        self.rows = self.starts.len();
        self.starts.push(levels);
        self.values_from.push(values);
    }

    /// The levels of a row.
    fn levels(&self, row: usize) -> Range<usize> {
        if self.starts.is_empty() { row..row + 1 } else { self.starts[row]..self.starts[row + 1] }
    }

    /// The places of the values of a row.
    fn values_of(&self, row: usize) -> Range<usize> {
        if self.values_from.is_empty() { row..row + 1 } else { self.values_from[row]..self.values_from[row + 1] }
    }

    /// Adds the numbers of some rows to `numbers`, not-a-number where a row has none. Says no, and adds nothing, where they
    /// are not one number a row, or one is infinite.
    pub(super) fn plain_numbers(&self, rows: Range<usize>, numbers: &mut Vec<f64>) -> bool {
        if self.form.depth > 0 || matches!(self.values, Values::Texts(_)) {
            return false;
        }
        let before = numbers.len();
        let (from, to) = match (rows.start, rows.end.checked_sub(1)) {
            (first, Some(last)) if first <= last => (self.values_of(first).start, self.values_of(last).end),
            _ => return true,
        };
        match &self.values {
            Values::Numbers(values) => numbers.extend_from_slice(&values[from..to]),
            Values::Floats(values) => numbers.extend(values[from..to].iter().map(|number| f64::from(*number))),
            Values::Integers(values) => numbers.extend(values[from..to].iter().map(|number| *number as f64)),
            Values::Unsigned(values) => numbers.extend(values[from..to].iter().map(|number| *number as f64)),
            Values::Truths(values) => numbers.extend(values[from..to].iter().map(|truth| f64::from(u8::from(*truth)))),
            Values::Texts(_) => return false,
        }
        // Without an exit, a comparison of many numbers at once.
        if numbers[before..].iter().fold(false, |some, number| some | number.is_infinite()) {
            numbers.truncate(before);
            return false;
        }
        if to - from < rows.len() {
            // From the last row on, so that no number is overwritten before it has moved.
            let mut next = numbers.len();
            numbers.resize(before + rows.len(), f64::NAN);
            for row in rows.clone().rev() {
                let there = self.is_there(row);
                next -= usize::from(there);
                numbers[before + row - rows.start] = if there { numbers[next] } else { f64::NAN };
            }
        }
        true
    }

    fn is_there(&self, level: usize) -> bool {
        self.definitions.get(level).is_none_or(|definition| *definition == self.form.defined)
    }

    /// The shape of the list of the first row, if it is a list of numbers.
    pub(super) fn shape(&self) -> Option<Shape> {
        if self.rows == 0 || self.starts.is_empty() {
            return None;
        }
        let (Range { start: from, end: to }, values) = (self.levels(0), self.values_of(0).len());
        if values == 0 || values != to - from || matches!(self.values, Values::Texts(_)) {
            return None;
        }
        let outer = self.repetitions[from..to].iter().filter(|repetition| **repetition < self.form.depth).count();
        Some(if self.form.depth > 1 && values % outer == 0 {
            Shape(vec![outer, values / outer])
        } else {
            Shape::vector(values)
        })
    }

    /// The cell of a row that was read; or its bytes, where they are no text.
    /// Several numbers are put into `scratch`.
    pub(super) fn cell<'a>(&'a self, row: usize, scratch: &'a mut Vec<f64>) -> Result<CellValue<'a>, &'a [u8]> {
        let Range { start: from, end: to } = self.levels(row);
        let Range { start: first, end: last } = self.values_of(row);
        match &self.values {
            _ if self.form.depth == 0 && first == last => Ok(CellValue::Empty),
            Values::Numbers(numbers) if self.form.depth == 0 => Ok(CellValue::Number(numbers[first])),
            Values::Floats(numbers) if self.form.depth == 0 => Ok(CellValue::Number(f64::from(numbers[first]))),
            Values::Integers(numbers) if self.form.depth == 0 => Ok(match self.moment {
                Some(kind) => CellValue::Moment(kind.moment(numbers[first])),
                None => CellValue::Integer(i128::from(numbers[first])),
            }),
            Values::Unsigned(numbers) if self.form.depth == 0 => Ok(CellValue::Integer(i128::from(numbers[first]))),
            Values::Truths(truths) if self.form.depth == 0 => Ok(CellValue::Truth(truths[first])),
            Values::Texts(texts) if self.form.depth == 0 => {
                let bytes = texts[first].data();
                std::str::from_utf8(bytes).map(CellValue::Text).map_err(|_| bytes)
            }
            // A list that is null or empty is one level without a value.
            _ if to - from == 1 && first == last => Ok(CellValue::Empty),
            Values::Texts(_) => Ok(CellValue::Numbers(&[])),
            values => {
                let mut at = first;
                scratch.clear();
                for level in from..to {
                    let there = self.is_there(level);
                    scratch.push(if there { values.number(at) } else { f64::NAN });
                    at += usize::from(there);
                }
                Ok(if self.is_ragged(from..to) { CellValue::Ragged } else { CellValue::Numbers(scratch) })
            }
        }
    }
}

impl LeafBlock {
    /// Whether the innermost lists of a row, at these levels, have several lengths.
    fn is_ragged(&self, levels: Range<usize>) -> bool {
        if self.form.depth < 2 {
            return false;
        }
        let of_row = &self.repetitions[levels];
        let starts = (0..of_row.len()).filter(|level| of_row[*level] < self.form.depth).chain([of_row.len()]);
        let starts: Vec<usize> = starts.collect();
        starts.windows(2).any(|pair| pair[1] - pair[0] != starts[1] - starts[0])
    }
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Values::Numbers(numbers) => numbers.len(),
            Values::Floats(numbers) => numbers.len(),
            Values::Integers(numbers) => numbers.len(),
            Values::Unsigned(numbers) => numbers.len(),
            Values::Truths(truths) => truths.len(),
            Values::Texts(texts) => texts.len(),
        }
    }

    /// A value as a number; NaN for a text.
    fn number(&self, at: usize) -> f64 {
        match self {
            Values::Numbers(numbers) => numbers[at],
            Values::Floats(numbers) => f64::from(numbers[at]),
            Values::Integers(numbers) => numbers[at] as f64,
            Values::Unsigned(numbers) => numbers[at] as f64,
            Values::Truths(truths) => f64::from(u8::from(truths[at])),
            Values::Texts(_) => f64::NAN,
        }
    }
}

/// The decimal number of two's complement bytes, the greatest first, with so many digits after the point: the nearest
/// `f64`, whatever the precision.
fn decimal(bytes: &[u8], scale: u32) -> f64 {
    let negative = bytes.first().is_some_and(|byte| *byte >= 128);
    let mut magnitude: Vec<u8> = bytes.to_vec();
    if negative {
        // The complement, plus one.
        magnitude.iter_mut().for_each(|byte| *byte = !*byte);
        for byte in magnitude.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
    }
    // Digits in groups of nine, the least first.
    let mut groups: Vec<u64> = vec![];
    for byte in &magnitude {
        let mut carry = u64::from(*byte);
        for group in &mut groups {
            let value = *group * 256 + carry;
            (*group, carry) = (value % 1_000_000_000, value / 1_000_000_000);
        }
        if carry > 0 {
            groups.push(carry);
        }
    }
    let mut text = String::from(if negative { "-" } else { "" });
    match groups.split_last() {
        None => text.push('0'),
        Some((first, rest)) => {
            let _ = write!(text, "{first}");
            rest.iter().rev().for_each(|group| {
                let _ = write!(text, "{group:09}");
            });
        }
    }
    let _ = write!(text, "e-{scale}");
    // Parsing rounds once, correctly.
    text.parse().unwrap_or(f64::NAN)
}

/// Where the levels of the values that are read go.
struct LevelReader<'a> {
    rows: usize,
    definitions: &'a mut Vec<i16>,
    repetitions: &'a mut Vec<i16>,
}

impl LevelReader<'_> {
    /// Reads rows, up to the requested number or the end, and how many values there are.
    fn read<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
        values_of: impl Fn(Vec<T::T>) -> Values,
    ) -> Result<(usize, Values), ParquetError> {
        let mut values = Vec::with_capacity(self.rows);
        let mut rows = 0;
        // A page may end within the requested rows.
        while rows < self.rows {
            let left = self.rows - rows;
            let (read, _, levels) =
                reader.read_records(left, Some(self.definitions), Some(self.repetitions), &mut values)?;
            if read == 0 && levels == 0 {
                break;
            }
            rows += read;
        }
        Ok((rows, values_of(values)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_two_s_complement_of_any_width() {
        let known: [(&[u8], u32, f64); 6] = [
            (&[0x01, 0x00], 0, 256.0),
            (&[0xff], 0, -1.0),
            (&[0xff, 0x00], 2, -2.56),
            (&[], 3, 0.0),
            (&[0x80], 1, -12.8),
            (&[0x00, 0x7b], 2, 1.23),
        ];
        for (bytes, scale, number) in known {
            assert_eq!(decimal(bytes, scale), number);
        }
        // Small negatives in the 16 bytes of a decimal(38, 10), and 32 bytes.
        let units: i128 = -12_345_678_901;
        assert_eq!(decimal(&units.to_be_bytes(), 10), -1.234_567_890_1);
        let wide = [&[0xff; 16][..], &units.to_be_bytes()].concat();
        assert_eq!(decimal(&wide, 10), -1.234_567_890_1);
        assert_eq!(decimal(&123_456_789_012_345_678i64.to_be_bytes(), 4), 12_345_678_901_234.568);
    }
}
