//! The trait of combinations. It has no default methods, so that a new combination has to implement all of them; what only
//! some combinations have, such as a `beta`, is asked of [`super::Combination`].

use super::row::{LossRow, RowLoss};
use super::tensors::{LabelledTensors, Tensors};

/// The rule by which components decide together.
///
/// The exact form works on one row in double precision: the training step on the CPU, evaluation and decisions all use
/// it. The portable form is written in operations on tensors, for other devices and for exported models.
pub trait CombinationRule {
    /// Computes `q` and the class losses of a row from its log-probabilities.
    fn forward(&self, row: &mut LossRow);
    /// The predicted class of a row, after [`CombinationRule::forward`].
    fn decision(&self, row: &LossRow) -> usize;
    /// The training loss of a row, after [`CombinationRule::forward`].
    fn row_loss(&self, row: &LossRow, label: usize) -> RowLoss;
    /// Adds the gradient of [`CombinationRule::row_loss`] with respect to the logits of a row that counts.
    fn backward(&self, row: &mut LossRow, label: usize);

    /// The portable form of the class losses: `l^k`, from which the decision and the probabilities `softmax(-l)`
    /// follow.
    fn class_losses<T: Tensors>(&self, tensors: &mut T) -> Result<T::Tensor, T::Error>;
    /// The portable form of the training loss: the mean of [`CombinationRule::row_loss`] over the batch, weighted by rows.
    fn training_loss<T: LabelledTensors>(&self, tensors: &mut T) -> Result<T::Loss, T::Error>;

    /// What to try where one component alone decides better than all together, to follow "try ".
    fn alternative(&self) -> &'static str;
    /// A sentence for `mmc plan`, without a capital and a period.
    fn description(&self) -> String;
    /// The lines of its box in a drawing.
    fn caption(&self) -> Vec<String>;
}
