//! Lines of JSON: an object for each row with all its columns, `null` for what is missing.

use super::floats::FloatText;
use super::plain_columns::is_json;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, Float32Array, Float64Array, RecordBatch, StringArray};
use arrow_json::writer::{EncoderOptions, NullableEncoder, make_encoder};
use arrow_schema::{ArrowError, DataType, FieldRef};
use std::io;

/// The lines of a batch.
pub(super) fn encode(batch: &RecordBatch) -> io::Result<Vec<u8>> {
    let options = EncoderOptions::default().with_explicit_nulls(true);
    let schema = batch.schema();
    let mut columns = vec![];
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        let key = serde_json::to_string(field.name())?;
        let values = JsonValues::of(field, column.as_ref(), &options).map_err(io::Error::other)?;
        columns.push((key, values));
    }
    let mut lines = Vec::with_capacity(batch.num_rows() * columns.len() * 24);
    let mut text = FloatText::default();
    for row in 0..batch.num_rows() {
        for (at, (key, values)) in columns.iter_mut().enumerate() {
            lines.push(if at == 0 { b'{' } else { b',' });
            lines.extend_from_slice(key.as_bytes());
            lines.push(b':');
            values.write(row, &mut text, &mut lines)?;
        }
        lines.extend_from_slice(b"}\n");
    }
    Ok(lines)
}

/// The values of a column as JSON.
enum JsonValues<'a> {
    Texts(&'a StringArray),
    /// What is JSON already.
    Written(&'a StringArray),
    Singles(&'a Float32Array),
    Doubles(&'a Float64Array),
    Other(NullableEncoder<'a>),
}

impl<'a> JsonValues<'a> {
    fn of(field: &'a FieldRef, column: &'a dyn Array, options: &'a EncoderOptions) -> Result<Self, ArrowError> {
        Ok(match column.data_type() {
            DataType::Utf8 if is_json(field) => JsonValues::Written(column.as_string()),
            DataType::Utf8 => JsonValues::Texts(column.as_string()),
            DataType::Float32 => JsonValues::Singles(column.as_primitive::<Float32Type>()),
            DataType::Float64 => JsonValues::Doubles(column.as_primitive::<Float64Type>()),
            _ => JsonValues::Other(make_encoder(field, column, options)?),
        })
    }

    fn write(&mut self, row: usize, text: &mut FloatText, line: &mut Vec<u8>) -> io::Result<()> {
        match self {
            JsonValues::Texts(column) if column.is_valid(row) => serde_json::to_writer(line, column.value(row))?,
            JsonValues::Written(column) if column.is_valid(row) => line.extend_from_slice(column.value(row).as_bytes()),
            // JSON has no numbers that are not finite.
            JsonValues::Singles(column) if column.is_valid(row) && column.value(row).is_finite() => {
                line.extend_from_slice(text.of(column.value(row)).as_bytes());
            }
            JsonValues::Doubles(column) if column.is_valid(row) && column.value(row).is_finite() => {
                line.extend_from_slice(text.of(column.value(row)).as_bytes());
            }
            JsonValues::Other(column) if !column.is_null(row) => column.encode(row, line),
            _ => line.extend_from_slice(b"null"),
        }
        Ok(())
    }
}
