//! A table of predictions for a table of new rows: what `mmc predict` does.

use super::error::Error;
use super::least_sure::LeastSureRows;
use super::model::Model;
use super::prediction_blocks::{NewRows, PredictedBlock, PredictionBlocks};
use crate::data::{KeptColumns, ReadProgress};
use crate::diag::{Code, Problem, Problems};
use crate::report::{
    PredictionLayout, PredictionRows, PredictionTable, RejectedRows, TableFormat, encode, table_writer,
};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What is predicted, and what is written of it.
#[derive(Clone, Debug)]
pub struct TablePredictionOptions {
    /// The new rows.
    pub rows: NewRows,
    /// Whether the class losses are written.
    pub losses: bool,
    /// Whether the probabilities and weights of the components are written.
    pub components: bool,
    /// What is before the names of all columns but those that are passed on.
    pub prefix: String,
    /// What becomes of rows with problems, where they do not end the prediction.
    pub rejected: RejectedRows,
    /// The uncertainty from which rows have no predicted class; see [`Model::fit_abstention`].
    pub abstain: Option<f64>,
    /// The order of the rows.
    pub order: PredictionOrder,
}

/// The order in which predicted rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PredictionOrder {
    /// That of the table.
    #[default]
    Table,
    /// The least sure rows first, at most so many of them; those without a prediction last.
    LeastSure(Option<usize>),
}

/// A table of predictions that is ready to be written.
pub struct TablePrediction<'a> {
    blocks: PredictionBlocks<'a>,
    table: PredictionTable,
    order: PredictionOrder,
}

/// What was predicted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PredictionSummary {
    /// Rows that were read.
    pub rows: u64,
    /// Rows that could not be predicted, by the code of their first problem, with the first of these problems.
    pub rejected: Vec<(Code, u64, String)>,
    /// Sentences for the user on the rows.
    pub notes: Vec<String>,
}

/// Why a table of predictions is not whole.
#[derive(Debug)]
pub enum PredictionFailure {
    /// The rows cannot be predicted.
    Rows(Error),
    /// The table cannot be written.
    Write(io::Error),
}

impl From<Error> for PredictionFailure {
    fn from(error: Error) -> Self {
        PredictionFailure::Rows(error)
    }
}

impl From<io::Error> for PredictionFailure {
    fn from(error: io::Error) -> Self {
        PredictionFailure::Write(error)
    }
}

impl Model {
    /// Opens new rows, to write a table of predictions for them.
    ///
    /// # Errors
    /// If the rows cannot be opened, lack a column that is needed, or two columns of the result have the same name.
    pub fn predict_table(&self, options: TablePredictionOptions) -> Result<TablePrediction<'_>, Error> {
        let mut rows = options.rows;
        // Without `--keep` the column that names the rows is passed on, where the table has it.
        let numbered = rows.keep == KeptColumns::None;
        if let (true, Some(id)) = (numbered, &self.pipeline.compiled.hir.data.id) {
            rows.keep = KeptColumns::IfThere(id.select.clone());
        }
        let blocks = self.open_rows(rows)?;
        let layout = PredictionLayout {
            kept: blocks.preparer().kept_fields().to_vec(),
            numbered,
            prefix: options.prefix,
            label: blocks.preparer().has_label(),
            decision: true,
            abstain: options.abstain,
            losses: options.losses,
            components: options.components,
            rejected: options.rejected,
        };
        let table = PredictionTable::new(&self.plan().loss, layout);
        match table.collision() {
            Some(problem) => Err(self.error(Problems::from(problem))),
            None => Ok(TablePrediction { blocks, table, order: options.order }),
        }
    }
}

impl TablePrediction<'_> {
    /// Predicts the rows and writes the table, in memory for a few blocks of rows. `observe` sees how much has been read,
    /// and how many rows are written.
    ///
    /// # Errors
    /// If the rows cannot be read on, a row has a problem that ends the prediction, or the table cannot be written. What
    /// was written until then is not a whole table.
    pub fn write(
        mut self,
        format: TableFormat,
        out: &mut (dyn Write + Send),
        observe: &mut dyn FnMut(ReadProgress, u64),
    ) -> Result<PredictionSummary, PredictionFailure> {
        let (pool, table) = (self.blocks.pool().clone(), &self.table);
        let mut writer = table_writer(format, table.schema(), out)?;
        let mut summary = PredictionSummary::default();
        let mut sorted = match self.order {
            PredictionOrder::Table => None,
            PredictionOrder::LeastSure(top) => Some(LeastSureRows::new(top)),
        };
        loop {
            let mut round: Vec<PredictedBlock> = vec![];
            let mut failed = None;
            while round.len() < pool.current_num_threads() {
                match self.blocks.next_block() {
                    Ok(Some(block)) => {
                        round.push(block);
                        if self.blocks.is_waiting() {
                            break;
                        }
                    }
                    Ok(None) => break,
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
            if let Some(sorted) = &mut sorted {
                for block in &round {
                    sorted.push(uncertainties(block, table), batch(table, block)?)?;
                    summary.count(block);
                }
                observe(self.blocks.progress(), summary.rows);
                match failed {
                    Some(error) => return Err(error.into()),
                    None if round.is_empty() => break,
                    None => continue,
                }
            }
            // The rows before a problem are written first, so that what was written does not depend on threads.
            let encoded: Vec<_> =
                pool.install(|| round.par_iter().map(|block| encode(format, &batch(table, block)?)).collect());
            for (block, encoded) in round.iter().zip(encoded) {
                writer.write(encoded?)?;
                summary.count(block);
            }
            if self.blocks.is_waiting() {
                writer.flush()?;
            }
            observe(self.blocks.progress(), summary.rows);
            match failed {
                Some(error) => return Err(error.into()),
                None if round.is_empty() => break,
                None => {}
            }
        }
        if let Some(batch) = sorted.and_then(|sorted| sorted.finish().transpose()) {
            writer.write(encode(format, &batch?)?)?;
        }
        writer.finish()?;
        summary.notes = self.blocks.notes();
        Ok(summary)
    }
}

/// The uncertainty of the rows of a block that are in its table, in their order; the least of all on those without a
/// prediction.
fn uncertainties(block: &PredictedBlock, table: &PredictionTable) -> Vec<f64> {
    let rejected = |row: &usize| block.prepared.problems.contains_key(row);
    let rows = (0..block.decisions.rows).filter(|row| table.keeps_rejected() || !rejected(row));
    rows.map(|row| if rejected(&row) { f64::NEG_INFINITY } else { block.decisions.uncertainty(row) }).collect()
}

/// The rows of a block in a table.
fn batch(table: &PredictionTable, block: &PredictedBlock) -> io::Result<arrow_array::RecordBatch> {
    let PredictedBlock { prepared, decisions } = block;
    let labels = prepared.labels.iter().flatten().map(Option::as_deref).collect::<Vec<_>>();
    let rejected: BTreeMap<usize, String> =
        prepared.problems.iter().map(|(row, problem)| (*row, sentence(problem))).collect();
    let rows = PredictionRows {
        row_ids: &prepared.rows.row_ids,
        kept: &prepared.kept,
        labels: &labels,
        decisions,
        rejected: &rejected,
    };
    table.batch(rows).map_err(io::Error::other)
}

impl PredictionSummary {
    fn count(&mut self, block: &PredictedBlock) {
        self.rows += block.prepared.rows.rows as u64;
        for problem in block.prepared.problems.values() {
            match self.rejected.iter_mut().find(|(code, ..)| *code == problem.code) {
                Some((_, count, _)) => *count += 1,
                None => self.rejected.push((problem.code, 1, sentence(problem))),
            }
        }
    }
}

/// A problem in one sentence: its code, where it is, and what it is.
fn sentence(problem: &Problem) -> String {
    let (code, message) = (problem.code.as_str(), without_column(problem));
    match &problem.data {
        Some(place) => format!("{code}: {place}: {message}"),
        None => format!("{code}: {message}"),
    }
}

/// The message of a problem without its column, which the place of the problem names.
pub(super) fn without_column(problem: &Problem) -> &str {
    let column = problem.data.as_ref().and_then(|place| place.column.as_ref());
    let rest = column.and_then(|column| problem.message.strip_prefix(&format!("column `{column}`: ")));
    rest.unwrap_or(&problem.message)
}
