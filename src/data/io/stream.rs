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

    /// The first bytes, `count` of them or all there are.
    ///
    /// # Errors
    /// The error of the stream.
    pub fn start(&self, count: usize) -> io::Result<Vec<u8>> {
        let mut start = vec![];
        self.peek().take(count as u64).read_to_end(&mut start)?;
        Ok(start)
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
        let stream = ByteStream::new(&b"one two three"[..]);
        assert_eq!(stream.start(3).unwrap(), b"one");
        assert_eq!(stream.start(7).unwrap(), b"one two");
        let mut all = vec![];
        stream.take().read_to_end(&mut all).unwrap();
        assert_eq!(all, b"one two three");
        assert_eq!(stream.start(3).unwrap(), b"");
    }
}
