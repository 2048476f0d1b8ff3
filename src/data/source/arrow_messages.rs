//! The messages of an Arrow stream, checked before they are decoded: that all they refer to is within them, and that none
//! is cut off.

use arrow_ipc::{CompressionType, Message, RecordBatch, root_as_message};
use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// The first bytes of a file, which a stream does not have. What follows them has the form of a stream.
const FILE_MARK: &[u8] = b"ARROW1";
/// The bytes before the length of a message; older streams do without.
const CONTINUATION: [u8; 4] = [0xff; 4];
/// Largest number of rows of a batch, and of bytes of a buffer that is unpacked.
const MOST_ROWS: i64 = i32::MAX as i64;
const MOST_BYTES: i64 = 1 << 32;

/// The messages of a stream.
pub(crate) struct CheckedMessages<R> {
    inner: R,
    /// The message that is being read.
    message: Cursor<Vec<u8>>,
    /// Whether it is in a file, which says where it ends.
    file: bool,
    ended: bool,
}

impl<R: Read> CheckedMessages<R> {
    /// The messages of a file or of a stream.
    pub(crate) fn new(mut inner: R) -> io::Result<Self> {
        let mut start = vec![];
        (&mut inner).take(FILE_MARK.len() as u64).read_to_end(&mut start)?;
        let mut messages = Self { inner, message: Cursor::default(), file: start == FILE_MARK, ended: false };
        if messages.file {
            // Two bytes up to the boundary of eight, and more where the writer aligns to more.
            messages.inner.read_exact(&mut [0; 2])?;
            start = vec![0; 4];
            while start == [0; 4] {
                messages.inner.read_exact(&mut start)?;
            }
        }
        messages.next(start)?;
        Ok(messages)
    }

    /// Reads a message of which the first bytes have been read.
    fn next(&mut self, mut bytes: Vec<u8>) -> io::Result<()> {
        self.fill(&mut bytes, 4)?;
        if bytes.is_empty() && !self.file {
            self.ended = true;
            return Ok(());
        }
        let mut header = 4;
        if bytes.get(..4) == Some(&CONTINUATION) {
            header = 8;
            self.fill(&mut bytes, header)?;
        }
        let length = bytes.get(header - 4..header).and_then(|bytes| bytes.first_chunk()).ok_or_else(cut_off)?;
        let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| bad("a length is negative"))?;
        self.ended = length == 0;
        if length > 0 {
            let body = header + length;
            self.fill(&mut bytes, body)?;
            let metadata = bytes.get(header..body).ok_or_else(cut_off)?.to_vec();
            let message = root_as_message(&metadata).map_err(|error| bad(&error.to_string()))?;
            let body_length = usize::try_from(message.bodyLength()).map_err(|_| bad("a length is negative"))?;
            let all = body.checked_add(body_length).ok_or_else(cut_off)?;
            self.fill(&mut bytes, all)?;
            check(&message, bytes.get(body..all).ok_or_else(cut_off)?)?;
        }
        self.message = Cursor::new(bytes);
        Ok(())
    }

    /// Reads on until there are so many bytes, or all there are.
    fn fill(&mut self, bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
        let left = length.saturating_sub(bytes.len());
        (&mut self.inner).take(left as u64).read_to_end(bytes).map(|_| ())
    }
}

/// A message of a file: where it begins, how long it is, and how many rows it has if it is a batch of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessagePlace {
    /// Its first byte.
    pub(crate) offset: u64,
    /// Number of its bytes.
    pub(crate) length: u64,
    /// Number of its rows, if it is a batch of rows.
    pub(crate) rows: Option<u64>,
}

/// The messages of a file, found without reading the cells.
pub(crate) struct MessagePlaces(pub(crate) Vec<MessagePlace>);

impl MessagePlaces {
    /// Those of a file of so many bytes.
    ///
    /// # Errors
    /// If a message is cut off or cannot be read.
    pub(crate) fn of(mut file: impl Read + Seek, size: u64) -> io::Result<Self> {
        let mut offset = 0;
        let mut start = [0; FILE_MARK.len()];
        file.read_exact(&mut start)?;
        if start == FILE_MARK {
            // Zeros up to the boundary that the writer aligns to.
            offset = 8;
            let mut next = [0; 4];
            file.seek(SeekFrom::Start(offset))?;
            file.read_exact(&mut next)?;
            while next == [0; 4] {
                offset += 4;
                file.read_exact(&mut next)?;
            }
        }
        let mut places = vec![];
        // A stream may end without a mark of its end.
        while offset < size {
            file.seek(SeekFrom::Start(offset))?;
            let mut next = [0; 4];
            file.read_exact(&mut next)?;
            let mut header = 4;
            if next == CONTINUATION {
                header = 8;
                file.read_exact(&mut next)?;
            }
            let length = u64::try_from(i32::from_le_bytes(next)).map_err(|_| bad("a length is negative"))?;
            if length == 0 {
                break;
            }
            let body = offset + header + length;
            if body > size {
                return Err(cut_off());
            }
            let mut metadata = vec![];
            (&mut file).take(length).read_to_end(&mut metadata)?;
            let message = root_as_message(&metadata).map_err(|error| bad(&error.to_string()))?;
            let body_length = u64::try_from(message.bodyLength()).map_err(|_| bad("a length is negative"))?;
            let end = body.checked_add(body_length).filter(|end| *end <= size).ok_or_else(cut_off)?;
            let rows = match message.header_as_record_batch() {
                Some(batch) => Some(u64::try_from(batch.length()).map_err(|_| bad("a length is negative"))?),
                None => None,
            };
            places.push(MessagePlace { offset, length: end - offset, rows });
            offset = end;
        }
        Ok(Self(places))
    }
}

impl<R: Read> Read for CheckedMessages<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.message.position() == self.message.get_ref().len() as u64 && !self.ended {
            self.next(vec![])?;
        }
        self.message.read(buffer)
    }
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "it is cut off")
}

/// Whether the buffers of a batch lie within its body.
fn check(message: &Message<'_>, body: &[u8]) -> io::Result<()> {
    let dictionary = message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data());
    match message.header_as_record_batch().or(dictionary) {
        Some(batch) => check_batch(&batch, body).ok_or_else(|| bad("a batch refers to bytes outside of it")),
        None => Ok(()),
    }
}

fn check_batch(batch: &RecordBatch<'_>, body: &[u8]) -> Option<()> {
    let rows = |count: i64| (0..=MOST_ROWS).contains(&count).then_some(());
    rows(batch.length())?;
    for node in batch.nodes().iter().flatten() {
        rows(node.length())?;
        rows(node.null_count())?;
    }
    for buffer in batch.buffers().iter().flatten() {
        let (offset, length) = (usize::try_from(buffer.offset()).ok()?, usize::try_from(buffer.length()).ok()?);
        let bytes = body.get(offset..offset.checked_add(length)?)?;
        if let Some(compression) = batch.compression()
            && let Some(unpacked) = bytes.first_chunk()
        {
            let known = [CompressionType::LZ4_FRAME, CompressionType::ZSTD].contains(&compression.codec());
            (known && (-1..=MOST_BYTES).contains(&i64::from_le_bytes(*unpacked))).then_some(())?;
        }
    }
    Some(())
}
