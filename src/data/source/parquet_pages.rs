//! The sizes that the pages of a Parquet column are unpacked to, by their headers alone: a page is unpacked as a whole, and
//! a small one may say that it holds gigabytes.

use crate::data::io::paths::DataFile;
use crate::data::io::regular::open_regular;
use crate::diag::{Code, Problem};
use parquet::file::metadata::RowGroupMetaData;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// The most levels of structs and lists in a header.
const DEPTH: usize = 8;

/// Whether every page of a group of rows fits into the memory for data.
///
/// # Errors
/// `MMC0521`, naming the column of a page that does not.
pub(crate) fn pages_fit(file: &DataFile, group: &RowGroupMetaData) -> Result<(), Problem> {
    (0..group.num_columns()).try_for_each(|at| column_fits(file, group, at))
}

/// Whether every page of one column of a group of rows fits into the memory for data.
pub(crate) fn column_fits(file: &DataFile, group: &RowGroupMetaData, at: usize) -> Result<(), Problem> {
    // No page is larger than that.
    if file.memory >= i32::MAX as usize {
        return Ok(());
    }
    let column = group.column(at);
    // Of headers that cannot be read, the decoder says what is wrong.
    let largest = open_regular(&file.path).and_then(|bytes| largest_page(BufReader::new(bytes), column.byte_range()));
    let Ok(largest) = largest else { return Ok(()) };
    if largest <= file.memory as u64 {
        return Ok(());
    }
    let name = column.column_path().parts().join(".");
    let (needed, memory) = (largest.div_ceil(1 << 20), file.memory >> 20);
    let message = format!(
        "column `{name}` of `{}`: a page of it is unpacked to {needed} MiB, and the memory is {memory} MiB",
        file.name
    );
    Err(file
        .problem(Code::NoRoom, message, None)
        .help("allow more memory with `--memory MIB`, or write the file again with smaller pages"))
}

/// The bytes that the largest page of a column is unpacked to; the column begins at the first number and is as long as the
/// second.
fn largest_page(mut file: impl Read + Seek, (start, length): (u64, u64)) -> io::Result<u64> {
    let (mut at, end, mut largest) = (start, start.saturating_add(length), 0);
    while at < end {
        file.seek(SeekFrom::Start(at))?;
        let mut header = Thrift { bytes: &mut file, count: 0 };
        let (unpacked, packed) = header.page_sizes()?;
        largest = largest.max(unpacked);
        at += header.count + packed;
    }
    Ok(largest)
}

/// Thrift's compact protocol, as far as the sizes in the header of a page.
struct Thrift<R> {
    bytes: R,
    /// Bytes that were read.
    count: u64,
}

fn bad() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

impl<R: Read> Thrift<R> {
    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.bytes.read_exact(&mut byte)?;
        self.count += 1;
        Ok(byte[0])
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(bad())
    }

    fn skip_bytes(&mut self, count: u64) -> io::Result<()> {
        let skipped = io::copy(&mut (&mut self.bytes).take(count), &mut io::sink())?;
        self.count += skipped;
        if skipped == count { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// The type of the next field and its number; nothing at the end of the struct.
    fn field(&mut self, last: u64) -> io::Result<Option<(u8, u64)>> {
        let byte = self.byte()?;
        match (byte & 0x0f, u64::from(byte >> 4)) {
            (0, _) => Ok(None),
            (kind, 0) => Ok(Some((kind, self.varint()? >> 1))),
            (kind, more) => Ok(Some((kind, last + more))),
        }
    }

    /// The sizes in the header of a page, unpacked and packed.
    fn page_sizes(&mut self) -> io::Result<(u64, u64)> {
        let (mut last, mut sizes) = (0, [None; 2]);
        while let Some((kind, number)) = self.field(last)? {
            match (kind, number) {
                (5, 2 | 3) => {
                    let written = self.varint()?;
                    // Zigzag; no size is negative.
                    let size = if written & 1 == 0 { written >> 1 } else { return Err(bad()) };
                    sizes[number as usize - 2] = Some(size);
                }
                _ => self.skip(kind, DEPTH)?,
            }
            last = number;
        }
        let [Some(unpacked), Some(packed)] = sizes else { return Err(bad()) };
        Ok((unpacked, packed))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> io::Result<()> {
        let inner = depth.checked_sub(1).ok_or_else(bad)?;
        match kind {
            // Truth values are in the type.
            1 | 2 => Ok(()),
            3 => self.skip_bytes(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.skip_bytes(8),
            8 => {
                let length = self.varint()?;
                self.skip_bytes(length)
            }
            9 | 10 => {
                let byte = self.byte()?;
                let count = if byte >> 4 == 15 { self.varint()? } else { u64::from(byte >> 4) };
                let kind = byte & 0x0f;
                (0..count).try_for_each(|_| if kind <= 2 { self.skip_bytes(1) } else { self.skip(kind, inner) })
            }
            12 => {
                let mut last = 0;
                while let Some((kind, number)) = self.field(last)? {
                    self.skip(kind, inner)?;
                    last = number;
                }
                Ok(())
            }
            // Headers of pages have no maps.
            _ => Err(bad()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::basic::Compression;
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use std::path::Path;
    use std::sync::Arc;

    /// Writes texts of so many letters, each on a page of its own.
    fn write(path: &Path, version: WriterVersion, lengths: &[usize]) {
        let schema = Arc::new(parse_message_type("message m { optional binary word (UTF8); }").unwrap());
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_writer_version(version)
            .set_dictionary_enabled(false)
            .set_data_page_size_limit(1)
            .set_write_batch_size(1)
            .build();
        let file = std::fs::File::create(path).unwrap();
        let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let words: Vec<ByteArray> = lengths.iter().map(|length| "x".repeat(*length).as_str().into()).collect();
        column.typed::<ByteArrayType>().write_batch(&words, Some(&vec![1; words.len()]), None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
    }

    #[test]
    fn the_largest_page_is_found_and_must_fit_into_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            write(&path, version, &[5, 3_000_000, 7]);
            let reader = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
            let group = reader.metadata().row_group(0);
            let found = largest_page(std::fs::File::open(&path).unwrap(), group.column(0).byte_range()).unwrap();
            assert!((3_000_000..3_000_100).contains(&found), "{found}");
            let written = crate::spec::Spanned { value: path.to_string_lossy().into_owned(), span: Default::default() };
            let file = crate::data::io::paths::find(&[written], Path::new("")).unwrap().remove(0);
            assert!(pages_fit(&file.clone().within(4 << 20), group).is_ok());
            let problem = pages_fit(&file.within(2 << 20), group).unwrap_err();
            assert_eq!(problem.code, Code::NoRoom);
            assert!(problem.message.contains("column `word`") && problem.message.contains("3 MiB"), "{problem:?}");
        }
    }
}
