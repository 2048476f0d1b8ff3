//! Reads lines of JSON: an object on each, whose keys are the columns. A key that an object lacks, and `null`, are
//! empty cells. The keys of the first lines are the columns.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::paths::DataFile;
use crate::data::io::reader;
use crate::data::source::format::FormatReader;
use crate::data::source::ordered_parse::parse_in_order;
use crate::data::source::row_block::{BlockQuery, BlockReader, UnparsedRows};
use crate::data::source::text_blocks::{RecordEnd, TextBlock, TextBlocks};
use crate::data::source::text_file_blocks::TextFileBlocks;
use crate::data::table::cell::CellValue;
use crate::data::table::errors::{CellErrors, bad_text, empty, out_of_space, shown, unreadable};
use crate::data::table::origin::RowUnit;
use crate::data::table::schema::{ArrayType, Schema, TableQuery};
use crate::data::table::store::{Store, StoreWriter};
use crate::diag::{Code, Problem, Problems};
use crate::shape::Shape;
use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
use arrow_schema::{DataType, Field};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

/// The type of texts that hold JSON, as Arrow names it.
pub const JSON_TYPE: &str = "arrow.json";

/// Number of lines that decide the columns.
const FIRST: usize = 1000;

/// Files that exist but have not been read.
pub(crate) struct Jsonl {
    /// The files, in order; together they are one table.
    pub files: Vec<DataFile>,
}

impl FormatReader for Jsonl {
    fn files(&self) -> &[DataFile] {
        &self.files
    }

    fn row_unit(&self) -> RowUnit {
        RowUnit::Lines
    }

    fn format(&self) -> String {
        "jsonl".to_owned()
    }

    fn schema(&self) -> Result<Schema, Problems> {
        let mut names: Vec<String> = vec![];
        let mut arrays = std::collections::BTreeMap::new();
        let mut problems = Problems::new();
        for file in &self.files {
            let mut left = FIRST;
            let seen = reader::peek(file).map_err(|error| unreadable(file, &error, 0));
            let seen = seen.and_then(|text| {
                lines(file, text, &mut |_, line| {
                    // Errors of a line are reported when the rows are read.
                    for (key, value) in object(line).unwrap_or_default() {
                        let place = names.iter().position(|name| *name == key).unwrap_or_else(|| {
                            names.push(key);
                            names.len() - 1
                        });
                        if let Some(shape) = shape(&value) {
                            arrays.entry(place).or_insert(ArrayType { shape, bytes: false });
                        }
                    }
                    left -= 1;
                    Ok(left > 0)
                })
            });
            if let Err(problem) = seen {
                problems.push(problem);
            }
        }
        let mut schema = Schema::named(names);
        schema.arrays = arrays;
        match (problems.has_errors(), schema.width, self.files.first()) {
            (false, 0, Some(file)) => Err(no_object(file, 1, "").into()),
            (false, ..) => Ok(schema),
            _ => Err(problems),
        }
    }

    fn read(
        &self,
        schema: &Schema,
        query: &TableQuery,
        hashes: &[blake3::Hash],
        budget: &MemoryBudget,
    ) -> Result<Store, Problems> {
        let (mut writer, mut found) = (StoreWriter::new(query, budget), CellErrors::default());
        for (index, file) in self.files.iter().enumerate() {
            let mut hasher = blake3::Hasher::new();
            Self::read_file((index, file), (schema, query), (&mut writer, &mut found), &mut hasher)?;
            if hashes.get(index) != Some(&hasher.finalize()) {
                let message = format!("`{}` changed while it was read", file.name);
                let problem = file.problem(Code::FileUnreadable, message, None);
                found.push(problem.help("run again when it is complete"));
            }
        }
        if let Some(problems) = found.finish() {
            return Err(problems);
        }
        let span = self.files.first().map_or_else(Default::default, |file| file.span);
        writer.finish().map_err(|error| out_of_space(span, &error).into())
    }

    fn blocks(&self, query: &BlockQuery) -> Option<Result<Box<dyn BlockReader>, Problems>> {
        let blocks =
            TextFileBlocks::new(query, RecordEnd::Line, false, |file, block| Box::new(UnparsedObjects { file, block }));
        let fields = query.keep.iter().map(|at| json_field(&query.schema.column(*at)));
        Some(Ok(Box::new(blocks.with_kept_fields(fields.collect()))))
    }
}

impl Jsonl {
    /// Reads all rows of a file.
    fn read_file(
        (index, file): (usize, &DataFile),
        (schema, query): (&Schema, &TableQuery),
        cells: (&mut StoreWriter, &mut CellErrors),
        hasher: &mut blake3::Hasher,
    ) -> Result<(), Problem> {
        let text = reader::open(&file.path, hasher).map_err(|error| unreadable(file, &error, 0))?;
        let mut blocks = TextBlocks::new(text, RecordEnd::Line);
        let next = || blocks.next_sized().map_err(|error| unreadable(file, &error, blocks.line() - 1));
        parse_in_order(file, query, cells, next, |block, writer, errors| {
            let mut parser = ObjectParser::new(schema, query, writer, errors);
            let before = block.first_line - 1;
            lines(file, &block.bytes[..], &mut |line, text| parser.row(index, file, before + line, text).map(|()| true))
        })
    }
}

/// A column whose cells are JSON as it is written, null where an object lacks the key.
fn json_field(name: &str) -> Field {
    let kind = HashMap::from([(EXTENSION_TYPE_NAME_KEY.to_owned(), JSON_TYPE.to_owned())]);
    Field::new(name, DataType::Utf8, true).with_metadata(kind)
}

/// Lines that are not parsed yet.
struct UnparsedObjects {
    /// Which of the files.
    file: usize,
    block: TextBlock,
}

impl UnparsedRows for UnparsedObjects {
    fn rows(&self) -> usize {
        self.block.records
    }

    fn parse(
        &self,
        query: &BlockQuery,
        writer: &mut StoreWriter,
        errors: &mut CellErrors,
    ) -> Result<Vec<ArrayRef>, Problem> {
        let names: Vec<String> = query.keep.iter().map(|at| query.schema.column(*at)).collect();
        let mut kept: Vec<StringBuilder> = names.iter().map(|_| StringBuilder::new()).collect();
        let file = &query.files[self.file];
        let mut parser = ObjectParser::new(&query.schema, &query.cells.0, writer, errors);
        lines(file, &self.block.bytes[..], &mut |number, line| {
            parser.row(self.file, file, self.block.first_line - 1 + number, line)?;
            if !names.is_empty() {
                let object: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(line).unwrap_or_default();
                for (name, column) in names.iter().zip(&mut kept) {
                    column.append_option(object.get(name.as_str()).map(|value| value.get()));
                }
            }
            Ok(true)
        })?;
        Ok(kept.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect())
    }
}

/// Writes the values of objects into columns.
struct ObjectParser<'a> {
    query: &'a TableQuery,
    /// The keys of the columns.
    names: Vec<String>,
    writer: &'a mut StoreWriter,
    errors: &'a mut CellErrors,
    numbers: Vec<f64>,
}

impl<'a> ObjectParser<'a> {
    fn new(schema: &Schema, query: &'a TableQuery, writer: &'a mut StoreWriter, errors: &'a mut CellErrors) -> Self {
        let names = query.columns.iter().map(|wanted| schema.column(wanted.position)).collect();
        Self { query, names, writer, errors, numbers: vec![] }
    }

    /// Writes the row of a line of a file.
    fn row(&mut self, index: usize, file: &DataFile, number: u64, line: &[u8]) -> Result<(), Problem> {
        let row = self.writer.rows();
        let object = object(line).unwrap_or_else(|| {
            let problem = match (std::str::from_utf8(line), self.query.columns.first()) {
                (Err(_), Some(wanted)) => bad_text(file, file.place(Some(number), None), line, wanted),
                (text, _) => no_object(file, number, text.unwrap_or_default()),
            };
            self.errors.push_row(row, problem);
            Map::new()
        });
        for (column, (wanted, name)) in self.query.columns.iter().zip(&self.names).enumerate() {
            let value = object.get(name).unwrap_or(&Value::Null);
            let cell = cell(value, &mut self.numbers);
            if let Err(error) = self.writer.put(column, wanted.kind, cell) {
                let place = file.place(Some(number), Some(name.clone()));
                self.errors.push_row(row, error.problem(file, place, wanted));
            }
        }
        self.writer.end_rows(1, index, number).map_err(|error| out_of_space(file.span, &error))
    }
}

/// Visitor of a line and its number; `false` to stop.
type See<'a> = dyn FnMut(u64, &[u8]) -> Result<bool, Problem> + 'a;

/// Passes the lines of a file that are not blank to `see`, with their numbers, until it returns `false`.
fn lines(file: &DataFile, text: impl Read, see: &mut See<'_>) -> Result<(), Problem> {
    let mut text = BufReader::with_capacity(1 << 16, text);
    let mut line = vec![];
    let mut any = false;
    for number in 1.. {
        line.clear();
        match text.read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => return Err(unreadable(file, &error, number - 1)),
        }
        let bytes = line.trim_ascii();
        if !bytes.is_empty() {
            any = true;
            if !see(number, bytes)? {
                return Ok(());
            }
        }
    }
    if any { Ok(()) } else { Err(empty(file)) }
}

fn object(line: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(line).ok()
}

fn no_object(file: &DataFile, line: u64, text: &str) -> Problem {
    let message = format!("expected an object of JSON, found `{}`", shown(text));
    file.problem(Code::BadCell, message, Some(line))
        .help("each line is an object: `{\"name\": \"Ada\", \"height\": 1.65}`")
}

/// The shape of an array of numbers, or of arrays of equal length.
fn shape(value: &Value) -> Option<Shape> {
    let items = value.as_array()?;
    match items.first() {
        Some(Value::Number(_)) => Some(Shape::vector(items.len())),
        Some(first @ Value::Array(_)) => {
            let inner = shape(first)?;
            Some(Shape(std::iter::once(items.len()).chain(inner.0).collect()))
        }
        _ => None,
    }
}

/// A value as a cell; the numbers of an array are put into `numbers`.
fn cell<'a>(value: &'a Value, numbers: &'a mut Vec<f64>) -> CellValue<'a> {
    match value {
        Value::Null => CellValue::Empty,
        Value::Bool(truth) => CellValue::Truth(*truth),
        Value::Number(number) => match number.as_i128() {
            Some(whole) => CellValue::Integer(whole),
            None => CellValue::Number(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => CellValue::Text(text),
        Value::Array(_) | Value::Object(_) => {
            numbers.clear();
            flatten(value, numbers);
            if is_ragged(value) { CellValue::Ragged } else { CellValue::Numbers(numbers) }
        }
    }
}

/// Whether the lists in a list have several lengths.
fn is_ragged(value: &Value) -> bool {
    let Value::Array(items) = value else { return false };
    let length = |item: &Value| item.as_array().map(Vec::len);
    items.iter().any(|item| length(item) != length(&items[0]) || is_ragged(item))
        && items.iter().any(|item| item.is_array())
}

fn flatten(value: &Value, numbers: &mut Vec<f64>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, numbers)),
        Value::Number(number) => numbers.push(number.as_f64().unwrap_or(f64::NAN)),
        Value::Null => numbers.push(f64::NAN),
        _ => {}
    }
}
