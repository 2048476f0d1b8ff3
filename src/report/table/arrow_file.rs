//! Arrow IPC, as files and as streams.

use super::plain_columns::plain_schema;
use super::writer::{EncodedBatch, TableWriter};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, SchemaRef};
use std::io::{self, Write};

type Out<'a> = &'a mut (dyn Write + Send);

/// Writes a file.
pub(super) struct ArrowFileWriter<'a>(FileWriter<Out<'a>>);

/// Writes a stream.
pub(super) struct ArrowStreamWriter<'a>(StreamWriter<Out<'a>>);

impl<'a> ArrowFileWriter<'a> {
    /// A file with these columns.
    pub(super) fn new(out: Out<'a>, schema: &SchemaRef) -> io::Result<Self> {
        FileWriter::try_new(out, &plain_schema(schema)).map(Self).map_err(failed)
    }
}

impl<'a> ArrowStreamWriter<'a> {
    /// A stream with these columns.
    pub(super) fn new(out: Out<'a>, schema: &SchemaRef) -> io::Result<Self> {
        StreamWriter::try_new(out, &plain_schema(schema)).map(Self).map_err(failed)
    }
}

/// The error of the system behind an error of Arrow, so that a pipe that was closed is known as such.
fn failed(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        error => io::Error::other(error),
    }
}

impl TableWriter for ArrowFileWriter<'_> {
    fn write(&mut self, batch: EncodedBatch) -> io::Result<()> {
        let EncodedBatch::Columns(batch) = batch else { return Err(io::ErrorKind::InvalidInput.into()) };
        self.0.write(&batch).map_err(failed)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Nothing of the file can be read before its end.
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.finish().map_err(failed)
    }
}

impl TableWriter for ArrowStreamWriter<'_> {
    fn write(&mut self, batch: EncodedBatch) -> io::Result<()> {
        let EncodedBatch::Columns(batch) = batch else { return Err(io::ErrorKind::InvalidInput.into()) };
        self.0.write(&batch).map_err(failed)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(failed)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.finish().map_err(failed)
    }
}
