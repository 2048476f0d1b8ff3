//! A cell of a typed format, put into a column that may be asked for as another type. Knows no format.

use crate::data::io::paths::DataFile;
use crate::data::table::columns::{ColumnKind, Wanted};
use crate::data::table::errors::shown;
use crate::data::table::store::StoreWriter;
use crate::diag::{Code, Problem};

/// What a cell holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    /// Nothing.
    Empty,
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// Several numbers.
    Numbers(&'a [f64]),
    /// Pixels.
    Pixels(&'a [u8]),
}

/// Why a cell cannot be read as is asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Misread {
    /// Numbers are asked for, and this is a text.
    Words(String),
    /// A text is asked for, and there are numbers.
    Array,
    /// So many numbers are asked for, and there are so many.
    Width(usize, usize),
    /// A number is infinite.
    Infinite,
}

impl StoreWriter {
    /// Adds a cell to a column. Where it cannot be read as is asked, an empty one is added.
    pub(crate) fn put(&mut self, column: usize, kind: ColumnKind, cell: Cell<'_>) -> Result<(), Misread> {
        match kind {
            ColumnKind::Number(width) => self.put_numbers(column, width, cell),
            ColumnKind::Image(_) => {
                let pixels = if let Cell::Pixels(pixels) = cell { Some(pixels) } else { None };
                self.pixels(column, pixels);
                if matches!(cell, Cell::Pixels(_) | Cell::Empty) { Ok(()) } else { Err(Misread::Array) }
            }
            ColumnKind::Word | ColumnKind::Text => {
                match cell {
                    Cell::Text(text) => self.say(column, text.trim()),
                    // Whole numbers are written without a point, so that they are the same word in every format.
                    Cell::Number(number) if !number.is_nan() => self.say(column, &number.to_string()),
                    _ => self.say(column, ""),
                }
                if matches!(cell, Cell::Numbers(_) | Cell::Pixels(_)) { Err(Misread::Array) } else { Ok(()) }
            }
        }
    }

    fn put_numbers(&mut self, column: usize, width: usize, cell: Cell<'_>) -> Result<(), Misread> {
        let one;
        let numbers: &[f64] = match cell {
            Cell::Number(number) => {
                one = [number];
                &one
            }
            Cell::Numbers(numbers) => numbers,
            _ => &[],
        };
        let wrong = match cell {
            Cell::Text(text) => Some(Misread::Words(text.to_owned())),
            Cell::Pixels(pixels) if pixels.len() == width => {
                pixels.iter().for_each(|pixel| self.number(column, f64::from(*pixel)));
                return Ok(());
            }
            Cell::Number(_) | Cell::Numbers(_) | Cell::Pixels(_) if numbers.len() != width => {
                Some(Misread::Width(width, numbers.len()))
            }
            _ if numbers.iter().any(|number| number.is_infinite()) => Some(Misread::Infinite),
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

impl Misread {
    /// The problem with a cell that stood at `place`.
    pub(crate) fn problem(self, file: &DataFile, place: crate::diag::DataPlace, wanted: &Wanted) -> Problem {
        let column = place.column.clone().unwrap_or_default();
        let asked = match wanted.kind {
            ColumnKind::Number(_) => "read as numbers here",
            ColumnKind::Word => "read as words here",
            ColumnKind::Text => "read as text here",
            ColumnKind::Image(_) => "read as an image here",
        };
        let (code, message, help) = match self {
            Misread::Words(text) => (
                Code::ColumnType,
                format!("column `{column}` holds text: expected a number, found `{}`", shown(&text)),
                "declare it as `text`, as `category`, or select another column".to_owned(),
            ),
            Misread::Array => (
                Code::ColumnType,
                format!("column `{column}` holds several numbers in a row, and no text"),
                "declare it as `dense`, or select another column".to_owned(),
            ),
            Misread::Width(expected, found) => (
                Code::ColumnType,
                format!("column `{column}`: expected {expected} numbers in a row, found {found}"),
                "every row of a column has as many numbers as the first one".to_owned(),
            ),
            Misread::Infinite => (
                Code::BadCell,
                format!("column `{column}`: a number is infinite"),
                "only finite numbers can be learned from; not-a-number is a missing value".to_owned(),
            ),
        };
        Problem::error(code, message).at(wanted.span, asked).also(file.span, "").in_data(place).help(help)
    }
}
