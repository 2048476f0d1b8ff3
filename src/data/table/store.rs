//! The cells of a table as bytes, in chunks of rows and column by column within a chunk: written once from the first
//! row to the last, read anywhere. Independent of the meaning of columns.
//!
//! Numbers are little-endian doubles, a list is their number of steps before them, words are places in a dictionary, a text is bytes between two ends, and an image
//! is a byte for its presence, and its pixels.

use crate::data::io::bytes::{Bytes, Growing, MemoryBudget};
use crate::data::table::origin::{RowRun, extend_runs};
use crate::data::table::schema::{CellType, TableQuery};
use crate::spec::MissingMarkers;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::ops::Range;

/// About how many bytes a chunk holds.
const CHUNK: usize = 4 << 20;
/// Words that are compared with a new one before it is looked up.
const FIRST_WORDS: usize = 4;
/// Chunks of a block have more rows than a block.
const BLOCK_SHIFT: u32 = 31;

/// Columns of one table, as many rows of each.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Their layout.
    pub layout: StoreLayout,
    bytes: Bytes,
    /// Where the first chunk begins.
    from: usize,
}

/// The layout of the columns in the bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoreLayout {
    /// Number of rows.
    pub rows: usize,
    /// The type of each column.
    pub kinds: Vec<CellType>,
    /// The words of each column, in the order they first occur; none but for columns of words.
    pub dictionaries: Vec<Vec<String>>,
    /// The origin of rows.
    pub runs: Vec<RowRun>,
    /// How often each mark of an empty cell occurs in each column.
    pub marked: Vec<BTreeMap<String, u64>>,
    /// Rows in a chunk are `1 << shift`.
    shift: u32,
    /// Where each column of each chunk begins.
    starts: Vec<u64>,
}

impl Store {
    /// The store of these bytes, whose chunks begin at `from`.
    pub(crate) fn new(layout: StoreLayout, bytes: Bytes, from: usize) -> Self {
        Self { layout, bytes, from }
    }

    /// All chunks.
    pub(crate) fn chunks(&self) -> &[u8] {
        let end = self.layout.starts.last().map_or(0, |end| *end as usize);
        &self.bytes[self.from..self.from + end]
    }

    /// Where a column of the chunk of a row begins, and the row's place in that chunk.
    fn locate(&self, column: usize, row: usize) -> (usize, usize) {
        let StoreLayout { shift, starts, kinds, .. } = &self.layout;
        let chunk = row >> shift;
        (self.from + starts[chunk * kinds.len() + column] as usize, row & ((1 << shift) - 1))
    }

    /// A cell of a kind whose cells are all of one length.
    fn cell(&self, column: usize, row: usize) -> &[u8] {
        let (start, row) = self.locate(column, row);
        let length = cell_length(self.layout.kinds[column]);
        &self.bytes[start + row * length..start + (row + 1) * length]
    }

    /// One of the numbers of a cell.
    pub(crate) fn number(&self, column: usize, row: usize, at: usize) -> f64 {
        self.cell(column, row)[8 * at..].first_chunk::<8>().map_or(f64::NAN, |bytes| f64::from_le_bytes(*bytes))
    }

    /// One of the numbers of the cells of several rows, added to `cells`; NaN for missing rows.
    pub(crate) fn gather(&self, column: usize, at: usize, mut rows: &[u32], cells: &mut Vec<f64>) {
        let StoreLayout { shift, rows: all, kinds, .. } = &self.layout;
        let length = cell_length(kinds[column]);
        cells.reserve(rows.len());
        while let Some(first) = rows.first() {
            if *first as usize >= *all {
                cells.push(f64::NAN);
                rows = &rows[1..];
                continue;
            }
            // The rows of one chunk, whose cells are side by side.
            let (start, within) = self.locate(column, *first as usize);
            let before = *first as usize - within;
            let held = (*all - before).min(1 << shift);
            let place = |row: u32| (row as usize).wrapping_sub(before);
            // Without an exit, a comparison of many rows at once.
            let mut count = rows.len();
            if !rows.iter().fold(true, |inside, row| inside & (place(*row) < held)) {
                count = rows.iter().take_while(|row| place(**row) < held).count();
            }
            let (now, after) = rows.split_at(count);
            let consecutive = now.iter().zip(*first..).fold(true, |so_far, (row, next)| so_far & (*row == next));
            let bytes = &self.bytes[start..start + held * length];
            let number = |cell: &[u8]| cell[8 * at..].first_chunk::<8>().map_or(f64::NAN, |n| f64::from_le_bytes(*n));
            match (length, consecutive) {
                (8, true) => {
                    let numbers = &bytes.as_chunks::<8>().0[within..within + count];
                    cells.extend(numbers.iter().map(|number| f64::from_le_bytes(*number)));
                }
                (8, false) => {
                    let numbers = bytes.as_chunks::<8>().0;
                    cells.extend(now.iter().map(|row| f64::from_le_bytes(numbers[place(*row)])));
                }
                _ => cells.extend(now.iter().map(|row| number(&bytes[place(*row) * length..][..length]))),
            }
            rows = after;
        }
    }

    /// The place of a cell's word in the dictionary.
    pub(crate) fn code(&self, column: usize, row: usize) -> u32 {
        self.cell(column, row).first_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// The pixels of a cell, if it holds an image.
    pub(crate) fn pixels(&self, column: usize, row: usize) -> Option<&[u8]> {
        match self.cell(column, row).split_first() {
            Some((1, pixels)) => Some(pixels),
            _ => None,
        }
    }

    /// The text of a cell.
    pub(crate) fn text(&self, column: usize, row: usize) -> &str {
        let (start, within) = self.locate(column, row);
        let first = row - within;
        let rows = (self.layout.rows - first).min(1 << self.layout.shift);
        let end = |at: usize| {
            let bytes = self.bytes[start + 8 * at..].first_chunk::<8>();
            bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes) as usize)
        };
        let begin = if within == 0 { 0 } else { end(within - 1) };
        let texts = start + 8 * rows;
        std::str::from_utf8(&self.bytes[texts + begin..texts + end(within)]).unwrap_or_default()
    }
}

/// Number of bytes of a cell; for a text, of its end offset.
fn cell_length(kind: CellType) -> usize {
    match kind {
        CellType::Number(width) => 8 * width,
        CellType::Steps([steps, width]) => 8 * (1 + steps * width),
        CellType::Word => 4,
        CellType::Text => 8,
        CellType::Image([channels, height, width]) => 1 + channels * height * width,
    }
}

/// Bytes that a word takes beside its letters, which are in the dictionary and in the map of codes.
const WORD: usize = 64;

/// A writer of a store. Columns of a row may be written in any order, all before the row is ended.
pub(crate) struct StoreWriter {
    layout: StoreLayout,
    /// The cells of the rows of the incomplete chunk.
    pending: Vec<Vec<u8>>,
    /// The texts of these, for columns of text.
    texts: Vec<Vec<u8>>,
    known: Vec<HashMap<Box<str>, u32>>,
    /// What marks an empty cell in each column.
    missing: Vec<MissingMarkers>,
    waiting: usize,
    growing: Growing,
    /// Bytes of words that are not counted in the budget yet.
    new_words: usize,
}

impl StoreWriter {
    /// For the columns of a query.
    pub(crate) fn new(query: &TableQuery, budget: &MemoryBudget) -> Self {
        let kinds: Vec<CellType> = query.columns.iter().map(|wanted| wanted.kind).collect();
        let row: usize = kinds.iter().map(|kind| cell_length(*kind)).sum();
        // Between 64 and 65,536 rows, a power of two so that a row is found by shifts.
        let shift = (CHUNK / row.max(1)).clamp(64, 1 << 16).ilog2();
        let columns = kinds.len();
        let dictionaries = vec![vec![]; columns];
        Self {
            layout: StoreLayout {
                rows: 0,
                kinds,
                dictionaries,
                runs: vec![],
                marked: vec![BTreeMap::new(); columns],
                shift,
                starts: vec![],
            },
            pending: vec![vec![]; columns],
            texts: vec![vec![]; columns],
            known: vec![HashMap::new(); columns],
            missing: query.columns.iter().map(|wanted| wanted.missing.clone()).collect(),
            waiting: 0,
            growing: Growing::new(budget),
            new_words: 0,
        }
    }

    /// For the rows of a block, which stay in memory until the block is [appended](StoreWriter::append) to another writer.
    pub(crate) fn of_block(query: &TableQuery) -> Self {
        let mut writer = Self::new(query, &MemoryBudget::new(usize::MAX, None));
        // A chunk that no block fills is never written.
        writer.layout.shift = BLOCK_SHIFT;
        writer
    }

    /// Makes room for so many more rows of columns whose cells are short.
    pub(crate) fn reserve(&mut self, rows: usize) {
        let rows = rows.min(self.rows_left());
        for (cells, kind) in self.pending.iter_mut().zip(&self.layout.kinds) {
            let length = cell_length(*kind);
            cells.reserve(if length <= 8 { length * rows } else { 0 });
        }
    }

    /// Adds the rows of a block for the same query, after those that are here.
    pub(crate) fn append(&mut self, block: &Self) -> io::Result<()> {
        let codes: Vec<Vec<u32>> = (0..self.layout.kinds.len())
            .map(|column| block.layout.dictionaries[column].iter().map(|word| self.word_code(column, word)).collect())
            .collect();
        for (column, marks) in block.layout.marked.iter().enumerate() {
            for (mark, count) in marks {
                *self.layout.marked[column].entry(mark.clone()).or_default() += count;
            }
        }
        for run in &block.layout.runs {
            extend_runs(&mut self.layout.runs, self.layout.rows as u64 + run.row, run.file, run.line);
        }
        let mut from = 0;
        while from < block.waiting {
            let count = self.rows_left().min(block.waiting - from);
            let (rows, whole) = (from..from + count, self.waiting == 0 && self.rows_left() == count);
            from += count;
            self.layout.rows += count;
            if whole {
                self.growing.take_words(std::mem::take(&mut self.new_words))?;
                for (column, codes) in codes.iter().enumerate() {
                    self.append_chunk(column, codes, block, rows.clone())?;
                }
                continue;
            }
            for (column, codes) in codes.iter().enumerate() {
                self.append_column(column, codes, block, rows.clone());
            }
            self.waiting += count;
            if self.rows_left() == 0 {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Writes the cells of some rows of a block as a column of a chunk; `codes` are the codes of the block's words.
    fn append_chunk(&mut self, column: usize, codes: &[u32], block: &Self, rows: Range<usize>) -> io::Result<()> {
        let kind = self.layout.kinds[column];
        if matches!(kind, CellType::Number(_) | CellType::Steps(_) | CellType::Image(_)) {
            let length = cell_length(kind);
            self.layout.starts.push(self.growing.len());
            return self.growing.write(&block.pending[column][length * rows.start..length * rows.end]);
        }
        self.append_column(column, codes, block, rows);
        self.flush_column(column)
    }

    /// Adds the cells of some rows of a block to a column; `codes` are the codes of the block's words.
    fn append_column(&mut self, column: usize, codes: &[u32], block: &Self, rows: Range<usize>) {
        let kind = self.layout.kinds[column];
        let length = cell_length(kind);
        let cells = &block.pending[column][length * rows.start..length * rows.end];
        match kind {
            CellType::Number(_) | CellType::Steps(_) | CellType::Image(_) => {
                self.pending[column].extend_from_slice(cells)
            }
            CellType::Word => {
                let codes = cells.as_chunks::<4>().0.iter().map(|code| codes[u32::from_le_bytes(*code) as usize]);
                self.pending[column].extend(codes.flat_map(u32::to_le_bytes));
            }
            CellType::Text => {
                let end = |cell: &[u8; 8]| u64::from_le_bytes(*cell);
                let ends = block.pending[column].as_chunks::<8>().0;
                let first = rows.start.checked_sub(1).map_or(0, |before| end(&ends[before]));
                let last = end(&ends[rows.end - 1]);
                let base = self.texts[column].len() as u64;
                let ends = ends[rows].iter().map(|cell| base + end(cell) - first);
                self.pending[column].extend(ends.flat_map(u64::to_le_bytes));
                self.texts[column].extend_from_slice(&block.texts[column][first as usize..last as usize]);
            }
        }
    }

    /// Number of rows that can be ended at once.
    pub(crate) fn rows_left(&self) -> usize {
        (1 << self.layout.shift) - self.waiting
    }

    /// How many rows have been ended.
    pub(crate) fn rows(&self) -> usize {
        self.layout.rows
    }

    /// Whether a word marks an empty cell in a column.
    pub(crate) fn is_missing(&self, column: usize, word: &str) -> bool {
        self.missing[column].has_word(word)
    }

    /// Adds a number to a column.
    pub(crate) fn number(&mut self, column: usize, number: f64) {
        let number = if self.missing[column].has_number(number) {
            self.count_mark(column, &number.to_string());
            f64::NAN
        } else {
            number
        };
        self.pending[column].extend_from_slice(&number.to_le_bytes());
    }

    /// Adds the numbers of several rows to a column of one number a row.
    pub(crate) fn numbers(&mut self, column: usize, numbers: &[f64]) {
        if numbers.iter().any(|number| self.missing[column].has_number(*number)) {
            return numbers.iter().for_each(|number| self.number(column, *number));
        }
        let cells = &mut self.pending[column];
        let before = cells.len();
        cells.resize(before + 8 * numbers.len(), 0);
        for (cell, number) in cells[before..].as_chunks_mut::<8>().0.iter_mut().zip(numbers) {
            *cell = number.to_le_bytes();
        }
    }

    /// Adds the steps of a list to a column: their number, and the first of them, then not-a-number.
    pub(crate) fn steps(&mut self, column: usize, [most, width]: [usize; 2], numbers: &[f64]) {
        self.number(column, (numbers.len() / width.max(1)) as f64);
        let kept = &numbers[..numbers.len().min(most * width)];
        kept.iter().for_each(|number| self.pending[column].extend_from_slice(&number.to_le_bytes()));
        (kept.len()..most * width).for_each(|_| self.number(column, f64::NAN));
    }

    /// Adds a word to a column.
    pub(crate) fn word(&mut self, column: usize, word: &str) {
        let code = self.word_code(column, word);
        if !word.is_empty() && self.layout.dictionaries[column][code as usize].is_empty() {
            self.count_mark(column, word);
        }
        self.pending[column].extend_from_slice(&code.to_le_bytes());
    }

    /// Counts a cell that marks an empty one.
    pub(crate) fn count_mark(&mut self, column: usize, mark: &str) {
        let marks = &mut self.layout.marked[column];
        match marks.get_mut(mark) {
            Some(count) => *count += 1,
            None => _ = marks.insert(mark.to_owned(), 1),
        }
    }

    /// The place of a word in the dictionary of a column, to which it is added if it is new; that of the empty word for one
    /// that marks an empty cell.
    fn word_code(&mut self, column: usize, word: &str) -> u32 {
        // Most columns have few words.
        let first = self.layout.dictionaries[column].iter().take(FIRST_WORDS).position(|known| known == word);
        if let Some(code) = first.map(|code| code as u32).or_else(|| self.known[column].get(word).copied()) {
            return code;
        }
        let code = if !word.is_empty() && self.missing[column].has_word(word) {
            self.word_code(column, "")
        } else {
            let dictionary = &mut self.layout.dictionaries[column];
            dictionary.push(word.to_owned());
            self.new_words += 2 * word.len() + WORD;
            dictionary.len() as u32 - 1
        };
        self.known[column].insert(word.into(), code);
        code
    }

    /// Adds a text to a column.
    pub(crate) fn text(&mut self, column: usize, text: &str) {
        let marked = self.missing[column].has_word(text);
        if marked && !text.is_empty() {
            self.count_mark(column, text);
        }
        let text = if marked { "" } else { text };
        self.texts[column].extend_from_slice(text.as_bytes());
        let end = self.texts[column].len() as u64;
        self.pending[column].extend_from_slice(&end.to_le_bytes());
    }

    /// Adds an image to a column, or none.
    pub(crate) fn pixels(&mut self, column: usize, pixels: Option<&[u8]>) {
        let length = cell_length(self.layout.kinds[column]) - 1;
        let cells = &mut self.pending[column];
        cells.push(u8::from(pixels.is_some()));
        let after = cells.len() + length;
        cells.extend_from_slice(pixels.unwrap_or_default());
        cells.resize(after, 0);
    }

    /// Adds a word or a text, as the column is.
    pub(crate) fn put_words(&mut self, column: usize, text: &str) {
        match self.layout.kinds[column] {
            CellType::Text => self.text(column, text),
            _ => self.word(column, text),
        }
    }

    /// Ends `count` rows, at most [`StoreWriter::rows_left`]; the first is on `line` of `file`.
    pub(crate) fn end_rows(&mut self, count: usize, file: usize, line: u64) -> io::Result<()> {
        if count == 0 {
            return Ok(());
        }
        extend_runs(&mut self.layout.runs, self.layout.rows as u64, file as u32, line);
        self.layout.rows += count;
        self.waiting += count;
        if self.rows_left() == 0 { self.flush() } else { Ok(()) }
    }

    /// Writes a chunk.
    fn flush(&mut self) -> io::Result<()> {
        self.growing.take_words(std::mem::take(&mut self.new_words))?;
        (0..self.pending.len()).try_for_each(|column| self.flush_column(column))?;
        self.waiting = 0;
        Ok(())
    }

    /// Writes a column of a chunk.
    fn flush_column(&mut self, column: usize) -> io::Result<()> {
        let (cells, texts) = (&mut self.pending[column], &mut self.texts[column]);
        self.layout.starts.push(self.growing.len());
        self.growing.write(cells)?;
        self.growing.write(texts)?;
        cells.clear();
        texts.clear();
        Ok(())
    }

    /// The store of all rows that were ended.
    pub(crate) fn finish(mut self) -> io::Result<Store> {
        if self.waiting > 0 {
            self.flush()?;
        }
        self.layout.starts.push(self.growing.len());
        Ok(Store::new(self.layout, self.growing.finish()?, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::schema::ColumnQuery;
    use crate::diag::Span;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_cell_is_read_as_it_was_written(
            rows in proptest::collection::vec((any::<f64>(), "[a-c]{1,2}", ".{0,9}", proptest::option::of(any::<[u8; 6]>())), 0..200),
            memory in 0usize..4000,
            block in 1usize..20,
        ) {
            let kinds = [CellType::Number(2), CellType::Word, CellType::Text, CellType::Image([1, 2, 3])];
            let wanted = kinds.map(|kind| ColumnQuery::new(0, kind, Span::default()));
            let folder = tempfile::tempdir().unwrap();
            let budget = MemoryBudget::new(memory, Some(folder.path()));
            let mut writer = StoreWriter::new(&TableQuery::of(wanted.clone()), &budget);
            // Short chunks, so that a few rows cross their boundaries.
            writer.layout.shift = 3;
            for (at, (number, word, text, pixels)) in rows.iter().enumerate() {
                writer.number(0, *number);
                writer.number(0, -number);
                writer.word(1, word);
                writer.text(2, text);
                writer.pixels(3, pixels.as_ref().map(|pixels| &pixels[..]));
                writer.end_rows(1, 0, at as u64).unwrap();
            }
            let store = writer.finish().unwrap();
            prop_assert_eq!(store.layout.rows, rows.len());

            // The same in blocks of a few rows.
            let mut appended = StoreWriter::new(&TableQuery::of(wanted.clone()), &budget);
            appended.layout.shift = 3;
            for (first, some) in rows.chunks(block).enumerate() {
                let mut writer = StoreWriter::of_block(&TableQuery::of(wanted.clone()));
                for (at, (number, word, text, pixels)) in some.iter().enumerate() {
                    writer.number(0, *number);
                    writer.number(0, -number);
                    writer.word(1, word);
                    writer.text(2, text);
                    writer.pixels(3, pixels.as_ref().map(|pixels| &pixels[..]));
                    writer.end_rows(1, 0, (first * block + at) as u64).unwrap();
                }
                appended.append(&writer).unwrap();
            }
            let appended = appended.finish().unwrap();
            prop_assert_eq!(&appended.layout, &store.layout);
            // Compared as bytes: a cell may be NaN.
            prop_assert_eq!(appended.chunks(), store.chunks());
            for (row, (number, word, text, pixels)) in rows.iter().enumerate() {
                prop_assert_eq!(store.number(0, row, 1).to_bits(), (-number).to_bits());
                prop_assert_eq!(&store.layout.dictionaries[1][store.code(1, row) as usize], word);
                prop_assert_eq!(store.text(2, row), text);
                prop_assert_eq!(store.pixels(3, row), pixels.as_ref().map(|pixels| &pixels[..]));
            }
        }
    }
}
