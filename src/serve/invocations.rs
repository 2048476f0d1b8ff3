//! Rows as MLflow and SageMaker send them: records, a table split into columns and data, columns, or CSV.

use super::answer::RefusedRequest;
use super::decode::{bad_cell, cell};
use super::infer::{complete, parse, shown, too_many};
use super::tensor::{FlatElements, TensorElement};
use crate::experiment::{OnlineModel, OnlineRows};
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use std::fmt;

/// Rows that may be held before their number is compared with the limit of the server.
const HELD: usize = 100_000;

/// A cell of JSON.
#[derive(Debug, PartialEq)]
struct JsonCell(Vec<TensorElement>);

impl<'de> Deserialize<'de> for JsonCell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        FlatElements::deserialize(deserializer).map(|elements| Self(elements.0))
    }
}

/// A row by the names of its columns.
#[derive(Debug)]
struct JsonRecord(Vec<(String, JsonCell)>);

impl<'de> Deserialize<'de> for JsonRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RecordVisitor).map(Self)
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = Vec<(String, JsonCell)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a row: an object of columns and values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs: Vec<(String, JsonCell)> = vec![];
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

/// A table in one of its forms.
#[derive(Debug)]
enum RequestTable {
    Records(Vec<JsonRecord>),
    Columns(Vec<(String, Vec<JsonCell>)>),
}

impl<'de> Deserialize<'de> for RequestTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TableVisitor)
    }
}

struct TableVisitor;

impl<'de> Visitor<'de> for TableVisitor {
    type Value = RequestTable;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of rows, each an object, or an object of columns, each a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<RequestTable, A::Error> {
        let mut records = vec![];
        while let Some(record) = rows.next_element()? {
            if records.len() == HELD {
                return Err(A::Error::custom("too many rows"));
            }
            records.push(record);
        }
        Ok(RequestTable::Records(records))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RequestTable, A::Error> {
        let mut columns = vec![];
        while let Some((name, Held(cells))) = map.next_entry::<String, Held<JsonCell>>()? {
            columns.push((name, cells));
        }
        Ok(RequestTable::Columns(columns))
    }
}

/// A list of at most as many elements as may be held.
#[derive(Debug)]
struct Held<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Held<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
            type Value = Held<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Held<T>, A::Error> {
                let mut held = vec![];
                while let Some(element) = list.next_element()? {
                    if held.len() == HELD {
                        return Err(A::Error::custom("too many rows"));
                    }
                    held.push(element);
                }
                Ok(Held(held))
            }
        }
        deserializer.deserialize_seq(List(std::marker::PhantomData))
    }
}

/// The columns and the rows of a table apart.
#[derive(Debug, Deserialize)]
struct DataframeSplit {
    columns: Vec<String>,
    data: Held<Vec<JsonCell>>,
    #[serde(default, rename = "index")]
    _index: Option<de::IgnoredAny>,
}

/// The body in JSON.
#[derive(Debug, Default, Deserialize)]
struct Invocation {
    #[serde(default)]
    dataframe_split: Option<DataframeSplit>,
    #[serde(default)]
    dataframe_records: Option<RequestTable>,
    #[serde(default)]
    instances: Option<RequestTable>,
    #[serde(default)]
    inputs: Option<RequestTable>,
}

/// The rows of a body. Columns that the model does not read are ignored.
pub(super) fn decode(
    model: &OnlineModel,
    content_type: &str,
    body: &[u8],
    most: usize,
) -> Result<OnlineRows, RefusedRequest> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let rows = match kind.as_str() {
        "" | "application/json" | "application/x-www-form-urlencoded" | "text/plain" => json(model, body, most)?,
        "text/csv" => csv(model, body, most)?,
        other => {
            let reason = format!("`{}` is not read: send application/json or text/csv", shown(other));
            return Err(RefusedRequest::new(hyper::StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
        }
    };
    if rows.rows == 0 {
        return Err(RefusedRequest::bad("there are no rows"));
    }
    complete(model, &rows)?;
    Ok(rows)
}

fn json(model: &OnlineModel, body: &[u8], most: usize) -> Result<OnlineRows, RefusedRequest> {
    if body.trim_ascii_start().first() == Some(&b'[') {
        return table(model, parse(body)?, most);
    }
    let Invocation { dataframe_split, dataframe_records, instances, inputs } = parse(body)?;
    match (dataframe_split, dataframe_records.or(instances).or(inputs)) {
        (Some(_), Some(_)) => Err(RefusedRequest::bad("the rows are there twice")),
        (None, None) => Err(RefusedRequest::bad(
            "there are no rows: send `dataframe_records`, `dataframe_split`, `instances` or `inputs`, or a list of \
             objects",
        )),
        (None, Some(rows)) => table(model, rows, most),
        (Some(DataframeSplit { columns, data, .. }), None) => {
            let wrong = data.0.iter().position(|row| row.len() != columns.len());
            if let Some(row) = wrong {
                let (found, expected) = (data.0[row].len(), columns.len());
                return Err(RefusedRequest::bad(format!(
                    "row {row} has {found} values, and there are {expected} columns"
                )));
            }
            let mut cells: Vec<Vec<JsonCell>> = columns.iter().map(|_| vec![]).collect();
            for row in data.0 {
                for (column, cell) in cells.iter_mut().zip(row) {
                    column.push(cell);
                }
            }
            table(model, RequestTable::Columns(columns.into_iter().zip(cells).collect()), most)
        }
    }
}

fn table(model: &OnlineModel, table: RequestTable, most: usize) -> Result<OnlineRows, RefusedRequest> {
    match table {
        RequestTable::Records(records) => {
            let mut builder = RowsBuilder::new(model, records.len(), most)?;
            for (row, JsonRecord(pairs)) in records.into_iter().enumerate() {
                for (name, JsonCell(elements)) in pairs {
                    builder.put(row, &name, &elements)?;
                }
            }
            Ok(builder.rows)
        }
        RequestTable::Columns(columns) => {
            let rows = columns.first().map_or(0, |(_, cells)| cells.len());
            if let Some((name, cells)) = columns.iter().find(|(_, cells)| cells.len() != rows) {
                let (name, found) = (shown(name), cells.len());
                return Err(RefusedRequest::bad(format!(
                    "column `{name}` has {found} values, and the first one {rows}"
                )));
            }
            let mut builder = RowsBuilder::new(model, rows, most)?;
            for (name, cells) in columns {
                for (row, JsonCell(elements)) in cells.into_iter().enumerate() {
                    builder.put(row, &name, &elements)?;
                }
            }
            Ok(builder.rows)
        }
    }
}

fn csv(model: &OnlineModel, body: &[u8], most: usize) -> Result<OnlineRows, RefusedRequest> {
    let failed = |error: csv::Error| RefusedRequest::bad(format!("the body is no CSV with a header: {error}"));
    let mut reader = csv::ReaderBuilder::new().from_reader(body);
    let names: Vec<String> = reader.headers().map_err(failed)?.iter().map(str::to_owned).collect();
    let mut records = vec![];
    for record in reader.records() {
        if records.len() > most {
            return Err(too_many(records.len() as u64, most));
        }
        records.push(record.map_err(failed)?);
    }
    let mut builder = RowsBuilder::new(model, records.len(), most)?;
    for (row, record) in records.iter().enumerate() {
        for (name, text) in names.iter().zip(record) {
            let element = if text.trim().is_empty() { TensorElement::Null } else { TensorElement::Text(text.into()) };
            builder.put(row, name, &[element])?;
        }
    }
    Ok(builder.rows)
}

/// Rows whose cells come one by one.
struct RowsBuilder<'a> {
    model: &'a OnlineModel,
    rows: OnlineRows,
    /// The column of each name that was seen, in the order of the first row, so that the next is found at once.
    seen: Vec<(String, Option<usize>)>,
    next: usize,
}

impl<'a> RowsBuilder<'a> {
    fn new(model: &'a OnlineModel, rows: usize, most: usize) -> Result<Self, RefusedRequest> {
        if rows > most {
            return Err(too_many(rows as u64, most));
        }
        Ok(Self { model, rows: OnlineRows::new(rows, model.columns().len()), seen: vec![], next: 0 })
    }

    /// The column of a name.
    fn column(&mut self, name: &str) -> Option<usize> {
        if self.seen.get(self.next).is_none_or(|(seen, _)| seen != name) {
            self.next = self.seen.iter().position(|(seen, _)| seen == name).unwrap_or(self.seen.len());
        }
        if self.next == self.seen.len() {
            /// Names beyond it are searched for each time.
            const MOST: usize = 20_000;
            let found = self.model.columns().iter().position(|column| column.name == name);
            if self.seen.len() == MOST {
                return found;
            }
            self.seen.push((name.to_owned(), found));
        }
        let found = self.seen[self.next].1;
        self.next += 1;
        if self.next == self.seen.len() {
            self.next = 0;
        }
        found
    }

    fn put(&mut self, row: usize, name: &str, elements: &[TensorElement]) -> Result<(), RefusedRequest> {
        let Some(at) = self.column(name) else { return Ok(()) };
        let cell = cell(&self.model.columns()[at], elements).map_err(|reason| bad_cell(&shown(name), row, &reason))?;
        let rows = self.rows.rows;
        self.rows.columns[at].get_or_insert_with(|| vec![Default::default(); rows])[row] = cell;
        Ok(())
    }
}
