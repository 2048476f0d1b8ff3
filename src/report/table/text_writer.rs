//! Writes formats of text: a header, if there is one, and batches that are encoded already.

use super::writer::{EncodedBatch, TableWriter};
use std::io::{self, Write};

/// Writes a table of text.
pub(super) struct TextTableWriter<'a> {
    out: &'a mut (dyn Write + Send),
}

impl<'a> TextTableWriter<'a> {
    /// Begins with a header, which may be empty.
    pub(super) fn new(out: &'a mut (dyn Write + Send), header: &[u8]) -> io::Result<Self> {
        out.write_all(header)?;
        Ok(Self { out })
    }
}

impl TableWriter for TextTableWriter<'_> {
    fn write(&mut self, batch: EncodedBatch) -> io::Result<()> {
        match batch {
            EncodedBatch::Bytes(bytes) => self.out.write_all(&bytes),
            EncodedBatch::Columns(_) => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.out.flush()
    }
}
