//! From the columns that a pipeline selects to positions in a table. Reads no rows.

use crate::data::io::paths::is_written;
use crate::data::table::array_fault;
use crate::data::table::cell::looks_like_a_row;
use crate::data::table::errors::shown;
use crate::data::table::image_layout::ImageLayout;
use crate::data::table::number_format::NumberFormat;
use crate::data::table::schema::{CellType, Schema};
use crate::diag::{Code, DataPlace, Problem, nearest, string_literal};
use crate::spec::{ColumnRef, DatePart, ModalityKind, ModalitySpec, Select, escaped_name, pattern_matches, plain_name};

/// A table's columns and its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnFinder<'a> {
    /// The columns.
    pub schema: &'a Schema,
    /// The name of the table.
    pub name: &'a str,
}

impl ColumnFinder<'_> {
    /// The one position that a label, a group or a split names.
    pub(crate) fn one(&self, column: &ColumnRef) -> Result<usize, Problem> {
        match self.find(column)?.as_slice() {
            [position] => Ok(*position),
            found => {
                let message = format!("expected one column, found {} in `{}`", found.len(), self.name);
                Err(self.problem(Code::ColumnCount, message, column, "must be one column"))
            }
        }
    }

    /// The one position of a column with a number in each cell.
    pub(crate) fn one_number(&self, column: &ColumnRef) -> Result<usize, Problem> {
        let position = self.one(column)?;
        match self.schema.numbers_in(position) {
            1 => Ok(position),
            numbers => {
                let message = format!("expected a number in each cell, found {numbers} in `{}`", self.name);
                Err(self.problem(Code::ColumnCount, message, column, "must hold single numbers"))
            }
        }
    }

    /// The positions of all columns of a modality, in order: as many as its type declares, none of them twice.
    pub(crate) fn of(&self, modality: &ModalitySpec) -> Result<Vec<usize>, Vec<Problem>> {
        let mut problems: Vec<Problem> = vec![];
        let mut found: Vec<(usize, &ColumnRef)> = vec![];
        let mut excluded = vec![false; self.schema.width];
        for column in &modality.columns {
            match self.find(column) {
                Ok(positions) if matches!(column.select, Select::Except(_)) => {
                    positions.into_iter().for_each(|position| excluded[position] = true);
                }
                Ok(positions) => found.extend(positions.into_iter().map(|position| (position, column))),
                // A range of positions is one text: its error is reported once.
                Err(problem) if problems.last().is_some_and(|last| last.place() == problem.place()) => {}
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        found.retain(|(position, _)| !excluded[*position]);
        let mut first: Vec<Option<&ColumnRef>> = vec![None; self.schema.width];
        for (position, column) in &found {
            if let Some(first) = first[*position].replace(column) {
                let message =
                    format!("column `{}` is selected twice in `{}`", self.schema.column(*position), modality.name);
                let problem = Problem::error(Code::ColumnCount, message).at(column.span, "selected again here");
                return Err(vec![if first.span == column.span {
                    problem
                } else {
                    problem.also(first.span, "first here")
                }]);
            }
        }
        let positions: Vec<usize> = found.iter().map(|(position, _)| *position).collect();
        match self.size(modality, &positions) {
            Some(problem) => Err(vec![problem]),
            None => Ok(positions),
        }
    }

    /// The error with the number or the shape of columns, if there is one.
    fn size(&self, modality: &ModalitySpec, positions: &[usize]) -> Option<Problem> {
        let kinds: Vec<CellType> =
            positions.iter().map(|position| cell_type(modality, self.schema, *position)).collect();
        let (name, declared) = (&modality.name, modality.shape.size());
        let (first, last) = (modality.columns.first()?, modality.columns.last()?);
        let columns = if positions.len() == 1 { "1 column".to_owned() } else { format!("{} columns", positions.len()) };
        let wrong = |message: String| {
            let problem = Problem::error(Code::ColumnCount, message).at(modality.type_span, "declared here");
            problem.also(first.span.to(last.span), format!("{columns} here"))
        };
        if let [position] = positions
            && let Some(array) = self.schema.arrays.get(position)
            && let Some(what) = array_fault::of(modality, array)
        {
            let column = self.schema.column(*position);
            let message = format!(
                "`{name}` is declared as {}, but a row of column `{column}` of `{}` is {}",
                modality.shape, self.name, array.shape
            );
            let problem = wrong(what.message.unwrap_or(message)).help(what.help);
            return Some(match what.declare {
                Some(right) => problem.edit(modality.type_span, right, false),
                None => problem,
            });
        }
        let is_array = matches!(positions, [position] if self.schema.arrays.contains_key(position));
        if is_array && matches!(modality.kind, ModalityKind::Image | ModalityKind::Sequence) {
            return None;
        }
        if let Some((parts, _)) = modality.dates() {
            let width = positions.len() * parts.iter().map(DatePart::width).sum::<usize>();
            if width != declared {
                let message =
                    format!("`{name}` is declared as {declared} wide, but the dates of {columns} are {width} numbers");
                let right = format!("dense[{width}]");
                let problem = wrong(message).help(format!("declare `{right}`, or select other columns"));
                return Some(problem.edit(modality.type_span, right, false));
            }
        } else if !kinds.iter().all(|kind| matches!(kind, CellType::Number(_))) {
            let message = format!("`{name}` is made of one column, but {columns} of `{}` match", self.name);
            if positions.len() != 1 {
                return Some(wrong(message).help("use `column(\"name\")`"));
            }
        } else {
            let numbers: usize = positions.iter().map(|position| self.schema.numbers_in(*position)).sum();
            if numbers != declared {
                let arrays = positions.iter().any(|position| self.schema.arrays.contains_key(position));
                let found = if arrays { format!("{numbers} numbers in {columns}") } else { columns.clone() };
                let message = format!("`{name}` is declared as {declared} wide, but {found} of `{}` match", self.name);
                return Some(match modality.kind {
                    ModalityKind::Dense => {
                        let right = format!("dense[{numbers}]");
                        wrong(message).help(format!("declare `{right}`, or select other columns")).edit(
                            modality.type_span,
                            right,
                            false,
                        )
                    }
                    _ => wrong(message).help("declare the shape that the columns have, or select other columns"),
                });
            }
        }
        None
    }

    fn find(&self, column: &ColumnRef) -> Result<Vec<usize>, Problem> {
        match &column.select {
            Select::Position(position) if *position < self.schema.width => Ok(vec![*position]),
            Select::Position(position) => {
                let message = format!("there is no column {position} in `{}`", self.name);
                let last = self.schema.width.saturating_sub(1);
                let help = format!("it has {} columns, counted from 0: 0 to {last}", self.schema.width);
                let problem = self.problem(Code::MissingColumn, message, column, "selected here");
                Err(match &self.schema.separator {
                    Some(separator) => separator.advise(problem),
                    None => problem.help(help),
                })
            }
            Select::Name(name) => self.named(name, column),
            Select::Glob(pattern) | Select::Except(pattern) => {
                let names = self.names(column)?;
                let found: Vec<usize> = (0..names.len()).filter(|at| pattern_matches(pattern, &names[*at])).collect();
                if found.is_empty() {
                    let message = format!("no column of `{}` matches `{pattern}`", self.name);
                    let leaves_out = matches!(column.select, Select::Except(_));
                    let label = if leaves_out { "left out here" } else { "selected here" };
                    let problem = self.problem(Code::MissingColumn, message, column, label);
                    let near = plain_name(pattern).and_then(|name| {
                        nearest(&name, names.iter().map(String::as_str)).map(|near| format!("!{}", escaped_name(near)))
                    });
                    if let Some(near) = near.filter(|_| leaves_out) {
                        let problem = problem.help(format!("did you mean `{near}`?"));
                        return Err(problem.edit(column.span, string_literal(&near), false));
                    }
                    return Err(self.with_what_there_is(problem, names));
                }
                Ok(found)
            }
        }
    }

    fn named(&self, name: &str, column: &ColumnRef) -> Result<Vec<usize>, Problem> {
        let names = self.names(column)?;
        let found: Vec<usize> = (0..names.len()).filter(|at| names[*at] == name).collect();
        match found.len() {
            1 => Ok(found),
            0 => {
                let message = format!("there is no column `{name}` in `{}`", self.name);
                let problem = self.problem(Code::MissingColumn, message, column, "selected here");
                Err(match nearest(name, names.iter().map(String::as_str)) {
                    Some(known) if !looks_like_a_row(names, NumberFormat::PLAIN) => {
                        let problem = problem.help(format!("did you mean `{known}`?"));
                        match is_written(column.span, name) {
                            true => problem.edit(column.span, string_literal(known), false),
                            false => problem,
                        }
                    }
                    _ => self.with_what_there_is(problem, names),
                })
            }
            many => {
                let message = format!("`{}` has {many} columns named `{name}`", self.name);
                let positions: Vec<String> = found.iter().map(usize::to_string).collect();
                let help = format!("select one by position: {}", positions.join(" or "));
                Err(self.problem(Code::ColumnCount, message, column, "ambiguous").help(help))
            }
        }
    }

    fn names(&self, column: &ColumnRef) -> Result<&[String], Problem> {
        match &self.schema.names {
            Some(names) => Ok(names),
            None => {
                let message = format!("the columns of `{}` have no names: it is read without a header", self.name);
                let problem = self.problem(Code::MissingColumn, message, column, "selected by name here");
                Err(problem.help("select columns by position, or remove `header: false` if the first line names them"))
            }
        }
    }

    /// A problem with a short description of the columns of the table, or with what makes of them one.
    fn with_what_there_is(&self, problem: Problem, names: &[String]) -> Problem {
        if looks_like_a_row(names, NumberFormat::PLAIN) {
            return problem.help("the first line holds only numbers: if it is a row, set `header: false`");
        }
        match (names, &self.schema.separator) {
            ([_], Some(separator)) => separator.advise(problem),
            ([only], None) => problem.help(format!(
                "its only column is `{}`; `skip: 1` leaves out a line before the names of the columns",
                shown(only)
            )),
            _ => {
                let few: Vec<String> = names.iter().take(8).map(|name| format!("`{}`", shown(name))).collect();
                let more = if names.len() > few.len() { ", ..." } else { "" };
                problem.help(format!("the table has {} columns: {}{more}", names.len(), few.join(", ")))
            }
        }
    }

    fn problem(&self, code: Code, message: String, column: &ColumnRef, label: &str) -> Problem {
        let name = match &column.select {
            Select::Position(position) => position.to_string(),
            Select::Name(name) | Select::Glob(name) | Select::Except(name) => name.clone(),
        };
        let place = DataPlace { file: self.name.to_owned(), line: None, row: None, column: Some(name) };
        Problem::error(code, message).at(column.span, label).in_data(place)
    }
}

/// The type that the cells of a modality's column are read as.
pub(crate) fn cell_type(spec: &ModalitySpec, schema: &Schema, position: usize) -> CellType {
    let one_hot = spec.is_one_hot();
    let numbers = CellType::Number(schema.numbers_in(position));
    match spec.kind {
        ModalityKind::PaddedSequence => match spec.shape.0.as_slice() {
            [steps, width] => CellType::Steps([*steps, *width]),
            _ => numbers,
        },
        ModalityKind::Text { .. } => CellType::Text,
        ModalityKind::Category { .. } => CellType::Word,
        ModalityKind::Dense if one_hot => CellType::Word,
        ModalityKind::Dense if spec.dates().is_some() => CellType::Text,
        ModalityKind::Dense | ModalityKind::Sequence => numbers,
        // One column is an image or its path; several are its pixels, each a column.
        ModalityKind::Image => match (spec.columns.as_slice(), schema.arrays.get(&position), spec.shape.0.as_slice()) {
            ([_], Some(array), _) if array.bytes => match ImageLayout::of(&array.shape, spec) {
                Some(layout) => CellType::Image(layout.size),
                None => numbers,
            },
            ([column], None, [channels, height, width]) if !matches!(column.select, Select::Glob(_)) => {
                CellType::Image([*channels, *height, *width])
            }
            _ => numbers,
        },
    }
}
