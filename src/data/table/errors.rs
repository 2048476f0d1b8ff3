//! The errors of all readers: files and cells that cannot be read. Independent of formats.

use crate::data::io::bytes::TooManyWords;
use crate::data::io::expansion;
use crate::data::io::paths::{DataFile, is_written};
use crate::data::io::reader;
use crate::data::io::regular::NotRegular;
use crate::data::io::text_error::{NotText, OpenQuote, TooLong};
use crate::data::table::column_errors::ColumnErrors;
use crate::data::table::schema::ColumnQuery;
use crate::diag::{Code, DataPlace, Problem, Problems, string_literal};
use crate::spec::FileFormat;
use crate::thousands::grouped;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::collections::BTreeMap;
use std::path::Path;

/// How many problems of one table are reported one by one, and of how many columns.
const SHOWN: usize = 10;
/// From so many bad cells of a column on, readers that can end early do so.
const MANY: usize = 1000;

/// Problems of one table: those of cells put together for each column, of others the first few and how many more; or of a
/// block of rows, where each row may be passed over, the first problem of every row.
#[derive(Default)]
pub(crate) struct CellErrors {
    problems: Problems,
    more: usize,
    /// Bad cells by column, in the order of their first ones.
    columns: Vec<ColumnErrors>,
    /// Whether a reader has ended early.
    stopped: bool,
    rows: Option<BTreeMap<usize, Problem>>,
}

impl CellErrors {
    /// Problems that are kept for each row of a block.
    pub(crate) fn by_row() -> Self {
        Self { rows: Some(BTreeMap::new()), ..Self::default() }
    }

    /// Adds a problem with a row, counted from the first of the block.
    pub(crate) fn push_row(&mut self, row: usize, problem: Problem) {
        match &mut self.rows {
            Some(rows) => {
                rows.entry(row).or_insert(problem);
            }
            None => self.push(problem),
        }
    }

    /// The problems with the block as a whole, and those of rows.
    pub(crate) fn into_rows(self) -> (Problems, BTreeMap<usize, Problem>) {
        (self.problems, self.rows.unwrap_or_default())
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty() && self.columns.is_empty()
    }

    /// Whether further problems would only be counted, so that the reader may end.
    pub(crate) fn is_full(&mut self) -> bool {
        let many = self.columns.iter().any(|column| column.count() >= MANY);
        let full = self.rows.is_none() && (many || self.problems.len() >= SHOWN);
        self.stopped |= full;
        full
    }

    /// Adds one.
    pub(crate) fn push(&mut self, problem: Problem) {
        let of_column = matches!(problem.code, Code::BadCell | Code::ColumnType)
            && problem.data.as_ref().is_some_and(|place| place.column.is_some());
        if of_column && self.rows.is_none() {
            match self.columns.iter().position(|column| column.has(&problem)) {
                Some(at) => self.columns[at].add(problem),
                None if self.columns.len() < MANY => self.columns.push(ColumnErrors::of(problem)),
                None => self.more += 1,
            }
            return;
        }
        // A read error is always reported, however many bad cells came before.
        if self.problems.len() < SHOWN || !of_cells(problem.code) {
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// Adds those of the rows that follow.
    pub(crate) fn append(&mut self, others: Self) {
        for column in others.columns {
            match self.columns.iter().position(|own| own.is_of(&column)) {
                Some(at) => self.columns[at].append(column),
                None => self.columns.push(column),
            }
        }
        others.problems.into_iter().for_each(|problem| self.push(problem));
        self.more += others.more;
        self.stopped |= others.stopped;
    }

    /// All of them, if there are any.
    pub(crate) fn finish(mut self) -> Option<Problems> {
        if let (Some(last), true) = (self.problems.iter().last(), self.more > 0) {
            let mut rest = Problem::error(last.code, format!("and {} more cells or rows like these", self.more));
            rest.labels = last.labels.clone();
            self.problems.push(rest);
        }
        let columns = self.columns.len();
        for column in self.columns.into_iter().take(SHOWN) {
            column.finish(self.stopped).into_iter().for_each(|problem| self.problems.push(problem));
        }
        if let (Some(last), true) = (self.problems.iter().last(), columns > SHOWN) {
            let mut rest = Problem::error(last.code, format!("and {} more columns like these", columns - SHOWN));
            rest.labels = last.labels.clone();
            self.problems.push(rest);
        }
        if self.problems.is_empty() { None } else { Some(self.problems) }
    }
}

/// Whether problems of this code usually occur many times.
fn of_cells(code: Code) -> bool {
    matches!(code, Code::BadCell | Code::RowLength | Code::BadText | Code::BadImage | Code::ColumnType)
}

/// A cell in a message: one short line.
pub(crate) fn shown(cell: &str) -> String {
    const MOST: usize = 40;
    let mut text: String = cell.chars().take(MOST).flat_map(char::escape_debug).collect();
    if cell.chars().nth(MOST).is_some() {
        text.push_str("...");
    }
    text
}

/// A file that changed while it was read.
pub(crate) fn changed(file: &DataFile) -> Problem {
    let message = format!("`{}` changed while it was read", file.name);
    file.problem(Code::FileUnreadable, message, None).help("run again when it is complete")
}

/// A table of more columns than memory may be taken for.
pub(crate) fn too_wide(file: &DataFile, columns: usize, most: usize) -> Problem {
    let [columns, most] = [columns, most].map(|count| grouped(count as u64));
    let message =
        format!("`{}` has {columns} columns, and with this memory for data {most} are read at most", file.name);
    file.problem(Code::RowLength, message, None).help("if it is no mistake, allow more memory with `--memory MIB`")
}

/// A file without rows.
pub(crate) fn empty(file: &DataFile) -> Problem {
    file.problem(Code::EmptyData, format!("`{}` holds no rows", file.name), None)
}

/// A file that cannot be opened or read to its end; `line` is the last that could be.
pub(crate) fn unreadable(file: &DataFile, error: &std::io::Error, line: u64) -> Problem {
    if let Some(OpenQuote { line }) = error.get_ref().and_then(|error| error.downcast_ref()) {
        let message = format!("`{}`: a quote opens a cell that does not end with one", file.name);
        return file
            .problem(Code::RowLength, message, Some(*line))
            .help("double a quote that is part of a cell, or read quotes as letters with `quote: false`");
    }
    if let Some(TooLong { line, most }) = error.get_ref().and_then(|error| error.downcast_ref()) {
        let message =
            format!("`{}`: a line is longer than {} MiB, a sixteenth of the memory for data", file.name, most >> 20);
        return file
            .problem(Code::RowLength, message, Some(*line))
            .help("if it is no mistake, allow more memory with `--memory MIB`");
    }
    if error.get_ref().is_some_and(|error| error.is::<expansion::TooLarge>()) {
        let message = format!("`{}` is not read on: {error}", file.name);
        let line = (line > 0).then_some(line);
        return file
            .problem(Code::CorruptFile, message, line)
            .help("if it is no mistake, unpack it and name the unpacked file");
    }
    if error.get_ref().is_some_and(|error| error.is::<NotRegular>()) {
        let message = format!("`{}` cannot be read: {error}", file.name);
        return file
            .problem(Code::FileUnreadable, message, None)
            .help("write what comes from it to a file, and name the file");
    }
    if let Some(NotText { what }) = error.get_ref().and_then(|error| error.downcast_ref()) {
        let message = format!("`{}` is {what}, which is not read", file.name);
        return file
            .problem(Code::FileUnreadable, message, None)
            .help("unpack it; `.gz` and `.zst` are read as they are");
    }
    let opened = !matches!(
        error.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::IsADirectory
    );
    if opened && reader::is_compressed(&file.path) {
        if std::fs::metadata(&file.path).is_ok_and(|data| data.len() == 0) {
            return empty(file);
        }
        let reached = if line == 0 { "before its first row".to_owned() } else { format!("after line {line}") };
        let message = format!("`{}` is truncated or damaged: reading failed {reached}", file.name);
        let line = (line > 0).then_some(line);
        return file
            .problem(Code::CorruptFile, message, line)
            .help(format!("decompression failed: {error}; download it again"));
    }
    let line = (line > 0).then_some(line);
    let problem = file.problem(Code::FileUnreadable, format!("`{}` cannot be read: {error}", file.name), line);
    if error.kind() == std::io::ErrorKind::IsADirectory { instead_of_folder(problem, file) } else { problem }
}

/// Help for a folder that was named in place of a file: a table in it.
fn instead_of_folder(problem: Problem, file: &DataFile) -> Problem {
    let entries = std::fs::read_dir(&file.path).into_iter().flatten().flatten();
    let names = entries.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let Some(first) = names.filter(|name| FileFormat::of(name).is_some()).min() else {
        return problem.help("name a file; a folder of images is read with `images(..)`");
    };
    let path = |name: &str| Path::new(&file.name).join(name).display().to_string();
    let ending = Path::new(&first).extension().map_or_else(String::new, |ending| ending.to_string_lossy().into_owned());
    let (table, glob) = (path(&first), path(&format!("*.{ending}")));
    let problem = problem.help(format!("name a file, such as `{table}`; `{glob}` is all of them as one table"));
    match is_written(file.span, &file.name) {
        true => problem.edit(file.span, string_literal(&table), false),
        false => problem,
    }
}

/// Data that is too large for the memory, and for the space on the disk.
pub(crate) fn out_of_space(span: crate::diag::Span, error: &std::io::Error) -> Problem {
    if let Some(words) = error.get_ref().and_then(|error| error.downcast_ref::<TooManyWords>()) {
        return Problem::error(Code::NoRoom, words.to_string()).at(span, "read here").help(
            "a column that is different on almost every row is no category: read it as `text` or leave it out; or allow more \
             memory with `--memory MIB`",
        );
    }
    let message = format!("prepared data does not fit into memory and cannot be kept on disk: {error}");
    Problem::error(Code::NoRoom, message)
        .at(span, "read here")
        .help("name a folder on a disk with free space with `--cache DIR`, or allow more memory with `--memory MIB`")
}

/// A cell that is not in the encoding of its file; `None` where that cannot be declared and is UTF-8.
pub(crate) fn bad_text(
    file: &DataFile,
    place: DataPlace,
    cell: &[u8],
    wanted: &ColumnQuery,
    encoding: Option<&'static Encoding>,
) -> Problem {
    let column = place.column.as_deref().map_or_else(String::new, |column| format!("column `{}`: ", shown(column)));
    let what = format!("{column}`{}`", shown(&String::from_utf8_lossy(cell)));
    let problem = Problem::error(Code::BadText, "").at(wanted.span, "read as text here").also(file.span, "");
    let mut problem = problem.in_data(place);
    match encoding {
        Some(encoding) => not_text(problem, file, &what, cell, encoding),
        None => {
            problem.message = format!("{what} is not valid UTF-8");
            problem.help("write the file again, with its texts in UTF-8")
        }
    }
}

/// The problem with bytes that are no text of an encoding, with the encoding that they may be in.
pub(crate) fn not_text(
    mut problem: Problem,
    file: &DataFile,
    what: &str,
    bytes: &[u8],
    encoding: &'static Encoding,
) -> Problem {
    problem.message = format!("{what} is not valid {}", encoding.name());
    let list = "https://encoding.spec.whatwg.org/#names-and-labels";
    if encoding != UTF_8 {
        return problem
            .help(format!("declare the encoding that the file is written in; the names are those of {list}"));
    }
    let (latin1, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let problem = problem.help(format!(
        "declare the encoding of the file: with `encoding: \"latin1\"` it reads `{}`; or write the file again as UTF-8",
        shown(&latin1)
    ));
    file.declare(problem, "encoding: \"latin1\"")
}

/// The name of a table, for a problem with the whole of it.
pub(crate) fn table_name(files: &[DataFile]) -> String {
    match files {
        [] => String::new(),
        [file] => file.name.clone(),
        [file, rest @ ..] => format!("{} and {} more", file.name, rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_strange_cells_are_shown_on_one_short_line() {
        assert_eq!(shown("a\nb"), "a\\nb");
        assert_eq!(shown(&"x".repeat(50)), format!("{}...", "x".repeat(40)));
    }
}
