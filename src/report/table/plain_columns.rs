//! Columns in the types that every format of columns has: JSON as text, dictionaries as their values.

use crate::data::JSON_TYPE;
use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use std::sync::Arc;

/// Whether a column holds JSON.
pub(super) fn is_json(field: &Field) -> bool {
    field.metadata().get(EXTENSION_TYPE_NAME_KEY).is_some_and(|name| name == JSON_TYPE)
}

/// A value of JSON as a cell holds it: the text of a string, any other value as it is written, nothing for null.
pub(super) fn json_text(json: &str) -> Option<String> {
    match json.as_bytes().first() {
        Some(b'"') => Some(serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())),
        _ => (json != "null").then(|| json.to_owned()),
    }
}

/// The columns of a schema in plain types.
pub(super) fn plain_schema(schema: &SchemaRef) -> SchemaRef {
    let plain = |field: &Arc<Field>| match field.data_type() {
        _ if is_json(field) => Field::new(field.name(), DataType::Utf8, true),
        DataType::Dictionary(_, values) => field.as_ref().clone().with_data_type(values.as_ref().clone()),
        _ => field.as_ref().clone(),
    };
    Arc::new(Schema::new(schema.fields().iter().map(plain).collect::<Vec<Field>>()))
}

/// A batch in plain types.
pub(super) fn plain_batch(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = plain_schema(&batch.schema());
    let written = batch.schema();
    let columns = written.fields().iter().zip(batch.columns()).map(|(field, column)| {
        if is_json(field) {
            let texts = column.as_string::<i32>().iter().map(|json| json.and_then(json_text));
            return Ok(Arc::new(texts.collect::<StringArray>()) as ArrayRef);
        }
        match field.data_type() {
            DataType::Dictionary(_, values) => cast(column, values),
            _ => Ok(column.clone()),
        }
    });
    RecordBatch::try_new(schema, columns.collect::<Result<_, _>>()?)
}
