//! The columns of an unknown table, counted and measured: what a starter pipeline is made from.

use crate::data::date_guess::DateGuess;
use crate::data::inspect::likely_format::likely_text_format;
use crate::data::inspect::row_sample::RowSample;
use crate::data::inspect::sample::{MOST_TEXT, SAMPLE_ROWS, is_large_file, spread_file};
use crate::data::inspect::spread::SpreadSize;
use crate::data::io::bytes::MemoryBudget;
use crate::data::io::reader;
use crate::data::source;
use crate::data::source::opened::OpenTable;
use crate::data::source::storage::Storage;
use crate::data::source::text_layout::TextLayout;
use crate::data::table::cell::looks_like_a_row;
use crate::data::table::columns::{Column, Table};
use crate::data::table::number_format::{NumberFormat, is_missing_word};
use crate::data::table::schema::{ArrayType, CellType, TableQuery};
use crate::diag::{Problems, Span};
use crate::shape::Shape;
use crate::spec::{DataSpec, FileFormat, Origin, Source, Spanned, TextFormat};
use std::collections::BTreeMap;
use std::io::{self, Read};
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
    /// How the cells of a table of text are written.
    pub format: TextFormat,
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
    /// How many cells are empty; of a column of numbers also those that mark an empty one.
    pub missing: usize,
    /// The words that are marks of an empty cell among numbers, and how often each occurs. In a column of words they are words.
    pub marks: BTreeMap<String, usize>,
    /// Whether its cells have nested fields, so that it cannot be read.
    pub nested: bool,
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

/// Surveys rows from all over a table of text, or all of a table whose format knows its
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
    source::open(source, base, MEMORY).ok().and_then(|table| table.schema.names).unwrap_or_default()
}

fn survey_text(path: &Path) -> io::Result<Survey> {
    let mut hasher = blake3::Hasher::new();
    let format = likely_text_format(path)?;
    let (layout, numbers) = (TextLayout::of(&format), NumberFormat::of(&format));
    let (text, all): (Box<dyn Read>, bool) = match is_large_file(path) {
        false => (Box::new(reader::open(path, layout.encoding, &mut hasher)?), true),
        true => {
            let size = SpreadSize { head: 1, rows: SAMPLE_ROWS, bytes: MOST_TEXT };
            let rows = spread_file(path, layout, size)?;
            (Box::new(io::Cursor::new(rows.bytes)), rows.whole)
        }
    };
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(layout.separator)
        .comment(layout.comment)
        .from_reader(text);
    let mut record = csv::StringRecord::new();
    let mut survey = Survey {
        reader: format.source(),
        header: false,
        format,
        rows: 0,
        whole: all,
        columns: vec![],
        sample: RowSample::default(),
    };
    let invalid = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
    while rows.read_record(&mut record)? {
        if survey.columns.is_empty() {
            let names: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
            survey.header = !looks_like_a_row(&names, numbers);
            survey.format.header = survey.header;
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
        survey.rows += 1;
        survey.columns.iter_mut().zip(&record).for_each(|(column, cell)| column.add(cell.trim(), numbers));
        survey.sample.add(&record.iter().map(str::trim).collect::<Vec<_>>());
    }
    if survey.rows == 0 {
        return Err(invalid("it holds no rows".into()));
    }
    survey.columns = survey.columns.into_iter().map(ColumnSurvey::finish).collect();
    Ok(survey)
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
    fn add(&mut self, cell: &str, numbers: NumberFormat) {
        if cell.is_empty() {
            self.missing += 1;
            return;
        }
        if is_missing_word(cell) {
            *self.marks.entry(cell.to_owned()).or_insert(0) += 1;
            return;
        }
        self.longest = self.longest.max(cell.chars().count());
        self.words = self.words.max(cell.split_whitespace().count());
        match numbers.parse(cell.as_bytes()) {
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

    /// Decides what the marks of an empty cell are, once all cells are known.
    fn finish(mut self) -> Self {
        let marked: usize = self.marks.values().sum();
        if self.numbers && self.max >= self.min {
            self.missing += marked;
            return self;
        }
        if marked > 0 {
            (self.numbers, self.integers, self.ascending) = (false, false, false);
        }
        for (word, count) in &self.marks {
            self.longest = self.longest.max(word.chars().count());
            self.words = self.words.max(1);
            if let Some(values) = &mut self.values {
                *values.entry(word.clone()).or_insert(0) += count;
            }
        }
        self
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
    let mut read = table.columns.iter();
    let columns = (0..found.schema.width).filter_map(|at| {
        if found.schema.nested.contains(&at) {
            let name = found.schema.column(at);
            return Some(ColumnSurvey { name, nested: true, ..ColumnSurvey::default() });
        }
        let column = read.next()?;
        let mut seen = ColumnSurvey::of(found.schema.column(at));
        match found.schema.arrays.get(&at) {
            Some(array) => (seen.missing, seen.array) = survey_arrays(column, array, table.rows),
            None => (0..table.rows).for_each(|row| seen.add(column.text(row), NumberFormat::PLAIN)),
        }
        Some(seen.finish())
    });
    let columns = columns.collect();
    let mut sample = RowSample::default();
    for row in 0..table.rows {
        // What cannot be read is an empty cell of the sample.
        let mut read = table.columns.iter();
        let cells = (0..found.schema.width).map(|at| match found.schema.nested.contains(&at) {
            true => "",
            false => read.next().map_or("", |column| column.text(row)),
        });
        sample.add(&cells.collect::<Vec<_>>());
    }
    let (rows, format_of_text) = (table.rows, TextFormat::csv());
    let survey =
        Survey { reader: format.source, header: true, format: format_of_text, rows, whole: true, columns, sample };
    if survey.rows == 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it holds no rows"));
    }
    Ok(survey)
}

fn read(path: &Path, format: &FileFormat) -> Result<(OpenTable, Table), Problems> {
    let paths = vec![Spanned { value: path.to_string_lossy().into_owned(), span: Span::default() }];
    let kind = (format.kind)(paths, true);
    let found = source::open(&Source { kind, span: Span::default() }, Path::new(""), MEMORY)?;
    let mut query = TableQuery::default();
    for at in (0..found.schema.width).filter(|at| !found.schema.nested.contains(at)) {
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
    fn marks_are_empty_among_numbers_and_words_among_words() {
        let survey = of("a.csv", "x,who\n1,NA\n?,de\nNA,\n2,none\n").unwrap();
        let [x, who] = survey.columns.as_slice() else { panic!("two columns") };
        assert!(x.numbers && x.integers);
        assert_eq!((x.missing, x.marks.keys().map(String::as_str).collect::<Vec<_>>()), (2, vec!["?", "NA"]));
        assert_eq!((who.missing, who.numbers, who.different()), (1, false, Some(3)));
    }

    #[test]
    fn a_table_of_another_form_and_an_array_of_objects_are_surveyed() {
        let survey = of("a.csv", "a;b\n1,5;x\n2,5;y\n").unwrap();
        assert_eq!(survey.format.arguments(), ", separator: \";\", decimal: \",\"");
        assert!(survey.columns[0].numbers);
        let survey = of("a.json", "[{\"a\": \"1.5\", \"b\": {\"c\": 1}, \"d\": \"x\"}]").unwrap();
        let [a, b, d] = survey.columns.as_slice() else { panic!("three columns") };
        assert!(a.numbers && b.nested && !d.numbers && !d.nested);
        assert_eq!((survey.reader, b.name.as_str()), ("jsonl", "b"));
    }

    #[test]
    fn a_first_line_of_numbers_is_a_row() {
        let survey = of("a.txt", "1\t2\n3\t4\n").unwrap();
        assert_eq!((survey.header, survey.rows, survey.reader), (false, 2, "tsv"));
        assert_eq!(survey.columns[1].name, "1");
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert_eq!(of("a.csv", "a,b\n1\n").unwrap_err().to_string(), "line 2 has 1 cells and not 2");
        assert_eq!(of("a.csv", "a,b\n").unwrap_err().to_string(), "it holds no rows");
    }
}
