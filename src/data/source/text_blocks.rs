//! Cuts a text into blocks of whole records, so that blocks can be parsed apart from each other. Knows where records end
//! and nothing of what is in them.

use crate::data::io::text_error::{OpenQuote, TooLong};
use crate::data::source::json_array::{ArrayScan, BETWEEN};
use memchr::{memchr, memchr2};
use std::io::{self, Read};

/// Bytes that are read at once.
const READ: usize = 1 << 17;
/// Where no bound is given, a record has at most so many bytes.
const LONGEST: usize = 64 << 20;
/// A block ends with the first record beyond so many bytes, however few records it has.
const LARGEST: usize = 8 << 20;
/// About how many bytes a block has, and how many records at most, where the caller names no number.
const SIZE: usize = 1 << 19;
const MOST: usize = 1 << 14;
/// Number of records of the first such block.
const FEW: usize = 64;

/// The way records end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordEnd {
    /// With the line.
    Line,
    /// With the line, and one of blanks is no record; or with the element, where the text is a JSON array.
    Json,
    /// With the line, unless it ends within quotes; a quote opens where a cell begins, after the separator.
    UnquotedLine {
        /// The separator of cells.
        separator: u8,
        /// The quote.
        quote: u8,
    },
}

/// Some records of a text, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextBlock {
    /// Whole lines.
    pub bytes: Vec<u8>,
    /// The line of the text that the first byte is on, counted from 1.
    pub first_line: u64,
    /// Number of records.
    pub records: usize,
    /// What is between two records.
    pub separator: u8,
}

impl TextBlock {
    /// The records, trimmed, and the line that each begins on; blank ones are left out.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut line = self.first_line;
        self.bytes.split(|byte| *byte == self.separator).filter_map(move |text| {
            let lines = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count() as u64;
            let first = line + lines(&text[..text.len() - text.trim_ascii_start().len()]);
            line += lines(text) + u64::from(self.separator == b'\n');
            Some((first, text.trim_ascii())).filter(|(_, text)| !text.is_empty())
        })
    }
}

/// The place of the next byte within a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScanState {
    Unquoted,
    Quoted,
    /// After a quote within quotes: another one stands for itself, anything else is outside of the quotes.
    QuoteInQuoted,
}

/// The blocks of a text.
pub(crate) struct TextBlocks<R> {
    text: R,
    end: RecordEnd,
    /// The first byte of lines that are no records.
    comment: Option<u8>,
    /// The scan of a JSON array; `None` before the first letter of a text is known.
    array: Option<Option<ArrayScan>>,
    /// Text that is not in a block yet, and room for more of it; blocks begin at its beginning.
    buffer: Vec<u8>,
    /// How much of the buffer is text.
    filled: usize,
    /// How much of it has been scanned.
    scanned: usize,
    /// Where the record begins that is being scanned.
    record: usize,
    state: ScanState,
    /// Where the last quote was opened.
    quote: usize,
    /// The line of the first byte of the buffer.
    line: u64,
    /// Number of records of the next block of the usual size.
    sized: usize,
    /// The most bytes of a record.
    longest: usize,
    ended: bool,
    failed: Option<io::Error>,
    /// Whether more of the text may come, and has not yet.
    waiting: bool,
    /// Whether the last element that was found in a JSON array is one.
    element: bool,
}

impl<R: Read> TextBlocks<R> {
    /// The blocks of a text whose lines all end in `\n`.
    pub(crate) fn new(text: R, end: RecordEnd) -> Self {
        Self {
            text,
            end,
            comment: None,
            array: if end == RecordEnd::Json { None } else { Some(None) },
            buffer: vec![],
            filled: 0,
            scanned: 0,
            record: 0,
            state: ScanState::Unquoted,
            quote: 0,
            line: 1,
            sized: FEW,
            longest: LONGEST,
            ended: false,
            failed: None,
            waiting: false,
            element: false,
        }
    }

    /// The same with another bound of the bytes of a record.
    pub(crate) fn with_longest_record(mut self, longest: usize) -> Self {
        self.longest = longest;
        self
    }

    /// With lines that begin with this byte, which are part of a block and no records.
    pub(crate) fn with_comments(mut self, comment: Option<u8>) -> Self {
        self.comment = comment;
        self
    }

    /// Leaves out the first lines. Comes before the first block.
    pub(crate) fn skip_lines(&mut self, lines: usize) -> io::Result<()> {
        for _ in 0..lines {
            let end = loop {
                if let Some(at) = memchr(b'\n', &self.buffer[..self.filled]) {
                    break at + 1;
                }
                if let Some(error) = self.failed.take() {
                    return Err(error);
                }
                if self.ended {
                    return Ok(());
                }
                self.read();
            };
            self.buffer.copy_within(end..self.filled, 0);
            self.filled -= end;
            self.line += 1;
        }
        Ok(())
    }

    /// The line that the next block begins on.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Whether the last block is short because no more of the text has come yet.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting
    }

    /// The next block of about half a megabyte, by the length of the records in the block before.
    pub(crate) fn next_sized(&mut self) -> io::Result<Option<TextBlock>> {
        let block = self.next(self.sized)?;
        if let Some(block) = &block {
            self.sized = (SIZE / (block.bytes.len() / block.records.max(1)).max(1)).clamp(1, MOST);
        }
        Ok(block)
    }

    /// The next block of at most `records` records, at least 1; `None` at the end. Blank lines are part of a block and no
    /// records.
    ///
    /// # Errors
    /// The error of the text, after the records before it.
    pub(crate) fn next(&mut self, records: usize) -> io::Result<Option<TextBlock>> {
        let mut found = 0;
        loop {
            while let Some(end) = self.record_end() {
                let counts = match self.array {
                    Some(Some(_)) => self.element,
                    _ => !self.is_blank(end) && !self.in_comment(),
                };
                self.record = end;
                found += usize::from(counts);
                if found == records || end >= LARGEST && found > 0 {
                    return Ok(Some(self.cut(end, found)));
                }
            }
            if self.ended
                && self.failed.is_none()
                && let Some(Some(array)) = &self.array
            {
                self.failed = array.end();
            }
            if self.ended && self.failed.is_none() && matches!(self.state, ScanState::Quoted) {
                let quoted = &self.buffer[self.quote..self.filled];
                let one_line = memchr(b'\n', quoted).is_none_or(|at| at + 1 == quoted.len());
                // A quote that is open on the last line is one cell of it.
                if !one_line {
                    self.open_quote();
                }
            }
            if self.ended {
                // The records before an error, then the error; what it has cut off is no record.
                let end = if self.failed.is_some() { self.record } else { self.filled };
                let rest = self.buffer[self.record.min(end)..end].trim_ascii();
                found += usize::from(!rest.is_empty() && !self.in_comment());
                if found > 0 {
                    return Ok(Some(self.cut(end, found)));
                }
                return self.failed.take().map_or(Ok(None), Err);
            }
            self.read();
            if self.filled - self.record > self.longest {
                self.too_long();
            }
            if self.waiting && found > 0 {
                return Ok(Some(self.cut(self.record, found)));
            }
        }
    }

    /// Whether the record that ends at `end` is a line without content: in lines of JSON also one of blanks.
    fn is_blank(&self, end: usize) -> bool {
        match self.end {
            RecordEnd::Json => self.buffer[self.record..end].trim_ascii().is_empty(),
            RecordEnd::Line | RecordEnd::UnquotedLine { .. } => end - self.record == 1,
        }
    }

    /// Whether the line that the current record would begin on is no record.
    fn in_comment(&self) -> bool {
        self.comment.is_some() && self.comment == self.buffer[..self.filled].get(self.record).copied()
    }

    /// Scans to the end of the current record; `None` where the buffer ends before it.
    fn record_end(&mut self) -> Option<usize> {
        if self.array.is_none() {
            self.array = self.begin_json();
        }
        if let Some(Some(array)) = &mut self.array {
            let (end, element) = array.element_end(&mut self.buffer[..self.filled], &mut self.scanned)?;
            self.element = element;
            return Some(end);
        }
        let RecordEnd::UnquotedLine { separator, quote } = self.end else {
            return self.line_end();
        };
        if self.in_comment() {
            return self.line_end();
        }
        while self.scanned < self.filled {
            let rest = &self.buffer[self.scanned..self.filled];
            match self.state {
                ScanState::Unquoted => {
                    let Some(at) = memchr2(b'\n', quote, rest) else {
                        self.scanned = self.filled;
                        return None;
                    };
                    let place = self.scanned + at;
                    self.scanned = place + 1;
                    if rest[at] == b'\n' {
                        return Some(self.scanned);
                    }
                    if place == self.record || self.buffer[place - 1] == separator {
                        self.state = ScanState::Quoted;
                        self.quote = place;
                    }
                }
                ScanState::Quoted => match memchr(quote, rest) {
                    Some(at) => {
                        self.scanned += at + 1;
                        self.state = ScanState::QuoteInQuoted;
                    }
                    None => self.scanned = self.filled,
                },
                ScanState::QuoteInQuoted if rest[0] == quote => {
                    self.scanned += 1;
                    self.state = ScanState::Quoted;
                }
                ScanState::QuoteInQuoted => {
                    let ends = rest[0] == separator || rest[0] == b'\n';
                    // Letters after a closing quote are left to the parser, unless the quotes enclose lines.
                    if !ends && memchr(b'\n', &self.buffer[self.quote..self.scanned]).is_some() {
                        return self.open_quote();
                    }
                    self.state = ScanState::Unquoted;
                }
            }
        }
        None
    }

    /// Decides by the first letter whether a JSON text is an array, whose bracket is left out.
    fn begin_json(&mut self) -> Option<Option<ArrayScan>> {
        let at = self.buffer[..self.filled].iter().position(|byte| !byte.is_ascii_whitespace())?;
        if self.buffer[at] != b'[' {
            return Some(None);
        }
        self.buffer[at] = b' ';
        Some(Some(ArrayScan::new()))
    }

    /// Scans to the end of the current line.
    fn line_end(&mut self) -> Option<usize> {
        let found = memchr(b'\n', &self.buffer[self.scanned..self.filled]);
        self.scanned = found.map_or(self.filled, |at| self.scanned + at + 1);
        found.map(|_| self.scanned)
    }

    /// Ends the text before the current record, whose quote is not closed.
    fn open_quote(&mut self) -> Option<usize> {
        let before = memchr::memchr_iter(b'\n', &self.buffer[..self.quote]).count() as u64;
        self.failed = Some(io::Error::other(OpenQuote { line: self.line + before }));
        self.ended = true;
        None
    }

    /// Ends the text before the current record, which is too long.
    fn too_long(&mut self) {
        let before = memchr::memchr_iter(b'\n', &self.buffer[..self.record]).count() as u64;
        self.failed = Some(io::Error::other(TooLong { line: self.line + before, most: self.longest }));
        self.ended = true;
        self.state = ScanState::Unquoted;
        self.scanned = self.filled;
    }

    fn cut(&mut self, end: usize, records: usize) -> TextBlock {
        let bytes = self.take(end);
        let separator = if matches!(self.array, Some(Some(_))) { BETWEEN } else { b'\n' };
        let block = TextBlock { first_line: self.line, records, bytes, separator };
        self.line += memchr::memchr_iter(b'\n', &block.bytes).count() as u64;
        self.scanned = self.scanned.saturating_sub(end);
        self.record -= end.min(self.record);
        self.quote = self.quote.saturating_sub(end);
        block
    }

    /// Takes the first bytes of the buffer out of it.
    fn take(&mut self, end: usize) -> Vec<u8> {
        let rest = end..self.filled;
        self.filled = rest.len();
        if end <= READ {
            let bytes = self.buffer[..end].to_vec();
            self.buffer.copy_within(rest, 0);
            return bytes;
        }
        // Room for another block of this length.
        let mut next = vec![0; end.max(rest.len()) + READ];
        next[..rest.len()].copy_from_slice(&self.buffer[rest]);
        let mut bytes = std::mem::replace(&mut self.buffer, next);
        bytes.truncate(end);
        bytes
    }

    /// Reads more text, or notes its end.
    fn read(&mut self) {
        let end = self.filled + READ;
        if self.buffer.len() < end {
            self.buffer.resize(end.max(2 * self.filled), 0);
        }
        let read = self.text.read(&mut self.buffer[self.filled..end]);
        self.waiting = matches!(&read, Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        self.filled += *read.as_ref().unwrap_or(&0);
        match read {
            Ok(0) => self.ended = true,
            Ok(_) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
            Err(error) => {
                self.ended = true;
                self.failed = Some(error);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn blocks(text: &str, end: RecordEnd, records: usize) -> Vec<TextBlock> {
        let mut blocks = TextBlocks::new(text.as_bytes(), end);
        std::iter::from_fn(|| blocks.next(records).unwrap()).collect()
    }

    const COMMAS: RecordEnd = RecordEnd::UnquotedLine { separator: b',', quote: b'"' };

    fn cells(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        rows.byte_records().map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
    }

    #[test]
    fn blank_lines_are_counted_and_are_no_records() {
        let found = blocks("a\n\n\nb\n \nc\n", COMMAS, 1);
        let shown: Vec<(u64, &[u8])> = found.iter().map(|block| (block.first_line, &block.bytes[..])).collect();
        assert_eq!(shown, [(1, &b"a\n"[..]), (2, b"\n\nb\n"), (5, b" \n"), (6, b"c\n")]);
        let found = blocks("{}\n \n\n{}\n", RecordEnd::Json, 1);
        assert_eq!((found.len(), found[1].first_line), (2, 2));
        // Cells of blanks are a record.
        assert_eq!(blocks("a\tb\n\t\n\n", RecordEnd::Line, 9)[0].records, 2);
    }

    #[test]
    fn elements_of_a_json_array_are_records_on_their_lines() {
        let text = " \n[\n {\"a\": \"],\\\"[\"},\n{\"b\":\n [1, {}]} , 3\n,\n\n{}\n]\n \n";
        for (records, sizes) in [(1, &[1, 1, 1, 1][..]), (3, &[3, 1]), (9, &[4])] {
            let found = blocks(text, RecordEnd::Json, records);
            assert_eq!(found.iter().map(|block| block.records).collect::<Vec<_>>(), sizes);
            let elements = found.iter().flat_map(TextBlock::texts);
            let elements = elements.map(|(line, text)| (line, String::from_utf8_lossy(text).into_owned()));
            let expected = [(3, "{\"a\": \"],\\\"[\"}"), (4, "{\"b\":\n [1, {}]}"), (5, "3"), (8, "{}")];
            assert_eq!(elements.collect::<Vec<_>>(), expected.map(|(line, text)| (line, text.to_owned())), "{records}");
        }
        assert!(blocks("[]\n", RecordEnd::Json, 2).is_empty());
        assert!(blocks("[\n\n]\n\n", RecordEnd::Json, 2).is_empty());
        let mut cut = TextBlocks::new(&b"[{}, {\n"[..], RecordEnd::Json);
        assert_eq!(cut.next(9).unwrap().unwrap().records, 1);
        assert!(cut.next(9).is_err());
    }

    #[test]
    fn lines_of_comment_are_counted_and_are_no_records() {
        let text = "#\"a\nx\n\"#\ny\"\n# b\nz#\n#";
        let mut source = TextBlocks::new(text.as_bytes(), COMMAS).with_comments(Some(b'#'));
        let mut found = vec![];
        while let Some(block) = source.next(1).unwrap() {
            found.push((block.first_line, String::from_utf8(block.bytes).unwrap()));
        }
        let expected = [(1, "#\"a\nx\n"), (3, "\"#\ny\"\n"), (5, "# b\nz#\n")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
        let mut comments = TextBlocks::new(&b"# a\n# b\n"[..], RecordEnd::Line).with_comments(Some(b'#'));
        assert_eq!(comments.next(1).unwrap(), None);
    }

    #[test]
    fn first_lines_are_left_out_and_counted() {
        let mut source = TextBlocks::new(&b"\"1\n2\n3\n4\n"[..], COMMAS);
        source.skip_lines(2).unwrap();
        let block = source.next(9).unwrap().unwrap();
        assert_eq!((block.first_line, block.records, &block.bytes[..]), (3, 2, &b"3\n4\n"[..]));
        let mut short = TextBlocks::new(&b"1\n"[..], COMMAS);
        short.skip_lines(2).unwrap();
        assert_eq!(short.next(1).unwrap(), None);
    }

    #[test]
    fn a_record_without_an_end_is_an_error_after_the_records_before_it() {
        for (quote, end) in [("", RecordEnd::Line), ("\"", COMMAS), ("[{\"a\": \"", RecordEnd::Json)] {
            let before: &[u8] = if end == RecordEnd::Json { b"" } else { b"a\nb\n" };
            let text = before.chain(quote.as_bytes()).chain(io::repeat(b'x'));
            let mut blocks = TextBlocks::new(text, end).with_longest_record(1 << 20);
            if !before.is_empty() {
                assert_eq!(blocks.next(10).unwrap().unwrap().bytes, before);
            }
            let error = blocks.next(10).unwrap_err();
            let TooLong { line, most } = error.get_ref().and_then(|error| error.downcast_ref()).unwrap();
            assert_eq!((*line, *most), (if before.is_empty() { 1 } else { 3 }, 1 << 20));
        }
        // Long records that have an end are cut into blocks of few.
        let long = format!("{}\n", "x".repeat(3 << 20)).repeat(9);
        assert_eq!(
            blocks(&long, RecordEnd::Line, 1000).iter().map(|block| block.records).collect::<Vec<_>>(),
            [3, 3, 3]
        );
    }

    #[test]
    fn an_error_comes_after_the_records_before_it() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("damaged"))
            }
        }
        let mut blocks = TextBlocks::new((&b"a\nb\nhalf"[..]).chain(Broken), RecordEnd::Line);
        assert_eq!(blocks.next(10).unwrap().unwrap().bytes, b"a\nb\n");
        assert_eq!(blocks.next(10).unwrap_err().to_string(), "damaged");
        assert_eq!(blocks.line(), 3);
    }

    proptest! {
        #[test]
        fn blocks_hold_the_records_that_the_whole_text_has(
            text in proptest::collection::vec(prop_oneof![Just("\n"), Just("\""), Just(","), Just("a"), Just("\"\""), Just(" ")], 0..60),
            records in 1usize..5,
        ) {
            let mut text = text.concat();
            // A text whose quotes are never closed is one record to its end.
            text.push('\n');
            let whole = cells(text.as_bytes());
            let mut source = TextBlocks::new(text.as_bytes(), COMMAS);
            let mut found = vec![];
            let error = loop {
                match source.next(records) {
                    Ok(Some(block)) => found.push(block),
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            };
            let bytes: Vec<u8> = found.iter().flat_map(|block| block.bytes.clone()).collect();
            if let Some(error) = error {
                // A cell of several lines whose quotes do not enclose it: the records before it are read, and its line is told.
                let line = error.get_ref().and_then(|error| error.downcast_ref::<OpenQuote>()).unwrap().line;
                let before: Vec<_> = found.iter().flat_map(|block| cells(&block.bytes)).collect();
                prop_assert_eq!(&whole[..before.len()], &before[..]);
                let quoted = text.lines().nth(line as usize - 1).unwrap();
                prop_assert!(quoted.contains('"'), "{quoted:?}");
                prop_assert!(whole[before.len()].iter().any(|cell| cell.contains(&b'\n')));
                return Ok(());
            }
            // Blank lines at the end are in no block.
            let rest = text.as_bytes().strip_prefix(&bytes[..]).unwrap();
            prop_assert!(rest.iter().all(|byte| *byte == b'\n'));
            let parsed: Vec<_> = found.iter().map(|block| cells(&block.bytes)).collect();
            for (block, cells) in found.iter().zip(&parsed) {
                prop_assert_eq!(block.records, cells.len(), "{:?}", block);
            }
            prop_assert_eq!(parsed.concat(), whole);
        }
    }
}
