//! `predictions.csv` and `components.csv`: what was decided on every row of the test split, and by which components.

use super::prediction_table::{PredictionLayout, PredictionRows, PredictionTable, RejectedRows};
use super::table::{TableFormat, encode, table_writer};
use crate::data::TestIds;
use crate::exec::Decisions;
use crate::plan::LossSpec;
use arrow_array::{ArrayRef, StringArray};
use arrow_schema::{DataType, Field};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

/// The rows that were predicted.
#[derive(Clone, Copy, Debug)]
pub struct TestPredictions<'a> {
    /// Each one's row in the table it is from, counted from 0.
    pub row_ids: &'a [u64],
    /// The name of each, where a column has them.
    pub ids: Option<&'a TestIds>,
    /// The class of each.
    pub labels: &'a [u32],
    /// What was decided on them.
    pub decisions: &'a Decisions,
}

/// Writes the decisions, one line per row: `row`, the name of the row where a column has it, `label`, `prediction` (classes by name), `p_<class>`, the reported
/// probabilities, and `margin`. Numbers are the shortest decimals that read back as the same single-precision number.
pub fn write_predictions(
    file: &mut (dyn Write + Send),
    loss: &LossSpec,
    predictions: TestPredictions<'_>,
) -> io::Result<()> {
    write(file, loss, predictions, true)
}

/// Writes what every component said, one line per row: `row` and its name; for each component `p_<component>_<class>`, its own
/// probabilities; for each component `q_<component>`, its weight for the predicted class. Cells of an absent component
/// are empty.
pub fn write_components(
    file: &mut (dyn Write + Send),
    loss: &LossSpec,
    predictions: TestPredictions<'_>,
) -> io::Result<()> {
    write(file, loss, predictions, false)
}

fn write(
    file: &mut (dyn Write + Send),
    loss: &LossSpec,
    TestPredictions { row_ids, ids, labels, decisions }: TestPredictions<'_>,
    decision: bool,
) -> io::Result<()> {
    let layout = PredictionLayout {
        kept: ids.iter().map(|ids| Field::new(&ids.column, DataType::Utf8, true)).collect(),
        numbered: true,
        prefix: String::new(),
        label: decision,
        decision,
        abstain: None,
        losses: false,
        components: !decision,
        rejected: RejectedRows::Dropped,
    };
    let table = PredictionTable::new(loss, layout);
    let name = |class: &u32| loss.classes.get(*class as usize).map(String::as_str);
    let labels: Vec<Option<&str>> = labels.iter().map(name).collect();
    let kept: Vec<ArrayRef> =
        ids.iter().map(|ids| Arc::new(ids.ids.iter().map(Some).collect::<StringArray>()) as ArrayRef).collect();
    let rows = PredictionRows { row_ids, kept: &kept, labels: &labels, decisions, rejected: &BTreeMap::new() };
    let batch = table.batch(rows).map_err(io::Error::other)?;
    let mut writer = table_writer(TableFormat::Csv, table.schema(), file)?;
    writer.write(encode(TableFormat::Csv, &batch)?)?;
    writer.finish()
}
