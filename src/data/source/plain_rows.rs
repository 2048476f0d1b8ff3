//! Finds the cells of records that hold no quotes: each is a line, cut at the separator. Many rows at once, so that they can
//! be read column by column.

use std::ops::Range;

/// Bytes that are compared at once.
const WINDOW: usize = 64;

/// A text of records without quotes, whose lines all end in `\n`.
pub(crate) struct PlainRows<'a> {
    bytes: &'a [u8],
    separator: u8,
    /// The first byte of lines that are no records.
    comment: Option<u8>,
    /// Cells of a record.
    width: usize,
    /// Where the next record begins, and on which line.
    next: usize,
    line: u64,
    /// Which bytes of the current window are separators and line ends, those aside that have been passed; and where the
    /// window begins.
    hits: u64,
    window: usize,
}

/// Rows of one block that follow on each other, with the places of their cells.
#[derive(Debug, Default)]
pub(crate) struct PlainBatch {
    /// For each row where its cells begin, and the place after its end.
    places: Vec<usize>,
    /// Numbers of places of a row.
    stride: usize,
    /// Number of rows.
    rows: usize,
    /// The first row of each run of rows on consecutive lines, and its line.
    runs: Vec<(usize, u64)>,
    /// The record after them, which has another number of cells.
    odd: Option<OddRow>,
}

/// A record that has another number of cells than the table has columns.
#[derive(Debug)]
pub(crate) struct OddRow {
    /// Where its cells begin, and the place after its end.
    places: Vec<usize>,
    /// Its line.
    pub(crate) line: u64,
}

impl<'a> PlainRows<'a> {
    /// The records of a text that begins on `line`, of a table of `width` columns.
    pub(crate) fn new(bytes: &'a [u8], line: u64, width: usize, separator: u8, comment: Option<u8>) -> Self {
        let mut rows = Self { bytes, separator, comment, width, next: 0, line, hits: 0, window: 0 };
        rows.hits = rows.find(0);
        rows
    }

    /// The separators and line ends of a window: a bit for each byte.
    fn find(&self, window: usize) -> u64 {
        let rest = self.bytes.get(window..).unwrap_or_default();
        match rest.first_chunk::<WINDOW>() {
            Some(bytes) => hits(bytes, self.separator),
            None => {
                // No separator and no line end is this byte.
                let mut bytes = [0xff; WINDOW];
                bytes[..rest.len()].copy_from_slice(rest);
                hits(&bytes, self.separator)
            }
        }
    }

    /// The place of the next separator or line end, from which the search goes on; the end of the text where there is none.
    fn next_hit(&mut self) -> usize {
        while self.hits == 0 {
            self.window += WINDOW;
            if self.window >= self.bytes.len() {
                self.window = self.bytes.len();
                return self.bytes.len();
            }
            self.hits = self.find(self.window);
        }
        let at = self.window + self.hits.trailing_zeros() as usize;
        self.hits &= self.hits - 1;
        at
    }

    /// Reads the next rows into `batch`: at most `most` of them, and an odd one after them if there is one. Returns whether
    /// there was any.
    pub(crate) fn read(&mut self, most: usize, batch: &mut PlainBatch) -> bool {
        batch.clear(self.width);
        while batch.rows < most && self.next < self.bytes.len() {
            let (begin, line) = (self.next, self.line);
            let first = batch.places.len();
            batch.places.push(begin);
            loop {
                let at = self.next_hit();
                batch.places.push(at + 1);
                if self.bytes.get(at) != Some(&self.separator) {
                    self.next = at + 1;
                    break;
                }
            }
            self.line += 1;
            let blank = self.next == begin + 1;
            if blank || self.comment.is_some_and(|comment| self.bytes[begin] == comment) {
                batch.places.truncate(first);
                continue;
            }
            if batch.places.len() - first != batch.stride {
                batch.odd = Some(OddRow { places: batch.places.split_off(first), line });
                return true;
            }
            let follows = batch.runs.last().is_some_and(|(row, begin)| begin + (batch.rows - row) as u64 == line);
            if !follows {
                batch.runs.push((batch.rows, line));
            }
            batch.rows += 1;
        }
        batch.rows > 0
    }
}

impl PlainBatch {
    fn clear(&mut self, width: usize) {
        (self.stride, self.rows, self.odd) = (width + 1, 0, None);
        self.places.clear();
        self.runs.clear();
    }

    /// The odd row after them, if there is one.
    pub(crate) fn odd(&self) -> Option<&OddRow> {
        self.odd.as_ref()
    }

    /// The places of the cells of a column, row by row.
    pub(crate) fn column(&self, column: usize) -> impl Iterator<Item = Range<usize>> {
        self.places.chunks_exact(self.stride).map(move |row| row[column]..row[column + 1] - 1)
    }

    /// The line of a row.
    pub(crate) fn line(&self, row: usize) -> u64 {
        let after = self.runs.partition_point(|(first, _)| *first <= row);
        self.runs[..after].last().map_or(0, |(first, line)| line + (row - first) as u64)
    }

    /// Runs of rows on consecutive lines: how many rows, and the line of the first.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (usize, u64)> {
        let ends = self.runs.iter().skip(1).map(|(first, _)| *first).chain([self.rows]);
        self.runs.iter().zip(ends).map(|((first, line), end)| (end - first, *line))
    }
}

impl OddRow {
    /// Number of its cells.
    pub(crate) fn width(&self) -> usize {
        self.places.len() - 1
    }

    /// The place of a cell, if it has it.
    pub(crate) fn cell(&self, column: usize) -> Option<Range<usize>> {
        self.places.get(column + 1).map(|end| self.places[column]..end - 1)
    }
}

/// A bit for each byte that is a separator or a line end.
fn hits(bytes: &[u8; WINDOW], separator: u8) -> u64 {
    let (separators, ends) = (u64::from_le_bytes([separator; 8]), u64::from_le_bytes([b'\n'; 8]));
    let mut bits = 0;
    for (at, word) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zero_bytes(word ^ separators) | zero_bytes(word ^ ends);
        // The lowest bits of the bytes, side by side in the highest byte.
        bits |= ((found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * at);
    }
    bits
}

/// The highest bit of each byte that is zero.
fn zero_bytes(word: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    !(((word & LOW) + LOW) | word | LOW)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The line and the cells of every record, in batches of `most` rows.
    fn read(text: &str, width: usize, comment: Option<u8>, most: usize) -> Vec<(u64, Vec<&str>)> {
        let mut rows = PlainRows::new(text.as_bytes(), 1, width, b',', comment);
        let (mut batch, mut found) = (PlainBatch::default(), vec![]);
        while rows.read(most, &mut batch) {
            assert_eq!(batch.runs().map(|(rows, _)| rows).sum::<usize>(), batch.rows);
            let first = found.len();
            found.extend((0..batch.rows).map(|row| (batch.line(row), vec![])));
            for column in 0..width {
                for (row, cell) in batch.column(column).enumerate() {
                    found[first + row].1.push(&text[cell]);
                }
            }
            if let Some(odd) = batch.odd() {
                assert_ne!(odd.width(), width);
                assert_eq!(odd.cell(odd.width()), None);
                found.push((odd.line, (0..odd.width()).map(|column| &text[odd.cell(column).unwrap()]).collect()));
            }
        }
        found
    }

    #[test]
    fn rows_of_other_widths_and_blank_lines_keep_their_lines() {
        let found = read("a,b\n\n\nc,d\ne\nf,g,h\n,\n#i,j\nk,", 2, Some(b'#'), 2);
        let expected: [(u64, &[&str]); 6] =
            [(1, &["a", "b"]), (4, &["c", "d"]), (5, &["e"]), (6, &["f", "g", "h"]), (7, &["", ""]), (9, &["k", ""])];
        assert_eq!(found, expected.map(|(line, cells)| (line, cells.to_vec())));
        assert!(read("", 2, None, 5).is_empty() && read("\n\n", 2, None, 5).is_empty());
    }

    proptest! {
        #[test]
        fn cells_are_those_of_the_csv_crate(
            text in proptest::collection::vec(prop_oneof![3 => Just(","), 1 => Just("\n"), 3 => "[a-z #\u{e4}]{0,9}".prop_map(|text| &*text.leak())], 0..200),
            width in 1usize..5, most in 1usize..9, comment: bool,
        ) {
            let text = text.concat() + "\n";
            let comment = comment.then_some(b'#');
            let mut rows = csv::ReaderBuilder::new();
            rows.has_headers(false).flexible(true).quoting(false).comment(comment);
            let mut rows = rows.from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> =
                rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            let found = read(&text, width, comment, most);
            prop_assert_eq!(found.len(), expected.len());
            let lines: Vec<&str> = text.split('\n').collect();
            for ((line, cells), expected) in found.iter().zip(&expected) {
                prop_assert_eq!(cells, expected);
                prop_assert_eq!(lines[*line as usize - 1], cells.join(","));
            }
        }

        #[test]
        fn every_separator_and_line_end_is_found(bytes: [u8; 64], separator in 0u8..0x80) {
            let expected = (0..64).filter(|at| bytes[*at] == separator || bytes[*at] == b'\n');
            prop_assert_eq!(hits(&bytes, separator), expected.map(|at| 1 << at).sum::<u64>());
        }
    }
}
