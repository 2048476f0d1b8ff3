//! Reads the columns of Parquet files: numbers, booleans, texts, and lists of numbers of equal length in every row.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::paths::DataFile;
use crate::data::source::format::FormatReader;
use crate::data::table::cell::CellValue;
use crate::data::table::errors::{CellErrors, bad_text, empty, out_of_space, unreadable};
use crate::data::table::origin::RowUnit;
use crate::data::table::schema::{ArrayType, Schema, TableQuery};
use crate::data::table::store::{Store, StoreWriter};
use crate::diag::{Code, Problem, Problems};
use crate::shape::Shape;
use parquet::basic::{ConvertedType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use std::collections::BTreeMap;
use std::fs::File;

/// Files that exist but have not been read.
pub(crate) struct Parquet {
    /// The files, in order; together they are one table.
    pub files: Vec<DataFile>,
}

/// Largest number of rows read at once.
const BLOCK: usize = 4096;

impl FormatReader for Parquet {
    fn files(&self) -> &[DataFile] {
        &self.files
    }

    fn row_unit(&self) -> RowUnit {
        RowUnit::Rows
    }

    fn format(&self) -> String {
        "parquet".to_owned()
    }

    fn schema(&self) -> Result<Schema, Problems> {
        let mut schemas: Vec<(&DataFile, Schema)> = vec![];
        let mut problems = Problems::new();
        for file in &self.files {
            match open(file).and_then(|reader| schema_of(file, &reader)) {
                Ok(schema) => schemas.push((file, schema)),
                Err(problem) => problems.push(problem),
            }
        }
        if let Some((first_file, first)) = schemas.first() {
            for (file, _) in schemas.iter().skip(1).filter(|(_, schema)| schema != first) {
                let message = format!("`{}` has other columns than `{}`", file.name, first_file.name);
                let problem = file.problem(Code::MissingColumn, message, None);
                problems.push(problem.help("the files of one table have the same columns in the same order"));
            }
        }
        match schemas.into_iter().next() {
            Some((_, schema)) if !problems.has_errors() => Ok(schema),
            _ => Err(problems),
        }
    }

    fn read(
        &self,
        schema: &Schema,
        query: &TableQuery,
        _: &[blake3::Hash],
        budget: &MemoryBudget,
    ) -> Result<Store, Problems> {
        let mut writer = StoreWriter::new(query, budget);
        let mut found = CellErrors::default();
        for (index, file) in self.files.iter().enumerate() {
            let reader = open(file)?;
            let mut row = 0;
            for group in 0..reader.num_row_groups() {
                let group = reader.get_row_group(group).map_err(|error| damaged(file, &error))?;
                let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
                let mut columns = vec![];
                for wanted in &query.columns {
                    columns.push(Leaf::open(group.as_ref(), wanted.position).map_err(|error| damaged(file, &error))?);
                }
                let mut left = rows;
                while left > 0 {
                    let count = writer.rows_left().min(left).min(BLOCK);
                    for (at, leaf) in columns.iter_mut().enumerate() {
                        let wanted = &query.columns[at];
                        let name = schema.column(wanted.position);
                        let read = leaf.read(count).map_err(|error| damaged(file, &error))?;
                        if read != count {
                            return Err(damaged(file, &ParquetError::EOF(format!("`{name}` is short of rows"))).into());
                        }
                        for within in 0..count {
                            let place = || file.row_place(row + within as u64, name.clone());
                            let error = match leaf.cell(within) {
                                Ok(cell) => writer.put(at, wanted.kind, cell),
                                Err(bytes) => {
                                    found.push(bad_text(file, place(), bytes, wanted));
                                    writer.put(at, wanted.kind, CellValue::Empty)
                                }
                            };
                            match error {
                                Ok(()) => {}
                                Err(_) if leaf.unreadable => {
                                    let message = format!("column `{name}` is of a type that cannot be read");
                                    let problem =
                                        Problem::error(Code::ColumnType, message).at(wanted.span, "read here");
                                    let problem = problem.in_data(file.place(None, Some(name)));
                                    return Err(problem.help("write it as numbers or as text").into());
                                }
                                Err(error) => found.push(error.problem(file, place(), wanted)),
                            }
                            // A column of another type is reported once, not for each of its rows.
                            if found.is_full() {
                                return Err(found.finish().unwrap_or_default());
                            }
                        }
                    }
                    writer.end_rows(count, index, row).map_err(|error| out_of_space(file.span, &error))?;
                    row += count as u64;
                    left -= count;
                }
            }
            if row == 0 {
                found.push(empty(file));
            }
        }
        if let Some(problems) = found.finish() {
            return Err(problems);
        }
        let span = self.files.first().map_or_else(Default::default, |file| file.span);
        writer.finish().map_err(|error| out_of_space(span, &error).into())
    }
}

fn open(file: &DataFile) -> Result<SerializedFileReader<File>, Problem> {
    let bytes = File::open(&file.path).map_err(|error| unreadable(file, &error, 0))?;
    if bytes.metadata().is_ok_and(|data| data.len() == 0) {
        return Err(empty(file));
    }
    SerializedFileReader::new(bytes).map_err(|error| damaged(file, &error))
}

fn damaged(file: &DataFile, error: &ParquetError) -> Problem {
    // A codec that is not built in is not damage.
    if let ParquetError::General(message) = error
        && message.contains("Disabled feature")
    {
        let message = format!("`{}` is compressed with a codec that cannot be read", file.name);
        let problem = file.problem(Code::ColumnType, message, None);
        return problem.help("write it with the compression `zstd`, `snappy`, `gzip` or `lz4`");
    }
    let message = format!("`{}` is truncated, damaged, or no Parquet file: {error}", file.name);
    file.problem(Code::CorruptFile, message, None).help("download or write it again")
}

/// The name of a column: that of the field; of a field within another, both. The inner fields of lists are left out.
fn name_of(column: &ColumnDescriptor) -> String {
    let parts = column.path().parts();
    if column.max_rep_level() > 0 { parts[0].clone() } else { parts.join(".") }
}

/// The columns of a file. The first row decides the length of lists.
fn schema_of(file: &DataFile, reader: &SerializedFileReader<File>) -> Result<Schema, Problem> {
    let columns = reader.metadata().file_metadata().schema_descr_ptr();
    let mut schema = Schema::named(columns.columns().iter().map(|column| name_of(column)).collect());
    let mut arrays = BTreeMap::new();
    for (at, _) in columns.columns().iter().enumerate().filter(|(_, column)| column.max_rep_level() > 0) {
        for group in 0..reader.num_row_groups() {
            let group = reader.get_row_group(group).map_err(|error| damaged(file, &error))?;
            let mut leaf = Leaf::open(group.as_ref(), at).map_err(|error| damaged(file, &error))?;
            let read = leaf.read(1).map_err(|error| damaged(file, &error))?;
            if let (1, Some(shape)) = (read, leaf.shape()) {
                arrays.insert(at, ArrayType { shape, bytes: false });
                break;
            }
        }
    }
    schema.arrays = arrays;
    if schema.width == 0 { Err(empty(file)) } else { Ok(schema) }
}

/// Values of a column as they were read.
enum Values {
    Numbers(Vec<f64>),
    Texts(Vec<ByteArray>),
}

/// A column of a group of rows, read block by block.
struct Leaf {
    reader: ColumnReader,
    /// The definition level of a value that is present, and the depth of lists.
    defined: i16,
    depth: i16,
    /// Whether values are decimals, and what those are divided by.
    decimal: bool,
    divisor: f64,
    unsigned: bool,
    /// Whether values are of a type that is neither a number nor a text.
    unreadable: bool,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    values: Values,
    /// For each row where its levels begin, and the end of the last.
    starts: Vec<usize>,
    /// For each row where its values begin, and the end of the last.
    values_from: Vec<usize>,
    scratch: Vec<f64>,
}

impl Leaf {
    fn open(group: &dyn RowGroupReader, at: usize) -> Result<Self, ParquetError> {
        let descriptor = group.metadata().schema_descr().column(at);
        let converted = descriptor.converted_type();
        let decimal = converted == ConvertedType::DECIMAL;
        Ok(Self {
            reader: group.get_column_reader(at)?,
            defined: descriptor.max_def_level(),
            depth: descriptor.max_rep_level(),
            divisor: if decimal { 10f64.powi(descriptor.type_scale()) } else { 1.0 },
            unsigned: matches!(converted, ConvertedType::UINT_32 | ConvertedType::UINT_64),
            decimal,
            unreadable: descriptor.physical_type() == Type::INT96,
            definitions: vec![],
            repetitions: vec![],
            values: Values::Numbers(vec![]),
            starts: vec![],
            values_from: vec![],
            scratch: vec![],
        })
    }

    /// Reads up to `rows` rows; returns how many.
    fn read(&mut self, rows: usize) -> Result<usize, ParquetError> {
        self.definitions.clear();
        self.repetitions.clear();
        let unsigned = self.unsigned;
        let (definitions, repetitions) = (&mut self.definitions, &mut self.repetitions);
        let mut levels = LevelReader { rows, definitions, repetitions };
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
        self.values = match values {
            Values::Texts(texts) if self.decimal => {
                Values::Numbers(texts.iter().map(|bytes| whole_number(bytes.data())).collect())
            }
            values => values,
        };
        if let Values::Numbers(numbers) = &mut self.values
            && self.divisor != 1.0
        {
            numbers.iter_mut().for_each(|number| *number /= self.divisor);
        }
        self.find_rows(read);
        Ok(read)
    }

    /// Finds where each row begins.
    fn find_rows(&mut self, read: usize) {
        self.starts.clear();
        self.values_from.clear();
        let levels = if self.depth > 0 {
            self.repetitions.len()
        } else if self.defined > 0 {
            self.definitions.len()
        } else {
            read
        };
        let mut values = 0;
        for level in 0..levels {
            if self.depth == 0 || self.repetitions[level] == 0 {
                self.starts.push(level);
                self.values_from.push(values);
            }
            values += usize::from(self.is_there(level));
        }
        self.starts.push(levels);
        self.values_from.push(values);
    }

    fn is_there(&self, level: usize) -> bool {
        self.definitions.get(level).is_none_or(|definition| *definition == self.defined)
    }

    /// The shape of the list of the first row, if it is a list of numbers.
    fn shape(&self) -> Option<Shape> {
        let (from, to) = (*self.starts.first()?, *self.starts.get(1)?);
        let values = self.values_from.get(1)? - self.values_from.first()?;
        if values == 0 || values != to - from || !matches!(self.values, Values::Numbers(_)) {
            return None;
        }
        let outer = self.repetitions[from..to].iter().filter(|repetition| **repetition < self.depth).count();
        Some(if self.depth > 1 && values % outer == 0 {
            Shape(vec![outer, values / outer])
        } else {
            Shape::vector(values)
        })
    }

    /// The cell of a row that was read; or its bytes, where they are no text.
    fn cell(&mut self, row: usize) -> Result<CellValue<'_>, &[u8]> {
        if self.unreadable {
            return Ok(CellValue::Numbers(&[]));
        }
        let (from, to) = (self.starts[row], self.starts[row + 1]);
        let first = self.values_from[row];
        match &self.values {
            _ if self.depth == 0 && first == self.values_from[row + 1] => Ok(CellValue::Empty),
            Values::Numbers(numbers) if self.depth == 0 => Ok(CellValue::Number(numbers[first])),
            Values::Texts(texts) if self.depth == 0 => {
                let bytes = texts[first].data();
                std::str::from_utf8(bytes).map(CellValue::Text).map_err(|_| bytes)
            }
            // A list that is null or empty is one level without a value.
            _ if to - from == 1 && first == self.values_from[row + 1] => Ok(CellValue::Empty),
            Values::Numbers(numbers) => {
                let mut values = numbers[first..].iter();
                self.scratch.clear();
                for level in from..to {
                    let there = self.definitions.get(level).is_none_or(|definition| *definition == self.defined);
                    self.scratch.push(if there { values.next().copied().unwrap_or(f64::NAN) } else { f64::NAN });
                }
                Ok(CellValue::Numbers(&self.scratch))
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
