//! The format of an unknown text table, from its first lines.

use crate::data::io::reader;
use crate::data::source::excel_separator::declared_separator;
use crate::data::table::number_format::NumberFormat;
use crate::spec::{FileFormat, TextFormat, UTF_8};
use encoding_rs::WINDOWS_1252;
use std::io::{self, Read};
use std::path::Path;

/// Bytes that are looked at.
const START: usize = 1 << 16;
/// Lines that are looked at.
const LINES: usize = 200;
/// What may separate cells, those first that are more usual.
const SEPARATORS: [char; 4] = [',', '\t', ';', '|'];
/// Decimal signs and separators of thousands beside the plain form, those first that are tried first.
const NUMBERS: [(char, Option<char>); 3] = [('.', Some(',')), (',', None), (',', Some('.'))];

/// The probable format of a text table, by its name and its first lines: what separates cells, how numbers are written, the
/// encoding, and what begins lines of comment. Whether the first line names the columns is not decided.
///
/// # Errors
/// If the file cannot be read.
pub fn likely_text_format(path: &Path) -> io::Result<TextFormat> {
    let mut hasher = blake3::Hasher::new();
    let mut start = vec![];
    reader::open(path, encoding_rs::UTF_8, &mut hasher)?.take(START as u64).read_to_end(&mut start)?;
    let tabs = FileFormat::of(&path.to_string_lossy()).is_some_and(|format| format.source == "tsv");
    Ok(format_of(&start, tabs))
}

/// The format of a text that begins so; `tabs` says that tabs separate its cells.
fn format_of(start: &[u8], tabs: bool) -> TextFormat {
    // A character may be cut off at the end of what is looked at.
    let is_utf8 = std::str::from_utf8(start).map_or_else(|error| error.error_len().is_none(), |_| true);
    let (encoding, text) = match is_utf8 {
        true => (UTF_8, String::from_utf8_lossy(start)),
        false => (WINDOWS_1252.name(), WINDOWS_1252.decode_without_bom_handling(start).0),
    };
    let whole = if start.len() < START { text.as_ref() } else { text.rsplit_once('\n').map_or("", |(whole, _)| whole) };
    let declared = declared_separator(start);
    let skip = usize::from(declared.is_some());
    let lines: Vec<&str> = whole.lines().skip(skip).filter(|line| !line.is_empty()).take(LINES).collect();
    let rows: Vec<&str> = lines.iter().copied().filter(|line| !line.starts_with('#')).collect();
    let rows_or_lines = if rows.is_empty() { &lines } else { &rows };
    let (separator, quote) = match declared.or(tabs.then_some('\t')) {
        Some(separator) => (separator, quote(rows_or_lines, separator)),
        None => separator_and_quote(rows_or_lines),
    };
    let mut format =
        TextFormat { encoding: encoding.to_owned(), quote: Some(quote), skip, ..TextFormat::separated_by(separator) };
    // A first line that begins with `#` may name the columns.
    let cells_of = |line: Option<&&str>| line.map(|line| cells(line, separator, quote).len());
    if lines.len() > rows.len() && cells_of(lines.first()) != cells_of(rows.first()) {
        format.comment = Some('#');
    }
    if let Some((decimal, thousands)) = numbers(&rows, separator, quote) {
        (format.decimal, format.thousands) = (decimal, thousands);
    }
    format
}

/// The cells of a line; a separator within quotes is part of a cell.
fn cells(line: &str, separator: char, quote: char) -> Vec<&str> {
    let (mut quoted, mut begins) = (false, true);
    let separates = |letter: char| {
        // A quote within a cell that does not begin with one is a letter.
        quoted ^= letter == quote && (quoted || begins);
        begins = letter == separator && !quoted;
        begins
    };
    line.split(separates).collect()
}

/// How many lines have the same number of cells, and that number; the best over all numbers.
fn alike(lines: &[&str], separator: char, quote: char) -> (usize, usize) {
    let counts: Vec<usize> = lines.iter().map(|line| cells(line, separator, quote).len()).collect();
    let alike = |count: usize| (counts.iter().filter(|other| **other == count).count(), count);
    counts.iter().filter(|count| **count > 1).map(|count| alike(*count)).max().unwrap_or_default()
}

/// What separates cells and what encloses them: the separator that cuts the most lines into equally many cells; of several
/// such the one that makes more cells.
fn separator_and_quote(lines: &[&str]) -> (char, char) {
    let rank = |separator: char| {
        let quote = quote(lines, separator);
        (alike(lines, separator, quote), separator, quote)
    };
    // Of equals the last is the maximum.
    let best = SEPARATORS.into_iter().rev().map(rank).max_by_key(|(rank, ..)| *rank);
    best.map_or((',', '"'), |(_, separator, quote)| (separator, quote))
}

/// What encloses cells: an apostrophe where every cell of some column is enclosed by it, no cell by a double quote, and the
/// lines have no fewer cells alike; else a double quote.
fn quote(lines: &[&str], separator: char) -> char {
    const APOSTROPHE: char = '\'';
    let encloses = |cell: &str, quote: char| cell.len() > 1 && cell.starts_with(quote) && cell.ends_with(quote);
    let rows: Vec<Vec<&str>> = lines.iter().map(|line| cells(line, separator, APOSTROPHE)).collect();
    let trimmed = |row: &Vec<&str>, at: usize| row.get(at).map(|cell| cell.trim()).unwrap_or_default().to_owned();
    let width = rows.first().map_or(0, Vec::len);
    // The first line may name the columns without quotes.
    let enclosed =
        (0..width).any(|at| rows.len() > 2 && rows[1..].iter().all(|row| encloses(&trimmed(row, at), APOSTROPHE)));
    let double = lines.iter().any(|line| cells(line, separator, '"').iter().any(|cell| encloses(cell.trim(), '"')));
    let (with, without) = (alike(lines, separator, APOSTROPHE).0, alike(lines, separator, '"').0);
    if enclosed && !double && with >= without { APOSTROPHE } else { '"' }
}

/// Another form of numbers than the plain one that more cells have, and that no number of the plain form contradicts.
fn numbers(lines: &[&str], separator: char, quote: char) -> Option<(char, Option<char>)> {
    let cells: Vec<&str> = lines
        .iter()
        .flat_map(|line| cells(line, separator, quote))
        .map(|cell| cell.trim().trim_matches(quote))
        .collect();
    let number = |format: NumberFormat, cell: &str| format.parse(cell.as_bytes()).is_some_and(f64::is_finite);
    let gained = |(decimal, thousands): (char, Option<char>)| {
        let format = NumberFormat::of(&TextFormat { decimal, thousands, ..TextFormat::csv() });
        let (mut gained, mut lost) = (0, false);
        for cell in &cells {
            match (number(NumberFormat::PLAIN, cell), number(format, cell)) {
                (false, true) => gained += 1,
                (true, false) => lost = true,
                _ => {}
            }
        }
        if lost { 0 } else { gained }
    };
    let best = NUMBERS.into_iter().rev().max_by_key(|form| gained(*form))?;
    (gained(best) > 0).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> String {
        format_of(text.as_bytes(), false).arguments()
    }

    #[test]
    fn formats_are_found_by_the_first_lines() {
        for (text, expected) in [
            ("a,b\n1,2\n", ""),
            ("a;b\n1,5;2\n0,5;3\n", ", separator: \";\", decimal: \",\""),
            ("a;b\n1.234,5;2\n1.000;3\n", ", separator: \";\", decimal: \",\", thousands: \".\""),
            ("a,b\n\"1,234\",2\n\"12,345\",0.5\n", ", thousands: \",\""),
            ("a|b|c\n1|x, y|2\n", ", separator: \"|\""),
            ("# made by hand\na,b\n1,2\n", ", comment: \"#\""),
            ("#a,b\n1,2\n", ""),
            ("a\tb\n1\t2\n", ""),
            ("text\nhello, you\nno\n", ""),
            ("a;b\n1,5;2.5\n", ", separator: \";\""),
            ("a,b\n'x, y','1'\n'z','2'\n'it''s','3'\n", ", quote: \"'\""),
            ("a;b\n'1,5';'x'\n'2,5';'y;z'\n", ", quote: \"'\", separator: \";\", decimal: \",\""),
            ("a,b\nit's,1\n'tis,2\nboys',3\n", ""),
            ("sep=;\na;b\n1;2\n", ", separator: \";\", skip: 1"),
            ("\u{feff}sep=|\r\na|b,c\n1|2\n", ", separator: \"|\", skip: 1"),
            ("", ""),
        ] {
            assert_eq!(arguments(text), expected, "{text:?}");
        }
        assert_eq!(format_of(b"a\tb\n1\t2\n", false), TextFormat::tsv());
        assert_eq!(format_of(b"a,b\nx,y\n", true), TextFormat::tsv());
        assert_eq!(format_of(b"a,b\ncaf\xe9,1\n", false).arguments(), ", encoding: \"windows-1252\"");
        let mut cut = "é".repeat(START).into_bytes();
        cut.truncate(START - 1);
        assert_eq!(format_of(&cut, false).encoding, UTF_8);
    }
}
