//! Bytes of a pipe, read on a separate thread, so that the reader can continue with what has come so far.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// Bytes that are read at once, and how many such pieces are read ahead.
const PIECE: usize = 1 << 16;
const AHEAD: usize = 16;
/// How long bytes are waited for.
const WAIT: Duration = Duration::from_millis(20);

/// Bytes of a pipe. A read that would wait long for more is an error of the kind `WouldBlock`, after which one can read on.
pub(crate) struct PatientReader {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
}

impl PatientReader {
    /// Reads ahead.
    pub(crate) fn new(mut bytes: Box<dyn Read + Send>) -> Self {
        let (send, pieces) = sync_channel(AHEAD);
        thread::spawn(move || {
            loop {
                let mut piece = vec![0; PIECE];
                let read = bytes.read(&mut piece).map(|length| {
                    piece.truncate(length);
                    piece
                });
                let ended = match &read {
                    Ok(piece) => piece.is_empty(),
                    Err(error) => error.kind() != io::ErrorKind::Interrupted,
                };
                // The receiver is gone where nobody wants more.
                if send.send(read).is_err() || ended {
                    return;
                }
            }
        });
        Self { pieces, piece: vec![], at: 0 }
    }

    /// Reads, and waits no longer than that.
    pub(crate) fn read_within(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize> {
        if self.at == self.piece.len() {
            self.at = 0;
            self.piece.clear();
            self.piece = match self.pieces.recv_timeout(wait) {
                Ok(piece) => piece?,
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::WouldBlock.into()),
                Err(RecvTimeoutError::Disconnected) => vec![],
            };
        }
        let left = &self.piece[self.at..];
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.at += count;
        Ok(count)
    }
}

impl Read for PatientReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_within(buffer, WAIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};

    /// Gives what it is sent, when it is sent.
    struct Sent(Receiver<&'static [u8]>);

    impl Read for Sent {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let piece = self.0.recv().unwrap_or_default();
            buffer[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    #[test]
    fn what_has_come_is_read_once_and_waiting_is_no_end() {
        let (send, sent) = channel();
        let mut reader = PatientReader::new(Box::new(Sent(sent)));
        let mut buffer = [0; 8];
        send.send(&b"one"[..]).unwrap();
        let read = std::iter::from_fn(|| Some(reader.read(&mut buffer))).find_map(Result::ok);
        assert_eq!((read, &buffer[..3]), (Some(3), &b"one"[..]));
        assert_eq!(reader.read(&mut buffer).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert_eq!(reader.read(&mut buffer).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(send);
        let read = std::iter::from_fn(|| Some(reader.read(&mut buffer))).find_map(Result::ok);
        assert_eq!(read, Some(0));
    }
}
