//! The format of an unknown text table, from its first lines.

use crate::data::io::reader;
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
    let lines: Vec<&str> = whole.lines().filter(|line| !line.is_empty()).take(LINES).collect();
    let rows: Vec<&str> = lines.iter().copied().filter(|line| !line.starts_with('#')).collect();
    let separator = if tabs { '\t' } else { separator(if rows.is_empty() { &lines } else { &rows }) };
    let mut format = TextFormat { encoding: encoding.to_owned(), ..TextFormat::separated_by(separator) };
    // A first line that begins with `#` may name the columns.
    let cells_of = |line: Option<&&str>| line.map(|line| cells(line, separator).len());
    if lines.len() > rows.len() && cells_of(lines.first()) != cells_of(rows.first()) {
        format.comment = Some('#');
    }
    if let Some((decimal, thousands)) = numbers(&rows, separator) {
        (format.decimal, format.thousands) = (decimal, thousands);
    }
    format
}

/// The cells of a line; a separator within double quotes is part of a cell.
fn cells(line: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    let separates = |letter: char| {
        quoted ^= letter == '"';
        letter == separator && !quoted
    };
    line.split(separates).collect()
}

/// The separator that cuts the most lines into equally many cells; of several such the one that makes more cells.
fn separator(lines: &[&str]) -> char {
    let rank = |separator: char| {
        let counts: Vec<usize> = lines.iter().map(|line| cells(line, separator).len()).collect();
        let alike = |count: usize| (counts.iter().filter(|other| **other == count).count(), count);
        counts.iter().filter(|count| **count > 1).map(|count| alike(*count)).max().unwrap_or_default()
    };
    // Of equals the last is the maximum.
    SEPARATORS.into_iter().rev().max_by_key(|separator| rank(*separator)).unwrap_or(',')
}

/// Another form of numbers than the plain one that more cells have, and that no number of the plain form contradicts.
fn numbers(lines: &[&str], separator: char) -> Option<(char, Option<char>)> {
    let cells: Vec<&str> =
        lines.iter().flat_map(|line| cells(line, separator)).map(|cell| cell.trim().trim_matches('"')).collect();
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
