//! The table of optimizers, and lookups in it.

use super::rule::{OptimizerEntry, UpdateRule};
use super::{adam, sgd};
use crate::signature::{Argument, Arguments, Parameter, Signature};
use crate::spec::OptimizerSpec;

/// Every optimizer; the first is the default.
pub const OPTIMIZERS: &[OptimizerEntry] = &[sgd::SGD, adam::ADAM, adam::ADAMW];

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
