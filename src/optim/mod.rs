//! Optimizers and learning-rate schedules, each with its name, its arguments and its arithmetic.
//!
//! [`OPTIMIZERS`] and [`SCHEDULES`] are the tables that calls are checked against, documentation is made from and training
//! is computed by. An optimizer is a file here, a row of the table and a variant of [`OptimizerSpec`].

mod adam;
mod schedule;
mod sgd;

pub use schedule::{Extent, SCHEDULES, ScheduleEntry, show_schedule};

use crate::signature::{Argument, Arguments, Kind, Parameter, Signature};
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

/// Every optimizer; the first is the default.
pub const OPTIMIZERS: &[OptimizerEntry] = &[sgd::SGD, adam::ADAM, adam::ADAMW];

/// The update rule of an optimizer.
///
/// Weight decay that is not decoupled is added to the gradient before its norm is clipped, as in the authors' code.
pub trait UpdateRule {
    /// The name in [`OPTIMIZERS`].
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

/// The update rule of a specification.
pub fn update_rule(spec: &OptimizerSpec) -> &dyn UpdateRule {
    match spec {
        OptimizerSpec::Sgd(sgd) => sgd,
        OptimizerSpec::Adam(adam) => adam,
    }
}

/// The optimizer of a pipeline that names none.
pub fn default_optimizer() -> OptimizerSpec {
    let OptimizerEntry { signature, spec } = OPTIMIZERS[0];
    spec(&defaults(&signature))
}

/// An optimizer as a call in the language, every argument given: `sgd(lr: 0.1, momentum: 0.9, ..)`.
pub fn show_optimizer(spec: &OptimizerSpec) -> String {
    let rule = update_rule(spec);
    let shown = |argument: &Argument| match argument {
        Argument::Number(number) => number.to_string(),
        Argument::Bool(flag) => flag.to_string(),
        other => format!("{other:?}"),
    };
    let arguments = rule.arguments().0;
    let arguments: Vec<String> = arguments.iter().map(|(name, value)| format!("{name}: {}", shown(value))).collect();
    format!("{}({})", rule.name(), arguments.join(", "))
}

/// The defaults of a signature, without the arguments that must be given.
fn defaults(signature: &Signature) -> Arguments {
    let default = |param: &Parameter| param.default.map(|default| (param.name, default.into()));
    Arguments(signature.params.iter().filter_map(default).collect())
}

const POSITIVE: Kind = Kind::Number(0.0, f64::INFINITY);
const SHARE: Kind = Kind::Number(0.0, 1.0);
const LR: Parameter = Parameter::new("lr", POSITIVE, "the learning rate");
const WEIGHT_DECAY: Parameter = Parameter::new(
    "weight_decay",
    POSITIVE,
    "the share of each weight matrix that a step subtracts; biases do not decay",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_optimizer_of_the_table_is_found_again_by_its_specification() {
        for OptimizerEntry { signature, spec } in OPTIMIZERS {
            let arguments = defaults(signature);
            let rule = spec(&arguments);
            let rule = update_rule(&rule);
            assert_eq!((rule.name(), rule.arguments()), (signature.name, arguments));
            assert!((0..=2).contains(&rule.moments()));
        }
    }

    #[test]
    fn specifications_are_written_by_the_name_of_their_family() {
        let written: Vec<String> = OPTIMIZERS
            .iter()
            .map(|one| serde_json::to_string(&(one.spec)(&defaults(&one.signature))).unwrap())
            .collect();
        assert_eq!(
            written,
            [
                r#"{"sgd":{"lr":0.01,"momentum":0.9,"nesterov":false,"weight_decay":0.0}}"#,
                r#"{"adam":{"lr":0.001,"beta1":0.9,"beta2":0.999,"eps":1e-8,"weight_decay":0.0,"decoupled":false}}"#,
                r#"{"adam":{"lr":0.001,"beta1":0.9,"beta2":0.999,"eps":1e-8,"weight_decay":0.01,"decoupled":true}}"#,
            ]
        );
        let yaml = serde_yaml::to_string(&default_optimizer()).unwrap();
        assert_eq!(yaml, "!sgd\nlr: 0.01\nmomentum: 0.9\nnesterov: false\nweight_decay: 0.0\n");
        assert_eq!(serde_yaml::from_str::<OptimizerSpec>(&yaml).unwrap(), default_optimizer());
    }

    #[test]
    fn optimizers_are_shown_as_calls() {
        assert_eq!(
            show_optimizer(&default_optimizer()),
            "sgd(lr: 0.01, momentum: 0.9, nesterov: false, weight_decay: 0)"
        );
    }
}
