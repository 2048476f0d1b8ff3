//! Explained rows as a table: one row each, in every format that predictions are written in.

use super::row_trust::{ModalityTrust, RowTrust};
use super::trust::Trust;
use crate::report::{TableFormat, encode, table_writer};
use arrow_array::{ArrayRef, BooleanArray, Float32Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use std::io::{self, Write};
use std::sync::Arc;

impl Trust {
    /// Writes the table.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, format: TableFormat, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let batch = self.batch()?;
        let mut writer = table_writer(format, &batch.schema(), out)?;
        writer.write(encode(format, &batch)?)?;
        writer.finish()
    }

    fn batch(&self) -> io::Result<RecordBatch> {
        let mut table = Columns { rows: &self.rows, fields: vec![], columns: vec![] };
        let rows = UInt64Array::from(self.rows.iter().map(|row| row.row).collect::<Vec<_>>());
        table.push("row".into(), DataType::UInt64, Arc::new(rows));
        if self.rows.iter().any(|row| row.label.is_some()) {
            table.words("label", |row| row.label.clone());
        }
        table.words("prediction", |row| Some(row.decision.class.clone()));
        table.number("p", |row| Some(row.decision.probability));
        table.words("runner_up", |row| Some(row.runner_up.class.clone()));
        table.number("p_runner_up", |row| Some(row.runner_up.probability));
        table.number("margin", |row| Some(row.margin));
        table.number("uncertainty", |row| Some(row.uncertainty));
        if self.summary.held_out.is_some() {
            table.number("right_at_least_as_sure", |row| row.at_least_as_sure.map(|count| count.accuracy()));
            table.number("right_about_as_sure", |row| row.about_as_sure.map(|count| count.accuracy()));
            table.words("set", |row| row.set.as_ref().map(|set| set.classes.join("|")));
            table.number("set_size", |row| row.set.as_ref().map(|set| set.classes.len() as f64));
        }
        table.words("enough", |row| row.enough.as_ref().map(|enough| enough.join("+")));
        let conflict = |row: &RowTrust| {
            let pairs: Vec<String> = row.conflicts.iter().map(|conflict| conflict.modalities.join("-")).collect();
            (!pairs.is_empty()).then(|| pairs.join("|"))
        };
        table.words("conflicts", conflict);
        for (at, modality) in self.summary.modalities.iter().enumerate() {
            let name = &modality.name;
            let of = move |row: &RowTrust| -> ModalityTrust { row.modalities[at].clone() };
            table.flag(&format!("present_{name}"), |row| row.modalities[at].present);
            table.words(&format!("alone_{name}"), |row| of(row).alone.map(|alone| alone.class));
            table.number(&format!("p_alone_{name}"), |row| of(row).alone.map(|alone| alone.probability));
            table.number(&format!("q_{name}"), |row| of(row).q);
            table.number(&format!("shapley_{name}"), |row| of(row).shapley);
            table.words(&format!("without_{name}"), |row| of(row).without.map(|without| without.class));
            table.flag(&format!("atypical_{name}"), |row| !row.modalities[at].atypical.is_empty());
        }
        let schema = Arc::new(Schema::new(table.fields));
        RecordBatch::try_new(schema, table.columns).map_err(io::Error::other)
    }
}

/// Columns of the table so far.
struct Columns<'a> {
    rows: &'a [RowTrust],
    fields: Vec<Field>,
    columns: Vec<ArrayRef>,
}

impl Columns<'_> {
    fn push(&mut self, name: String, kind: DataType, column: ArrayRef) {
        // A modality may be named so that two columns would have one name.
        let taken = |name: &str| self.fields.iter().any(|field| field.name() == name);
        let name =
            (1..).map(|at| if at == 1 { name.clone() } else { format!("{name}_{at}") }).find(|name| !taken(name));
        self.fields.push(Field::new(name.unwrap_or_default(), kind, true));
        self.columns.push(column);
    }

    fn words(&mut self, name: &str, cell: impl Fn(&RowTrust) -> Option<String>) {
        let column: StringArray = self.rows.iter().map(cell).collect();
        self.push(name.to_owned(), DataType::Utf8, Arc::new(column));
    }

    fn number(&mut self, name: &str, cell: impl Fn(&RowTrust) -> Option<f64>) {
        let column: Float32Array = self.rows.iter().map(|row| cell(row).map(|number| number as f32)).collect();
        self.push(name.to_owned(), DataType::Float32, Arc::new(column));
    }

    fn flag(&mut self, name: &str, cell: impl Fn(&RowTrust) -> bool) {
        let column: BooleanArray = self.rows.iter().map(|row| Some(cell(row))).collect();
        self.push(name.to_owned(), DataType::Boolean, Arc::new(column));
    }
}
