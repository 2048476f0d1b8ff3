//! The description of an optimizer, and the interface of its update rule.

use crate::signature::{Arguments, Kind, Parameter, Signature};
use crate::spec::OptimizerSpec;
use std::ops::Range;

/// An optimizer of the language.
#[derive(Clone, Copy, Debug)]
pub struct OptimizerEntry {
    /// Its name, arguments and documentation.
    pub signature: Signature,
    /// The specification that checked arguments of the signature give.
    pub spec: fn(&Arguments) -> OptimizerSpec,
}

/// The update rule of an optimizer.
///
/// Weight decay that is not decoupled is added to the gradient before its norm is clipped, as in the authors' code.
pub trait UpdateRule {
    /// The name in the table of optimizers.
    fn name(&self) -> &'static str;

    /// The hyperparameters as arguments of the signature, in its order.
    fn arguments(&self) -> Arguments;

    /// The learning rate before any schedule.
    fn learning_rate(&self) -> f64;

    /// Number of moment arrays, each as long as the parameters, that one step hands on to the next.
    fn moments(&self) -> usize;

    /// The factor on a weight that is added to its gradient; 0 for none.
    fn coupled_decay(&self) -> f32;

    /// The update with learning rate `lr` in step `step`, counted from 1. It is called for each chunk of the parameters
    /// with a factor on the gradient, and may be called from several threads.
    fn update(&self, lr: f64, step: u64) -> Box<dyn Fn(ParamChunk<'_>, f32) + Sync>;
}

/// A run of parameters and what belongs to them; all slices have one length.
#[derive(Debug)]
pub struct ParamChunk<'a> {
    /// The parameters.
    pub weights: &'a mut [f32],
    /// Their gradient.
    pub gradient: &'a [f32],
    /// The first moment.
    pub first: &'a mut [f32],
    /// The second moment; empty where [`UpdateRule::moments`] is below 2.
    pub second: &'a mut [f32],
    /// The ranges of the parameters that weight decay applies to.
    pub decaying: &'a [Range<usize>],
}

pub(super) const POSITIVE: Kind = Kind::Number(0.0, f64::INFINITY);
pub(super) const SHARE: Kind = Kind::Number(0.0, 1.0);
pub(super) const LR: Parameter = Parameter::new("lr", POSITIVE, "the learning rate");
pub(super) const WEIGHT_DECAY: Parameter = Parameter::new(
    "weight_decay",
    POSITIVE,
    "the share of each weight matrix that a step subtracts; biases do not decay",
);
