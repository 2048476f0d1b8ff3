//! The first line `sep=;`, which tells Excel what separates the cells of the lines that follow.

use crate::data::io::paths::DataFile;
use crate::data::io::reader::{self, BYTE_ORDER_MARK};
use crate::spec::TextFormat;
use encoding_rs::{Encoding, UTF_8};
use std::io::Read;

/// The longest such line, with its end.
const LONGEST: usize = 8;

/// The separator that the first line of a text declares, if that is all it does.
pub(crate) fn declared_separator(text: &[u8]) -> Option<char> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let (start, separator) = (line.get(..4)?, line.get(4..)?);
    match separator {
        [byte] if start.eq_ignore_ascii_case(b"sep=") && byte.is_ascii() && !byte.is_ascii_alphanumeric() => {
            Some(char::from(*byte))
        }
        _ => None,
    }
}

/// The format of tables of which the first declares its separator, unless first lines are left out anyway: that line is left
/// out. Any other format is as it was.
pub(crate) fn with_declared_separator(files: &[DataFile], format: &TextFormat) -> TextFormat {
    let Some(file) = files.first().filter(|_| format.skip == 0) else { return format.clone() };
    let encoding = Encoding::for_label(format.encoding.as_bytes()).unwrap_or(UTF_8);
    let mut start = vec![];
    // What cannot be read is reported by the reader of the table.
    if let Ok(mut text) = reader::peek(file, encoding) {
        let mut piece = [0; LONGEST];
        while start.len() < LONGEST && !start.contains(&b'\n') {
            match text.read(&mut piece) {
                Ok(0) | Err(_) => break,
                Ok(length) => start.extend_from_slice(&piece[..length]),
            }
        }
    }
    match declared_separator(&start) {
        Some(separator) => TextFormat { separator, skip: 1, ..format.clone() },
        None => format.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_declares_a_separator_does_nothing_else() {
        for (text, expected) in [
            ("sep=;\na;b\n", Some(';')),
            ("\u{feff}SEP=,\r\n", Some(',')),
            ("sep=\t\n", Some('\t')),
            ("sep=\n", None),
            ("sep=;;\n", None),
            ("sep=a\n", None),
            ("sepal;b\n", None),
            ("", None),
        ] {
            assert_eq!(declared_separator(text.as_bytes()), expected, "{text:?}");
        }
    }
}
