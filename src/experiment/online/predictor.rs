//! Predictions and explanations of rows in memory. A row gets the same bits alone and among any others.

use super::cell::OnlineRows;
use super::model::OnlineModel;
use crate::data::{PreparedBlock, RequiredComponents, open_batch};
use crate::diag::{Code, Problem, Problems};
use crate::exec::{Decisions, Engine};
use crate::experiment::error::Error;
use crate::experiment::row_trust::RowTrust;
use crate::experiment::rows::PlanRows;
use crate::experiment::subset_verdicts::SubsetDecider;
use crate::experiment::table_prediction::without_column;
use crate::experiment::trust_reference::TrustReference;
use crate::report::decision_margin;
use crate::train::{FailureCause, predict};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What predicts the rows of an [`OnlineModel`].
pub struct OnlinePredictor {
    pub(super) model: Arc<OnlineModel>,
    pub(super) engine: Box<dyn Engine>,
}

/// Predictions, row after row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OnlinePredictions {
    /// The number of the class of each row.
    pub predicted: Vec<u32>,
    /// The probabilities, class after class.
    pub probabilities: Vec<f32>,
    /// The class loss of the runner-up less that of the decision.
    pub margins: Vec<f32>,
    /// The class losses.
    pub losses: Vec<f32>,
    /// The weight of each component for the decision; not-a-number where it is absent.
    pub weights: Vec<f32>,
    /// Whether the row is too unsure to be decided.
    pub abstained: Vec<bool>,
    /// On how many rows each modality is missing.
    pub missing: Vec<u64>,
    /// Why rows cannot be predicted, by their number.
    pub rejected: BTreeMap<usize, RowProblem>,
}

/// Why a row cannot be predicted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowProblem {
    /// The row, counted from 0.
    pub row: usize,
    /// The code of the problem.
    pub code: &'static str,
    /// The column, if it is one.
    pub column: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What helps.
    pub help: Option<String>,
}

impl RowProblem {
    fn of(row: usize, problem: &Problem) -> Self {
        Self {
            row,
            code: problem.code.as_str(),
            column: problem.data.as_ref().and_then(|place| place.column.clone()),
            message: without_column(problem).to_owned(),
            help: problem.help.clone(),
        }
    }
}

impl OnlineModel {
    /// What predicts and explains rows, on one thread at a time.
    ///
    /// # Errors
    /// If the device cannot be opened.
    pub fn predictor(self: &Arc<Self>) -> Result<OnlinePredictor, Error> {
        let engine = self.model.engine(&self.options)?;
        Ok(OnlinePredictor { model: Arc::clone(self), engine })
    }
}

impl OnlinePredictor {
    /// Predicts rows.
    ///
    /// # Errors
    /// If the table as a whole cannot be read, as when a column that is needed is absent, or the device fails. What
    /// is wrong with single rows is part of the result.
    pub fn predict(&self, rows: &OnlineRows) -> Result<OnlinePredictions, Error> {
        let OnlineModel { model, abstain, .. } = &*self.model;
        let mut found = OnlinePredictions { missing: vec![0; model.plan().inputs.len()], ..Default::default() };
        for block in self.prepare(rows)? {
            let decisions =
                predict(self.engine.as_ref(), &model.params, &model.plan().loss, &PlanRows::prepared(&block.rows));
            let decisions =
                decisions.map_err(|error| model.error(FailureCause::Exec(error).problem(model.plan()).into()))?;
            found.add(&block, &decisions, *abstain);
        }
        Ok(found)
    }

    /// Explains how rows were decided, as `mmc trust` does, with sentences for the user.
    ///
    /// # Errors
    /// As [`OnlinePredictor::predict`], and for the first row that cannot be predicted.
    pub fn explain(&self, rows: &OnlineRows) -> Result<Result<Vec<RowTrust>, Vec<RowProblem>>, Error> {
        let OnlineModel { model, options, reference, .. } = &*self.model;
        let (reference, _) = reference.get_or_init(|| self.reference());
        let mut explained = vec![];
        for block in self.prepare(rows)? {
            if !block.problems.is_empty() {
                let problems = block.problems.iter();
                return Ok(Err(problems
                    .map(|(row, problem)| RowProblem::of(explained.len() + row, problem))
                    .collect()));
            }
            explained.extend(model.explain_prepared(&block.rows, reference.as_ref(), options)?);
        }
        Ok(Ok(explained))
    }

    /// Sentences on what the explanations lack.
    pub fn notes(&self) -> &[String] {
        &self.model.reference.get_or_init(|| self.reference()).1
    }

    /// The held-out rows of the run, and sentences on what is not known of them.
    fn reference(&self) -> (Option<TrustReference>, Vec<String>) {
        let OnlineModel { model, options, coverage, .. } = &*self.model;
        let of = || -> Result<TrustReference, Error> {
            let data = model.own_data(options)?;
            let decider = SubsetDecider::new(model.engine(options)?, model.plan(), &model.params);
            TrustReference::new(model, &data, &decider, None, *coverage)
        };
        match of() {
            Ok(reference) => (Some(reference), vec![]),
            Err(error) => {
                let reason =
                    error.problems().iter().next().map_or_else(|| error.to_string(), |one| one.message.clone());
                let note = "the data of the run cannot be read, so that no held-out rows say what sureness is worth";
                (None, vec![format!("{note}: {reason}")])
            }
        }
    }

    /// The rows, prepared as the training rows were.
    fn prepare(&self, rows: &OnlineRows) -> Result<Vec<PreparedBlock>, Error> {
        let model = &self.model.model;
        let plan = model.plan();
        let failed = |problems: Problems| model.error(problems);
        let batch = rows.batch(self.model.columns()).map_err(|error| {
            failed(Problem::error(Code::Internal, format!("the rows are no table: {error}")).into())
        })?;
        let modalities: Vec<&str> = plan.inputs.iter().map(|input| input.name.as_str()).collect();
        let required = vec![RequiredComponents::of(plan, &modalities)];
        let opened = open_batch(&model.preprocessing, (batch, "request"), &modalities, required);
        let (preparer, mut blocks) = opened.map_err(failed)?;
        let mut prepared = vec![];
        while let Some(block) = blocks.read().map_err(failed)? {
            prepared.push(preparer.prepare(&block).map_err(failed)?);
        }
        Ok(prepared)
    }
}

impl OnlinePredictions {
    fn add(&mut self, block: &PreparedBlock, decisions: &Decisions, abstain: Option<f64>) {
        let (before, classes) = (self.predicted.len(), decisions.classes);
        self.rejected.extend(block.problems.iter().map(|(row, problem)| {
            let row = before + row;
            (row, RowProblem::of(row, problem))
        }));
        for (missing, rows) in self.missing.iter_mut().zip(&block.rows.modalities) {
            let absent = rows.present.as_ref().map_or(0, |present| present.iter().filter(|there| !**there).count());
            *missing += absent as u64;
        }
        self.predicted.extend_from_slice(&decisions.predicted);
        self.probabilities.extend(decisions.probabilities.iter().map(|p| *p as f32));
        self.losses.extend(decisions.class_losses.iter().map(|loss| *loss as f32));
        for row in 0..decisions.rows {
            let decision = decisions.predicted[row] as usize;
            self.margins
                .push(decision_margin(&decisions.class_losses[row * classes..(row + 1) * classes], decision) as f32);
            self.weights.extend(decisions.components.iter().map(|component| match component.is_present(row) {
                true => component.q[row * classes + decision] as f32,
                false => f32::NAN,
            }));
            self.abstained.push(abstain.is_some_and(|from| decisions.uncertainty(row) >= from));
        }
    }

    /// The predictions of some of the rows, one after the other.
    pub fn slice(&self, from: usize, rows: usize) -> Self {
        let of = |values: &[f32]| {
            let width = values.len() / self.predicted.len().max(1);
            values[from * width..(from + rows) * width].to_vec()
        };
        let rejected = self.rejected.range(from..from + rows);
        let rejected = rejected.map(|(row, problem)| (row - from, RowProblem { row: row - from, ..problem.clone() }));
        Self {
            predicted: self.predicted[from..from + rows].to_vec(),
            probabilities: of(&self.probabilities),
            margins: of(&self.margins),
            losses: of(&self.losses),
            weights: of(&self.weights),
            abstained: self.abstained[from..from + rows].to_vec(),
            missing: vec![],
            rejected: rejected.collect(),
        }
    }
}
