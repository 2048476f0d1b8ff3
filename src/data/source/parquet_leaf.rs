//! The values of a column of a Parquet file, decoded in blocks of rows.

use crate::data::table::cell::CellValue;
use crate::shape::Shape;
use parquet::basic::{ConvertedType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;

/// Values of a column as they were read.
enum Values {
    Numbers(Vec<f64>),
    Texts(Vec<ByteArray>),
}

/// A column of a group of rows, read block by block.
pub(super) struct Leaf {
    reader: ColumnReader,
    form: LeafForm,
    /// Whether values are decimals, and what those are divided by.
    decimal: bool,
    divisor: f64,
    unsigned: bool,
}

/// How the values of a column lie.
#[derive(Clone, Copy)]
struct LeafForm {
    /// The definition level of a value that is present, and the depth of lists.
    defined: i16,
    depth: i16,
    /// Whether values are of a type that is neither a number nor a text.
    unreadable: bool,
}

/// Some rows of a column.
pub(super) struct LeafBlock {
    form: LeafForm,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    values: Values,
    /// For each row where its levels begin, and the end of the last.
    starts: Vec<usize>,
    /// For each row where its values begin, and the end of the last.
    values_from: Vec<usize>,
}

impl Leaf {
    /// The column at a position of a group.
    pub(super) fn open(group: &dyn RowGroupReader, at: usize) -> Result<Self, ParquetError> {
        let descriptor = group.metadata().schema_descr().column(at);
        let converted = descriptor.converted_type();
        let decimal = converted == ConvertedType::DECIMAL;
        Ok(Self {
            reader: group.get_column_reader(at)?,
            form: LeafForm {
                defined: descriptor.max_def_level(),
                depth: descriptor.max_rep_level(),
                unreadable: descriptor.physical_type() == Type::INT96,
            },
            divisor: if decimal { 10f64.powi(descriptor.type_scale()) } else { 1.0 },
            unsigned: matches!(converted, ConvertedType::UINT_32 | ConvertedType::UINT_64),
            decimal,
        })
    }

    /// Reads up to `rows` rows.
    pub(super) fn read(&mut self, rows: usize) -> Result<LeafBlock, ParquetError> {
        let unsigned = self.unsigned;
        let (mut definitions, mut repetitions) = (vec![], vec![]);
        let mut levels = LevelReader { rows, definitions: &mut definitions, repetitions: &mut repetitions };
        let (read, values) = match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => levels.numbers(reader, |truth| f64::from(u8::from(truth)))?,
            ColumnReader::Int32ColumnReader(reader) => {
                levels.numbers(reader, |number| if unsigned { f64::from(number as u32) } else { f64::from(number) })?
            }
            ColumnReader::Int64ColumnReader(reader) => {
                levels.numbers(reader, |number| if unsigned { number as u64 as f64 } else { number as f64 })?
            }
            ColumnReader::Int96ColumnReader(reader) => levels.numbers(reader, |_| f64::NAN)?,
            ColumnReader::FloatColumnReader(reader) => levels.numbers(reader, f64::from)?,
            ColumnReader::DoubleColumnReader(reader) => levels.numbers(reader, |number| number)?,
            ColumnReader::ByteArrayColumnReader(reader) => {
                let (read, texts) = levels.all(reader)?;
                (read, Values::Texts(texts))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                let (read, texts): (usize, Vec<FixedLenByteArray>) = levels.all(reader)?;
                (read, Values::Texts(texts.into_iter().map(ByteArray::from).collect()))
            }
        };
        let values = match values {
            Values::Texts(texts) if self.decimal => {
                Values::Numbers(texts.iter().map(|bytes| whole_number(bytes.data())).collect())
            }
            values => values,
        };
        let (starts, values_from) = (vec![], vec![]);
        let mut block = LeafBlock { form: self.form, definitions, repetitions, values, starts, values_from };
        if let Values::Numbers(numbers) = &mut block.values
            && self.divisor != 1.0
        {
            numbers.iter_mut().for_each(|number| *number /= self.divisor);
        }
        block.find_rows(read);
        Ok(block)
    }
}

impl LeafBlock {
    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether values are of a type that is neither a number nor a text.
    pub(super) fn is_unreadable(&self) -> bool {
        self.form.unreadable
    }

    /// Finds where each row begins.
    fn find_rows(&mut self, read: usize) {
        self.starts.clear();
        self.values_from.clear();
        let levels = if self.form.depth > 0 {
            self.repetitions.len()
        } else if self.form.defined > 0 {
            self.definitions.len()
        } else {
            read
        };
        let mut values = 0;
        for level in 0..levels {
            if self.form.depth == 0 || self.repetitions[level] == 0 {
                self.starts.push(level);
                self.values_from.push(values);
            }
            values += usize::from(self.is_there(level));
        }
        self.starts.push(levels);
        self.values_from.push(values);
    }

    fn is_there(&self, level: usize) -> bool {
        self.definitions.get(level).is_none_or(|definition| *definition == self.form.defined)
    }

    /// The shape of the list of the first row, if it is a list of numbers.
    pub(super) fn shape(&self) -> Option<Shape> {
        let (from, to) = (*self.starts.first()?, *self.starts.get(1)?);
        let values = self.values_from.get(1)? - self.values_from.first()?;
        if values == 0 || values != to - from || !matches!(self.values, Values::Numbers(_)) {
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
        if self.form.unreadable {
            return Ok(CellValue::Numbers(&[]));
        }
        let (from, to) = (self.starts[row], self.starts[row + 1]);
        let first = self.values_from[row];
        match &self.values {
            _ if self.form.depth == 0 && first == self.values_from[row + 1] => Ok(CellValue::Empty),
            Values::Numbers(numbers) if self.form.depth == 0 => Ok(CellValue::Number(numbers[first])),
            Values::Texts(texts) if self.form.depth == 0 => {
                let bytes = texts[first].data();
                std::str::from_utf8(bytes).map(CellValue::Text).map_err(|_| bytes)
            }
            // A list that is null or empty is one level without a value.
            _ if to - from == 1 && first == self.values_from[row + 1] => Ok(CellValue::Empty),
            Values::Numbers(numbers) => {
                let mut values = numbers[first..].iter();
                scratch.clear();
                for level in from..to {
                    let there = self.definitions.get(level).is_none_or(|definition| *definition == self.form.defined);
                    scratch.push(if there { values.next().copied().unwrap_or(f64::NAN) } else { f64::NAN });
                }
                Ok(CellValue::Numbers(scratch))
            }
            Values::Texts(_) => Ok(CellValue::Numbers(&[])),
        }
    }
}

/// The number whose bytes these are, the greatest first.
fn whole_number(bytes: &[u8]) -> f64 {
    let negative = bytes.first().is_some_and(|byte| *byte >= 128);
    let number = bytes.iter().fold(0.0, |number, byte| number * 256.0 + f64::from(*byte));
    if negative { number - 256f64.powi(bytes.len() as i32) } else { number }
}

/// Where the levels of the values that are read go.
struct LevelReader<'a> {
    rows: usize,
    definitions: &'a mut Vec<i16>,
    repetitions: &'a mut Vec<i16>,
}

impl LevelReader<'_> {
    /// Reads rows, up to the requested number or the end.
    fn all<T: DataType>(&mut self, reader: &mut ColumnReaderImpl<T>) -> Result<(usize, Vec<T::T>), ParquetError> {
        let mut values = vec![];
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
        Ok((rows, values))
    }

    fn numbers<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
        number: impl Fn(T::T) -> f64,
    ) -> Result<(usize, Values), ParquetError> {
        let (read, values) = self.all(reader)?;
        Ok((read, Values::Numbers(values.into_iter().map(number).collect())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_two_s_complement() {
        for (bytes, number) in [(&[0x01, 0x00][..], 256.0), (&[0xff], -1.0), (&[0xff, 0x00], -256.0), (&[], 0.0)] {
            assert_eq!(whole_number(bytes), number);
        }
    }
}
