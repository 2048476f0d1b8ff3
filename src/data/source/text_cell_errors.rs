//! The errors of text tables: numbers that are written in another form, rows of another length, files that differ.

use crate::data::io::paths::DataFile;
use crate::data::source::common_schema::FileSchema;
use crate::data::table::column_errors::NO_NUMBER;
use crate::data::table::errors::{not_text, shown};
use crate::data::table::number_format::has_thousands;
use crate::data::table::schema::{ColumnQuery, Schema};
use crate::diag::{Code, Problem, string_literal};
use crate::spec::TextFormat;
use encoding_rs::Encoding;

/// A cell that is no number.
pub(crate) fn bad_number(
    file: &DataFile,
    line: u64,
    cell: &[u8],
    wanted: &ColumnQuery,
    column: String,
    format: &TextFormat,
) -> Problem {
    let text = String::from_utf8_lossy(cell.trim_ascii());
    let message = format!("column `{}`: {NO_NUMBER} `{}`", shown(&column), shown(&text));
    let place = file.place(Some(line), Some(column));
    let problem = Problem::error(Code::BadCell, message).at(wanted.span, "read as numbers here").in_data(place);
    let problem = problem.also(file.span, "");
    let source = format.source();
    let plain = format.decimal == '.' && format.thousands.is_none();
    let comma = |text: &str| text.replacen(',', ".", 1).parse::<f64>().is_ok_and(f64::is_finite);
    // `1.234,5`
    let german = text.contains(',') && comma(&text.replace('.', ""));
    if text.parse::<f64>().is_ok() && plain {
        problem.help("only finite numbers can be learned from; an empty cell, `NA` or `NaN` is a missing value")
    } else if plain && format.separator == ',' && has_thousands(&text) {
        let problem = problem.help(format!(
            "`{source}(.., thousands: \",\")` reads groups of thousands, so that `1,234` is 1234; \
             `{source}(.., decimal: \",\")` reads a decimal comma"
        ));
        file.declare(problem, "thousands: \",\"")
    } else if plain && german && !comma(&text) {
        let problem =
            problem.help(format!("`{source}(.., decimal: \",\", thousands: \".\")` reads `1.234,5` as 1234.5"));
        file.declare(problem, "decimal: \",\", thousands: \".\"")
    } else if plain && comma(&text) {
        let problem = problem.help(format!("`{source}(.., decimal: \",\")` reads numbers with a decimal comma"));
        file.declare(problem, "decimal: \",\"")
    } else if !plain && text.parse::<f64>().is_ok() {
        let thousands = match format.thousands {
            Some(letter) => format!(", groups of three digits are separated by `{letter}`"),
            None => String::new(),
        };
        problem.help(format!("the decimal sign of this table is declared as `{}`{thousands}", format.decimal))
    } else if line == 1 && !format.header {
        problem.help("if the first line names the columns, remove `header: false`")
    } else {
        let marker = string_literal(&text);
        problem.help(format!(
            "if it marks an empty cell, write `missing = [{marker}]` in `data`, or `|> missing({marker})` after the columns; an \
             empty cell, `NA`, `N/A`, `NaN`, `null`, `None` and `?` are missing values without it"
        ))
    }
}

/// The name of a column that is no text.
pub(crate) fn bad_header(file: &DataFile, line: u64, name: &[u8], encoding: &'static Encoding) -> Problem {
    let what = format!("the name of a column, `{}`,", shown(&String::from_utf8_lossy(name)));
    not_text(file.problem(Code::BadText, String::new(), Some(line)), file, &what, name, encoding)
}

/// A row that is not as long as the first one: it has so many cells; `lines` says whether one of them has several lines.
pub(crate) fn row_length(
    file: &DataFile,
    line: u64,
    (found, lines): (usize, bool),
    schema: &Schema,
    wanted: &[ColumnQuery],
) -> Problem {
    let width = schema.width;
    let message = format!("expected {width} cells, found {found}");
    let mut problem = file.problem(Code::RowLength, message, Some(line));
    if let Some(wanted) = wanted.first() {
        problem = problem.also(wanted.span, "columns are taken from it here");
    }
    if lines {
        problem.help("a cell of this row spans several lines: is a quote missing?")
    } else if found < width {
        problem.help(format!(
            "{} cells are missing: the file may be truncated, or the separator may differ",
            width - found
        ))
    } else {
        problem.help("a cell that holds the separator must be quoted")
    }
}

/// Two files of one table whose columns differ.
pub(crate) fn disagreement((file, schema): &FileSchema<'_>, (first_file, first): &FileSchema<'_>) -> Problem {
    if schema.width != first.width {
        let message =
            format!("`{}` has {} columns, `{}` has {}", file.name, schema.width, first_file.name, first.width);
        return file.problem(Code::RowLength, message, Some(1)).help("the files of one table have the same columns");
    }
    let differs = (0..schema.width).find(|position| schema.column(*position) != first.column(*position)).unwrap_or(0);
    let (name, expected) = (shown(&schema.column(differs)), shown(&first.column(differs)));
    let message =
        format!("column {differs} of `{}` is `{name}`, of `{}` it is `{expected}`", file.name, first_file.name);
    file.problem(Code::MissingColumn, message, Some(1))
        .help("the files of one table have the same columns in the same order")
}
