//! Copies rows of Arrow IPC. Batches without any of them are passed over.

use super::copy_size::{CopySize, RowCopy};
use crate::data::inspect::row_ranges::RowRanges;
use crate::data::io::paths::DataFile;
use crate::data::io::reader::is_packed;
use crate::data::io::regular::open_regular;
use crate::data::source::arrow_messages::{CheckedMessages, MessagePlace, MessagePlaces};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

/// The end of a stream.
const END: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// Copies rows from all over a file or a stream.
pub(super) fn copy(file: &DataFile, size: CopySize) -> io::Result<RowCopy> {
    if is_packed(&file.path)? {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let bytes = open_regular(&file.path)?;
    let length = bytes.metadata()?.len();
    let messages = MessagePlaces::of(BufReader::new(bytes), length)?.0;
    let all: u64 = messages.iter().filter_map(|message| message.rows).sum();
    let rows = RowRanges::spread(all, size.rows_of(length / all.max(1)));
    // Every message that is no batch, and the batches with some of the rows, each with its first row.
    let (mut kept, mut firsts, mut before): (Vec<MessagePlace>, Vec<u64>, u64) = (vec![], vec![], 0);
    for message in messages {
        let count = message.rows.unwrap_or(0);
        let wanted = rows.ranges.iter().any(|range| range.start < before + count && before < range.end);
        if message.rows.is_none() || wanted {
            // A batch is decoded as a whole.
            if message.length > file.memory as u64 {
                return Err(io::ErrorKind::Unsupported.into());
            }
            firsts.extend(message.rows.map(|_| before));
            kept.push(message);
        }
        before += count;
    }
    let stream = Pieces { file: open_regular(&file.path)?, left: kept.into_iter(), piece: 0 };
    let reader = StreamReader::try_new(CheckedMessages::new(stream.chain(Cursor::new(END)))?, None);
    let reader = reader.map_err(io::Error::other)?;
    let mut writer = StreamWriter::try_new(vec![], &reader.schema()).map_err(io::Error::other)?;
    for (batch, first) in reader.zip(firsts) {
        let batch = batch.map_err(io::Error::other)?;
        let end = first + batch.num_rows() as u64;
        for range in &rows.ranges {
            let (from, to) = (range.start.max(first), range.end.min(end));
            if from < to {
                let rows = batch.slice((from - first) as usize, (to - from) as usize);
                writer.write(&rows).map_err(io::Error::other)?;
            }
        }
    }
    Ok(RowCopy { bytes: writer.into_inner().map_err(io::Error::other)?, rows })
}

/// The bytes of some messages of a file, one after the other.
struct Pieces {
    file: File,
    left: std::vec::IntoIter<MessagePlace>,
    /// Bytes of the message that are not read yet.
    piece: u64,
}

impl Read for Pieces {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.piece == 0 {
            let Some(next) = self.left.next() else { return Ok(0) };
            self.file.seek(SeekFrom::Start(next.offset))?;
            self.piece = next.length;
        }
        let read = (&mut self.file).take(self.piece).read(bytes)?;
        if read == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.piece -= read as u64;
        Ok(read)
    }
}
