//! Records from all over a text, so that a table that is sorted is judged by all of it and not by its beginning.

use crate::data::io::reader::LineEnds;
use crate::data::source::text_blocks::TextBlock;
use crate::data::source::text_layout::TextLayout;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// A text is read through as far as this; beyond, a file is looked at in places.
const READ_THROUGH: u64 = 1 << 30;
/// How many pieces are kept at least of a text that has more.
const PIECES: usize = 200;
/// Records after the head whose mean length is taken for that of all.
const MEASURED: usize = 50;
/// The most bytes of a record.
const LONGEST: usize = 64 << 20;
/// Line ends that are tried as the end of a record at a place of a file.
const TRIES: usize = 2000;
/// How many records after a line end must have as many cells as the first record of the file.
const ALIKE: usize = 4;

/// How many records and bytes are kept of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct SpreadSize {
    /// Records at the beginning that are kept in any case: the header, or the lines that decide the columns.
    pub(super) head: usize,
    /// The most records beside them.
    pub(super) rows: usize,
    /// About the most bytes.
    pub(super) bytes: usize,
}

/// Records of a text, in their order.
#[derive(Debug, Default)]
pub(super) struct SpreadRecords {
    /// Their bytes.
    pub(super) bytes: Vec<u8>,
    /// Whether these are all.
    pub(super) whole: bool,
    /// For each piece the line of `bytes` that it begins on, and the line of the text, where it is known.
    pieces: Vec<(u64, Option<u64>)>,
}

/// A piece of a text, and the line it begins on.
struct Piece {
    line: Option<u64>,
    bytes: Vec<u8>,
}

impl Piece {
    /// That of a block. Values of JSON become lines, so that pieces of an array can be put together.
    fn of(block: TextBlock, layout: TextLayout) -> Self {
        if !layout.is_json() {
            return Self { line: Some(block.first_line), bytes: block.bytes };
        }
        let lines = memchr::memchr_iter(b'\n', &block.bytes).count();
        let mut bytes = vec![];
        for (_, text) in block.texts() {
            // A line break in a value is between its parts: those in texts are escaped.
            bytes.extend(text.iter().map(|byte| if *byte == b'\n' { b' ' } else { *byte }));
            bytes.push(b'\n');
        }
        Self { line: Some(block.first_line).filter(|_| lines == block.records), bytes }
    }
}

impl SpreadRecords {
    /// The line of the text that a line of the records is.
    pub(super) fn line(&self, line: u64) -> Option<u64> {
        let after = self.pieces.partition_point(|(first, _)| *first <= line);
        let (first, original) = self.pieces.get(after.checked_sub(1)?)?;
        original.map(|original| original + line - first)
    }

    fn of(pieces: Vec<Piece>, whole: bool) -> Self {
        let mut spread = Self { whole, ..Self::default() };
        let mut line = 1;
        for piece in pieces {
            spread.pieces.push((line, piece.line));
            line += memchr::memchr_iter(b'\n', &piece.bytes).count() as u64;
            spread.bytes.extend(piece.bytes);
        }
        spread
    }
}

/// Records from all over a text whose lines end in `\n`. `plain` is the file that holds the text as it is, if there is one.
pub(super) fn spread(
    text: impl Read,
    plain: Option<&Path>,
    layout: TextLayout,
    size: SpreadSize,
) -> io::Result<SpreadRecords> {
    spread_within(text, plain, layout, size, READ_THROUGH)
}

fn spread_within(
    text: impl Read,
    plain: Option<&Path>,
    layout: TextLayout,
    size: SpreadSize,
    read_through: u64,
) -> io::Result<SpreadRecords> {
    let mut blocks = layout.blocks(text.take(read_through + 1), LONGEST)?;
    let mut head = vec![];
    let mut records = 0;
    // Some more than the head, whose lines may be of another length than the rest.
    while records < size.head + MEASURED {
        let Some(block) = blocks.next(size.head + MEASURED - records)? else {
            return Ok(SpreadRecords::of(head, true));
        };
        records += block.records;
        head.push(Piece::of(block, layout));
    }
    let mut read: u64 = head.iter().map(|piece| piece.bytes.len() as u64).sum();
    let length = (read / records as u64).max(1);
    let rows = size.rows.min(size.bytes / length as usize).max(2 * PIECES);
    let in_piece = rows / (2 * PIECES);
    if let Some(file) = plain
        && let Ok(all) = file.metadata().map(|data| data.len())
        && all > read_through
    {
        let first = head.first().map(|piece| piece.bytes.clone()).unwrap_or_default();
        let places = PlacesOf {
            file: File::open(file)?,
            length: all,
            layout: layout.without_skipped_lines(),
            width: width(&first, layout),
            in_piece,
            record: length,
        };
        head.extend(places.pieces(read)?);
        return Ok(SpreadRecords::of(head, false));
    }
    // Every `step`th piece is kept: of many, every second is dropped again and again.
    let (mut kept, mut step, mut at) = (vec![], 1, 0);
    while let Some(block) = blocks.next(in_piece)? {
        read += block.bytes.len() as u64;
        if read > read_through {
            // What is cut off may be no whole record.
            step = step.max(2);
            break;
        }
        if at % step == 0 {
            kept.push(Piece::of(block, layout));
        }
        at += 1;
        if kept.len() > 2 * PIECES {
            let mut even = false;
            kept.retain(|_| {
                even = !even;
                even
            });
            step *= 2;
        }
    }
    head.extend(kept);
    Ok(SpreadRecords::of(head, step == 1))
}

/// How many cells a record has; none where a line is a record.
fn width(record: &[u8], layout: TextLayout) -> Option<usize> {
    layout.quote.filter(|_| !layout.is_json())?;
    widths(record, layout).next()
}

/// How many cells the records of a text have.
fn widths(text: &[u8], layout: TextLayout) -> impl Iterator<Item = usize> {
    let mut rows = csv::ReaderBuilder::new();
    rows.has_headers(false).flexible(true).delimiter(layout.separator).comment(layout.comment);
    rows.quote(layout.quote.unwrap_or(b'"')).quoting(layout.quote.is_some());
    rows.from_reader(text).into_byte_records().map_while(|record| record.ok().map(|record| record.len()))
}

/// Places at equal distances in a file.
struct PlacesOf {
    file: File,
    length: u64,
    layout: TextLayout,
    /// Number of cells of a record.
    width: Option<usize>,
    /// Records of a piece, and their mean length.
    in_piece: usize,
    record: u64,
}

impl PlacesOf {
    /// A piece from each place after the first `head` bytes, and one from the end of the file.
    fn pieces(mut self, head: u64) -> io::Result<Vec<Piece>> {
        let count = 2 * PIECES as u64;
        // Twice what is needed, so that a record that is cut off at the beginning does not shorten it.
        let window = (2 * self.in_piece as u64 * self.record).max(1 << 16);
        let mut pieces = vec![];
        for place in 0..count {
            let from = head + (self.length - head).saturating_sub(window) * place / (count - 1);
            let mut bytes = vec![];
            self.file.seek(SeekFrom::Start(from))?;
            LineEnds::new((&self.file).take(window)).read_to_end(&mut bytes)?;
            let Some(start) = self.record_start(&bytes) else { continue };
            let last = from + window >= self.length;
            let mut blocks = self.layout.blocks(&bytes[start..], LONGEST)?;
            let mut piece = vec![];
            let mut records = 0;
            while let Some(block) = blocks.next(1)? {
                // Unless the file ends with it, the last may be cut off.
                let full = records == self.in_piece || block.bytes.len() + piece.len() + start >= bytes.len();
                if full && !last {
                    break;
                }
                records += 1;
                piece.extend(block.bytes);
            }
            if !piece.is_empty() {
                pieces.push(Piece { line: None, bytes: piece });
            }
        }
        Ok(pieces)
    }

    /// Where the first record after a line end begins: where a line is none, several records after it must be as wide as
    /// those of the file.
    fn record_start(&self, bytes: &[u8]) -> Option<usize> {
        let starts = memchr::memchr_iter(b'\n', bytes).map(|end| end + 1);
        let Some(width) = self.width else {
            return starts.into_iter().next();
        };
        let fits = |start: &usize| {
            let mut alike = 0;
            widths(&bytes[*start..], self.layout).take(ALIKE).all(|found| {
                alike += 1;
                found == width
            }) && alike == ALIKE
        };
        starts.take(TRIES).find(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::TextFormat;

    const SIZE: SpreadSize = SpreadSize { head: 1, rows: 4000, bytes: 1 << 20 };

    fn table(rows: usize, cell: impl Fn(usize) -> String) -> String {
        std::iter::once("a,b\n".to_owned()).chain((0..rows).map(|row| format!("{row},{}\n", cell(row)))).collect()
    }

    fn rows(spread: &SpreadRecords) -> Vec<usize> {
        let mut rows = csv::Reader::from_reader(&spread.bytes[..]);
        rows.records().map(|row| row.unwrap()[0].parse().unwrap()).collect()
    }

    #[test]
    fn a_short_text_is_whole() {
        for count in [0, 1, 3000] {
            let text = table(count, |_| "x".into());
            let spread = spread(text.as_bytes(), None, TextLayout::of(&TextFormat::csv()), SIZE).unwrap();
            assert_eq!((spread.bytes.as_slice(), spread.whole), (text.as_bytes(), true));
            assert_eq!(spread.line(count as u64 + 1), Some(count as u64 + 1));
        }
    }

    #[test]
    fn records_are_from_all_over_a_text_and_know_their_lines() {
        // A cell over two lines on every seventh row.
        let text = table(50_000, |row| if row % 7 == 0 { "\"x\n9,9\"".into() } else { "y".into() });
        let spread = spread(text.as_bytes(), None, TextLayout::of(&TextFormat::csv()), SIZE).unwrap();
        let found = rows(&spread);
        assert!(!spread.whole && (1500..=5000).contains(&found.len()), "{}", found.len());
        assert!(found.is_sorted() && found[0] == 0);
        for part in 0..10 {
            let within = found.iter().filter(|row| **row / 5000 == part).count();
            assert!((100..1000).contains(&within), "{part}: {within}");
        }
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in std::str::from_utf8(&spread.bytes).unwrap().lines().enumerate() {
            let original = spread.line(at as u64 + 1).unwrap();
            assert_eq!(lines[original as usize - 1], line);
        }
    }

    #[test]
    fn a_file_that_is_not_read_through_is_looked_at_in_places() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        for quoted in [false, true] {
            let text = table(60_000, |row| match quoted {
                true if row % 5 == 0 => "\"one\ntwo, three\nfour\"".into(),
                _ => format!("word {}", row % 3),
            });
            std::fs::write(&path, &text).unwrap();
            let layout = TextLayout::of(&TextFormat::csv());
            let spread = spread_within(text.as_bytes(), Some(&path), layout, SIZE, 1 << 16).unwrap();
            let found = rows(&spread);
            assert!(found.len() > 1500 && found[0] < 400 && *found.last().unwrap() == 59_999, "{}", found.len());
            let mut widths = widths(&spread.bytes, layout);
            assert!(widths.all(|width| width == 2));
            for part in 0..10 {
                assert!(found.iter().filter(|row| **row / 6000 == part).count() > 50, "{part}");
            }
        }
    }
}
