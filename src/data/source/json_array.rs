//! The elements of a JSON array as records: finds where each ends, and knows nothing of what is in it.

use std::io;

/// What stands between two elements in the place of a comma: a control character, which no JSON text may hold.
pub(crate) const BETWEEN: u8 = 0x1e;

/// A scan of a text that is a JSON array. Its brackets are replaced by spaces and the commas between elements by
/// [`BETWEEN`], so that every element is a JSON text on the lines that it was on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ArrayScan {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Whether anything but blanks is in the current element.
    begun: bool,
    closed: bool,
}

impl ArrayScan {
    /// The scan of a text after its opening bracket.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Scans from `at` to the end of the current element; gives the place after it, and whether there is an element.
    pub(crate) fn element_end(&mut self, text: &mut [u8], at: &mut usize) -> Option<(usize, bool)> {
        while *at < text.len() {
            let byte = text[*at];
            *at += 1;
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            let ends = self.depth == 0 && !self.closed && matches!(byte, b',' | b']');
            match byte {
                _ if ends => {
                    text[*at - 1] = if byte == b',' { BETWEEN } else { b' ' };
                    self.closed = byte == b']';
                    // An array may be empty; between two commas there is an element, which is reported.
                    let element = std::mem::take(&mut self.begun) || byte == b',';
                    return Some((*at, element));
                }
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.begun |= !byte.is_ascii_whitespace();
        }
        None
    }

    /// The error of a text that has ended.
    pub(crate) fn end(&self) -> Option<io::Error> {
        let unclosed = || io::Error::new(io::ErrorKind::UnexpectedEof, "its JSON array is not closed");
        (!self.closed).then(unclosed)
    }
}
