//! What every format of tables has in common: batches are written one after the other, and the table is ended.

use arrow_array::RecordBatch;
use std::io;

/// Writes one table.
pub trait TableWriter {
    /// Writes a batch after those before it.
    ///
    /// # Errors
    /// The error of the system.
    fn write(&mut self, batch: EncodedBatch) -> io::Result<()>;

    /// Passes on what was written so far, as far as the format can.
    ///
    /// # Errors
    /// The error of the system.
    fn flush(&mut self) -> io::Result<()>;

    /// Ends the table. Without it the table is not whole.
    ///
    /// # Errors
    /// The error of the system.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A batch that is ready to be written.
#[derive(Clone, Debug)]
pub enum EncodedBatch {
    /// Text.
    Bytes(Vec<u8>),
    /// Columns of the types that the format has.
    Columns(RecordBatch),
}
