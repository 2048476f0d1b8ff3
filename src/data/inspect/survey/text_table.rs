//! Surveys tables of text, line after line: all rows of a small one, rows from all over a large one.

use super::table_survey::{Survey, invalid};
use crate::data::inspect::likely_format::likely_text_format;
use crate::data::inspect::sample::{MOST_TEXT, SAMPLE_ROWS, is_large_file, spread_file};
use crate::data::inspect::spread::SpreadSize;
use crate::data::inspect::survey::column::ColumnSurvey;
use crate::data::io::paths;
use crate::data::io::reader;
use crate::data::source::text_layout::TextLayout;
use crate::data::table::cell::looks_like_a_row;
use crate::data::table::number_format::NumberFormat;
use crate::spec::{Spanned, TextFormat};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Of the rows beyond the first [`SAMPLE_ROWS`] one in so many is counted, and so on for every further power of ten.
const THINNED: usize = 10;

/// Records in which quotes are looked at.
const QUOTED_RECORDS: usize = 10_000;

/// The probable format of a table of text, and whether its first line names the columns.
pub(super) fn format_of(path: &Path) -> io::Result<TextFormat> {
    let format = likely_text_format(path)?;
    let mut hasher = blake3::Hasher::new();
    let layout = TextLayout::of(&format);
    let text = reader::open(path, layout.encoding, &mut hasher)?;
    let mut first = csv::StringRecord::new();
    records(after_lines(text, format.skip)?, layout).read_record(&mut first)?;
    let names: Vec<String> = first.iter().map(|cell| cell.trim().to_owned()).collect();
    let quote = if quotes_are_letters(path, layout, format.skip)? { None } else { format.quote };
    Ok(TextFormat { header: !looks_like_a_row(&names, NumberFormat::of(&format)), quote, ..format })
}

/// Whether quotes open that are never closed, so that a cell contains whole rows.
fn quotes_are_letters(path: &Path, layout: TextLayout, skip: usize) -> io::Result<bool> {
    let mut hasher = blake3::Hasher::new();
    let mut rows = records(after_lines(reader::open(path, layout.encoding, &mut hasher)?, skip)?, layout);
    let (mut record, mut width) = (csv::StringRecord::new(), 0);
    for _ in 0..QUOTED_RECORDS {
        if !rows.read_record(&mut record)? {
            break;
        }
        width = width.max(record.len());
        let is_row = |line: &str| line.split(char::from(layout.separator)).count() == width;
        if width > 1 && record.iter().any(|cell| cell.contains('\n') && cell.lines().skip(1).any(is_row)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A text without so many of its first lines.
fn after_lines(text: impl Read, lines: usize) -> io::Result<impl Read> {
    let mut text = BufReader::new(text);
    for _ in 0..lines {
        text.skip_until(b'\n')?;
    }
    Ok(text)
}

fn records<R: Read>(text: R, layout: TextLayout) -> csv::Reader<R> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(layout.separator).comment(layout.comment);
    match layout.quote {
        Some(quote) => builder.quote(quote),
        None => builder.quoting(false),
    };
    builder.from_reader(text)
}

/// Surveys the files of one table.
pub(super) fn survey(written: &[Spanned<String>], format: &TextFormat, base: &Path) -> io::Result<Survey> {
    let found = paths::find(written, base);
    let files = found.map_err(|problems| invalid(problems.first().map_or("", |problem| problem.message.as_str())))?;
    let (layout, numbers) = (TextLayout::of(format), NumberFormat::of(format));
    let mut survey = Survey { header: format.header, whole: true, ..Survey::default() };
    let (mut seen, mut all, mut record) = (0, true, csv::StringRecord::new());
    for file in &files {
        let mut hasher = blake3::Hasher::new();
        let text: Box<dyn Read> = if is_large_file(&file.path) {
            let size = SpreadSize { head: 1, rows: SAMPLE_ROWS, bytes: MOST_TEXT };
            let rows = spread_file(&file.path, layout, size)?;
            all &= rows.whole;
            Box::new(io::Cursor::new(rows.bytes))
        } else {
            Box::new(after_lines(reader::open(&file.path, layout.encoding, &mut hasher)?, format.skip)?)
        };
        let mut rows = records(text, layout);
        let mut names = format.header;
        while rows.read_record(&mut record)? {
            if survey.columns.is_empty() {
                let named = |(at, cell): (usize, &str)| {
                    ColumnSurvey::of(if format.header { cell.trim().to_owned() } else { at.to_string() })
                };
                survey.columns = record.iter().enumerate().map(named).collect();
            }
            if std::mem::take(&mut names) {
                continue;
            }
            if record.len() != survey.columns.len() {
                let (found, width) = (record.len(), survey.columns.len());
                let line = record.position().map_or(0, csv::Position::line) + format.skip as u64;
                return Err(invalid(format!("line {line} has {found} cells and not {width}")));
            }
            seen += 1;
            if counts(seen) {
                survey.rows += 1;
                survey.columns.iter_mut().zip(&record).for_each(|(column, cell)| column.add(cell.trim(), numbers));
            }
            survey.sample.add(&record.iter().map(str::trim).collect::<Vec<_>>());
        }
    }
    (survey.all_rows, survey.whole) = (seen, all && seen == survey.rows);
    Ok(survey)
}

/// Whether the row of this number, from 1 on, is counted: fewer of them the further on it is.
fn counts(row: usize) -> bool {
    let (mut limit, mut every) = (SAMPLE_ROWS, 1);
    while row > limit {
        limit *= THINNED;
        every *= THINNED;
    }
    row.is_multiple_of(every)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_that_swallow_rows_are_letters() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tsv");
        let format = |text: &str| {
            std::fs::write(&path, text).unwrap();
            format_of(&path).unwrap()
        };
        assert_eq!(format("a\tb\n1\t\"x\n2\ty\n3\t\"z\n4\tw\n").quote, None);
        assert_eq!(format("a\tb\n1\t\"two\nlines\"\n2\ty\n").quote, Some('"'));
    }

    #[test]
    fn rows_from_all_over_a_large_table_are_counted() {
        let counted = |rows: std::ops::Range<usize>| rows.filter(|row| counts(*row)).count();
        assert_eq!(counted(1..SAMPLE_ROWS + 1), SAMPLE_ROWS);
        assert_eq!(counted(SAMPLE_ROWS + 1..10 * SAMPLE_ROWS + 1), 9 * SAMPLE_ROWS / 10);
    }
}
