//! Writes the cells of records of text into columns: row by row where records hold quotes, else column by column.

use crate::data::io::paths::DataFile;
use crate::data::io::reader::BYTE_ORDER_MARK;
use crate::data::source::plain_rows::{OddRow, PlainBatch, PlainRows};
use crate::data::source::text_blocks::TextBlock;
use crate::data::source::text_cell_errors::{bad_number, row_length};
use crate::data::source::text_layout::TextLayout;
use crate::data::table::cell::CellValue;
use crate::data::table::errors::{CellErrors, bad_text, out_of_space, unreadable};
use crate::data::table::number_format::NumberFormat;
use crate::data::table::schema::{CellType, ColumnQuery, Schema};
use crate::data::table::short_decimal::short_decimal;
use crate::data::table::store::StoreWriter;
use crate::diag::{Problem, Span};
use crate::spec::TextFormat;
use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use csv::ByteRecord;
use std::sync::Arc;

/// Cells that are found before they are read: their places and their text fit into the cache of a processor.
const CELLS: usize = 1 << 13;

/// How the text of a table is written.
#[derive(Clone, Copy)]
pub(crate) struct TextForm<'a> {
    /// As it was declared.
    pub format: &'a TextFormat,
    /// Its records and cells.
    pub layout: TextLayout,
    /// Its numbers.
    pub numbers: NumberFormat,
}

/// Writes cells into columns.
pub(crate) struct TextCells<'a> {
    form: TextForm<'a>,
    schema: &'a Schema,
    wanted: &'a [ColumnQuery],
    writer: &'a mut StoreWriter,
    errors: &'a mut CellErrors,
    /// The positions of the columns that are passed on, and their cells as they are written.
    keep: &'a [usize],
    kept: Vec<StringBuilder>,
}

/// A row that is being written.
#[derive(Clone, Copy)]
struct RowPlace<'a> {
    /// Which of the files, and the file.
    file: (usize, &'a DataFile),
    /// The line it begins on.
    line: u64,
    /// Its number in the store.
    row: usize,
}

impl<'a> TextCells<'a> {
    /// Writes the columns of a query, and the errors of their cells.
    pub(crate) fn new(
        form: TextForm<'a>,
        (schema, wanted): (&'a Schema, &'a [ColumnQuery]),
        writer: &'a mut StoreWriter,
        errors: &'a mut CellErrors,
    ) -> Self {
        Self { form, schema, wanted, writer, errors, keep: &[], kept: vec![] }
    }

    /// The same that passes on the columns at these positions as they are written.
    pub(crate) fn keeping(mut self, keep: &'a [usize]) -> Self {
        self.keep = keep;
        self.kept.resize_with(keep.len(), StringBuilder::new);
        self
    }

    /// The columns that are passed on.
    pub(crate) fn into_kept(mut self) -> Vec<ArrayRef> {
        self.kept.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect()
    }

    /// Reads the rows of a block of a file.
    pub(crate) fn read(&mut self, file: (usize, &DataFile), block: &TextBlock) -> Result<(), Problem> {
        self.writer.reserve(block.records);
        match self.form.layout.quote.is_some_and(|quote| memchr::memchr(quote, &block.bytes).is_some()) {
            true => self.read_quoted(file, block),
            false => self.read_plain(file, block),
        }
    }

    /// Reads the rows of a block that holds quotes.
    fn read_quoted(&mut self, file: (usize, &DataFile), block: &TextBlock) -> Result<(), Problem> {
        let mut record = ByteRecord::new();
        // A mark that is not at the beginning of the file belongs to the cell; the reader takes it away but for a blank
        // line before it.
        let marked = block.bytes.starts_with(BYTE_ORDER_MARK).then(|| [b"\n", &block.bytes[..]].concat());
        let before_block = block.first_line - u64::from(marked.is_some());
        let mut rows = self.form.layout.records(marked.as_deref().unwrap_or(&block.bytes));
        loop {
            let before = rows.position().line();
            match rows.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return Err(unreadable(file.1, &error.into(), block.first_line)),
            }
            // Every line ends in `\n` here, and blank lines are skipped before a record: its first line is found
            // from its end.
            let inside = memchr::memchr_iter(b'\n', record.as_slice()).count() as u64;
            let line = before_block + rows.position().line().saturating_sub(1 + inside).max(before) - 1;
            let place = RowPlace { file, line, row: self.writer.rows() };
            let wrong = (record.len() != self.schema.width).then_some((record.len(), inside > 0));
            self.row(place, wrong, |column| record.get(column))?;
        }
    }

    /// Writes a row. `wrong` is its number of cells and whether one has several lines, where it is not as long as the first.
    fn row<'c>(
        &mut self,
        place: RowPlace<'_>,
        wrong: Option<(usize, bool)>,
        cell: impl Fn(usize) -> Option<&'c [u8]>,
    ) -> Result<(), Problem> {
        let RowPlace { file: (index, file), line, row } = place;
        let mut problems = vec![];
        if let Some((found, lines)) = wrong {
            problems.push(row_length(file, line, (found, lines), self.schema, self.wanted));
        }
        for (column, wanted) in self.wanted.iter().enumerate() {
            let cell = cell(wanted.position).filter(|_| wrong.is_none()).unwrap_or_default();
            problems.extend(self.cell((column, wanted), cell, place));
        }
        for (column, position) in self.keep.iter().enumerate() {
            problems.extend(self.keep(column, cell(*position).unwrap_or_default(), place));
        }
        problems.into_iter().for_each(|problem| self.errors.push_row(row, problem));
        self.writer.end_rows(1, index, line).map_err(|error| out_of_space(file.span, &error))
    }

    /// Reads the rows of a block without quotes.
    fn read_plain(&mut self, file: (usize, &DataFile), block: &TextBlock) -> Result<(), Problem> {
        let (layout, width) = (self.form.layout, self.schema.width);
        let mut rows = PlainRows::new(&block.bytes, block.first_line, width, layout.separator, layout.comment);
        let (mut batch, mut numbers) = (PlainBatch::default(), vec![]);
        while rows.read((CELLS / width.max(1)).clamp(1, self.writer.rows_left()), &mut batch) {
            self.batch(file, &block.bytes, &batch, &mut numbers)?;
            if let Some(odd) = batch.odd() {
                let place = RowPlace { file, line: odd.line, row: self.writer.rows() };
                let cell = |column: usize| OddRow::cell(odd, column).map(|place| &block.bytes[place]);
                self.row(place, Some((odd.width(), false)), cell)?;
            }
        }
        Ok(())
    }

    /// Writes rows of a text column by column.
    fn batch(
        &mut self,
        file: (usize, &DataFile),
        text: &[u8],
        batch: &PlainBatch,
        numbers: &mut Vec<f64>,
    ) -> Result<(), Problem> {
        let first = self.writer.rows();
        let place = |row: usize| RowPlace { file, line: batch.line(row), row: first + row };
        let mut problems: Vec<(usize, Problem)> = vec![];
        for (column, wanted) in self.wanted.iter().enumerate() {
            let cells = batch.column(wanted.position).enumerate();
            if matches!(wanted.kind, CellType::Number(_)) {
                numbers.clear();
                for (row, cell) in cells {
                    let short =
                        if self.form.numbers.is_plain() { short_decimal(text, cell.start, cell.end) } else { None };
                    numbers.push(short.unwrap_or_else(|| {
                        let (number, problem) = self.number((column, wanted), &text[cell], || place(row));
                        problems.extend(problem.map(|problem| (row, problem)));
                        number
                    }));
                }
                self.writer.numbers(column, numbers);
                continue;
            }
            for (row, cell) in cells {
                let problem = self.cell((column, wanted), &text[cell], place(row));
                problems.extend(problem.map(|problem| (row, problem)));
            }
        }
        for (column, position) in self.keep.iter().enumerate() {
            for (row, cell) in batch.column(*position).enumerate() {
                let problem = self.keep(column, &text[cell], place(row));
                problems.extend(problem.map(|problem| (row, problem)));
            }
        }
        // In the order of the rows, and of the columns within a row.
        problems.sort_by_key(|(row, _)| *row);
        problems.into_iter().for_each(|(row, problem)| self.errors.push_row(first + row, problem));
        for (rows, line) in batch.runs() {
            self.writer.end_rows(rows, file.0, line).map_err(|error| out_of_space(file.1.span, &error))?;
        }
        Ok(())
    }

    /// Passes on a cell as it is written; returns what is wrong with it.
    fn keep(&mut self, column: usize, cell: &[u8], place: RowPlace<'_>) -> Option<Problem> {
        match std::str::from_utf8(cell) {
            Ok(text) => {
                self.kept[column].append_value(text);
                None
            }
            Err(_) => {
                self.kept[column].append_value("");
                let wanted = ColumnQuery::new(self.keep[column], CellType::Text, Span::default());
                Some(self.bad_text(cell, &wanted, place))
            }
        }
    }

    fn bad_text(&self, cell: &[u8], wanted: &ColumnQuery, RowPlace { file, line, .. }: RowPlace<'_>) -> Problem {
        let place = file.1.place(Some(line), Some(self.schema.column(wanted.position)));
        bad_text(file.1, place, cell, wanted, Some(self.form.layout.encoding))
    }

    /// Writes a cell; returns what is wrong with it.
    fn cell(&mut self, (column, wanted): (usize, &ColumnQuery), cell: &[u8], place: RowPlace<'_>) -> Option<Problem> {
        match wanted.kind {
            CellType::Word | CellType::Text => {
                let text = std::str::from_utf8(cell);
                match wanted.kind {
                    CellType::Word => self.writer.word(column, text.unwrap_or_default().trim_ascii()),
                    _ => self.writer.text(column, text.unwrap_or_default().trim()),
                }
                text.is_err().then(|| self.bad_text(cell, wanted, place))
            }
            // A cell of a text table is no list.
            CellType::Steps(_) => {
                let text = String::from_utf8_lossy(cell.trim_ascii());
                let value = if text.is_empty() { CellValue::Empty } else { CellValue::Text(&text) };
                let error = self.writer.put(column, wanted.kind, value).err()?;
                let RowPlace { file: (_, file), line, .. } = place;
                let place = file.place(Some(line), Some(self.schema.column(wanted.position)));
                Some(error.problem(file, place, wanted))
            }
            // A cell of a text table holds one number; images are read by the paths in it.
            CellType::Number(_) | CellType::Image(_) => {
                let (number, problem) = self.number((column, wanted), cell, || place);
                self.writer.number(column, number);
                problem
            }
        }
    }

    /// The number of a cell, not-a-number where it is empty, and what is wrong with it.
    fn number<'f>(
        &mut self,
        (column, wanted): (usize, &ColumnQuery),
        cell: &[u8],
        place: impl Fn() -> RowPlace<'f>,
    ) -> (f64, Option<Problem>) {
        let number = self.form.numbers.parse(cell).or_else(|| missing_number(cell, wanted));
        let Some(number) = number else {
            let RowPlace { file: (_, file), line, .. } = place();
            let name = self.schema.column(wanted.position);
            return (f64::NAN, Some(bad_number(file, line, cell, wanted, name, self.form.format)));
        };
        if number.is_nan() && !cell.trim_ascii().is_empty() {
            self.writer.count_mark(column, &String::from_utf8_lossy(cell.trim_ascii()));
        }
        (number, None)
    }
}

/// Not a number where a cell is a word that marks an empty one.
fn missing_number(cell: &[u8], wanted: &ColumnQuery) -> Option<f64> {
    let word = std::str::from_utf8(cell).ok()?.trim();
    wanted.missing.has_word(word).then_some(f64::NAN)
}
