//! Columns of dates, read into a table of numbers: each date becomes the numbers of its parts, before any transform is
//! fitted. A cell that is no date is reported with its place.

use crate::data::date_guess::DateGuess;
use crate::data::io::bytes::MemoryBudget;
use crate::data::modality::columns::{ColumnPlaces, ModalityColumns, columns_of};
use crate::data::table::columns::Table;
use crate::data::table::errors::{CellErrors, out_of_space, shown};
use crate::data::table::loaded::LoadedTable;
use crate::data::table::number_format::is_missing_number;
use crate::data::table::origin::NOWHERE;
use crate::data::table::schema::{CellType, ColumnQuery, TableQuery};
use crate::data::table::store::StoreWriter;
use crate::diag::{Code, Problem, Problems, Span};
use crate::spec::{DateForms, DatePart, ModalitySpec};
use crate::thousands::grouped;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many cells decide which form is suggested.
const SUGGESTED_BY: usize = 10_000;

/// The rows of one part whose dates are numbers.
pub(crate) struct DateTable {
    read: LoadedTable,
    places: ColumnPlaces,
    rows: Vec<u32>,
}

impl DateTable {
    /// Its rows, as a modality of numbers reads them.
    pub(crate) fn columns(&self) -> ModalityColumns<'_> {
        self.places.of(&self.read, &self.rows)
    }
}

/// Reads the dates of every part. With `errors` there is one part, and problems with its rows go there.
pub(crate) fn read(
    spec: &ModalitySpec,
    (dates, forms): (&[DatePart], &DateForms),
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
    errors: Option<&mut CellErrors>,
) -> Result<Vec<DateTable>, Problems> {
    let mut found = match errors {
        Some(errors) => NoDates::ByRow(errors),
        None => NoDates::ByColumn(BTreeMap::new()),
    };
    let made = parts.iter().map(|part| read_part(spec, (dates, forms), part, budget, &mut found));
    let made = made.collect::<Result<Vec<_>, Problem>>()?;
    let problems = found.finish();
    if problems.has_errors() { Err(problems) } else { Ok(made) }
}

/// The cells that are no dates: the problem of each row, or the first of each column and how many there are.
enum NoDates<'a> {
    ByRow(&'a mut CellErrors),
    ByColumn(BTreeMap<usize, (Problem, usize)>),
}

impl NoDates<'_> {
    /// Adds the cell of a column and a row of the part.
    fn add(&mut self, column: usize, row: usize, problem: impl FnOnce() -> Problem) {
        match self {
            NoDates::ByRow(errors) => errors.push_row(row, problem()),
            NoDates::ByColumn(columns) => columns.entry(column).or_insert_with(|| (problem(), 0)).1 += 1,
        }
    }

    /// The problems with the columns.
    fn finish(self) -> Problems {
        let NoDates::ByColumn(columns) = self else { return Problems::new() };
        let counted = columns.into_values().map(|(mut problem, count)| {
            if count > 1 {
                problem.message.push_str(&format!(", the first of {} such cells", grouped(count as u64)));
            }
            problem
        });
        counted.collect()
    }
}

fn read_part(
    spec: &ModalitySpec,
    (dates, forms): (&[DatePart], &DateForms),
    part: &ModalityColumns<'_>,
    budget: &MemoryBudget,
    found: &mut NoDates<'_>,
) -> Result<DateTable, Problem> {
    let width: usize = dates.iter().map(DatePart::width).sum();
    let full = |error: std::io::Error| out_of_space(columns_of(spec), &error);
    let kind = CellType::Number(width);
    let query = part.positions.iter().map(|position| ColumnQuery::new(*position, kind, columns_of(spec)));
    let mut writer = StoreWriter::new(&TableQuery::of(query), budget);
    let mut numbers = Vec::with_capacity(width);
    for (at, row) in part.rows.iter().enumerate() {
        for (column, place) in part.columns.iter().enumerate() {
            let cell = part.read.table.columns[*place].text(*row as usize);
            numbers.clear();
            match forms.read(cell) {
                Some(date) => dates.iter().for_each(|part| part.extend(&date, &mut numbers)),
                None => {
                    numbers.resize(width, f64::NAN);
                    if !is_missing(cell) {
                        found.add(column, at, || no_date(spec, (dates, forms), part, (column, *row), cell));
                    }
                }
            }
            numbers.iter().for_each(|number| writer.number(column, *number));
        }
        writer.end_rows(1, 0, 0).map_err(full)?;
    }
    let mut table = Table::whole(writer.finish().map_err(full)?);
    // Rows keep their numbers, so that problems found later have their places.
    let mut rows = vec![NOWHERE; part.read.table.rows];
    part.rows.iter().zip(0..).for_each(|(row, at)| rows[*row as usize] = at);
    let rows = Arc::new(rows);
    table.rows = part.read.table.rows;
    table.columns.iter_mut().for_each(|column| column.rows = Some(Arc::clone(&rows)));
    Ok(DateTable {
        read: part.read.with_table(table),
        places: ColumnPlaces::of_numbers(width, part.positions.to_vec()),
        rows: part.rows.to_vec(),
    })
}

/// Whether a cell stands for no date: it is `NaT`, or what stands for no number.
fn is_missing(cell: &str) -> bool {
    cell.eq_ignore_ascii_case("nat") || is_missing_number(cell.trim())
}

/// The problem with a cell that is no date, and the form to declare.
fn no_date(
    spec: &ModalitySpec,
    (dates, forms): (&[DatePart], &DateForms),
    part: &ModalityColumns<'_>,
    (column, row): (usize, u32),
    cell: &str,
) -> Problem {
    let position = part.positions[column];
    let name = part.read.schema.column(position);
    let tried: Vec<String> = forms.declared.iter().map(|form| format!("`{form}`")).collect();
    let (declared, tried) = match tried.is_empty() {
        true => {
            ("no date in ISO 8601".to_owned(), "`2001-02-03` and `2001-02-03T04:05:06+01:00`, for example, are".into())
        }
        false => ("no date of the declared form".to_owned(), format!("tried {} and ISO 8601", tried.join(", "))),
    };
    let message = format!("column `{name}`: `{}` is {declared}", shown(cell));
    let problem = Problem::error(Code::BadCell, message)
        .at(columns_of(spec), "read as dates here")
        .in_data(part.read.place(Some(row as usize), Some(position)));
    // New rows are read without the text of a pipeline.
    if spec.span == Span::default() {
        let forms = if forms.declared.is_empty() { "in ISO 8601".to_owned() } else { tried };
        return problem.help(format!("dates are written as those that the model was trained on: {forms}"));
    }
    let call = spec.transforms.iter().find(|transform| transform.kind.decides_cells());
    let fitting = forms_of(part, column, cell);
    match (fitting.as_slice(), call) {
        ([], _) => problem.help(format!(
            "{tried}; declare how dates are written, as `date(format: \"%d.%m.%Y\")`; an empty cell, `NA`, `NaN` or `NaT` is a missing \
             value"
        )),
        ([form], call) => {
            let call = call.map(|call| (call.span, with_form(dates, form)));
            let problem = problem.help(match form.is_empty() {
                true => "leave out `format`: the column is in ISO 8601".to_owned(),
                false => format!("declare how dates are written: `format: \"{form}\"` reads this column"),
            });
            match call {
                Some((span, call)) => problem.edit(span, call, false),
                None => problem,
            }
        }
        (several, _) => {
            let several: Vec<String> = several.iter().map(|form| format!("`format: \"{form}\"`")).collect();
            problem.help(format!("it is not clear which day is meant: declare {}", several.join(" or ")))
        }
    }
}

/// The common forms that read a cell and the others of its column.
fn forms_of(part: &ModalityColumns<'_>, column: usize, cell: &str) -> Vec<&'static str> {
    let mut guess = DateGuess::default();
    guess.add(cell);
    let texts = &part.read.table.columns[part.columns[column]];
    for row in part.rows.iter().take(SUGGESTED_BY) {
        let other = texts.text(*row as usize);
        // Once there is no choice left, no other cell can make one.
        if guess.forms().len() > 1 && !is_missing(other) {
            guess.add_unless_none(other);
        }
    }
    match guess.forms() {
        forms if forms.is_empty() => counts_of(cell).into_iter().collect(),
        forms => forms,
    }
}

/// The form of a cell that counts seconds or milliseconds since 1970, by its number of digits.
fn counts_of(cell: &str) -> Option<&'static str> {
    match cell.len() {
        _ if !cell.bytes().all(|byte| byte.is_ascii_digit()) => None,
        9 | 10 => Some("seconds"),
        12 | 13 => Some("milliseconds"),
        _ => None,
    }
}

/// The call of `date` with a form, or without any if it is empty.
fn with_form(dates: &[DatePart], form: &str) -> String {
    let parts: Vec<String> = match dates == DatePart::usual() {
        true => vec![],
        false => dates.iter().map(DatePart::to_string).collect(),
    };
    let form = (!form.is_empty()).then(|| format!("format: \"{form}\""));
    match parts.into_iter().chain(form).collect::<Vec<_>>() {
        none if none.is_empty() => "date".to_owned(),
        arguments => format!("date({})", arguments.join(", ")),
    }
}
