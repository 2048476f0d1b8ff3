//! How the records of a text lie in a file, of any format of text: its encoding, and where records begin and end.

use crate::data::source::text_blocks::{RecordEnd, TextBlocks};
use crate::spec::TextFormat;
use encoding_rs::{Encoding, UTF_8};
use std::io::{self, Read};

/// How the records of a text lie in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextLayout {
    /// The encoding of a text without a byte order mark.
    pub encoding: &'static Encoding,
    /// Whether the first record names the columns.
    pub header: bool,
    /// The separator of cells.
    pub separator: u8,
    /// What encloses cells.
    pub quote: Option<u8>,
    /// The first byte of lines that are no records.
    pub comment: Option<u8>,
    skip: usize,
    end: RecordEnd,
}

impl TextLayout {
    /// The layout of a table of cells.
    pub(crate) fn of(format: &TextFormat) -> Self {
        let byte = |letter: char| u8::try_from(letter).ok().filter(u8::is_ascii);
        let separator = byte(format.separator).unwrap_or(b',');
        let quote = format.quote.and_then(byte);
        Self {
            encoding: Encoding::for_label(format.encoding.as_bytes()).unwrap_or(UTF_8),
            header: format.header,
            separator,
            quote,
            comment: format.comment.and_then(byte),
            skip: format.skip,
            end: quote.map_or(RecordEnd::Line, |quote| RecordEnd::UnquotedLine { separator, quote }),
        }
    }

    /// The same after its first lines have been left out.
    pub(crate) fn without_skipped_lines(self) -> Self {
        Self { skip: 0, ..self }
    }

    /// Whether records are values of JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.end == RecordEnd::Json
    }

    /// The layout of lines of JSON, or of a JSON array.
    pub(crate) fn json() -> Self {
        let lines = Self::of(&TextFormat { header: false, ..TextFormat::csv() });
        Self { end: RecordEnd::Json, ..lines }
    }

    /// The cells of whole records.
    pub(crate) fn records<'a>(&self, bytes: &'a [u8]) -> csv::Reader<&'a [u8]> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .quote(self.quote.unwrap_or(b'"'))
            .quoting(self.quote.is_some())
            .comment(self.comment)
            .from_reader(bytes)
    }

    /// The records of a text whose lines all end in `\n`.
    ///
    /// # Errors
    /// The error of the text, or one if a record has more than `longest` bytes.
    pub(crate) fn blocks<R: Read>(&self, text: R, longest: usize) -> io::Result<TextBlocks<R>> {
        let mut blocks = TextBlocks::new(text, self.end).with_comments(self.comment).with_longest_record(longest);
        blocks.skip_lines(self.skip)?;
        Ok(blocks)
    }
}
