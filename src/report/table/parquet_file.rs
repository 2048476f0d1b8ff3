//! Parquet files. A group of rows is written out before it takes much memory.

use super::plain_columns::plain_schema;
use super::writer::{EncodedBatch, TableWriter};
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::io::{self, Write};

/// Rows of a group, and bytes that it may take before it is written, at most.
const GROUP_ROWS: usize = 1 << 17;
const GROUP_BYTES: usize = 64 << 20;

/// Writes a Parquet file.
pub(super) struct ParquetWriter<'a> {
    writer: ArrowWriter<&'a mut (dyn Write + Send)>,
}

impl<'a> ParquetWriter<'a> {
    /// A file with these columns.
    pub(super) fn new(out: &'a mut (dyn Write + Send), schema: &SchemaRef) -> io::Result<Self> {
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
        let properties = properties.set_max_row_group_row_count(Some(GROUP_ROWS)).build();
        let writer = ArrowWriter::try_new(out, plain_schema(schema), Some(properties)).map_err(io::Error::from)?;
        Ok(Self { writer })
    }
}

impl TableWriter for ParquetWriter<'_> {
    fn write(&mut self, batch: EncodedBatch) -> io::Result<()> {
        let EncodedBatch::Columns(batch) = batch else { return Err(io::ErrorKind::InvalidInput.into()) };
        self.writer.write(&batch).map_err(io::Error::from)?;
        if self.writer.in_progress_size() > GROUP_BYTES {
            self.writer.flush().map_err(io::Error::from)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        // Nothing of the file can be read before its end.
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.writer.close().map(|_| ()).map_err(io::Error::from)
    }
}
