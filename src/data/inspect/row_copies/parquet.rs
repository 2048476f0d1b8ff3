//! Copies rows of Parquet files. Pages without any of them are passed over.

use super::copy_size::{CopySize, RowCopy};
use crate::data::inspect::row_ranges::RowRanges;
use crate::data::io::paths::DataFile;
use crate::data::io::regular::open_regular;
use crate::data::source::parquet_pages::pages_fit;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::file::metadata::RowGroupMetaData;
use std::fs::File;
use std::io;
use std::ops::Range;

/// Rows that are decoded at once.
const BATCH: usize = 1024;

fn open(file: &DataFile) -> io::Result<ParquetRecordBatchReaderBuilder<File>> {
    // The types of the file and not those that a program has noted beside them, which `mmc` does not read.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    Ok(ParquetRecordBatchReaderBuilder::try_new_with_options(open_regular(&file.path)?, options)?)
}

/// Bytes of all pages, unpacked.
pub(super) fn unpacked_size(file: &DataFile) -> io::Result<u64> {
    Ok(open(file)?.metadata().row_groups().iter().map(size_of).sum())
}

fn size_of(group: &RowGroupMetaData) -> u64 {
    u64::try_from(group.total_byte_size()).unwrap_or(0)
}

/// Copies rows from all over a file.
pub(super) fn copy(file: &DataFile, size: CopySize) -> io::Result<RowCopy> {
    let builder = open(file)?;
    let groups = builder.metadata().row_groups();
    let rows_of = |group: &RowGroupMetaData| u64::try_from(group.num_rows()).unwrap_or(0);
    let all: u64 = groups.iter().map(rows_of).sum();
    let bytes: u64 = groups.iter().map(size_of).sum();
    let rows = RowRanges::spread(all, size.rows_of(bytes / all.max(1)));
    // Only the groups that have some of the rows are opened.
    let (mut selected, mut ranges, mut before, mut kept) = (vec![], vec![], 0, 0);
    for (at, group) in groups.iter().enumerate() {
        let count = rows_of(group);
        let within = |range: &Range<u64>| {
            let (from, to) = (range.start.max(before), range.end.min(before + count));
            (from < to).then(|| (kept + from - before) as usize..(kept + to - before) as usize)
        };
        let own: Vec<Range<usize>> = rows.ranges.iter().filter_map(within).collect();
        if !own.is_empty() {
            pages_fit(file, group).map_err(|problem| io::Error::other(problem.message))?;
            selected.push(at);
            ranges.extend(own);
            kept += count;
        }
        before += count;
    }
    let selection = RowSelection::from_consecutive_ranges(ranges.into_iter(), kept as usize);
    let reader = builder.with_row_groups(selected).with_row_selection(selection).with_batch_size(BATCH).build()?;
    let mut writer = ArrowWriter::try_new(vec![], arrow_array::RecordBatchReader::schema(&reader), None)?;
    for batch in reader {
        writer.write(&batch.map_err(io::Error::other)?)?;
    }
    Ok(RowCopy { bytes: writer.into_inner()?, rows })
}
