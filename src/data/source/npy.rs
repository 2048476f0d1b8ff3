//! Reads the arrays of NumPy: the archives of `npz`, whose arrays are the columns of a table, and the single arrays of
//! `npy`, side by side. Their first axis is the rows.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::contained::contained;
use crate::data::io::expansion;
use crate::data::io::half::half;
use crate::data::io::paths::DataFile;
use crate::data::io::regular::open_regular;
use crate::data::source::format::{FormatReader, ReadFiles};
use crate::data::source::npy_header::read_header;
use crate::data::table::cell::CellValue;
use crate::data::table::errors::{CellErrors, bad_text, out_of_space, unreadable};
use crate::data::table::origin::RowUnit;
use crate::data::table::schema::{ArrayType, Schema, TableQuery};
use crate::data::table::store::StoreWriter;
use crate::diag::{Code, Problem, Problems};
use crate::shape::Shape;
use npyz::{DType, Endianness, NpyHeader, Order, TypeChar};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

/// Files of arrays.
pub(crate) struct Arrays {
    /// The files, in order.
    pub files: Vec<DataFile>,
    /// Whether each file is one array, which is one column; else each is an archive, and together they are one table.
    pub single: bool,
}

/// An array of which the header has been read.
struct NpyArray<R> {
    header: NpyHeader,
    cells: ArrayCells<R>,
}

/// The cells of an array, row after row.
enum ArrayCells<R> {
    /// As they are stored.
    Stored(R),
    /// Those of an array that is stored column by column, in memory.
    Reordered(io::Cursor<Vec<u8>>),
}

impl<R: Read> Read for ArrayCells<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            ArrayCells::Stored(cells) => cells.read(bytes),
            ArrayCells::Reordered(cells) => cells.read(bytes),
        }
    }
}

impl<R: Read> NpyArray<R> {
    /// Brings an array that is stored column by column into the order of rows: whole, in memory.
    fn by_rows(mut self) -> io::Result<Self> {
        let shape: Vec<usize> = self.header.shape().iter().map(|size| *size as usize).collect();
        if self.header.order() != Order::Fortran || shape.len() < 2 {
            return Ok(self);
        }
        let Some(size) = self.header.dtype().num_bytes() else { return Ok(self) };
        let mut stored = vec![0; shape.iter().product::<usize>() * size];
        self.cells.read_exact(&mut stored)?;
        let mut rows = Vec::with_capacity(stored.len());
        let mut index = vec![0; shape.len()];
        for _ in 0..stored.len() / size.max(1) {
            let place = index.iter().zip(&shape).rev().fold(0, |place, (at, size)| place * size + at);
            rows.extend_from_slice(&stored[place * size..(place + 1) * size]);
            // The last axis moves first.
            for (at, size) in index.iter_mut().zip(&shape).rev() {
                *at = (*at + 1) % size;
                if *at != 0 {
                    break;
                }
            }
        }
        self.cells = ArrayCells::Reordered(io::Cursor::new(rows));
        Ok(self)
    }
}

impl FormatReader for Arrays {
    fn files(&self) -> &[DataFile] {
        &self.files
    }

    fn row_unit(&self) -> RowUnit {
        RowUnit::Rows
    }

    fn format(&self) -> String {
        format!("arrays {}", self.single)
    }

    fn schema(&self) -> Result<Schema, Problems> {
        let mut schemas: Vec<(&DataFile, Vec<(String, NpyHeader)>)> = vec![];
        let mut problems = Problems::new();
        for file in &self.files {
            match self.headers(file) {
                Ok(headers) => schemas.push((file, headers)),
                Err(problem) => problems.push(problem),
            }
        }
        if self.single {
            let (file, mut all) = match schemas.split_first() {
                Some(((file, first), _)) => (*file, first.clone()),
                None => return Err(problems),
            };
            all.extend(schemas.iter().skip(1).flat_map(|(_, headers)| headers.clone()));
            schemas = vec![(file, all)];
        }
        let mut found: Vec<(&DataFile, Schema)> = vec![];
        for (file, headers) in &schemas {
            match schema_of(file, headers) {
                Ok(schema) => found.push((file, schema)),
                Err(problem) => problems.push(problem),
            }
        }
        if let Some((first_file, first)) = found.first() {
            for (file, schema) in found.iter().skip(1).filter(|(_, schema)| schema != first) {
                let message = format!("`{}` holds other arrays than `{}`", file.name, first_file.name);
                let problem = file.problem(Code::MissingColumn, message, None);
                let names = |schema: &Schema| schema.names.clone().unwrap_or_default().join(", ");
                problems.push(problem.help(format!("one has {}, the other {}", names(schema), names(first))));
            }
        }
        match found.into_iter().next() {
            Some((_, schema)) if !problems.has_errors() => Ok(schema),
            _ => Err(problems),
        }
    }

    fn read(&self, schema: &Schema, query: &TableQuery, budget: &MemoryBudget) -> Result<ReadFiles, Problems> {
        let mut writer = StoreWriter::new(query, budget);
        let mut found = CellErrors::default();
        let names: Vec<String> = query.columns.iter().map(|wanted| schema.column(wanted.position)).collect();
        if self.single {
            let mut columns = vec![];
            for wanted in &query.columns {
                let file = &self.files[wanted.position];
                let (cells, size) = array_file(file)?;
                columns.push(open(file, cells, size)?);
            }
            let file = &self.files[0];
            read_all(0, file, &names, query, columns, &mut writer, &mut found)?;
        } else {
            for (index, file) in self.files.iter().enumerate() {
                // An archive for each column, so that all of them are read side by side.
                let mut archives = vec![];
                for _ in &query.columns {
                    archives.push(archive(file)?);
                }
                let mut columns = vec![];
                for (archive, name) in archives.iter_mut().zip(&names) {
                    let entry = unzipped(file, || archive.by_name(&format!("{name}.npy")))?;
                    let size = entry_size(file, &entry)?;
                    columns.push(open(file, BufReader::new(entry), size)?);
                }
                read_all(index, file, &names, query, columns, &mut writer, &mut found)?;
            }
        }
        if let Some(problems) = found.finish() {
            return Err(problems);
        }
        let span = self.files.first().map_or_else(Default::default, |file| file.span);
        let store = writer.finish().map_err(|error| out_of_space(span, &error))?;
        Ok(ReadFiles { store, hashes: None })
    }
}

impl Arrays {
    /// The names of the arrays in a file, with their headers.
    fn headers(&self, file: &DataFile) -> Result<Vec<(String, NpyHeader)>, Problem> {
        if self.single {
            let (cells, size) = array_file(file)?;
            let header = open(file, cells, size)?.header;
            let name = file.path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            return Ok(vec![(name, header)]);
        }
        let mut archive = archive(file)?;
        let mut headers = vec![];
        for at in 0..archive.len() {
            let entry = unzipped(file, || archive.by_index(at))?;
            let name = entry.name().map_err(|error| damaged(file, &io::Error::other(error)))?;
            let Some(name) = name.strip_suffix(".npy").map(str::to_owned) else { continue };
            let size = entry_size(file, &entry)?;
            let header = open(file, entry, size)?.header;
            // A single number, as programs write beside their arrays, has no rows and is no column.
            if !header.shape().is_empty() {
                headers.push((name, header));
            }
        }
        Ok(headers)
    }
}

/// Opens an archive.
pub(crate) fn archive(file: &DataFile) -> Result<ZipArchive<BufReader<File>>, Problem> {
    let bytes = open_regular(&file.path).map_err(|error| unreadable(file, &error, 0))?;
    if bytes.metadata().is_ok_and(|data| data.len() == 0) {
        return Err(crate::data::table::errors::empty(file));
    }
    unzipped(file, || ZipArchive::new(BufReader::new(bytes)))
}

/// The result of a call that decodes a part of an archive. The decoder may panic on a damaged one.
fn unzipped<T>(file: &DataFile, call: impl FnOnce() -> Result<T, ZipError>) -> Result<T, Problem> {
    let result = contained(call).map_err(io::Error::other).and_then(|result| result.map_err(io::Error::other));
    result.map_err(|error| damaged(file, &error))
}

/// A file that is one array, and its size.
fn array_file(file: &DataFile) -> Result<(BufReader<File>, u64), Problem> {
    let cells = open_regular(&file.path).map_err(|error| unreadable(file, &error, 0))?;
    let size = cells.metadata().map_or(0, |data| data.len());
    Ok((BufReader::new(cells), size))
}

/// The size of an entry of an archive, which is bounded as that of any packed file.
pub(crate) fn entry_size<R: Read>(file: &DataFile, entry: &ZipFile<'_, R>) -> Result<u64, Problem> {
    let packed = std::fs::metadata(&file.path).map_or(0, |data| data.len()).min(entry.compressed_size());
    match expansion::is_too_large(packed, entry.size()) {
        true => Err(unreadable(file, &io::Error::new(io::ErrorKind::FileTooLarge, expansion::TooLarge), 0)),
        false => Ok(entry.size()),
    }
}

/// An array of a file, of which there are `size` bytes.
fn open<R: Read>(file: &DataFile, mut cells: R, size: u64) -> Result<NpyArray<R>, Problem> {
    let header = contained(|| read_header(&mut cells, size)).map_err(io::Error::other).flatten();
    let header = header.map_err(|error| damaged(file, &error))?;
    // Cells are read row by row, and an array that is stored column by column as a whole, once as it is and once by rows.
    let all = header.shape().iter().product::<u64>() * header.dtype().num_bytes().unwrap_or(1) as u64;
    let held = match header.order() {
        Order::Fortran => 2 * all,
        Order::C => all / header.shape().first().copied().unwrap_or(1).max(1),
    };
    if held > file.memory as u64 {
        let message = format!("an array of `{}` needs {} MiB of memory to be read", file.name, held >> 20);
        return Err(file
            .problem(Code::NoRoom, message, None)
            .help("allow more memory with `--memory MIB`, or write it by rows"));
    }
    Ok(NpyArray { header, cells: ArrayCells::Stored(cells) })
}

fn damaged(file: &DataFile, error: &io::Error) -> Problem {
    if error.kind() == io::ErrorKind::NotFound {
        return crate::data::table::errors::unreadable(file, error, 0);
    }
    let message = format!("`{}` is truncated, damaged, or holds no arrays of NumPy: {error}", file.name);
    file.problem(Code::CorruptFile, message, None).help("write it again with `numpy.savez` or `numpy.save`")
}

/// The columns of arrays.
fn schema_of(file: &DataFile, headers: &[(String, NpyHeader)]) -> Result<Schema, Problem> {
    let mut schema = Schema::named(headers.iter().map(|(name, _)| name.clone()).collect());
    let mut arrays = BTreeMap::new();
    for (at, (name, header)) in headers.iter().enumerate() {
        let Some((_, cell)) = header.shape().split_first() else {
            let message = format!("array `{name}` of `{}` is a single number, and has no rows", file.name);
            return Err(file.problem(Code::ColumnType, message, None).help("an array has a number for each row"));
        };
        // An axis of one number a row adds nothing: labels are often written so.
        if cell.iter().product::<u64>() != 1 {
            let shape = Shape(cell.iter().map(|size| *size as usize).collect());
            arrays.insert(at, ArrayType { shape, bytes: letter(header) == Some((TypeChar::Uint, 1)) });
        }
    }
    schema.arrays = arrays;
    if headers.is_empty() { Err(crate::data::table::errors::empty(file)) } else { Ok(schema) }
}

/// The kind of the numbers and the bytes of each.
fn letter(header: &NpyHeader) -> Option<(TypeChar, usize)> {
    match header.dtype() {
        DType::Plain(plain) => Some((plain.type_char(), plain.num_bytes()?)),
        _ => None,
    }
}

/// Reads all rows of some columns of one table, side by side.
fn read_all<R: Read>(
    index: usize,
    file: &DataFile,
    names: &[String],
    query: &TableQuery,
    columns: Vec<NpyArray<R>>,
    writer: &mut StoreWriter,
    found: &mut CellErrors,
) -> Result<(), Problem> {
    let rows = columns.first().and_then(|column| column.header.shape().first().copied()).unwrap_or(0);
    for (column, name) in columns.iter().zip(names) {
        let other = column.header.shape().first().copied().unwrap_or(0);
        if other != rows {
            let message = format!("arrays `{}` and `{name}` of `{}` have {rows} and {other} rows", names[0], file.name);
            return Err(file.problem(Code::RowLength, message, None).help("the arrays of a table have as many rows"));
        }
    }
    if rows == 0 {
        return Err(crate::data::table::errors::empty(file));
    }
    let mut decoders = vec![];
    for ((column, name), wanted) in columns.iter().zip(names).zip(&query.columns) {
        decoders.push(Decoder::new(&column.header).map_err(|what| {
            let place = file.place(None, Some(name.clone()));
            let problem = Problem::error(Code::ColumnType, format!("array `{name}` of `{}` {}", file.name, what.0));
            problem.at(wanted.span, "selected here").in_data(place).help(what.1)
        })?);
    }
    let columns = columns.into_iter().map(NpyArray::by_rows).collect::<io::Result<Vec<_>>>();
    let mut columns = columns.map_err(|error| damaged(file, &error))?;
    let mut row = 0;
    while row < rows {
        let count = writer.rows_left().min((rows - row) as usize);
        for (at, (column, decoder)) in columns.iter_mut().zip(&mut decoders).enumerate() {
            for within in 0..count as u64 {
                let wanted = &query.columns[at];
                let cell = decoder.next(&mut column.cells).map_err(|error| damaged(file, &error))?;
                let place = || file.row_place(row + within, names[at].clone());
                let error = match cell {
                    Ok(cell) => writer.put(at, wanted.kind, cell),
                    Err(bytes) => {
                        found.push(bad_text(file, place(), &bytes, wanted, None));
                        writer.put(at, wanted.kind, CellValue::Empty)
                    }
                };
                if let Err(error) = error {
                    found.push(error.problem(file, place(), wanted));
                    // A text where numbers are expected is reported once for a column, not for each row.
                    if found.is_full() {
                        return Ok(());
                    }
                }
            }
        }
        writer.end_rows(count, index, row).map_err(|error| out_of_space(file.span, &error))?;
        row += count as u64;
    }
    Ok(())
}

/// Reads one cell after the other.
struct Decoder {
    letter: TypeChar,
    size: usize,
    big: bool,
    bytes: Vec<u8>,
    numbers: Vec<f64>,
    text: String,
    array: bool,
}

impl Decoder {
    /// The decoder of an array, or the error with it and the help.
    fn new(header: &NpyHeader) -> Result<Self, (String, &'static str)> {
        let numbers: u64 = header.shape().iter().skip(1).product();
        let array = numbers != 1;
        let of = |letter: TypeChar, size: usize| match letter {
            TypeChar::Float => [2, 4, 8].contains(&size),
            TypeChar::Int | TypeChar::Uint => [1, 2, 4, 8].contains(&size),
            TypeChar::Bool => size == 1,
            TypeChar::UnicodeStr | TypeChar::ByteStr => !array,
            _ => false,
        };
        let big = matches!(header.dtype(), DType::Plain(plain) if plain.endianness() == Endianness::Big);
        match letter(header) {
            Some((letter, size)) if of(letter, size) => {
                let bytes = vec![0; size * numbers as usize];
                Ok(Self { letter, size, big, bytes, numbers: vec![], text: String::new(), array })
            }
            _ => {
                let descr = header.dtype().descr();
                let help = match header.dtype() {
                    DType::Plain(plain) if plain.uses_pickled_array() => {
                        "arrays of Python objects are not read: pad rows of several lengths to one, or write them as lists of \
                         a Parquet file"
                    }
                    _ => "arrays of numbers, booleans and texts can be read",
                };
                Err((format!("is of the type {descr}"), help))
            }
        }
    }

    /// The next cell; or its bytes, where they are no text.
    fn next(&mut self, cells: &mut impl Read) -> io::Result<Result<CellValue<'_>, Vec<u8>>> {
        cells.read_exact(&mut self.bytes)?;
        match self.letter {
            TypeChar::ByteStr => {
                let end = self.bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
                match std::str::from_utf8(&self.bytes[..end]) {
                    Ok(text) => Ok(Ok(CellValue::Text(text))),
                    Err(_) => Ok(Err(self.bytes[..end].to_vec())),
                }
            }
            TypeChar::UnicodeStr => {
                self.text.clear();
                for letter in self.bytes.as_chunks::<4>().0 {
                    let letter = if self.big { u32::from_be_bytes(*letter) } else { u32::from_le_bytes(*letter) };
                    match char::from_u32(letter) {
                        Some('\0') => break,
                        Some(letter) => self.text.push(letter),
                        None => return Ok(Err(self.bytes.clone())),
                    }
                }
                Ok(Ok(CellValue::Text(&self.text)))
            }
            TypeChar::Uint if self.size == 1 && self.array => Ok(Ok(CellValue::Pixels(&self.bytes))),
            TypeChar::Int | TypeChar::Uint if !self.array => {
                Ok(Ok(CellValue::Integer(whole(self.letter, &self.bytes, self.big))))
            }
            TypeChar::Bool if !self.array => Ok(Ok(CellValue::Truth(self.bytes != [0]))),
            _ => {
                let (letter, big) = (self.letter, self.big);
                self.numbers.clear();
                self.numbers.extend(self.bytes.chunks(self.size).map(|bytes| number(letter, bytes, big)));
                match self.numbers.as_slice() {
                    [number] if !self.array => Ok(Ok(CellValue::Number(*number))),
                    numbers => Ok(Ok(CellValue::Numbers(numbers))),
                }
            }
        }
    }
}

/// The whole number encoded by some bytes.
fn whole(letter: TypeChar, bytes: &[u8], big: bool) -> i128 {
    let bits = bits(bytes, big);
    match (letter, bytes.len()) {
        (TypeChar::Int, 1) => i128::from(bits as u8 as i8),
        (TypeChar::Int, 2) => i128::from(bits as u16 as i16),
        (TypeChar::Int, 4) => i128::from(bits as u32 as i32),
        (TypeChar::Int, _) => i128::from(bits as i64),
        _ => i128::from(bits),
    }
}

/// Up to eight bytes as one number.
fn bits(bytes: &[u8], big: bool) -> u64 {
    let mut wide = [0u8; 8];
    for (to, from) in wide.iter_mut().zip(0..bytes.len()) {
        *to = if big { bytes[bytes.len() - 1 - from] } else { bytes[from] };
    }
    u64::from_le_bytes(wide)
}

/// The number encoded by some bytes.
fn number(letter: TypeChar, bytes: &[u8], big: bool) -> f64 {
    let bits = bits(bytes, big);
    match (letter, bytes.len()) {
        (TypeChar::Float, 2) => half(bits as u16),
        (TypeChar::Float, 4) => f64::from(f32::from_bits(bits as u32)),
        (TypeChar::Float, _) => f64::from_bits(bits),
        _ => whole(letter, bytes, big) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_all_digits() {
        let id = i64::MAX - 2;
        assert_eq!(whole(TypeChar::Int, &id.to_le_bytes(), false), i128::from(id));
        assert_eq!(whole(TypeChar::Uint, &u64::MAX.to_be_bytes(), true), i128::from(u64::MAX));
        assert_eq!(whole(TypeChar::Int, &(-5i32).to_le_bytes(), false), -5);
    }

    #[test]
    fn bytes_are_read_in_either_order() {
        assert_eq!(number(TypeChar::Int, &[0xfe, 0xff], false), -2.0);
        assert_eq!(number(TypeChar::Int, &[0xff, 0xfe], true), -2.0);
        assert_eq!(number(TypeChar::Float, &1.5f32.to_be_bytes(), true), 1.5);
        assert_eq!(number(TypeChar::Uint, &200u8.to_le_bytes(), false), 200.0);
    }
}
