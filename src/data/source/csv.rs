//! Reads text tables: `csv` and `tsv`, one file or several as one table. Parses the wanted columns only.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::paths::DataFile;
use crate::data::io::reader;
use crate::data::source::format::FormatReader;
use crate::data::table::cell::parse_number;
use crate::data::table::errors::{CellErrors, bad_text, empty, out_of_space, shown, unreadable};
use crate::data::table::origin::RowUnit;
use crate::data::table::schema::{CellType, ColumnQuery, Schema, TableQuery};
use crate::data::table::store::{Store, StoreWriter};
use crate::diag::{Code, Problem, Problems};
use csv::ByteRecord;

/// A text table that exists but has not been read.
#[derive(Clone, Debug)]
pub(crate) struct Delimited {
    /// Its files, in order.
    pub files: Vec<DataFile>,
    /// The separator of cells.
    pub separator: u8,
    /// Whether each file begins with the names of the columns.
    pub header: bool,
}

type CsvRows<'a> = csv::Reader<reader::LineEnds<Box<dyn std::io::Read + 'a>>>;

impl FormatReader for Delimited {
    fn files(&self) -> &[DataFile] {
        &self.files
    }

    fn row_unit(&self) -> RowUnit {
        RowUnit::Lines
    }

    fn format(&self) -> String {
        format!("delimited {} {}", self.separator, self.header)
    }

    /// The columns, by the first line of every file.
    fn schema(&self) -> Result<Schema, Problems> {
        let mut schemas: Vec<(&DataFile, Schema)> = vec![];
        let mut problems = Problems::new();
        for file in &self.files {
            let mut hasher = blake3::Hasher::new();
            let mut record = ByteRecord::new();
            let first = self.rows(file, &mut hasher).and_then(|mut rows| match rows.read_byte_record(&mut record) {
                Ok(true) => Ok(self.schema_of(&record)),
                Ok(false) => Err(empty(file)),
                Err(error) => Err(unreadable(file, &error.into(), 0)),
            });
            match first {
                Ok(schema) => schemas.push((file, schema)),
                Err(problem) => problems.push(problem),
            }
        }
        if let Some((first_file, first)) = schemas.first() {
            for (file, schema) in &schemas[1..] {
                if schema != first {
                    problems.push(disagreement(file, schema, first_file, first));
                }
            }
        }
        match schemas.into_iter().next() {
            Some((_, schema)) if !problems.has_errors() => Ok(schema),
            _ => Err(problems),
        }
    }

    /// Reads the wanted columns of all files. `hashes` are the content hashes of the files.
    fn read(
        &self,
        schema: &Schema,
        query: &TableQuery,
        hashes: &[blake3::Hash],
        budget: &MemoryBudget,
    ) -> Result<Store, Problems> {
        let mut parser = Parser {
            writer: StoreWriter::new(query, budget),
            wanted: &query.columns,
            schema,
            header: self.header,
            found: CellErrors::default(),
        };
        for (index, file) in self.files.iter().enumerate() {
            let before = parser.writer.rows();
            let mut hasher = blake3::Hasher::new();
            let lines = match self.rows(file, &mut hasher) {
                Ok(lines) => lines,
                Err(problem) => {
                    parser.found.push(problem);
                    continue;
                }
            };
            if !parser.file(index, file, lines)? {
                continue;
            }
            if parser.writer.rows() == before && parser.found.is_empty() {
                parser.found.push(empty(file));
            }
            if hashes.get(index) != Some(&hasher.finalize()) {
                let message = format!("`{}` changed while it was read", file.name);
                parser
                    .found
                    .push(file.problem(Code::FileUnreadable, message, None).help("run again when it is complete"));
            }
        }
        if let Some(problems) = parser.found.finish() {
            return Err(problems);
        }
        let span = self.files.first().map_or_else(Default::default, |file| file.span);
        parser.writer.finish().map_err(|error| out_of_space(span, &error).into())
    }
}

impl Delimited {
    fn schema_of(&self, record: &ByteRecord) -> Schema {
        let name = |cell: &[u8]| String::from_utf8_lossy(cell.trim_ascii()).into_owned();
        let names = self.header.then(|| record.iter().map(name).collect());
        Schema { names, width: record.len(), ..Schema::default() }
    }

    /// Opens a file, without its header having been read.
    fn rows<'a>(&self, file: &DataFile, hasher: &'a mut blake3::Hasher) -> Result<CsvRows<'a>, Problem> {
        let text = reader::open(&file.path, hasher).map_err(|error| unreadable(file, &error, 0))?;
        let mut builder = csv::ReaderBuilder::new();
        Ok(builder
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .buffer_capacity(1 << 16)
            .from_reader(text))
    }
}

/// Writes cells into columns.
struct Parser<'a> {
    writer: StoreWriter,
    wanted: &'a [ColumnQuery],
    schema: &'a Schema,
    header: bool,
    found: CellErrors,
}

impl Parser<'_> {
    /// Reads all rows of a file; `false` if the file was truncated.
    fn file(&mut self, index: usize, file: &DataFile, mut rows: CsvRows<'_>) -> Result<bool, Problem> {
        let mut record = ByteRecord::new();
        let mut header = self.header;
        let mut last_line = 0;
        loop {
            let before = rows.position().line();
            match rows.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(true),
                Err(error) => {
                    self.found.push(unreadable(file, &error.into(), last_line));
                    return Ok(false);
                }
            }
            // Every line ends in `\n` here, and blank lines are skipped before a record: its first line is found
            // from its end.
            let inside = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
            let line = rows.position().line().saturating_sub(1 + inside).max(before);
            last_line = line;
            if std::mem::take(&mut header) {
                continue;
            }
            if record.len() != self.schema.width {
                self.found.push(row_length(file, line, &record, self.schema, self.wanted));
                continue;
            }
            for (column, wanted) in self.wanted.iter().enumerate() {
                self.cell(column, wanted, record.get(wanted.position).unwrap_or_default(), file, line);
            }
            self.writer.end_rows(1, index, line).map_err(|error| out_of_space(file.span, &error))?;
        }
    }

    fn cell(&mut self, column: usize, wanted: &ColumnQuery, cell: &[u8], file: &DataFile, line: u64) {
        match wanted.kind {
            CellType::Word => self.writer.word(column, &String::from_utf8_lossy(cell.trim_ascii())),
            CellType::Text => match std::str::from_utf8(cell) {
                Ok(text) => self.writer.text(column, text.trim()),
                Err(_) => {
                    let place = file.place(Some(line), Some(self.schema.column(wanted.position)));
                    self.found.push(bad_text(file, place, cell, wanted));
                    self.writer.text(column, "");
                }
            },
            // A cell of a text table holds one number; images are read by the paths in it.
            CellType::Number(_) | CellType::Image(_) => {
                let number = parse_number(cell);
                if number.is_none() {
                    self.found.push(bad_cell(file, line, cell, wanted, self.schema, self.header));
                }
                self.writer.number(column, number.unwrap_or(f64::NAN));
            }
        }
    }
}

fn bad_cell(file: &DataFile, line: u64, cell: &[u8], wanted: &ColumnQuery, schema: &Schema, header: bool) -> Problem {
    let column = schema.column(wanted.position);
    let text = String::from_utf8_lossy(cell.trim_ascii());
    let message = format!("column `{column}`: expected a number, found `{}`", shown(&text));
    let place = file.place(Some(line), Some(column));
    let problem = Problem::error(Code::BadCell, message).at(wanted.span, "read as numbers here").in_data(place);
    let problem = problem.also(file.span, "");
    if text.parse::<f64>().is_ok() {
        problem.help("only finite numbers can be learned from; an empty cell, `NA` or `NaN` is a missing value")
    } else if text.replace(',', ".").parse::<f64>().is_ok() {
        problem.help("numbers are written with a decimal point")
    } else if line == 1 && !header {
        problem.help("if the first line names the columns, remove `header: false`")
    } else {
        problem.help("an empty cell, `NA` or `NaN` is a missing value; everything else must be a number")
    }
}

fn row_length(file: &DataFile, line: u64, record: &ByteRecord, schema: &Schema, wanted: &[ColumnQuery]) -> Problem {
    let (found, width) = (record.len(), schema.width);
    let message = format!("expected {width} cells, found {found}");
    let mut problem = file.problem(Code::RowLength, message, Some(line));
    if let Some(wanted) = wanted.first() {
        problem = problem.also(wanted.span, "columns are taken from it here");
    }
    if record.iter().any(|cell| cell.contains(&b'\n')) {
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

fn disagreement(file: &DataFile, schema: &Schema, first_file: &DataFile, first: &Schema) -> Problem {
    if schema.width != first.width {
        let message =
            format!("`{}` has {} columns, `{}` has {}", file.name, schema.width, first_file.name, first.width);
        return file.problem(Code::RowLength, message, Some(1)).help("the files of one table have the same columns");
    }
    let differs = (0..schema.width).find(|position| schema.column(*position) != first.column(*position)).unwrap_or(0);
    let (name, expected) = (schema.column(differs), first.column(differs));
    let message =
        format!("column {differs} of `{}` is `{name}`, of `{}` it is `{expected}`", file.name, first_file.name);
    file.problem(Code::MissingColumn, message, Some(1))
        .help("the files of one table have the same columns in the same order")
}
