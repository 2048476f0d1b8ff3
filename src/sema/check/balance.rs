//! Balance of components: the combine that is trained must have the components that `balance` and `cml` of `train` are about.

use crate::diag::{Code, Problem, Span};
use crate::fusion::Combination;
use crate::ops::{InputIndex, Op};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::hir::{HirCombine, HirComponent, ValueId};
use crate::sema::lower::balance::{BALANCES, BalanceNeeds};
use crate::spec::{DataSpec, Origin, Part, TrainSpec};
use std::collections::{BTreeMap, BTreeSet};

impl Evaluator<'_> {
    /// Reports a balance or a regularizer that the combine to train cannot have.
    pub(crate) fn check_balance(&mut self, train: &TrainSpec, data: &DataSpec, combine: &HirCombine) {
        if let Some(balance) = &train.balance {
            let name = balance.value.as_str();
            let needs = BALANCES.iter().find(|row| row.signature.name == name).map(|row| row.needs);
            let reason = match needs {
                Some(BalanceNeeds::OneForEach) => self.not_one_for_each_input(combine),
                Some(BalanceNeeds::JointLoss) => self.no_joint_loss(combine),
                Some(BalanceNeeds::MeasuredJointLoss) => {
                    self.no_joint_loss(combine).or_else(|| no_validation(data).then_some(Reason::NoValidation))
                }
                None => None,
            };
            if let Some(reason) = reason {
                self.report(reason.problem(&format!("`balance = {name}`"), balance.span, combine));
            }
        }
        if let Some(cml) = &train.cml {
            let place = cml.span;
            let reason = if combine.combination.trains_components_separately() {
                Some(Reason::Separate)
            } else {
                (!self.reads_subsets(combine)).then_some(Reason::NoSubsets)
            };
            if let Some(reason) = reason {
                self.report(reason.problem("`cml`", place, combine));
            }
        }
    }

    fn no_joint_loss(&self, combine: &HirCombine) -> Option<Reason> {
        let joint = matches!(combine.combination, Combination::Multitask(_)) && combine.components.len() > 1;
        if !joint {
            return Some(Reason::NoJointLoss);
        }
        self.shares_weights(&combine.components[..combine.components.len() - 1]).map(Reason::Shared)
    }

    fn not_one_for_each_input(&self, combine: &HirCombine) -> Option<Reason> {
        if combine.combination.trains_components_separately() {
            return Some(Reason::Separate);
        }
        let joint = matches!(combine.combination, Combination::Multitask(_));
        if joint || combine.components.len() < 2 || self.reads_subsets(combine) {
            return Some(Reason::NotOneForEach);
        }
        self.shares_weights(&combine.components).map(Reason::Shared)
    }

    /// Two components that learn the same weights.
    fn shares_weights(&self, components: &[HirComponent]) -> Option<[String; 2]> {
        let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, component) in components.iter().enumerate() {
            for id in self.below(component.logits) {
                let value = &self.values[id];
                let learns =
                    value.inputs.first().is_some_and(|input| !value.op.weights(&self.values[*input].shape).is_empty());
                let owner = if learns { *owners.entry(&value.path).or_insert(at) } else { at };
                if owner != at {
                    return Some([owner, at].map(|at| components[at].name.clone()));
                }
            }
        }
        None
    }

    /// Whether one component reads a proper part of the modalities of another.
    fn reads_subsets(&self, combine: &HirCombine) -> bool {
        let inputs: Vec<BTreeSet<usize>> =
            combine.components.iter().map(|component| self.modalities_below(component.logits)).collect();
        inputs.iter().any(|s| inputs.iter().any(|t| s.len() < t.len() && s.is_subset(t)))
    }

    fn modalities_below(&self, value: ValueId) -> BTreeSet<usize> {
        let input = |id: ValueId| match self.values[id].op {
            Op::Input(InputIndex(modality)) => Some(modality),
            _ => None,
        };
        self.below(value).into_iter().filter_map(input).collect()
    }

    /// A value and all it is computed from.
    fn below(&self, value: ValueId) -> BTreeSet<ValueId> {
        let (mut found, mut open) = (BTreeSet::new(), vec![value]);
        while let Some(id) = open.pop() {
            if found.insert(id) {
                open.extend(&self.values[id].inputs);
            }
        }
        found
    }
}

/// Why something does not fit a combine.
enum Reason {
    NoJointLoss,
    NoValidation,
    NotOneForEach,
    NoSubsets,
    Separate,
    Shared([String; 2]),
}

impl Reason {
    fn problem(&self, what: &str, place: Span, combine: &HirCombine) -> Problem {
        let (why, help) = match self {
            Reason::NoJointLoss => (
                "it has no joint component beside one for each input".to_owned(),
                "train `multitask(a, b)`, or balance with `ogm` or `agm`",
            ),
            Reason::NoValidation => {
                ("there are no validation rows to measure it on".to_owned(), "add `valid: fraction(10%)` to the split")
            }
            Reason::NotOneForEach => (
                "it does not have a component for each of several inputs and no other".to_owned(),
                "train `multiplicative`, `evidential`, `dynamic` or `fuzzy`, or balance `multitask` with `blend` or `pareto`",
            ),
            Reason::NoSubsets => (
                "no component reads what another reads and more".to_owned(),
                "train `mulmix`, `multitask`, or `evidential` with `joint = true`",
            ),
            Reason::Separate => (
                "its components are trained separately".to_owned(),
                "train a strategy that trains its components together, such as `multiplicative`",
            ),
            Reason::Shared([one, other]) => (
                format!("`{one}` and `{other}` share weights, whose gradient belongs to both"),
                "give each input its own encoder",
            ),
        };
        Problem::error(Code::BadBalance, format!("{what} does not fit `{}`: {why}", combine.name))
            .at(place, "set here")
            .also(combine.span, "the combine that is trained")
            .help(help)
    }
}

/// Whether the split makes no validation rows.
fn no_validation(data: &DataSpec) -> bool {
    let of_file = matches!(&data.origin, Origin::Parts { valid: Some(_), .. });
    !of_file && data.split.by_column.is_none() && !data.split.portions.iter().any(|portion| portion.part == Part::Valid)
}
