//! Copies rows of arrays of NumPy: those of an archive, which have the same rows, and those of files side by side.

use super::copy_size::{CopySize, RowCopy};
use crate::data::inspect::row_ranges::RowRanges;
use crate::data::io::paths::DataFile;
use crate::data::io::regular::open_regular;
use crate::data::source::npy::{archive, entry_size};
use crate::data::source::npy_header::read_header;
use crate::diag::Problem;
use npyz::{DType, NpyHeader, Order};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// Bytes of packed arrays that are unpacked at most to reach rows at the end of them.
const UNPACKED: u64 = 4 << 30;

/// What the cells of an array are, and how they lie.
struct ArrayForm {
    rows: u64,
    /// Bytes of a row.
    row: u64,
    /// Bytes of one number or text.
    number: u64,
    header: NpyHeader,
}

impl ArrayForm {
    fn of(header: NpyHeader) -> io::Result<Self> {
        let unsupported = || io::Error::from(io::ErrorKind::Unsupported);
        let (rows, others) = header.shape().split_first().ok_or_else(unsupported)?;
        let DType::Plain(_) = header.dtype() else { return Err(unsupported()) };
        let number = header.dtype().num_bytes().ok_or_else(unsupported)? as u64;
        Ok(Self { rows: *rows, row: others.iter().product::<u64>() * number, number, header })
    }

    /// How many runs of all rows the cells are, and how many bytes a row has in each: an array that is stored column by
    /// column has one for each of its other places.
    fn runs(&self) -> (u64, u64) {
        match self.header.order() {
            Order::Fortran if self.number > 0 => (self.row / self.number, self.number),
            _ => (1, self.row),
        }
    }

    /// The array of some of the rows, whose cells are read from the first on.
    fn copy(&self, rows: &RowRanges, cells: &mut impl Forward) -> io::Result<Vec<u8>> {
        let others = self.header.shape().iter().skip(1).map(u64::to_string);
        let shape: Vec<String> = std::iter::once(rows.rows().to_string()).chain(others).collect();
        let order = if self.header.order() == Order::Fortran { "True" } else { "False" };
        let (descr, shape) = (self.header.dtype().descr(), shape.join(", "));
        let text = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': ({shape},), }}\n");
        let length = u16::try_from(text.len()).map_err(io::Error::other)?;
        let mut copy = [b"\x93NUMPY\x01\x00", &length.to_le_bytes()[..], text.as_bytes()].concat();
        let (runs, width) = self.runs();
        for run in 0..runs {
            let mut at = 0;
            for range in &rows.ranges {
                cells.skip((range.start - at) * width)?;
                let before = copy.len();
                let wanted = (range.end - range.start) * width;
                cells.by_ref().take(wanted).read_to_end(&mut copy)?;
                if (copy.len() - before) as u64 != wanted {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                at = range.end;
            }
            if run + 1 < runs {
                cells.skip((self.rows - at) * width)?;
            }
        }
        Ok(copy)
    }
}

/// Bytes that are passed over.
trait Forward: Read {
    fn skip(&mut self, bytes: u64) -> io::Result<()>;
}

/// Bytes of a file as they are.
struct StoredCells(BufReader<File>);

impl Read for StoredCells {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

impl Forward for StoredCells {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        self.0.seek_relative(i64::try_from(bytes).map_err(io::Error::other)?)
    }
}

/// Bytes that are unpacked as they are read.
struct PackedCells<R>(R);

impl<R: Read> Read for PackedCells<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

impl<R: Read> Forward for PackedCells<R> {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        io::copy(&mut (&mut self.0).take(bytes), &mut io::sink()).map(|_| ())
    }
}

fn failed(problem: Problem) -> io::Error {
    io::Error::other(problem.message)
}

/// Rows from all over arrays of these forms.
fn ranges<'a>(forms: impl Iterator<Item = &'a ArrayForm> + Clone, size: CopySize) -> io::Result<RowRanges> {
    let rows = forms.clone().next().map_or(0, |form| form.rows);
    // Of arrays that do not belong together, the reader says so.
    if forms.clone().any(|form| form.rows != rows) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    Ok(RowRanges::spread(rows, size.rows_of(forms.map(|form| form.row).sum())))
}

/// Copies the same rows of files that are a column each.
pub(super) fn copy_columns(files: &[DataFile], size: CopySize) -> io::Result<Vec<RowCopy>> {
    let mut columns = vec![];
    for file in files {
        let mut bytes = open_regular(&file.path)?;
        let length = bytes.metadata()?.len();
        let form = ArrayForm::of(read_header(&mut bytes, length)?)?;
        columns.push((form, StoredCells(BufReader::new(bytes))));
    }
    let rows = ranges(columns.iter().map(|(form, _)| form), size)?;
    let copy = |(form, mut cells): (ArrayForm, StoredCells)| {
        Ok(RowCopy { bytes: form.copy(&rows, &mut cells)?, rows: rows.clone() })
    };
    columns.into_iter().map(copy).collect()
}

/// Bytes of all arrays of an archive, unpacked.
pub(super) fn unpacked_size(file: &DataFile) -> io::Result<u64> {
    let mut archive = archive(file).map_err(failed)?;
    (0..archive.len()).map(|at| Ok(archive.by_index(at)?.size())).sum()
}

/// An array of an archive.
struct ArchiveEntry {
    /// Its place in the archive, and its name with the ending.
    at: usize,
    name: String,
    form: ArrayForm,
    /// Where its cells begin in the file, if they are stored as they are.
    stored: Option<u64>,
}

/// Copies rows from all over the arrays of an archive.
pub(super) fn copy_archive(file: &DataFile, size: CopySize) -> io::Result<RowCopy> {
    let mut archive = archive(file).map_err(failed)?;
    let mut entries = vec![];
    for at in 0..archive.len() {
        let entry = archive.by_index(at)?;
        let name = entry.name().map_err(io::Error::other)?.to_string();
        if !name.ends_with(".npy") {
            continue;
        }
        let length = entry_size(file, &entry).map_err(failed)?;
        let stored = if entry.compression() == CompressionMethod::Stored { entry.data_start() } else { None };
        let mut counted = CountedEntry { inner: entry, count: 0 };
        let header = read_header(&mut counted, length)?;
        // A single number beside the arrays is no column.
        if !header.shape().is_empty() {
            let stored = stored.map(|start| start + counted.count);
            entries.push(ArchiveEntry { at, name, form: ArrayForm::of(header)?, stored });
        }
    }
    // Every packed array is unpacked to its last row: the first rows alone would not stand for the table.
    let packed = entries.iter().filter(|entry| entry.stored.is_none());
    let bytes = packed.map(|entry| entry.form.rows.saturating_mul(entry.form.row));
    if bytes.fold(0, u64::saturating_add) > UNPACKED {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let rows = ranges(entries.iter().map(|entry| &entry.form), size)?;
    let mut copy = ZipWriter::new(Cursor::new(vec![]));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for ArchiveEntry { at, name, form, stored } in &entries {
        let array = match stored {
            Some(start) => {
                let mut bytes = BufReader::new(open_regular(&file.path)?);
                bytes.seek(SeekFrom::Start(*start))?;
                form.copy(&rows, &mut StoredCells(bytes))?
            }
            None => {
                let mut entry = archive.by_index(*at)?;
                let length = entry.size();
                read_header(&mut entry, length)?;
                form.copy(&rows, &mut PackedCells(entry))?
            }
        };
        copy.start_file(name.as_str(), options)?;
        copy.write_all(&array)?;
    }
    Ok(RowCopy { bytes: copy.finish()?.into_inner(), rows })
}

/// Counts what is read through it.
struct CountedEntry<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for CountedEntry<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.count += read as u64;
        Ok(read)
    }
}
