//! Surveys sources whose formats know their columns: Parquet, Arrow, arrays, lines of JSON, folders of images, joins.

use super::table_survey::{Survey, first_message, invalid};
use crate::data::inspect::survey::column::{ArraySurvey, ColumnSurvey};
use crate::data::io::bytes::MemoryBudget;
use crate::data::source;
use crate::data::source::opened::OpenTable;
use crate::data::source::storage::Storage;
use crate::data::table::columns::{Column, Table};
use crate::data::table::number_format::NumberFormat;
use crate::data::table::schema::{ArrayType, CellType, TableQuery};
use crate::diag::{Problems, Span};
use crate::shape::Shape;
use crate::spec::{Source, SourceKind};
use std::io;
use std::path::Path;

/// Surveys all rows. A column that cannot be read is surveyed as such.
pub(super) fn survey(source: &Source, base: &Path, memory: usize) -> io::Result<Survey> {
    let found = source::open(source, base, memory).map_err(|problems| invalid(first_message(&problems)))?;
    let flat: Vec<usize> = (0..found.schema.width).filter(|at| !found.schema.nested.contains(at)).collect();
    // The columns, each from a table that was read; one by one where not all of them can be read.
    let mut columns: Vec<Result<Column, String>> =
        (0..found.schema.width).map(|_| Err("its cells have fields inside".to_owned())).collect();
    let mut rows = 0;
    let lists = matches!(source.kind, SourceKind::Arrow { .. } | SourceKind::Jsonl { .. } | SourceKind::Parquet { .. });
    match read(&found, &flat, lists, memory) {
        Ok(table) => {
            rows = table.rows;
            flat.iter().zip(table.columns).for_each(|(at, column)| columns[*at] = Ok(column));
        }
        Err(_) => {
            for at in flat {
                columns[at] = read(&found, &[at], lists, memory).map_err(|problems| first_message(&problems)).and_then(
                    |mut table| {
                        rows = table.rows;
                        table.columns.pop().ok_or_else(|| "it was not read".to_owned())
                    },
                );
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

fn read(found: &OpenTable, columns: &[usize], lists: bool, memory: usize) -> Result<Table, Problems> {
    let mut query = TableQuery::default();
    for at in columns {
        let kind = match found.schema.arrays.get(at).map(|array| (array, array.shape.0.as_slice())) {
            None => CellType::Text,
            // Lists may have several lengths; the first one shows what their steps are.
            Some((_, [steps])) if lists => CellType::Steps([*steps, 1]),
            Some((_, [steps, width])) if lists => CellType::Steps([*steps, *width]),
            Some((array, _)) => CellType::Number(array.shape.size()),
        };
        query.add(*at, kind, Span::default());
    }
    Ok(found.read(&query, Storage { cache: None, budget: &MemoryBudget::new(memory, None) })?.table)
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
