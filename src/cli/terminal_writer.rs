//! Results on a terminal: what is hidden in them is shown by its escapes, so that cells and names cannot act on the terminal.

use crate::diag::visible_lines;
use std::io::{self, Write};

/// Writes texts in UTF-8 to a terminal.
pub(super) struct TerminalWriter<W> {
    inner: W,
    /// The beginning of a character whose other bytes have not come.
    begun: Vec<u8>,
}

impl<W: Write> TerminalWriter<W> {
    /// For this terminal.
    pub(super) fn new(inner: W) -> Self {
        Self { inner, begun: vec![] }
    }
}

impl<W: Write> Write for TerminalWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.begun) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.begun.len(),
        };
        let text = String::from_utf8_lossy(&self.begun[..whole]).into_owned();
        self.begun.drain(..whole);
        self.inner.write_all(visible_lines(&text, false).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_shown_however_they_are_cut() {
        let text = "p_é\u{202e},\u{1b}[2J\u{7}\n";
        for size in 1..text.len() {
            let mut writer = TerminalWriter::new(vec![]);
            text.as_bytes().chunks(size).for_each(|bytes| writer.write_all(bytes).unwrap());
            assert_eq!(String::from_utf8(writer.inner).unwrap(), "p_é\\u{202e},\\u{1b}[2J\\u{7}\n", "{size}");
        }
    }
}
