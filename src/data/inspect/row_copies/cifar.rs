//! Copies rows of the binary files of CIFAR, which are records of one length.

use super::copy_size::{CopySize, RowCopy};
use crate::data::inspect::row_ranges::RowRanges;
use crate::data::io::paths::DataFile;
use crate::data::io::reader::is_packed;
use crate::data::io::regular::open_regular;
use crate::data::source::cifar::IMAGE;
use std::io::{self, Read, Seek, SeekFrom};

/// Copies rows from all over a file with so many label bytes in a record.
pub(super) fn copy(file: &DataFile, labels: usize, size: CopySize) -> io::Result<RowCopy> {
    let mut bytes = open_regular(&file.path)?;
    let (length, record) = (bytes.metadata()?.len(), (labels + IMAGE) as u64);
    // Of a file that is cut off, the reader says where.
    if is_packed(&file.path)? || !length.is_multiple_of(record) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let rows = RowRanges::spread(length / record, size.rows_of(record));
    let mut copy = vec![];
    for range in &rows.ranges {
        bytes.seek(SeekFrom::Start(range.start * record))?;
        (&mut bytes).take((range.end - range.start) * record).read_to_end(&mut copy)?;
    }
    Ok(RowCopy { bytes: copy, rows })
}
