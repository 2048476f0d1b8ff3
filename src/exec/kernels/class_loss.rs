//! The class loss as the last node of a pass: fused on the CPU, where each row is a [`crate::fusion::ClassLoss`], and elsewhere the
//! portable form of the combination in dfdx's operations.

use crate::exec::backend::cpu::Native;
use crate::exec::backend::{Backend, DeviceError};
use crate::exec::engine::ComponentSums;
use crate::exec::kernels::loss_targets::Targets;
use crate::exec::kernels::loss_tensors::{LogProbabilities, LossTensors};
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::fusion::{CombinationRule, LabelledTensors};
use dfdx::shapes::Rank0;
use dfdx::tensor::{Cpu, Tape, Tensor};
use dfdx::tensor_ops::Device;
use std::sync::Arc;

/// The loss of the rows of a pass: their part of the weighted mean over the batch.
pub(in crate::exec) struct LossNode<D: Device<f32>> {
    /// The start of the backward pass.
    pub(in crate::exec) tensor: Tensor<Rank0, f32, D>,
    /// The loss, in the precision of the node.
    pub(in crate::exec) loss: f64,
    /// Rows predicted wrongly.
    pub(in crate::exec) errors: usize,
    /// Rows that count.
    pub(in crate::exec) violations: usize,
    /// The sums of every component.
    pub(in crate::exec) components: Vec<ComponentSums>,
    /// One per component: what it lost on each row, 0 where it is absent; empty where no loss reads it later.
    pub(in crate::exec) row_losses: Vec<Vec<f32>>,
}

/// The results of the loop over rows.
pub(super) struct Walk {
    pub(super) loss: f64,
    errors: usize,
    violations: usize,
    counts: Vec<bool>,
    components: Vec<ComponentSums>,
    row_losses: Vec<Vec<f32>>,
    /// One per component, classes x rows, and its score after them; empty without gradients.
    pub(super) gradients: Vec<Vec<f32>>,
    /// `l^k`, classes x rows.
    pub(super) class_losses: Vec<f32>,
}

impl Targets<'_> {
    /// Processes the rows of logits laid out classes x rows, each component's score after them where it has one.
    pub(super) fn walk(&self, logits: &[Arc<Vec<f32>>], with_gradients: bool) -> Walk {
        let (rows, classes) = (self.labels.len(), self.loss.classes.len());
        let mut node = self.loss.class_loss(&self.weights());
        let width = self.loss.width();
        let zeros = || if with_gradients { vec![0.0; width * rows] } else { Vec::new() };
        let gradients = logits.iter().map(|_| zeros()).collect();
        node.row.epoch = Some(self.epoch);
        let (counts, class_losses) = (Vec::with_capacity(rows), vec![0.0; classes * rows]);
        let components = vec![ComponentSums::default(); logits.len()];
        let ranked = if self.loss.combination.rank() > 0.0 { logits.len() } else { 0 };
        let row_losses = vec![Vec::with_capacity(rows); ranked];
        let mut walk =
            Walk { loss: 0.0, errors: 0, violations: 0, counts, components, row_losses, gradients, class_losses };
        for row in 0..rows {
            for (component, values) in logits.iter().enumerate() {
                node.row.present[component] = self.present(component, row);
                for class in 0..classes {
                    node.row.logits[component * classes + class] = f64::from(values[class * rows + row]);
                }
            }
            if width > classes {
                for (score, values) in node.row.scores.iter_mut().zip(logits) {
                    *score = f64::from(values[classes * rows + row]);
                }
            }
            let (label, scale) = (self.labels[row] as usize, self.share(row));
            node.forward();
            for (class, loss) in node.row.losses.iter().enumerate() {
                walk.class_losses[class * rows + row] = *loss as f32;
            }
            if with_gradients {
                // Before the loss, which comes with it where the gradient is made from a formula.
                node.backward(label);
            }
            let found = node.row_loss(label);
            walk.loss += found.loss * scale;
            walk.errors += usize::from(node.decision() != label);
            walk.violations += usize::from(found.counts);
            walk.counts.push(found.counts);
            let weight = self.row_weight(row);
            for (component, sums) in walk.components.iter_mut().enumerate().filter(|(c, _)| node.row.present[*c]) {
                let neg_log_p = node.row.neg_log_p[component * classes + label];
                *sums += ComponentSums { weight, neg_log_p: weight * neg_log_p, p: weight * (-neg_log_p).exp() };
            }
            for (component, losses) in walk.row_losses.iter_mut().enumerate() {
                losses.push(node.row.neg_log_p[component * classes + label] as f32);
            }
            if with_gradients {
                for (component, gradient) in walk.gradients.iter_mut().enumerate() {
                    for class in 0..classes {
                        gradient[class * rows + row] = (node.row.gradient[component * classes + class] * scale) as f32;
                    }
                    if width > classes {
                        gradient[classes * rows + row] = (node.row.score_gradient[component] * scale) as f32;
                    }
                }
            }
        }
        self.rank_rows(logits, &mut walk);
        walk
    }
}

/// On the CPU: one node with its own forward and backward, in double precision.
pub(in crate::exec) fn native<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    logits: &[&Value<Cpu>],
    targets: &Targets<'_>,
) -> Result<LossNode<Cpu>, DeviceError<Native>> {
    let numbers: Vec<Arc<Vec<f32>>> = logits.iter().map(|value| value.host()).collect();
    let mut walk = targets.walk(&numbers, pass.gradients.is_some());
    let gradients = std::mem::take(&mut walk.gradients);
    let tensor = pass.constant(vec![walk.loss as f32], ())?;
    if pass.gradients.is_some() {
        let wanted: Vec<_> = logits.iter().map(|value| value.gradient()).collect();
        // The backward pass starts here, with a gradient of 1.
        pass.tape.add_backward_op(move |grads| {
            for (wanted, gradient) in wanted.iter().zip(gradients) {
                wanted.add(grads, gradient)?;
            }
            Ok(())
        });
    }
    let Walk { loss, errors, violations, components, row_losses, .. } = walk;
    Ok(LossNode { tensor, loss, errors, violations, components, row_losses })
}

/// Of dfdx's operations, in single precision. What is constant to the gradient (which class is largest, which rows
/// count, who is present) is found on the host, where errors are counted too.
pub(in crate::exec) fn portable<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    logits: &[&Value<B::Device>],
    targets: &Targets<'_>,
) -> Result<LossNode<B::Device>, DeviceError<B>> {
    let numbers: Vec<Arc<Vec<f32>>> = logits.iter().map(|value| value.host()).collect();
    let walk = targets.walk(&numbers, false);

    let (mut components, mut of_logits) = (Vec::with_capacity(logits.len()), Vec::with_capacity(logits.len()));
    for (value, numbers) in logits.iter().zip(&numbers) {
        let tensor = pass.tensor(value)?;
        of_logits.push(tensor.clone());
        // With scores only the exact form is used.
        if !targets.loss.combination.has_scores() {
            components.push(LogProbabilities::new(pass, &tensor, numbers, targets.loss.classes.len())?);
        }
    }
    let mut tensors = LossTensors { pass, targets, components, of_logits, logits: &numbers, counts: &walk.counts };
    // The regularizer has no form of its own in tensors.
    let tensor = match targets.loss.order {
        Some(_) => tensors.exact_loss()?,
        None => targets.loss.combination.training_loss(&mut tensors)?,
    };
    let loss = f64::from(tensor.as_vec()[0]);
    let Walk { errors, violations, components, row_losses, .. } = walk;
    Ok(LossNode { tensor, loss, errors, violations, components, row_losses })
}
