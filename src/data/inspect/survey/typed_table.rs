//! Surveys sources whose formats know their columns: Parquet, Arrow, arrays, lines of JSON, folders of images, joins.

use super::{Survey, first_message, invalid};
use crate::data::inspect::survey::column::{ArraySurvey, ColumnSurvey};
use crate::data::io::bytes::MemoryBudget;
use crate::data::source;
use crate::data::source::opened::OpenTable;
use crate::data::source::storage::Storage;
use crate::data::table::columns::{Column, Table};
use crate::data::table::number_format::NumberFormat;
use crate::data::table::schema::{ArrayType, CellType, TableQuery};
use crate::diag::{Problems, Span};
use crate::spec::Source;
use std::io;
use std::path::Path;

/// Bytes of a table that may be in memory; the rest lies in temporary files.
const MEMORY: usize = 1 << 30;

/// Surveys all rows. A column that cannot be read is surveyed as such.
pub(super) fn survey(source: &Source, base: &Path) -> io::Result<Survey> {
    let found = source::open(source, base).map_err(|problems| invalid(first_message(&problems)))?;
    let flat: Vec<usize> = (0..found.schema.width).filter(|at| !found.schema.nested.contains(at)).collect();
    // The columns, each from a table that was read; one by one where not all of them can be read.
    let mut columns: Vec<Result<Column, String>> =
        (0..found.schema.width).map(|_| Err("its cells have fields inside".to_owned())).collect();
    let mut rows = 0;
    match read(&found, &flat) {
        Ok(table) => {
            rows = table.rows;
            flat.iter().zip(table.columns).for_each(|(at, column)| columns[*at] = Ok(column));
        }
        Err(_) => {
            for at in flat {
                columns[at] = read(&found, &[at]).map_err(|problems| first_message(&problems)).and_then(|mut table| {
                    rows = table.rows;
                    table.columns.pop().ok_or_else(|| "it was not read".to_owned())
                });
            }
        }
    }
    if let Some(Err(why)) = columns.first()
        && columns.iter().all(Result::is_err)
    {
        return Err(invalid(why.clone()));
    }
    let mut survey = Survey { header: true, whole: true, rows, all_rows: rows, ..Survey::default() };
    let text = |at: usize, row: usize| match &columns[at] {
        Ok(column) if !found.schema.arrays.contains_key(&at) => column.text(row).trim(),
        _ => "",
    };
    for row in 0..rows {
        survey.sample.add(&(0..columns.len()).map(|at| text(at, row)).collect::<Vec<_>>());
    }
    survey.columns = columns.iter().enumerate().map(|(at, cells)| column(&found, at, cells, rows)).collect();
    Ok(survey)
}

fn read(found: &OpenTable, columns: &[usize]) -> Result<Table, Problems> {
    let mut query = TableQuery::default();
    for at in columns {
        let kind = match found.schema.arrays.contains_key(at) {
            true => CellType::Number(found.schema.numbers_in(*at)),
            false => CellType::Text,
        };
        query.add(*at, kind, Span::default());
    }
    Ok(found.read(&query, Storage { cache: None, budget: &MemoryBudget::new(MEMORY, None) })?.table)
}

fn column(found: &OpenTable, at: usize, cells: &Result<Column, String>, rows: usize) -> ColumnSurvey {
    let mut seen = ColumnSurvey::of(found.schema.column(at));
    match (cells, found.schema.arrays.get(&at)) {
        (Err(why), _) => seen.unreadable = Some(why.clone()),
        (Ok(cells), Some(array)) => (seen.empty, seen.array) = survey_arrays(cells, array, rows),
        (Ok(cells), None) => (0..rows).for_each(|row| seen.add(cells.text(row).trim(), NumberFormat::PLAIN)),
    }
    seen
}

/// Counts of empty cells and statistics of the others.
fn survey_arrays(column: &Column, array: &ArrayType, rows: usize) -> (usize, Option<ArraySurvey>) {
    let missing = (0..rows).filter(|row| column.number(*row, 0).is_nan()).count();
    let varies = |at: usize| {
        let mut numbers = (0..rows).map(|row| column.number(row, at)).filter(|number| !number.is_nan());
        let first = numbers.next();
        numbers.any(|number| Some(number) != first)
    };
    let varies = (0..array.shape.size()).all(varies);
    (missing, Some(ArraySurvey { shape: array.shape.clone(), varies, bytes: array.bytes }))
}
