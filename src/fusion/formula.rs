//! A combination that is written as formulas over the components present on a row. The class losses, the training loss
//! and its gradient follow from them, so that a row without a modality is exactly a row of the pipeline without it.

use super::row::{LossRow, RowLoss};
use super::rule::CombinationRule;
use super::tape::{Tape, Var};
use super::tensors::{LabelledTensors, Tensors};

/// The logits of the components that are present on a row, one or more.
pub(super) struct FormulaRow<'t> {
    /// `z_v^k`, component by component.
    pub(super) logits: Vec<Vec<Var<'t>>>,
    /// The score of each, where components have one.
    pub(super) scores: Vec<Var<'t>>,
    /// The class of the row and, in training, the epoch counted from 1; without an epoch, as after the last.
    pub(super) epoch: Option<u64>,
}

/// The result of a formula: the class losses, and how much each component present counts.
pub(super) struct FormulaDecision<'t> {
    /// `l^k`
    pub(super) losses: Vec<Var<'t>>,
    /// Reported as the `q` of the component.
    pub(super) shares: Vec<f64>,
}

/// The formulas of a combination.
pub(super) trait Formula {
    /// The class losses of a row with one component or more; `None` without a class.
    fn decide<'t>(&self, row: &FormulaRow<'t>) -> Option<FormulaDecision<'t>>;
    /// The training loss of a row with one component or more.
    fn loss<'t>(&self, row: &FormulaRow<'t>, label: usize) -> Option<Var<'t>>;
    /// See [`CombinationRule::alternative`].
    fn instead(&self) -> &'static str;
    /// See [`CombinationRule::description`].
    fn sentence(&self) -> String;
    /// See [`CombinationRule::caption`].
    fn lines(&self) -> Vec<String>;
}

impl<'t> FormulaRow<'t> {
    /// The components present on a row, each logit made by `number`.
    fn of(row: &LossRow, number: impl Fn(f64) -> Var<'t>) -> Option<Self> {
        let logits: Vec<Vec<Var<'t>>> = row
            .logits
            .chunks_exact(row.classes)
            .zip(&row.present)
            .filter(|(_, present)| **present)
            .map(|(logits, _)| logits.iter().map(|logit| number(*logit)).collect())
            .collect();
        let scores = row.scores.iter().zip(&row.present).filter(|(_, present)| **present);
        let scores = scores.map(|(score, _)| number(*score)).collect();
        (!logits.is_empty()).then_some(Self { logits, scores, epoch: row.epoch })
    }

    /// Number of classes.
    pub(super) fn classes(&self) -> usize {
        self.logits.first().map_or(0, Vec::len)
    }
}

impl<F: Formula> CombinationRule for F {
    fn forward(&self, row: &mut LossRow) {
        row.losses.fill(0.0);
        row.q.fill(0.0);
        let tape = Tape::default();
        let Some(formula) = FormulaRow::of(row, |logit| tape.constant(logit)) else { return };
        let Some(decision) = self.decide(&formula) else { return };
        for (to, loss) in row.losses.iter_mut().zip(decision.losses) {
            *to = loss.value;
        }
        let present = row.q.chunks_exact_mut(row.classes).zip(&row.present).filter(|(_, present)| **present);
        for ((q, _), share) in present.zip(decision.shares) {
            q.fill(share);
        }
    }

    fn decision(&self, row: &LossRow) -> usize {
        row.smallest_loss()
    }

    fn row_loss(&self, row: &LossRow, label: usize) -> RowLoss {
        if let Some((_, loss)) = row.known_loss.filter(|(known, _)| *known == label) {
            return RowLoss { loss, counts: true };
        }
        let tape = Tape::default();
        let formula = FormulaRow::of(row, |logit| tape.constant(logit));
        let loss = formula.and_then(|formula| self.loss(&formula, label)).map_or(0.0, |loss| loss.value);
        RowLoss { loss, counts: true }
    }

    fn backward(&self, row: &mut LossRow, label: usize) {
        let tape = Tape::with_capacity(row.tape_length);
        let Some(formula) = FormulaRow::of(row, |logit| tape.variable(logit)) else { return };
        let Some(loss) = self.loss(&formula, label) else { return };
        row.known_loss = Some((label, loss.value));
        row.tape_length = tape.len();
        let cells = row.classes * formula.logits.len();
        let mut variables = formula.logits.concat();
        variables.extend(&formula.scores);
        let gradient = tape.gradient(loss, &variables);
        let present = row.score_gradient.iter_mut().zip(&row.present).filter(|(_, present)| **present);
        present.zip(&gradient[cells..]).for_each(|((to, _), from)| *to += from);
        let components = row.gradient.chunks_exact_mut(row.classes).zip(&row.present).filter(|(_, present)| **present);
        for ((to, _), from) in components.zip(gradient.chunks_exact(row.classes)) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
    }

    fn class_losses<T: Tensors>(&self, tensors: &mut T) -> Result<T::Tensor, T::Error> {
        tensors.exact_class_losses()
    }

    fn training_loss<T: LabelledTensors>(&self, tensors: &mut T) -> Result<T::Loss, T::Error> {
        tensors.exact_loss()
    }

    fn alternative(&self) -> &'static str {
        self.instead()
    }

    fn description(&self) -> String {
        self.sentence()
    }

    fn caption(&self) -> Vec<String> {
        self.lines()
    }
}
