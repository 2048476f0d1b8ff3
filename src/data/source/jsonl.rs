//! Reads JSON: an object on each line, or an array of objects, whose keys are the columns. A key that an object lacks, and
//! `null`, are empty cells. The keys of the first objects are the columns; of a pipe those of the first one, so that columns do
//! not depend on when the others come.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::paths::DataFile;
use crate::data::io::reader;
use crate::data::source::format::{FormatReader, ReadFiles};
use crate::data::source::json_object::{CellMemory, JsonFields, cell, object, one_line, shape};
use crate::data::source::ordered_parse::parse_in_order;
use crate::data::source::row_block::{BlockQuery, BlockReader, UnparsedRows};
use crate::data::source::text_blocks::TextBlock;
use crate::data::source::text_file_blocks::TextFileBlocks;
use crate::data::source::text_layout::TextLayout;
use crate::data::table::errors::{CellErrors, bad_text, empty, out_of_space, shown, too_wide, unreadable};
use crate::data::table::origin::RowUnit;
use crate::data::table::schema::{ArrayType, Schema, TableQuery};
use crate::data::table::store::StoreWriter;
use crate::diag::{Code, Problem, Problems};
use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
use arrow_schema::{DataType, Field};
use encoding_rs::UTF_8;
use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::sync::Arc;

/// The type of texts that hold JSON, as Arrow names it.
pub const JSON_TYPE: &str = "arrow.json";

/// Number of objects that decide the columns.
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
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut arrays = std::collections::BTreeMap::new();
        let mut nested = BTreeSet::new();
        let mut problems = Problems::new();
        for file in &self.files {
            let mut left = if file.stream.is_some() { 1 } else { FIRST };
            let seen = reader::peek_at_what_is_there(file, UTF_8).map_err(|error| unreadable(file, &error, 0));
            let seen = seen.and_then(|text| {
                objects(file, text, &mut |_, text| {
                    // Errors of an object are reported when the rows are read.
                    for (key, value) in object(text, &mut vec![]).unwrap_or_default() {
                        let place = *places.entry(key.into_owned()).or_insert_with_key(|key| {
                            names.push(key.clone());
                            names.len() - 1
                        });
                        if value.get().starts_with('{') {
                            nested.insert(place);
                        }
                        if let Some(shape) = shape(value) {
                            arrays.entry(place).or_insert(ArrayType { shape, bytes: false });
                        }
                    }
                    if names.len() > file.most_columns() {
                        return Err(too_wide(file, names.len(), file.most_columns()));
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
        (schema.arrays, schema.nested) = (arrays, nested);
        schema.more = self.files.iter().any(|file| file.stream.is_some());
        match (problems.has_errors(), schema.width, self.files.first()) {
            (false, 0, Some(file)) => Err(no_object(file, 1, "").into()),
            (false, ..) => Ok(schema),
            _ => Err(problems),
        }
    }

    fn read(&self, schema: &Schema, query: &TableQuery, budget: &MemoryBudget) -> Result<ReadFiles, Problems> {
        let mut hashes = vec![];
        let (mut writer, mut found) = (StoreWriter::new(query, budget), CellErrors::default());
        for (index, file) in self.files.iter().enumerate() {
            let mut hasher = blake3::Hasher::new();
            Self::read_file((index, file), (schema, query), (&mut writer, &mut found), &mut hasher)?;
            hashes.push(hasher.finalize());
        }
        if let Some(problems) = found.finish() {
            return Err(problems);
        }
        let span = self.files.first().map_or_else(Default::default, |file| file.span);
        let store = writer.finish().map_err(|error| out_of_space(span, &error))?;
        Ok(ReadFiles { store, hashes: Some(hashes) })
    }

    fn blocks(&self, query: &BlockQuery) -> Option<Result<Box<dyn BlockReader>, Problems>> {
        let layout = TextLayout::json();
        let blocks = TextFileBlocks::new(query, layout, |file, block| Box::new(UnparsedObjects { file, block }));
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
        let text = reader::open(&file.path, UTF_8, hasher);
        let blocks = text.and_then(|text| TextLayout::json().blocks(text, file.longest_record()));
        let mut blocks = blocks.map_err(|error| unreadable(file, &error, 0))?;
        let next = || blocks.next_sized().map_err(|error| unreadable(file, &error, blocks.line() - 1));
        parse_in_order(file, query, cells, next, |block, writer, errors| {
            let mut parser = ObjectParser::new(schema, query, writer, errors);
            block.texts().try_for_each(|(line, text)| parser.row(index, file, line, text))
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
        let mut plain = vec![];
        for (line, text) in self.block.texts() {
            parser.row(self.file, file, line, text)?;
            if !names.is_empty() {
                let object = object(text, &mut plain).unwrap_or_default();
                for (name, column) in names.iter().zip(&mut kept) {
                    column.append_option(object.get(name.as_str()).map(|value| one_line(value)));
                }
            }
        }
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
    memory: CellMemory,
}

impl<'a> ObjectParser<'a> {
    fn new(schema: &Schema, query: &'a TableQuery, writer: &'a mut StoreWriter, errors: &'a mut CellErrors) -> Self {
        let names = query.columns.iter().map(|wanted| schema.column(wanted.position)).collect();
        Self { query, names, writer, errors, memory: CellMemory::default() }
    }

    /// Writes the row of an object that begins on a line of a file.
    fn row(&mut self, index: usize, file: &DataFile, line: u64, text: &[u8]) -> Result<(), Problem> {
        let row = self.writer.rows();
        let mut plain = vec![];
        let object = object(text, &mut plain).unwrap_or_else(|| {
            let problem = match (std::str::from_utf8(text), self.query.columns.first()) {
                (Err(_), Some(wanted)) => bad_text(file, file.place(Some(line), None), text, wanted, None),
                (text, _) => no_object(file, line, text.unwrap_or_default()),
            };
            self.errors.push_row(row, problem);
            JsonFields::new()
        });
        for (column, (wanted, name)) in self.query.columns.iter().zip(&self.names).enumerate() {
            let cell = cell(object.get(name.as_str()).copied(), &mut self.memory);
            if let Err(error) = self.writer.put(column, wanted.kind, cell) {
                let place = file.place(Some(line), Some(name.clone()));
                self.errors.push_row(row, error.problem(file, place, wanted));
            }
        }
        self.writer.end_rows(1, index, line).map_err(|error| out_of_space(file.span, &error))
    }
}

/// Visitor of an object and the line it begins on; `false` to stop.
type See<'a> = dyn FnMut(u64, &[u8]) -> Result<bool, Problem> + 'a;

/// Passes the objects of a file to `see`, with their lines, until it returns `false`.
fn objects(file: &DataFile, text: impl Read, see: &mut See<'_>) -> Result<(), Problem> {
    let failed = |error| unreadable(file, &error, 0);
    let mut blocks = TextLayout::json().blocks(text, file.longest_record()).map_err(failed)?;
    let mut any = false;
    while let Some(block) = blocks.next(FIRST).map_err(|error| unreadable(file, &error, blocks.line() - 1))? {
        for (line, text) in block.texts() {
            any = true;
            if !see(line, text)? {
                return Ok(());
            }
        }
        // Rows of a slow pipe are not held back for those that follow.
        if any && blocks.is_waiting() {
            break;
        }
    }
    if any { Ok(()) } else { Err(empty(file)) }
}

fn no_object(file: &DataFile, line: u64, text: &str) -> Problem {
    let message = format!("expected an object of JSON, found `{}`", shown(text));
    file.problem(Code::BadCell, message, Some(line))
        .help("each line, or each element of an array, is an object: `{\"name\": \"Ada\", \"height\": 1.65}`")
}
