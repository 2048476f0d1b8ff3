//! Reads text tables: `csv` and `tsv`, one file or several as one table. Parses the wanted columns only.

use super::open;
use super::paths::DataFile;
use super::table::{Column, ColumnKind, Head, Question, Table, Wanted, Words, extend_runs};
use crate::diag::{Code, Problem, Problems};
use csv::ByteRecord;
use std::collections::HashMap;

/// How many problems of one table are reported one by one.
const SHOWN: usize = 10;

/// A text table that has been found but not read.
#[derive(Clone, Debug)]
pub(crate) struct Delimited {
    /// Its files, in order.
    pub files: Vec<DataFile>,
    /// What separates cells.
    pub separator: u8,
    /// Whether each file begins with the names of the columns.
    pub header: bool,
}

type Rows<'a> = csv::Reader<open::LineEnds<Box<dyn std::io::Read + 'a>>>;

impl Delimited {
    /// The columns, by the first line of every file.
    pub(crate) fn head(&self) -> Result<Head, Problems> {
        let mut heads: Vec<(&DataFile, Head)> = vec![];
        let mut problems = Problems::new();
        for file in &self.files {
            let mut hasher = blake3::Hasher::new();
            let mut record = ByteRecord::new();
            let first = self.rows(file, &mut hasher).and_then(|mut rows| match rows.read_byte_record(&mut record) {
                Ok(true) => Ok(self.head_of(&record)),
                Ok(false) => Err(empty(file)),
                Err(error) => Err(unreadable(file, &error.into(), 0)),
            });
            match first {
                Ok(head) => heads.push((file, head)),
                Err(problem) => problems.push(problem),
            }
        }
        if let Some((first_file, first)) = heads.first() {
            for (file, head) in &heads[1..] {
                if head != first {
                    problems.push(disagreement(file, head, first_file, first));
                }
            }
        }
        match heads.into_iter().next() {
            Some((_, head)) if !problems.has_errors() => Ok(head),
            _ => Err(problems),
        }
    }

    fn head_of(&self, record: &ByteRecord) -> Head {
        let name = |cell| String::from_utf8_lossy(trim(cell)).into_owned();
        Head { names: self.header.then(|| record.iter().map(name).collect()), width: record.len() }
    }

    /// Opens a file, without its header having been read.
    fn rows<'a>(&self, file: &DataFile, hasher: &'a mut blake3::Hasher) -> Result<Rows<'a>, Problem> {
        let text = open::open(&file.path, hasher).map_err(|error| unreadable(file, &error, 0))?;
        let mut builder = csv::ReaderBuilder::new();
        Ok(builder
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .buffer_capacity(1 << 16)
            .from_reader(text))
    }

    /// Reads the wanted columns of all files. `hashes` are the contents that the caller knows the files by.
    pub(crate) fn read(&self, head: &Head, question: &Question, hashes: &[blake3::Hash]) -> Result<Table, Problems> {
        let mut parser = Parser {
            columns: question.wanted.iter().map(|wanted| Builder::new(wanted.kind)).collect(),
            wanted: &question.wanted,
            head,
            header: self.header,
            found: Found::default(),
        };
        let mut rows = 0;
        let mut runs = vec![];
        for (index, file) in self.files.iter().enumerate() {
            let before = rows;
            let mut hasher = blake3::Hasher::new();
            let lines = match self.rows(file, &mut hasher) {
                Ok(lines) => lines,
                Err(problem) => {
                    parser.found.push(problem);
                    continue;
                }
            };
            let complete = parser.file(file, lines, |line| {
                extend_runs(&mut runs, rows, index as u32, line);
                rows += 1;
            });
            if !complete {
                continue;
            }
            if rows == before && parser.found.is_empty() {
                parser.found.push(empty(file));
            }
            if hashes.get(index) != Some(&hasher.finalize()) {
                let message = format!("`{}` changed while it was read", file.name);
                parser
                    .found
                    .push(file.problem(Code::FileUnreadable, message, None).help("run again when it is complete"));
            }
        }
        let columns = parser.columns.into_iter().map(Builder::finish).collect();
        match parser.found.finish() {
            None => Ok(Table { rows: rows as usize, columns, runs }),
            Some(problems) => Err(problems),
        }
    }
}

/// Puts cells into columns.
struct Parser<'a> {
    columns: Vec<Builder>,
    wanted: &'a [Wanted],
    head: &'a Head,
    header: bool,
    found: Found,
}

impl Parser<'_> {
    /// Reads all rows of a file and tells the line of each; `false` if the file ended before its time.
    fn file(&mut self, file: &DataFile, mut rows: Rows<'_>, mut row_on: impl FnMut(u64)) -> bool {
        let mut record = ByteRecord::new();
        let mut header = self.header;
        let mut last_line = 0;
        loop {
            let before = rows.position().line();
            match rows.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return true,
                Err(error) => {
                    self.found.push(unreadable(file, &error.into(), last_line));
                    return false;
                }
            }
            // Every line ends in `\n` here, and blank lines are passed over before a record: its first line is found
            // from its end.
            let inside = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
            let line = rows.position().line().saturating_sub(1 + inside).max(before);
            last_line = line;
            if std::mem::take(&mut header) {
                continue;
            }
            if record.len() != self.head.width {
                self.found.push(row_length(file, line, &record, self.head, self.wanted));
                continue;
            }
            for (wanted, column) in self.wanted.iter().zip(&mut self.columns) {
                let cell = record.get(wanted.position).unwrap_or_default();
                if column.push(cell).is_err() {
                    self.found.push(bad_cell(file, line, cell, wanted, self.head, self.header));
                }
            }
            row_on(line);
        }
    }
}

/// One column as it grows.
enum Builder {
    Numbers(Vec<f64>),
    Words { words: Words, known: HashMap<Box<[u8]>, u32> },
}

impl Builder {
    fn new(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Number => Builder::Numbers(vec![]),
            ColumnKind::Word => Builder::Words { words: Words::default(), known: HashMap::new() },
        }
    }

    fn push(&mut self, cell: &[u8]) -> Result<(), NotANumber> {
        match self {
            Builder::Numbers(numbers) => numbers.push(parse_number(cell)?),
            Builder::Words { words, known } => {
                let cell = trim(cell);
                let code = match known.get(cell) {
                    Some(code) => *code,
                    None => {
                        let code = words.dictionary.len() as u32;
                        words.dictionary.push(String::from_utf8_lossy(cell).into_owned());
                        known.insert(cell.into(), code);
                        code
                    }
                };
                words.codes.push(code);
            }
        }
        Ok(())
    }

    fn finish(self) -> Column {
        match self {
            Builder::Numbers(numbers) => Column::Numbers(numbers),
            Builder::Words { words, .. } => Column::Words(words),
        }
    }
}

fn trim(cell: &[u8]) -> &[u8] {
    cell.trim_ascii()
}

/// A cell that stands for no finite number.
#[derive(Debug, PartialEq, Eq)]
struct NotANumber;

/// The number in a cell; NaN for a cell that is empty or says `NA` or `NaN`.
fn parse_number(cell: &[u8]) -> Result<f64, NotANumber> {
    let cell = trim(cell);
    if cell.is_empty() || cell.eq_ignore_ascii_case(b"na") || cell.eq_ignore_ascii_case(b"nan") {
        return Ok(f64::NAN);
    }
    let number: f64 = std::str::from_utf8(cell).ok().and_then(|text| text.parse().ok()).ok_or(NotANumber)?;
    if number.is_finite() { Ok(number) } else { Err(NotANumber) }
}

/// Problems of one table: the first few, and how many more.
#[derive(Default)]
struct Found {
    problems: Problems,
    more: usize,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    fn push(&mut self, problem: Problem) {
        // A file that cannot be read on is said however many cells were bad before.
        if self.problems.len() < SHOWN || !matches!(problem.code, Code::BadCell | Code::RowLength) {
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self) -> Option<Problems> {
        if let (Some(last), true) = (self.problems.iter().last(), self.more > 0) {
            let mut rest = Problem::error(last.code, format!("and {} more cells or rows like these", self.more));
            rest.labels = last.labels.clone();
            self.problems.push(rest);
        }
        if self.problems.is_empty() { None } else { Some(self.problems) }
    }
}

/// A cell as it can be shown: one short line.
pub(crate) fn shown(cell: &str) -> String {
    const MOST: usize = 40;
    let mut text: String = cell.chars().take(MOST).flat_map(char::escape_debug).collect();
    if cell.chars().nth(MOST).is_some() {
        text.push_str("...");
    }
    text
}

fn bad_cell(file: &DataFile, line: u64, cell: &[u8], wanted: &Wanted, head: &Head, header: bool) -> Problem {
    let column = head.column(wanted.position);
    let text = String::from_utf8_lossy(trim(cell));
    let message = format!("column `{column}`: expected a number, found `{}`", shown(&text));
    let place = file.place(Some(line), Some(column));
    let problem = Problem::error(Code::BadCell, message).at(wanted.span, "read as numbers here").in_data(place);
    let problem = problem.also(file.span, "");
    if text.parse::<f64>().is_ok() {
        problem.help("only finite numbers can be learned from; an empty cell, `NA` or `NaN` is a missing value")
    } else if text.replace(',', ".").parse::<f64>().is_ok() {
        problem.help("numbers are written with a decimal point")
    } else if line == 1 && !header {
        problem.help("if the first line names the columns, leave `header: false` away")
    } else {
        problem.help("an empty cell, `NA` or `NaN` is a missing value; everything else must be a number")
    }
}

fn row_length(file: &DataFile, line: u64, record: &ByteRecord, head: &Head, wanted: &[Wanted]) -> Problem {
    let (found, width) = (record.len(), head.width);
    let message = format!("expected {width} cells, found {found}");
    let mut problem = file.problem(Code::RowLength, message, Some(line));
    if let Some(wanted) = wanted.first() {
        problem = problem.also(wanted.span, "columns are taken from it here");
    }
    if record.iter().any(|cell| cell.contains(&b'\n')) {
        problem.help("a cell of this row goes over several lines: is a quote missing?")
    } else if found < width {
        problem
            .help(format!("the row is {} short: the file may be cut off, or the separator be another", width - found))
    } else {
        problem.help("a cell that holds the separator must be quoted")
    }
}

fn empty(file: &DataFile) -> Problem {
    file.problem(Code::EmptyData, format!("`{}` holds no rows", file.name), None)
}

/// A file that cannot be opened or read to its end; `line` is the last that could be.
pub(crate) fn unreadable(file: &DataFile, error: &std::io::Error, line: u64) -> Problem {
    let opened = !matches!(
        error.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::IsADirectory
    );
    if opened && open::is_compressed(&file.path) {
        if std::fs::metadata(&file.path).is_ok_and(|data| data.len() == 0) {
            return empty(file);
        }
        let reached = if line == 0 { "before its first row".to_owned() } else { format!("after line {line}") };
        let message = format!("`{}` is truncated or damaged: it cannot be read on {reached}", file.name);
        let line = (line > 0).then_some(line);
        return file
            .problem(Code::CorruptFile, message, line)
            .help(format!("unpacking it said: {error}; fetch it again"));
    }
    let line = (line > 0).then_some(line);
    file.problem(Code::FileUnreadable, format!("`{}` cannot be read: {error}", file.name), line)
}

fn disagreement(file: &DataFile, head: &Head, first_file: &DataFile, first: &Head) -> Problem {
    if head.width != first.width {
        let message = format!("`{}` has {} columns, `{}` has {}", file.name, head.width, first_file.name, first.width);
        return file.problem(Code::RowLength, message, Some(1)).help("the files of one table have the same columns");
    }
    let differs = (0..head.width).find(|position| head.column(*position) != first.column(*position)).unwrap_or(0);
    let (name, expected) = (head.column(differs), first.column(differs));
    let message =
        format!("column {differs} of `{}` is `{name}`, of `{}` it is `{expected}`", file.name, first_file.name);
    file.problem(Code::MissingColumn, message, Some(1))
        .help("the files of one table have the same columns in the same order")
}

/// Whether every name in the header is a number, so that it is probably a row.
pub(crate) fn looks_like_a_row(names: &[String]) -> bool {
    !names.is_empty() && names.iter().all(|name| parse_number(name.as_bytes()).is_ok_and(f64::is_finite))
}

/// Where the table is read, for a problem with the whole of it.
pub(crate) fn table_name(files: &[DataFile]) -> String {
    match files {
        [] => String::new(),
        [file] => file.name.clone(),
        [file, rest @ ..] => format!("{} and {} more", file.name, rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_finite_or_missing() {
        let read = |cell: &str| parse_number(cell.as_bytes());
        assert_eq!(read(" 1.5e2 "), Ok(150.0));
        assert_eq!(read("-0.25"), Ok(-0.25));
        for missing in ["", "  ", "NA", "na", "NaN"] {
            assert!(read(missing).unwrap().is_nan(), "{missing}");
        }
        for bad in ["inf", "-inf", "1e999", "x", "1,5", "0x10", "-nan", "1 2"] {
            assert_eq!(read(bad), Err(NotANumber), "{bad}");
        }
        assert_eq!(parse_number(&[0xff, 0xfe]), Err(NotANumber));
    }

    #[test]
    fn long_and_strange_cells_are_shown_on_one_short_line() {
        assert_eq!(shown("a\nb"), "a\\nb");
        assert_eq!(shown(&"x".repeat(50)), format!("{}...", "x".repeat(40)));
    }
}
