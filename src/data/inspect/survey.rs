//! The columns of an unknown table, counted and measured: what a starter pipeline is made from.

use crate::data::date_guess::DateGuess;
use crate::data::inspect::row_sample::{RowSample, is_missing};
use crate::data::inspect::sample::SAMPLE_ROWS;
use crate::data::io::bytes::MemoryBudget;
use crate::data::io::reader;
use crate::data::source;
use crate::data::source::opened::OpenTable;
use crate::data::source::storage::Storage;
use crate::data::table::cell::looks_like_a_row;
use crate::data::table::columns::{Column, Table};
use crate::data::table::schema::{ArrayType, CellType, TableQuery};
use crate::diag::{Problems, Span};
use crate::shape::Shape;
use crate::spec::{DataSpec, FileFormat, Origin, Source, Spanned};
use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::path::Path;

/// Largest number of different cells of a column that are counted.
const MOST_VALUES: usize = 4096;

/// The columns of a table and its number of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// The source that reads it: `csv`, `tsv`, `jsonl`, `parquet` or `npz`.
    pub reader: &'static str,
    /// Whether columns have names: in a table of text, whether the first line names them.
    pub header: bool,
    /// Number of rows that were read.
    pub rows: usize,
    /// Whether these were all.
    pub whole: bool,
    /// The columns in order.
    pub columns: Vec<ColumnSurvey>,
    /// Rows from all over the table.
    sample: RowSample,
}

impl Survey {
    /// The columns that alone predict the column `label`, and the score of each.
    pub fn telling(&self, label: usize) -> Vec<(usize, f64)> {
        self.sample.telling(label)
    }
}

/// Counts and extremes of a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnSurvey {
    /// Its name, or its position in a table without a header.
    pub name: String,
    /// How many cells are empty, `NA` or `NaN`.
    pub missing: usize,
    /// Whether every other cell is a finite number.
    pub numbers: bool,
    /// Whether every other cell is a whole number.
    pub integers: bool,
    /// Whether no cell is less than the one before.
    pub ascending: bool,
    /// The different cells and how many rows each has; none where there are too many to count.
    pub values: Option<BTreeMap<String, usize>>,
    /// The least number.
    pub min: f64,
    /// The greatest number.
    pub max: f64,
    /// The most characters of a cell.
    pub longest: usize,
    /// The most words of a cell.
    pub words: usize,
    /// The forms that every other cell is a date in.
    pub dates: DateGuess,
    /// Shape and variation if each cell holds several numbers; of the fields above only `missing` applies then.
    pub array: Option<ArraySurvey>,
}

/// Shape and variation of a column whose cells hold several numbers each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArraySurvey {
    /// The shape of a cell.
    pub shape: Shape,
    /// Whether each of the numbers is different on some rows.
    pub varies: bool,
    /// Whether they are whole numbers from 0 to 255 of 8 bits.
    pub bytes: bool,
}

/// Surveys the first rows of a table of comma- or tab-separated cells, or all of a table whose format knows its
/// columns.
///
/// # Errors
/// If the file cannot be read, a row is not as long as the first, or the format is not that of a table.
pub fn survey(path: &Path) -> io::Result<Survey> {
    let name = path.to_string_lossy();
    if name.to_lowercase().trim_end_matches(".gz").trim_end_matches(".zst").ends_with(".npy") {
        let message = "it is a single array, which has no label; put arrays and labels into one `.npz`";
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    match FileFormat::of(&name) {
        Some(format) if !format.is_text_table() => survey_typed(path, format),
        _ => survey_text(path),
    }
}

/// The names of the columns of a data set in their order, read from its first line; none where there is no data or it
/// has no names.
pub fn column_names(data: &DataSpec, base: &Path) -> Vec<String> {
    let (Origin::Whole(source) | Origin::Parts { train: source, .. }) = &data.origin;
    source::open(source, base).ok().and_then(|table| table.schema.names).unwrap_or_default()
}

fn survey_text(path: &Path) -> io::Result<Survey> {
    let mut hasher = blake3::Hasher::new();
    let text = reader::open(path, &mut hasher)?;
    let separator = separator(path, &first_line(path)?)?;
    let mut rows =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator as u8).from_reader(text);
    let mut record = csv::StringRecord::new();
    let reader = if separator == '\t' { "tsv" } else { "csv" };
    let mut survey =
        Survey { reader, header: false, rows: 0, whole: true, columns: vec![], sample: RowSample::default() };
    let invalid = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
    while rows.read_record(&mut record)? {
        if survey.columns.is_empty() {
            let names: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
            survey.header = !looks_like_a_row(&names);
            let named = |(at, name): (usize, String)| if survey.header { name } else { at.to_string() };
            survey.columns = names.into_iter().enumerate().map(named).map(ColumnSurvey::of).collect();
            if survey.header {
                continue;
            }
        }
        if record.len() != survey.columns.len() {
            let (found, width) = (record.len(), survey.columns.len());
            let line = record.position().map_or(0, csv::Position::line);
            return Err(invalid(format!("line {line} has {found} cells and not {width}")));
        }
        if survey.rows == SAMPLE_ROWS {
            survey.whole = false;
            break;
        }
        survey.rows += 1;
        survey.columns.iter_mut().zip(&record).for_each(|(column, cell)| column.add(cell.trim()));
        survey.sample.add(&record.iter().map(str::trim).collect::<Vec<_>>());
    }
    if survey.rows == 0 {
        return Err(invalid("it holds no rows".into()));
    }
    Ok(survey)
}

/// The first line of a file.
fn first_line(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut line = vec![];
    io::BufReader::new(reader::open(path, &mut hasher)?).read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// The separator of cells: by the extension of the file, else the most frequent one of the first line.
fn separator(path: &Path, line: &str) -> io::Result<char> {
    let name = path.to_string_lossy().to_lowercase();
    if name.trim_end_matches(".gz").trim_end_matches(".zst").ends_with(".tsv") {
        return Ok('\t');
    }
    let count = |separator| line.matches(separator).count();
    if count(';') > count(',') && count(';') > count('\t') {
        let message = "its cells are separated by `;`: only commas and tabs are read";
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(if count('\t') > count(',') { '\t' } else { ',' })
}

impl ColumnSurvey {
    fn of(name: String) -> Self {
        Self {
            name,
            numbers: true,
            integers: true,
            ascending: true,
            values: Some(BTreeMap::new()),
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            ..Self::default()
        }
    }

    /// Adds a cell.
    fn add(&mut self, cell: &str) {
        if is_missing(cell) {
            self.missing += 1;
            return;
        }
        self.longest = self.longest.max(cell.chars().count());
        self.words = self.words.max(cell.split_whitespace().count());
        match cell.parse::<f64>().ok().filter(|number| number.is_finite()) {
            Some(number) => {
                self.integers &= number.fract() == 0.0;
                self.ascending &= number >= self.max;
                self.min = self.min.min(number);
                self.max = self.max.max(number);
            }
            None => (self.numbers, self.integers, self.ascending) = (false, false, false),
        }
        self.dates.add(cell);
        if let Some(values) = &mut self.values {
            *values.entry(cell.to_owned()).or_insert(0) += 1;
            if values.len() > MOST_VALUES {
                self.values = None;
            }
        }
    }

    /// How many different cells it has, if they could be counted.
    pub fn different(&self) -> Option<usize> {
        self.values.as_ref().map(BTreeMap::len)
    }
}

/// Bytes of a table that may be in memory; the rest lies in temporary files.
const MEMORY: usize = 1 << 30;

/// Reads the whole table.
fn survey_typed(path: &Path, format: &'static FileFormat) -> io::Result<Survey> {
    let (found, table) = read(path, format).map_err(first_message)?;
    let columns = (0..found.schema.width).map(|at| {
        let column = &table.columns[at];
        let mut seen = ColumnSurvey::of(found.schema.column(at));
        match found.schema.arrays.get(&at) {
            Some(array) => (seen.missing, seen.array) = survey_arrays(column, array, table.rows),
            None => (0..table.rows).for_each(|row| seen.add(column.text(row))),
        }
        seen
    });
    let columns = columns.collect();
    let mut sample = RowSample::default();
    (0..table.rows)
        .for_each(|row| sample.add(&table.columns.iter().map(|column| column.text(row)).collect::<Vec<_>>()));
    let survey = Survey { reader: format.source, header: true, rows: table.rows, whole: true, columns, sample };
    if survey.rows == 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it holds no rows"));
    }
    Ok(survey)
}

fn read(path: &Path, format: &FileFormat) -> Result<(OpenTable, Table), Problems> {
    let paths = vec![Spanned { value: path.to_string_lossy().into_owned(), span: Span::default() }];
    let kind = (format.kind)(paths, true);
    let found = source::open(&Source { kind, span: Span::default() }, Path::new(""))?;
    let mut query = TableQuery::default();
    for at in 0..found.schema.width {
        let kind = match found.schema.arrays.get(&at).map(|array| (array, array.shape.0.as_slice())) {
            None => CellType::Text,
            // Lists may have several lengths; the first one shows what their steps are.
            Some((_, [steps])) if format.holds_lists() => CellType::Steps([*steps, 1]),
            Some((_, [steps, width])) if format.holds_lists() => CellType::Steps([*steps, *width]),
            Some((array, _)) => CellType::Number(array.shape.size()),
        };
        query.add(at, kind, Span::default());
    }
    let table = found.read(&query, Storage { cache: None, budget: &MemoryBudget::new(MEMORY, None) })?.table;
    Ok((found, table))
}

/// Counts of empty cells and statistics of the others.
fn survey_arrays(column: &Column, array: &ArrayType, rows: usize) -> (usize, Option<ArraySurvey>) {
    let lists = matches!(column.store.layout.kinds.get(column.place), Some(CellType::Steps(_)));
    // Before the numbers of a list is how many steps it has.
    let first = usize::from(lists);
    let varies = |at: usize| {
        let mut numbers = (0..rows).map(|row| column.number(row, first + at)).filter(|number| !number.is_nan());
        let first = numbers.next();
        numbers.any(|number| Some(number) != first)
    };
    let varies = (0..array.shape.size()).all(varies);
    let mut shape = array.shape.clone();
    let is_missing = |row: &usize| match lists {
        true => column.number(*row, 0) == 0.0,
        false => column.number(*row, 0).is_nan(),
    };
    let missing = (0..rows).filter(is_missing).count();
    if lists {
        let steps = (0..rows).filter(|row| !is_missing(row)).map(|row| column.number(row, 0) as usize);
        let (least, most) = (steps.clone().min().unwrap_or(0), steps.max().unwrap_or(0));
        if least != most {
            // Those of several lengths are sequences.
            shape = Shape(vec![most, shape.0.get(1).copied().unwrap_or(1)]);
        }
    }
    (missing, Some(ArraySurvey { shape, varies, bytes: array.bytes }))
}

/// The first of the problems, in one line: there is no pipeline text yet for labels.
fn first_message(problems: Problems) -> io::Error {
    let first = problems.iter().next().map_or_else(String::new, |problem| problem.message.clone());
    io::Error::new(io::ErrorKind::InvalidData, first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> io::Result<Survey> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        survey(&path)
    }

    #[test]
    fn columns_are_known_by_their_cells() {
        let survey = of("a.csv", "id,x,who\n1,0.5,ann\n2,,bob lee\n3,NA,ann\n").unwrap();
        assert!(survey.header && survey.whole);
        assert_eq!(survey.rows, 3);
        let [id, x, who] = survey.columns.as_slice() else { panic!("three columns") };
        assert!(id.integers && id.ascending);
        assert_eq!((x.numbers, x.integers, x.missing), (true, false, 2));
        assert_eq!((who.numbers, who.different(), who.longest, who.words), (false, Some(2), 7, 2));
    }

    #[test]
    fn a_first_line_of_numbers_is_a_row() {
        let survey = of("a.txt", "1\t2\n3\t4\n").unwrap();
        assert_eq!((survey.header, survey.rows, survey.reader), (false, 2, "tsv"));
        assert_eq!(survey.columns[1].name, "1");
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert!(of("a.csv", "a;b\n1;2\n").unwrap_err().to_string().contains("`;`"));
        assert_eq!(of("a.csv", "a,b\n1\n").unwrap_err().to_string(), "line 2 has 1 cells and not 2");
        assert_eq!(of("a.csv", "a,b\n").unwrap_err().to_string(), "it holds no rows");
    }
}
