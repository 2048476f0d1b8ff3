//! A data file as a stream of text: decompressed by its first bytes, decoded to UTF-8, its content hashed, its line ends
//! normalised.
//! Independent of tables.

use crate::data::io::decoded::Utf8;
use crate::data::io::expansion;
use crate::data::io::paths::DataFile;
use crate::data::io::patient::PatientReader;
use crate::data::io::regular::open_regular;
use crate::data::io::stream::ByteStream;
use crate::data::io::text_error::NotText;
use encoding_rs::Encoding;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const BUFFER: usize = 1 << 16;

/// Whether the extension of the path is that of a compressed file.
pub(crate) fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz") || ending.eq_ignore_ascii_case("zst"))
}

/// The text of a file in an encoding. All bytes read from disk go through `hasher`.
pub(crate) fn open<'a>(
    path: &Path,
    encoding: &'static Encoding,
    hasher: &'a mut blake3::Hasher,
) -> io::Result<LineEnds<Box<dyn Read + Send + 'a>>> {
    Ok(LineEnds::new(decoded(open_bytes(path, hasher)?, encoding)))
}

/// The bytes of a file, decompressed and nothing else; otherwise as [`open`].
pub(crate) fn open_bytes<'a>(path: &Path, hasher: &'a mut blake3::Hasher) -> io::Result<Box<dyn Read + Send + 'a>> {
    unpacked(Hashed { inner: open_regular(path)?, hasher })
}

/// The text of a file from its beginning on, to be looked at; a stream can be read again afterwards.
pub(crate) fn peek(file: &DataFile, encoding: &'static Encoding) -> io::Result<LineEnds<Box<dyn Read + Send>>> {
    let bytes: Box<dyn Read + Send> = match &file.stream {
        Some(stream) => unpacked(stream.peek())?,
        None => unpacked(open_regular(&file.path)?)?,
    };
    Ok(LineEnds::new(decoded(bytes, encoding)))
}

/// As [`peek`], where a read of a stream that would wait long for more is an error of the kind `WouldBlock`.
pub(crate) fn peek_at_what_is_there(
    file: &DataFile,
    encoding: &'static Encoding,
) -> io::Result<LineEnds<Box<dyn Read + Send>>> {
    let Some(stream) = &file.stream else { return peek(file, encoding) };
    let text = decoded(unpacked(stream.peek())?, encoding);
    Ok(LineEnds::new(Box::new(PatientReader::new(text))))
}

/// The first bytes of a stream, unpacked where it is packed: up to the end of the first line, or `count` of them; as
/// [`ByteStream::start`].
///
/// # Errors
/// The error of the stream, also where it is damaged.
pub fn stream_start(stream: &ByteStream, count: usize) -> io::Result<Vec<u8>> {
    let mut start = stream.start(count)?;
    if is_gzip(&start) || is_zstandard(&start) {
        start.clear();
        let mut bytes = unpacked(stream.peek())?.take(count as u64);
        let mut piece = [0; FIRST];
        while !start.contains(&b'\n') {
            match bytes.read(&mut piece)? {
                0 => break,
                length => start.extend_from_slice(&piece[..length]),
            }
        }
    }
    Ok(start)
}

/// The bytes of a file, decompressed; those that are on the disk are counted in `count` as they are read. A stream can
/// be read once.
pub(crate) fn open_counted(file: &DataFile, count: &ByteCount) -> io::Result<Box<dyn Read + Send>> {
    let count = count.clone();
    match &file.stream {
        Some(stream) => unpacked(Counted { inner: stream.take(), count }),
        None => unpacked(Counted { inner: open_regular(&file.path)?, count }),
    }
}

/// The text of a file, its line ends as they are; otherwise as [`open_counted`].
pub(crate) fn open_counted_text(
    file: &DataFile,
    encoding: &'static Encoding,
    count: &ByteCount,
) -> io::Result<Box<dyn Read + Send>> {
    open_counted(file, count).map(|bytes| decoded(bytes, encoding))
}

/// How many bytes have been read.
#[derive(Clone, Debug, Default)]
pub(crate) struct ByteCount(Arc<AtomicU64>);

impl ByteCount {
    /// The number so far.
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// First bytes of what is not read, with its name.
const NOT_READ: [(&[u8], &str); 4] = [
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet"),
    (b"%PDF-", "a PDF document"),
];

/// What is not read, by its first bytes. A text may begin with a few of the same letters.
fn archive(first: &[u8]) -> Option<&'static str> {
    match first {
        [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y', ..] => Some("a bzip2 archive"),
        _ => NOT_READ.iter().find(|(known, _)| first.starts_with(known)).map(|(_, what)| *what),
    }
}

/// Number of first bytes that are looked at.
const FIRST: usize = 10;

/// Bytes, unpacked where their first ones say that they are packed, whatever the file is called.
fn unpacked<'a>(bytes: impl Read + Send + 'a) -> io::Result<Box<dyn Read + Send + 'a>> {
    let mut bytes = BufReader::with_capacity(BUFFER, bytes);
    let mut first = [0; FIRST];
    let mut length = 0;
    // A read may give fewer bytes than there are.
    while length < FIRST {
        match bytes.read(&mut first[length..]) {
            Ok(0) => break,
            Ok(n) => length += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let first = &first[..length];
    let whole = io::Cursor::new(first.to_vec()).chain(bytes);
    if is_gzip(first) {
        return Ok(Box::new(expansion::bounded(whole, flate2::read::MultiGzDecoder::new)));
    }
    if is_zstandard(first) {
        return Ok(Box::new(expansion::bounded(whole, |packed| Zstd::new(BufReader::with_capacity(BUFFER, packed)))));
    }
    Ok(Box::new(whole))
}

/// Whether a file is packed, by its first bytes.
pub(crate) fn is_packed(path: &Path) -> io::Result<bool> {
    let mut first = vec![];
    open_regular(path)?.take(FIRST as u64).read_to_end(&mut first)?;
    Ok(is_gzip(&first) || is_zstandard(&first))
}

fn is_gzip(first: &[u8]) -> bool {
    first.starts_with(b"\x1f\x8b")
}

fn is_zstandard(first: &[u8]) -> bool {
    first.starts_with(b"\x28\xb5\x2f\xfd") || is_skippable_frame(first)
}

/// Whether a Zstandard file begins with a frame that is skipped.
fn is_skippable_frame(first: &[u8]) -> bool {
    matches!(first, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Text as UTF-8, decoded from another encoding.
fn decoded<'a>(bytes: Box<dyn Read + Send + 'a>, encoding: &'static Encoding) -> Box<dyn Read + Send + 'a> {
    Box::new(TextBytes { inner: Utf8::new(bytes, encoding), begun: false })
}

/// Bytes of a text, which are refused where they begin as those of an archive or a document.
struct TextBytes<R> {
    inner: R,
    begun: bool,
}

impl<R: Read> Read for TextBytes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let first = !self.begun && n > 0;
        self.begun |= n > 0;
        if first && let Some(what) = archive(&buffer[..n]) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, NotText { what }));
        }
        Ok(n)
    }
}

/// Counts what is read through it.
struct Counted<R> {
    inner: R,
    count: ByteCount,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.0.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Hashes what is read through it.
struct Hashed<'a, R> {
    inner: R,
    hasher: &'a mut blake3::Hasher,
}

impl<R: Read> Read for Hashed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        Ok(n)
    }
}

/// All frames of a Zstandard stream, checksums compared.
struct Zstd<R: BufRead> {
    source: R,
    frame: ruzstd::decoding::FrameDecoder,
    within: bool,
}

impl<R: BufRead> Zstd<R> {
    fn new(source: R) -> Self {
        Self { source, frame: ruzstd::decoding::FrameDecoder::new(), within: false }
    }

    /// Begins the next frame that holds data; `false` at the end of the file.
    fn begin(&mut self) -> io::Result<bool> {
        use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
        while !self.source.fill_buf()?.is_empty() {
            match self.frame.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let skipped = io::copy(&mut (&mut self.source).take(u64::from(length)), &mut io::sink())?;
                    if skipped < u64::from(length) {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(false)
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use ruzstd::decoding::BlockDecodingStrategy;
        loop {
            if !self.within && !self.begin()? {
                return Ok(0);
            }
            self.within = true;
            if !self.frame.is_finished() && self.frame.can_collect() == 0 {
                let strategy = BlockDecodingStrategy::UptoBytes(BUFFER);
                self.frame.decode_blocks(&mut self.source, strategy).map_err(io::Error::other)?;
            }
            let n = self.frame.read(buffer)?;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            if self.frame.is_finished() && self.frame.can_collect() == 0 {
                self.within = false;
                let stored = self.frame.get_checksum_from_data();
                if stored.is_some() && stored != self.frame.get_calculated_checksum() {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "checksum does not match"));
                }
            }
        }
    }
}

/// The mark that some programs write at the beginning of a text in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Gives every line one `\n` at its end, the last too, so that lines are counted alike on every system. A byte order mark
/// at the beginning is left out.
pub(crate) struct LineEnds<R> {
    inner: R,
    buffer: Vec<u8>,
    at: usize,
    after_return: bool,
    begun: bool,
    ended: bool,
    last: u8,
}

impl<R: Read> LineEnds<R> {
    /// The text of these bytes.
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, buffer: vec![], at: 0, after_return: false, begun: false, ended: false, last: b'\n' }
    }

    /// Reads what there is into the empty buffer: at the beginning as much as a byte order mark is long, so that it is
    /// never cut in two.
    fn read_some(&mut self) -> io::Result<()> {
        let least = if self.begun { 1 } else { BYTE_ORDER_MARK.len() };
        let mut length = 0;
        self.buffer.resize(BUFFER, 0);
        while length < least {
            match self.inner.read(&mut self.buffer[length..]) {
                Ok(0) => break,
                Ok(n) => length += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What has come of the beginning is waited on with.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && length > 0 => {}
                Err(error) => {
                    self.buffer.clear();
                    return Err(error);
                }
            }
        }
        self.buffer.truncate(length);
        Ok(())
    }

    /// Fills the buffer with text, or leaves it empty at the end.
    fn refill(&mut self) -> io::Result<()> {
        self.at = 0;
        self.buffer.clear();
        while self.buffer.is_empty() && !self.ended {
            self.read_some()?;
            if self.buffer.is_empty() {
                self.ended = true;
                if self.last != b'\n' {
                    self.buffer.push(b'\n');
                }
                return Ok(());
            }
            if !std::mem::replace(&mut self.begun, true) && self.buffer.starts_with(BYTE_ORDER_MARK) {
                self.buffer.drain(..BYTE_ORDER_MARK.len());
                if self.buffer.is_empty() {
                    continue;
                }
            }
            let length = one_kind(&mut self.buffer, &mut self.after_return);
            self.buffer.truncate(length);
            self.last = self.buffer.last().copied().unwrap_or(self.last);
        }
        Ok(())
    }
}

impl<R: Read> Read for LineEnds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // After the beginning the text is read to where it is wanted.
        while self.at == self.buffer.len() && self.begun && !self.ended && !buffer.is_empty() {
            let read = match self.inner.read(buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let length = one_kind(&mut buffer[..read], &mut self.after_return);
            if let Some(last) = buffer[..length].last() {
                self.last = *last;
                return Ok(length);
            }
        }
        if self.at == self.buffer.len() {
            self.refill()?;
        }
        let rest = &self.buffer[self.at..];
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.at += n;
        Ok(n)
    }
}

/// Makes every line end a `\n`; returns how many bytes are left. `after_return` says whether the byte before was a `\r`, which
/// is a line end together with a `\n`.
fn one_kind(bytes: &mut [u8], after_return: &mut bool) -> usize {
    let mut from = usize::from(std::mem::take(after_return) && bytes.first() == Some(&b'\n'));
    let mut length = 0;
    while from < bytes.len() {
        let end = memchr::memchr(b'\r', &bytes[from..]).map_or(bytes.len(), |at| from + at);
        if from > length {
            bytes.copy_within(from..end, length);
        }
        length += end - from;
        from = end;
        if end < bytes.len() {
            bytes[length] = b'\n';
            length += 1;
            from += 1;
            match bytes.get(from) {
                Some(b'\n') => from += 1,
                Some(_) => {}
                None => *after_return = true,
            }
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &[u8]) -> Vec<u8> {
        let mut out = vec![];
        LineEnds::new(text).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn line_ends_become_one_kind() {
        assert_eq!(lines(b"a\r\nb\rc\n\r\n\nd"), b"a\nb\nc\n\n\nd\n");
        assert_eq!(lines(b""), b"");
        assert_eq!(lines(b"a\r"), b"a\n");
        assert_eq!(
            (lines(b"\xef\xbb\xbfa\xef\xbb\xbf"), lines(b"\xef\xbb\xbf")),
            (b"a\xef\xbb\xbf\n".to_vec(), vec![])
        );
        let mut long = vec![b'x'; BUFFER - 1];
        long.extend(b"\r\ny");
        assert_eq!(lines(&long)[BUFFER - 1..], *b"\ny\n");
    }

    /// Gives a few bytes at a time.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_the_pieces_that_are_read(text in "[\r\na]{0,40}", piece in 1usize..6, room in 1usize..6) {
            let mut expected = text.replace("\r\n", "\n").replace('\r', "\n");
            if !expected.is_empty() && !expected.ends_with('\n') {
                expected.push('\n');
            }
            let mut reader = LineEnds::new(Pieces(text.as_bytes(), piece));
            let (mut found, mut buffer) = (vec![], vec![0; room]);
            loop {
                match reader.read(&mut buffer).unwrap() {
                    0 => break,
                    length => found.extend_from_slice(&buffer[..length]),
                }
            }
            prop_assert_eq!(String::from_utf8(found).unwrap(), expected);
        }

        #[test]
        fn damaged_zstandard_is_an_error_or_text_but_never_a_panic(
            text in proptest::collection::vec(any::<u8>(), 0..400),
            at in 0usize..1000, byte: u8, cut in 0usize..1000,
        ) {
            let whole = ruzstd::encoding::compress_to_vec(&text[..], ruzstd::encoding::CompressionLevel::Fastest);
            let mut out = vec![];
            Zstd::new(&whole[..]).read_to_end(&mut out).unwrap();
            prop_assert_eq!(&out, &text);

            let cut = cut % whole.len();
            if cut > 0 {
                prop_assert!(Zstd::new(&whole[..cut]).read_to_end(&mut vec![]).is_err());
            }
            let mut damaged = whole.clone();
            damaged[at % whole.len()] = byte;
            let _ = Zstd::new(&damaged[..]).read_to_end(&mut vec![]);
        }
    }
}
