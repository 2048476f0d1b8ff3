//! A cell of a typed format, converted to the type a column is read as. Independent of formats.

use crate::data::io::paths::DataFile;
use crate::data::table::column_errors::NO_NUMBER;
use crate::data::table::errors::shown;
use crate::data::table::moment::Moment;
use crate::data::table::number_format::NumberFormat;
use crate::data::table::schema::{CellType, ColumnQuery};
use crate::data::table::store::StoreWriter;
use crate::diag::{Code, Problem};

/// The content of a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CellValue<'a> {
    /// Nothing.
    Empty,
    /// A number.
    Number(f64),
    /// A whole number, which as a word keeps all of its digits.
    Integer(i128),
    /// A date or a time: a count as a number, ISO 8601 as a word.
    Moment(Moment),
    /// A truth value: 1 or 0 as a number.
    Truth(bool),
    /// A text.
    Text(&'a str),
    /// Several numbers.
    Numbers(&'a [f64]),
    /// Lists of several lengths in a list.
    Ragged,
    /// Pixels.
    Pixels(&'a [u8]),
    /// Fields of its own.
    Nested,
}

/// The reason that a cell cannot be read as the type of the query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CellError {
    /// A text where numbers are expected.
    Words(String),
    /// Several numbers where a text is expected.
    Array,
    /// Lists of several lengths in a list.
    Ragged,
    /// A list of so many numbers, which are no whole steps of that width.
    BrokenStep(usize, usize),
    /// Something other than a list.
    NoList,
    /// Another number of numbers: expected, found.
    Width(usize, usize),
    /// A number is infinite.
    Infinite,
    /// Fields where one value is expected.
    Nested,
}

impl StoreWriter {
    /// Adds a cell to a column. Where it cannot be converted, an empty one is added.
    pub(crate) fn put(&mut self, column: usize, kind: CellType, cell: CellValue<'_>) -> Result<(), CellError> {
        match kind {
            CellType::Number(width) => self.put_numbers(column, width, cell),
            CellType::Steps(size) => self.put_steps(column, size, cell),
            CellType::Image(_) => {
                let pixels = if let CellValue::Pixels(pixels) = cell { Some(pixels) } else { None };
                self.pixels(column, pixels);
                if matches!(cell, CellValue::Pixels(_) | CellValue::Empty) { Ok(()) } else { Err(CellError::Array) }
            }
            CellType::Word | CellType::Text => {
                match cell {
                    CellValue::Text(text) => self.put_words(column, text.trim()),
                    // Whole numbers are written without a point, so that they are the same word in every format.
                    CellValue::Integer(number) => self.put_words(column, &number.to_string()),
                    CellValue::Moment(moment) => self.put_words(column, &moment.to_string()),
                    CellValue::Truth(truth) => self.put_words(column, if truth { "true" } else { "false" }),
                    CellValue::Number(number) if !number.is_nan() => self.put_words(column, &number.to_string()),
                    _ => self.put_words(column, ""),
                }
                match cell {
                    CellValue::Numbers(_) | CellValue::Ragged | CellValue::Pixels(_) => Err(CellError::Array),
                    CellValue::Nested => Err(CellError::Nested),
                    _ => Ok(()),
                }
            }
        }
    }

    fn put_steps(&mut self, column: usize, size: [usize; 2], cell: CellValue<'_>) -> Result<(), CellError> {
        let width = size[1];
        let pixels;
        let found = match cell {
            CellValue::Empty => Ok(&[][..]),
            CellValue::Numbers(numbers) => Ok(numbers),
            CellValue::Pixels(bytes) => {
                pixels = bytes.iter().map(|pixel| f64::from(*pixel)).collect::<Vec<_>>();
                Ok(pixels.as_slice())
            }
            CellValue::Ragged => Err(CellError::Ragged),
            _ => Err(CellError::NoList),
        };
        let found = found.and_then(|numbers| match numbers {
            _ if numbers.len() % width != 0 => Err(CellError::BrokenStep(width, numbers.len())),
            _ if numbers.iter().any(|number| number.is_infinite()) => Err(CellError::Infinite),
            numbers => Ok(numbers),
        });
        self.steps(column, size, found.as_ref().map_or(&[][..], |numbers| numbers));
        found.map(|_| ())
    }

    fn put_numbers(&mut self, column: usize, width: usize, cell: CellValue<'_>) -> Result<(), CellError> {
        let cell = match cell {
            CellValue::Integer(number) => CellValue::Number(number as f64),
            CellValue::Moment(moment) => CellValue::Number(moment.count as f64),
            CellValue::Truth(truth) => CellValue::Number(f64::from(u8::from(truth))),
            cell => cell,
        };
        let one;
        let numbers: &[f64] = match cell {
            CellValue::Number(number) => {
                one = [number];
                &one
            }
            CellValue::Numbers(numbers) => numbers,
            _ => &[],
        };
        if let CellValue::Text(text) = cell {
            let number = NumberFormat::PLAIN.parse(text.as_bytes()).filter(|_| width == 1);
            let number = number.or_else(|| self.is_missing(column, text.trim()).then_some(f64::NAN));
            (0..width).for_each(|_| self.number(column, number.unwrap_or(f64::NAN)));
            if number.is_some_and(f64::is_nan) && !text.trim().is_empty() {
                self.count_mark(column, text.trim());
            }
            return number.map(|_| ()).ok_or_else(|| CellError::Words(text.to_owned()));
        }
        let wrong = match cell {
            CellValue::Ragged => Some(CellError::Ragged),
            CellValue::Nested => Some(CellError::Nested),
            CellValue::Pixels(pixels) if pixels.len() == width => {
                pixels.iter().for_each(|pixel| self.number(column, f64::from(*pixel)));
                return Ok(());
            }
            CellValue::Number(_) | CellValue::Numbers(_) | CellValue::Pixels(_) if numbers.len() != width => {
                Some(CellError::Width(width, numbers.len()))
            }
            _ if numbers.iter().any(|number| number.is_infinite()) => Some(CellError::Infinite),
            _ => None,
        };
        if wrong.is_none() && numbers.len() == width {
            numbers.iter().for_each(|number| self.number(column, *number));
        } else {
            (0..width).for_each(|_| self.number(column, f64::NAN));
        }
        wrong.map_or(Ok(()), Err)
    }
}

impl CellError {
    /// The problem with a cell at `place`.
    pub(crate) fn problem(self, file: &DataFile, place: crate::diag::DataPlace, wanted: &ColumnQuery) -> Problem {
        let column = place.column.clone().unwrap_or_default();
        let asked = match wanted.kind {
            CellType::Number(_) => "read as numbers here",
            CellType::Steps(_) => "read as a sequence here",
            CellType::Word => "read as words here",
            CellType::Text => "read as text here",
            CellType::Image(_) => "read as an image here",
        };
        let (code, message, help) = match self {
            CellError::Words(text) => (
                Code::ColumnType,
                format!("column `{column}` holds text: {NO_NUMBER} `{}`", shown(&text)),
                "declare it as `text`, as `category`, or select another column".to_owned(),
            ),
            CellError::Array => (
                Code::ColumnType,
                format!("column `{column}` holds several numbers in a row, and no text"),
                "declare it as `dense`, or select another column".to_owned(),
            ),
            CellError::Ragged => (
                Code::ColumnType,
                format!("column `{column}`: the steps of a list have several lengths"),
                "every step has as many numbers as the first one".to_owned(),
            ),
            CellError::BrokenStep(width, found) => (
                Code::ColumnType,
                format!("column `{column}`: a list of {found} numbers is no whole steps of {width}"),
                "a step is a list of as many numbers as the type says".to_owned(),
            ),
            CellError::NoList => (
                Code::ColumnType,
                format!("column `{column}` holds no lists, which the steps of a sequence are read from"),
                "declare it as `dense`, or select the columns of the steps with `columns(..)`".to_owned(),
            ),
            CellError::Width(expected, found) => (
                Code::ColumnType,
                format!("column `{column}`: expected {expected} numbers in a row, found {found}"),
                "every row of a column has as many numbers as the first one".to_owned(),
            ),
            CellError::Nested => (
                Code::ColumnType,
                format!("column `{column}` holds an object with fields of its own, and no value"),
                "write each of these fields as a separate column, or select another column".to_owned(),
            ),
            CellError::Infinite => (
                Code::BadCell,
                format!("column `{column}`: a number is infinite"),
                "only finite numbers can be learned from; not-a-number is a missing value".to_owned(),
            ),
        };
        Problem::error(code, message).at(wanted.span, asked).also(file.span, "").in_data(place).help(help)
    }
}

/// Whether every name in the header is a number, so that it is probably a data row.
pub(crate) fn looks_like_a_row(names: &[String], numbers: NumberFormat) -> bool {
    let number = |name: &String| numbers.parse(name.as_bytes()).is_some_and(f64::is_finite);
    !names.is_empty() && names.iter().all(number)
}
