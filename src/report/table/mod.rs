//! Tables as they are written: a batch of rows at a time, in the format that a file's name tells. What a row holds is
//! decided elsewhere.

mod arrow_file;
mod delimited;
mod floats;
mod format;
mod json_lines;
mod parquet_file;
mod plain_columns;
mod text_writer;
mod writer;

pub use format::TableFormat;
pub use writer::{EncodedBatch, TableWriter};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use std::io::{self, Write};
use text_writer::TextTableWriter;

/// What separates the cells of text tables.
const COMMA: u8 = b',';
const TAB: u8 = b'\t';

/// A batch in the form in which it is written. Batches may be encoded on any thread, in any order.
///
/// # Errors
/// If a column is of a type that the format does not have.
pub fn encode(format: TableFormat, batch: &RecordBatch) -> io::Result<EncodedBatch> {
    match format {
        TableFormat::Csv => delimited::encode(batch, COMMA).map(EncodedBatch::Bytes),
        TableFormat::Tsv => delimited::encode(batch, TAB).map(EncodedBatch::Bytes),
        TableFormat::Jsonl => json_lines::encode(batch).map(EncodedBatch::Bytes),
        TableFormat::Parquet | TableFormat::Arrow | TableFormat::ArrowStream => {
            plain_columns::plain_batch(batch).map(EncodedBatch::Columns).map_err(io::Error::other)
        }
    }
}

/// Begins a table with these columns: its header, where the format has one.
///
/// # Errors
/// The error of the system, or a column of a type that the format does not have.
pub fn table_writer<'a>(
    format: TableFormat,
    schema: &SchemaRef,
    out: &'a mut (dyn Write + Send),
) -> io::Result<Box<dyn TableWriter + 'a>> {
    Ok(match format {
        TableFormat::Csv => Box::new(TextTableWriter::new(out, &delimited::header(schema, COMMA)?)?),
        TableFormat::Tsv => Box::new(TextTableWriter::new(out, &delimited::header(schema, TAB)?)?),
        TableFormat::Jsonl => Box::new(TextTableWriter::new(out, &[])?),
        TableFormat::Parquet => Box::new(parquet_file::ParquetWriter::new(out, schema)?),
        TableFormat::Arrow => Box::new(arrow_file::ArrowFileWriter::new(out, schema)?),
        TableFormat::ArrowStream => Box::new(arrow_file::ArrowStreamWriter::new(out, schema)?),
    })
}
