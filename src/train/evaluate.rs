//! Evaluation of a model on a whole part of the data: logits in batches, decisions, scores.

use super::{BatchSource, Scores, metrics};
use crate::exec::{Decisions, Engine, ExecError, Logits, Params, decide, fitted, row_losses};
use crate::fusion::RowLoss;
use crate::plan::{Batch, LossSpec};
use std::sync::Arc;

/// Rows per batch of an evaluation: enough for several threads. The bits of a row do not depend on it.
const ROWS: usize = 4096;

/// The decisions of a model on a part of the data, with their scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The measurements.
    pub scores: Scores,
    /// The decisions, in the order of the rows.
    pub decisions: Decisions,
    /// The training loss of each row.
    pub losses: Vec<RowLoss>,
}

/// Evaluates `params` on all rows, in their order.
pub fn evaluate(
    engine: &dyn Engine,
    params: &Arc<Params>,
    loss: &LossSpec,
    rows: &dyn BatchSource,
) -> Result<Evaluation, ExecError> {
    let logits = logits(engine, params, loss, rows)?;
    Ok(evaluate_logits(engine, params, loss, &logits, rows))
}

/// Evaluates logits of `params` that are there already, for all rows in their order.
pub fn evaluate_logits(
    engine: &dyn Engine,
    params: &Params,
    loss: &LossSpec,
    logits: &Logits,
    rows: &dyn BatchSource,
) -> Evaluation {
    let loss = fitted(loss, params);
    let decisions = engine.pool().install(|| decide(&loss, &params.decision, &params.calibration, logits));
    let losses = row_losses(&loss, logits, rows.labels());
    let scores = metrics::scores(&loss, &decisions, &losses, rows.labels(), rows.weights());
    Evaluation { scores, decisions, losses }
}

/// Decides on all rows, in their order; their labels are not read.
pub fn predict(
    engine: &dyn Engine,
    params: &Arc<Params>,
    loss: &LossSpec,
    rows: &dyn BatchSource,
) -> Result<Decisions, ExecError> {
    let logits = logits(engine, params, loss, rows)?;
    let loss = fitted(loss, params);
    Ok(engine.pool().install(|| decide(&loss, &params.decision, &params.calibration, &logits)))
}

/// The logits of every component on all rows, in their order.
pub fn logits(
    engine: &dyn Engine,
    params: &Arc<Params>,
    loss: &LossSpec,
    rows: &dyn BatchSource,
) -> Result<Logits, ExecError> {
    let components = loss.components.len();
    let mut all = Logits { rows: 0, components: vec![vec![]; components], present: vec![None; components] };
    let mut batch = Batch::default();
    let places: Vec<u32> = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).collect();
    for places in places.chunks(ROWS) {
        rows.fill(places, &mut batch);
        append(&mut all, engine.logits(params, &batch)?);
    }
    Ok(all)
}

fn append(all: &mut Logits, part: Logits) {
    for (all, part) in all.components.iter_mut().zip(part.components) {
        all.extend(part);
    }
    for (present, part_present) in all.present.iter_mut().zip(part.present) {
        if present.is_some() || part_present.is_some() {
            let present = present.get_or_insert_with(|| vec![true; all.rows]);
            present.extend(part_present.unwrap_or_else(|| vec![true; part.rows]));
        }
    }
    all.rows += part.rows;
}
