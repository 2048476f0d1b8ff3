//! Text tables: cells separated by commas or tabs, quoted where they have to be; an empty cell for what is missing.

use super::floats::FloatText;
use super::plain_columns::{is_json, json_text};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, UInt64Type};
use arrow_array::{Array, Float32Array, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use std::io;

/// The line of the names of the columns.
pub(super) fn header(schema: &Schema, separator: u8) -> io::Result<Vec<u8>> {
    let mut header = rows(vec![], separator);
    header.write_record(schema.fields().iter().map(|field| field.name()))?;
    finished(header)
}

fn rows(bytes: Vec<u8>, separator: u8) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().delimiter(separator).flexible(true).buffer_capacity(1 << 16).from_writer(bytes)
}

fn finished(rows: csv::Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    rows.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// The lines of a batch.
pub(super) fn encode(batch: &RecordBatch, separator: u8) -> io::Result<Vec<u8>> {
    let options = FormatOptions::new();
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    let columns = columns.map(|(field, column)| CellTexts::of(field, column.as_ref(), &options));
    let columns: Vec<CellTexts<'_>> = columns.collect::<Result<_, _>>().map_err(io::Error::other)?;
    let mut rows = rows(Vec::with_capacity(batch.num_rows() * columns.len() * 12), separator);
    let mut text = FloatText::default();
    for row in 0..batch.num_rows() {
        for column in &columns {
            column.write(row, &mut text, &mut rows)?;
        }
        rows.write_record(None::<&[u8]>)?;
    }
    finished(rows)
}

/// The cells of a column as texts.
enum CellTexts<'a> {
    Texts(&'a StringArray),
    Json(&'a StringArray),
    Singles(&'a Float32Array),
    Doubles(&'a Float64Array),
    Counts(&'a UInt64Array),
    Other(ArrayFormatter<'a>),
}

impl<'a> CellTexts<'a> {
    fn of(field: &Field, column: &'a dyn Array, options: &'a FormatOptions<'a>) -> Result<Self, ArrowError> {
        Ok(match column.data_type() {
            DataType::Utf8 if is_json(field) => CellTexts::Json(column.as_string()),
            DataType::Utf8 => CellTexts::Texts(column.as_string()),
            DataType::Float32 => CellTexts::Singles(column.as_primitive::<Float32Type>()),
            DataType::Float64 => CellTexts::Doubles(column.as_primitive::<Float64Type>()),
            DataType::UInt64 => CellTexts::Counts(column.as_primitive::<UInt64Type>()),
            _ => CellTexts::Other(ArrayFormatter::try_new(column, options)?),
        })
    }

    fn write(&self, row: usize, text: &mut FloatText, rows: &mut csv::Writer<Vec<u8>>) -> csv::Result<()> {
        match self {
            CellTexts::Texts(column) if column.is_valid(row) => rows.write_field(column.value(row)),
            CellTexts::Json(column) if column.is_valid(row) => {
                rows.write_field(json_text(column.value(row)).unwrap_or_default())
            }
            CellTexts::Singles(column) if column.is_valid(row) => rows.write_field(text.of(column.value(row))),
            CellTexts::Doubles(column) if column.is_valid(row) => rows.write_field(text.of(column.value(row))),
            CellTexts::Counts(column) if column.is_valid(row) => rows.write_field(column.value(row).to_string()),
            CellTexts::Other(column) => rows.write_field(column.value(row).to_string()),
            _ => rows.write_field(""),
        }
    }
}
