//! A look at a table of a format that knows its columns: lines of JSON, Parquet, archives of NumPy. All of it is read.

use crate::data::inspect::survey::{ArraySurvey, ColumnSurvey, Survey};
use crate::data::io::bytes::MemoryBudget;
use crate::data::source;
use crate::data::source::opened::{OpenTable, Storage};
use crate::data::table::columns::{Column, Table};
use crate::data::table::schema::{CellType, TableQuery};
use crate::diag::{Problems, Span};
use crate::shape::Shape;
use crate::spec::{Source, SourceKind, Spanned};
use std::io;
use std::path::Path;

/// So many bytes of a table may be in memory; what is beyond lies in files meanwhile.
const MEMORY: usize = 1 << 30;

/// The source that reads a file, by its ending; none for what is taken for a table of text.
pub(super) fn reader(path: &Path) -> io::Result<Option<&'static str>> {
    let name = path.to_string_lossy().to_lowercase();
    let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".npy"]) {
        let message = "it is a single array, which has no label; put arrays and labels into one `.npz`";
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(match () {
        () if ends(&[".jsonl", ".ndjson"]) => Some("jsonl"),
        () if ends(&[".parquet"]) => Some("parquet"),
        () if ends(&[".npz"]) => Some("npz"),
        () => None,
    })
}

/// Reads the whole table.
pub(super) fn survey(path: &Path, reader: &'static str) -> io::Result<Survey> {
    let (found, table) = read(path, reader).map_err(said)?;
    let columns = (0..found.schema.width).map(|at| {
        let column = &table.columns[at];
        let mut seen = ColumnSurvey::of(found.schema.column(at));
        match found.schema.arrays.get(&at) {
            Some(array) => (seen.missing, seen.array) = see_arrays(column, &array.shape, table.rows),
            None => (0..table.rows).for_each(|row| seen.see(column.text(row))),
        }
        seen
    });
    let survey = Survey { reader, header: true, rows: table.rows, whole: true, columns: columns.collect() };
    if survey.rows == 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it holds no rows"));
    }
    Ok(survey)
}

fn read(path: &Path, reader: &str) -> Result<(OpenTable, Table), Problems> {
    let paths = vec![Spanned { value: path.to_string_lossy().into_owned(), span: Span::default() }];
    let kind = match reader {
        "jsonl" => SourceKind::Jsonl { paths },
        "parquet" => SourceKind::Parquet { paths },
        _ => SourceKind::Npz { paths },
    };
    let found = source::open(&Source { kind, span: Span::default() }, Path::new(""))?;
    let mut query = TableQuery::default();
    for at in 0..found.schema.width {
        let kind = if found.schema.arrays.contains_key(&at) {
            CellType::Number(found.schema.numbers_in(at))
        } else {
            CellType::Text
        };
        query.add(at, kind, Span::default());
    }
    let table = found.read(&query, Storage { cache: None, budget: &MemoryBudget::new(MEMORY, None) })?.table;
    Ok((found, table))
}

/// How many cells are empty, and what the others are.
fn see_arrays(column: &Column, shape: &Shape, rows: usize) -> (usize, Option<ArraySurvey>) {
    let missing = (0..rows).filter(|row| column.number(*row, 0).is_nan()).count();
    let varies = |at: usize| {
        let mut numbers = (0..rows).map(|row| column.number(row, at)).filter(|number| !number.is_nan());
        let first = numbers.next();
        numbers.any(|number| Some(number) != first)
    };
    let varies = (0..shape.size()).all(varies);
    (missing, Some(ArraySurvey { shape: shape.clone(), varies }))
}

/// The first of the problems, in one line: there is no pipeline yet that they could point into.
fn said(problems: Problems) -> io::Error {
    let first = problems.iter().next().map_or_else(String::new, |problem| problem.message.clone());
    io::Error::new(io::ErrorKind::InvalidData, first)
}
