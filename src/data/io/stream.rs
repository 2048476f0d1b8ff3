//! Bytes that can be read once, such as standard input: their beginning can be looked at before all of them are read.

use crate::data::io::patient::PatientReader;
use std::fmt;
use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Between two looks at whether more has come.
const PAUSE: Duration = Duration::from_millis(2);

/// Bytes that can be read once.
#[derive(Clone)]
pub struct ByteStream(Arc<Mutex<StreamState>>);

struct StreamState {
    /// What has been looked at so far.
    seen: Vec<u8>,
    /// What follows, unless it was taken.
    rest: Option<PatientReader>,
}

/// Bytes that are waited for as long as it takes.
struct Waiting<R>(R);

impl<R: Read> Read for Waiting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
        }
    }
}

impl ByteStream {
    /// The bytes that `read` gives.
    pub fn new(read: impl Read + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(StreamState { seen: vec![], rest: Some(PatientReader::new(Box::new(read))) })))
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
            let packed = start.starts_with(b"\x1f\x8b");
            let text = !packed && start.first().is_none_or(u8::is_ascii) || start.starts_with(b"\xef");
            if length == 0 || start.contains(&b'\n') || (!text && start.len() >= MARK) {
                return Ok(start);
            }
        }
    }

    /// Reads from the first byte on; the same bytes are read again by later calls.
    pub(crate) fn peek(&self) -> impl Read + Send + 'static {
        StreamPeek { stream: self.clone(), at: 0 }
    }

    /// Reads from the first byte on, for the last time.
    pub(crate) fn take(&self) -> Box<dyn Read + Send> {
        let mut state = self.state();
        let seen = std::mem::take(&mut state.seen);
        match state.rest.take() {
            Some(rest) => Box::new(Cursor::new(seen).chain(Waiting(rest))),
            None => Box::new(Cursor::new(seen)),
        }
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

/// A look at the beginning of a stream. Nothing is left of it once the stream is taken.
struct StreamPeek {
    stream: ByteStream,
    at: usize,
}

impl Read for StreamPeek {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut state = self.stream.state();
            if let Some(left) = state.seen.get(self.at..).filter(|left| !left.is_empty()) {
                let count = left.len().min(buffer.len());
                buffer[..count].copy_from_slice(&left[..count]);
                self.at += count;
                return Ok(count);
            }
            let StreamState { seen, rest } = &mut *state;
            let Some(rest) = rest else { return Ok(0) };
            match rest.read_within(buffer, Duration::ZERO) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => {
                    let found = read?;
                    seen.extend_from_slice(&buffer[..found]);
                    self.at += found;
                    return Ok(found);
                }
            }
            // Others may take the stream meanwhile.
            drop(state);
            thread::sleep(PAUSE);
        }
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
        let (send, sent) = std::sync::mpsc::channel::<&[u8]>();
        struct Sent(std::sync::mpsc::Receiver<&'static [u8]>);
        impl Read for Sent {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let piece = self.0.recv().unwrap_or_default();
                buffer[..piece.len()].copy_from_slice(piece);
                Ok(piece.len())
            }
        }
        let stream = ByteStream::new(Sent(sent));
        send.send(b"a,b").unwrap();
        send.send(b"\n1,").unwrap();
        // More never comes, as long as it is not read.
        assert_eq!(stream.start(4096).unwrap(), b"a,b\n1,");
        send.send(b"2\n").unwrap();
        drop(send);
        let mut all = String::new();
        stream.take().read_to_string(&mut all).unwrap();
        assert_eq!(all, "a,b\n1,2\n");
    }
}
