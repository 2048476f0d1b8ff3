//! Positions of the protocol: lines, and units of the negotiated encoding.

use gen_lsp_types::{Position, PositionEncodingKind, Range};

/// The unit of columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16, which every client supports.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The preferred one of those a client offers: bytes, which need no conversion.
    pub(super) fn choose(offered: &[PositionEncodingKind]) -> Self {
        match offered {
            offered if offered.contains(&PositionEncodingKind::UTF8) => Encoding::Utf8,
            offered
                if offered.contains(&PositionEncodingKind::UTF32)
                    && !offered.contains(&PositionEncodingKind::UTF16) =>
            {
                Encoding::Utf32
            }
            _ => Encoding::Utf16,
        }
    }

    /// Its name in the protocol.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// The length of a text.
    pub(super) fn length(self, text: &str) -> u32 {
        let length = match self {
            Encoding::Utf8 => text.len(),
            // ASCII text has the same length in every encoding.
            _ if text.is_ascii() => text.len(),
            Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => text.chars().count(),
        };
        u32::try_from(length).unwrap_or(u32::MAX)
    }

    /// How many bytes of `text` are before its column `units`; a column inside of a character is its beginning.
    fn bytes(self, text: &str, units: u32) -> usize {
        let wanted = units as usize;
        let mut seen = 0;
        for (at, letter) in text.char_indices() {
            let length = match self {
                Encoding::Utf8 => letter.len_utf8(),
                Encoding::Utf16 => letter.len_utf16(),
                Encoding::Utf32 => 1,
            };
            if seen + length > wanted {
                return at;
            }
            seen += length;
        }
        text.len()
    }
}

/// Where the lines of a text begin. A line ends with `\n`, `\r\n` or `\r`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        Self { starts: std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect() }
    }

    /// The line of a byte.
    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// A line without its end.
    fn text<'t>(&self, text: &'t str, line: usize) -> &'t str {
        let start = self.starts.get(line).copied().unwrap_or(text.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// The byte of a place; beyond the end of a line is its end, beyond the last line the end of the text.
    pub(super) fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let line = position.line as usize;
        match self.starts.get(line) {
            None => text.len(),
            Some(start) => start + encoding.bytes(self.text(text, line), position.character),
        }
    }

    /// The place of a byte.
    pub(super) fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line(offset);
        let before = text.get(self.starts.get(line).copied().unwrap_or(0)..offset).unwrap_or("");
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), character: encoding.length(before) }
    }

    /// The places of a range of bytes.
    pub(super) fn range(&self, text: &str, range: std::ops::Range<usize>, encoding: Encoding) -> Range {
        Range { start: self.position(text, range.start, encoding), end: self.position(text, range.end, encoding) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn columns_are_counted_in_what_was_agreed_on() {
        let text = "ä𝄞x\r\nsecond\rthird";
        let lines = Lines::of(text);
        for (encoding, column) in [(Encoding::Utf8, 6), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
            assert_eq!(lines.offset(text, at(0, column), encoding), 6, "{encoding:?}");
            assert_eq!(lines.position(text, 6, encoding), at(0, column), "{encoding:?}");
        }
        // Inside of a character, beyond a line, beyond the text.
        assert_eq!(lines.offset(text, at(0, 2), Encoding::Utf16), 2);
        assert_eq!(lines.offset(text, at(0, 99), Encoding::Utf16), 7);
        assert_eq!(lines.offset(text, at(1, 3), Encoding::Utf16), 12);
        assert_eq!(lines.offset(text, at(2, 0), Encoding::Utf16), 16);
        assert_eq!(lines.offset(text, at(9, 0), Encoding::Utf16), text.len());
    }

    #[test]
    fn bytes_are_chosen_where_they_are_offered() {
        use PositionEncodingKind as Kind;
        assert_eq!(Encoding::choose(&[]), Encoding::Utf16);
        assert_eq!(Encoding::choose(&[Kind::UTF16, Kind::UTF8]), Encoding::Utf8);
        assert_eq!(Encoding::choose(&[Kind::UTF32, Kind::UTF16]), Encoding::Utf16);
        assert_eq!(Encoding::choose(&[Kind::UTF32]), Encoding::Utf32);
    }

    proptest! {
        #[test]
        fn every_place_leads_back(text in "(?s)[a-c\r\nä𝄞]{0,40}", encoding in 0..3usize) {
            let encoding = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32][encoding];
            let lines = Lines::of(&text);
            for (offset, _) in text.char_indices() {
                // There is no position between `\r` and `\n`.
                if text[..offset].ends_with('\r') && text[offset..].starts_with('\n') {
                    continue;
                }
                let position = lines.position(&text, offset, encoding);
                prop_assert_eq!(lines.offset(&text, position, encoding), offset);
            }
        }
    }
}
