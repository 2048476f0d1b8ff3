//! Surveys sources whose formats know their columns: Parquet, Arrow, arrays, lines of JSON, folders of images, joins.

use super::{Survey, first_message, invalid};
use crate::data::inspect::survey::column::{ArraySurvey, ColumnSurvey};
use crate::data::io::bytes::MemoryBudget;
use crate::data::source;
use crate::data::source::opened::OpenTable;
use crate::data::source::storage::Storage;
use crate::data::table::columns::{Column, Table};
use crate::data::table::number_format::NumberFormat;
use crate::data::table::schema::{CellType, TableQuery};
use crate::diag::{Problems, Span};
use crate::shape::Shape;
use crate::spec::Source;
use std::io;
use std::path::Path;

/// Bytes of a table that may be in memory; the rest lies in temporary files.
const MEMORY: usize = 1 << 30;

/// Surveys all rows. A column that cannot be read is surveyed as such.
pub(super) fn survey(source: &Source, base: &Path) -> io::Result<Survey> {
    let found = source::open(source, base).map_err(|problems| invalid(first_message(&problems)))?;
    let mut survey = Survey { header: true, whole: true, ..Survey::default() };
    let all: Vec<usize> = (0..found.schema.width).collect();
    if let Ok(table) = read(&found, &all) {
        (survey.rows, survey.all_rows) = (table.rows, table.rows);
        survey.columns = all.iter().map(|at| column(&found, *at, &table.columns[*at], table.rows)).collect();
        return Ok(survey);
    }
    let mut first = None;
    for at in all {
        match read(&found, &[at]) {
            Ok(table) => {
                (survey.rows, survey.all_rows) = (table.rows, table.rows);
                survey.columns.push(column(&found, at, &table.columns[0], table.rows));
            }
            Err(problems) => {
                let why = first_message(&problems);
                let name = found.schema.column(at);
                first.get_or_insert(why.clone());
                survey.columns.push(ColumnSurvey { unreadable: Some(why), ..ColumnSurvey::of(name) });
            }
        }
    }
    match first {
        Some(why) if survey.columns.iter().all(|column| column.unreadable.is_some()) => Err(invalid(why)),
        _ => Ok(survey),
    }
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

fn column(found: &OpenTable, at: usize, cells: &Column, rows: usize) -> ColumnSurvey {
    let mut seen = ColumnSurvey::of(found.schema.column(at));
    match found.schema.arrays.get(&at) {
        Some(array) => (seen.empty, seen.array) = survey_arrays(cells, &array.shape, rows),
        None => (0..rows).for_each(|row| seen.add(cells.text(row).trim(), NumberFormat::PLAIN)),
    }
    seen
}

/// Counts of empty cells and statistics of the others.
fn survey_arrays(column: &Column, shape: &Shape, rows: usize) -> (usize, Option<ArraySurvey>) {
    let missing = (0..rows).filter(|row| column.number(*row, 0).is_nan()).count();
    let varies = |at: usize| {
        let mut numbers = (0..rows).map(|row| column.number(row, at)).filter(|number| !number.is_nan());
        let first = numbers.next();
        numbers.any(|number| Some(number) != first)
    };
    let varies = (0..shape.size()).all(varies);
    (missing, Some(ArraySurvey { shape: shape.clone(), varies }))
}
