//! Bytes that can be read once, such as standard input: their beginning can be looked at before all of them are read.

use std::fmt;
use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that can be read once.
#[derive(Clone)]
pub struct ByteStream(Arc<Mutex<StreamState>>);

struct StreamState {
    /// What has been looked at so far.
    seen: Vec<u8>,
    rest: Box<dyn Read + Send>,
}

impl ByteStream {
    /// The bytes that `read` gives.
    pub fn new(read: impl Read + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(StreamState { seen: vec![], rest: Box::new(read) })))
    }

    fn state(&self) -> MutexGuard<'_, StreamState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first bytes: up to the end of the first line, or `count` of them. Waits for no more than that; of what is no
    /// text, for as many as a mark of its format has.
    ///
    /// # Errors
    /// The error of the stream.
    pub fn start(&self, count: usize) -> io::Result<Vec<u8>> {
        /// The length of the longest mark.
        const MARK: usize = 6;
        let mut start = vec![];
        let mut bytes = self.peek().take(count as u64);
        let mut piece = [0; 512];
        loop {
            let length = match bytes.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                length => length?,
            };
            start.extend_from_slice(&piece[..length]);
            let text = start.first().is_none_or(u8::is_ascii) || start.starts_with(b"\xef");
            if length == 0 || start.contains(&b'\n') || (!text && start.len() >= MARK) {
                return Ok(start);
            }
        }
    }

    /// Reads from the first byte on; the same bytes are read again by later calls.
    pub(crate) fn peek(&self) -> StreamPeek {
        StreamPeek { stream: self.clone(), at: 0 }
    }

    /// Reads from the first byte on, for the last time.
    pub(crate) fn take(&self) -> Box<dyn Read + Send> {
        let mut state = self.state();
        let seen = std::mem::take(&mut state.seen);
        let rest = std::mem::replace(&mut state.rest, Box::new(io::empty()));
        Box::new(Cursor::new(seen).chain(rest))
    }
}

impl PartialEq for ByteStream {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ByteStream {}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").finish_non_exhaustive()
    }
}

/// A look at the beginning of a stream.
pub(crate) struct StreamPeek {
    stream: ByteStream,
    at: usize,
}

impl Read for StreamPeek {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.stream.state();
        if self.at == state.seen.len() {
            let StreamState { seen, rest } = &mut *state;
            let found = rest.read(buffer)?;
            seen.extend_from_slice(&buffer[..found]);
            self.at += found;
            return Ok(found);
        }
        let left = &state.seen[self.at..];
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_is_read_again_and_all_of_it_once() {
        let stream = ByteStream::new(&b"one two\nthree"[..]);
        assert_eq!(stream.start(3).unwrap(), b"one");
        assert_eq!(stream.start(7).unwrap(), b"one two");
        let mut all = vec![];
        stream.take().read_to_end(&mut all).unwrap();
        assert_eq!(all, b"one two\nthree");
        assert_eq!(stream.start(3).unwrap(), b"");
    }

    #[test]
    fn no_more_is_waited_for_than_the_first_line() {
        struct Line(usize);
        impl Read for Line {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 += 1;
                assert!(self.0 < 3, "read on after the line");
                buffer[..3].copy_from_slice([b"a,b", b"\n1,"][self.0 - 1]);
                Ok(3)
            }
        }
        assert_eq!(ByteStream::new(Line(0)).start(4096).unwrap(), b"a,b\n1,");
    }
}
