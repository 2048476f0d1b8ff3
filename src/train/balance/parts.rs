//! Which numbers of a gradient belong to which component.

use crate::exec::StepResult;
use crate::fusion::Combination;
use crate::plan::{ParamSpec, Plan};
use std::ops::Range;

/// For each component, the places of its own parameters: those that no other component over one input reads.
#[derive(Clone, Debug, Default)]
pub(super) struct ComponentParts {
    /// All of them.
    pub(super) all: Vec<Vec<Range<usize>>>,
    /// Those of its encoder: of the layers before the head.
    pub(super) encoders: Vec<Vec<Range<usize>>>,
    /// The matrices of its encoder.
    pub(super) encoder_matrices: Vec<Vec<Range<usize>>>,
}

impl ComponentParts {
    /// The parts of a plan. The joint component of `multitask`, its last, has none: it shares the encoders.
    pub(super) fn of(plan: &Plan) -> Self {
        let components = &plan.loss.components;
        let names = |component| plan.subplan(component).params.into_iter().map(|param| param.name).collect::<Vec<_>>();
        let reads: Vec<Vec<String>> = (0..components.len()).map(names).collect();
        let has_joint = matches!(plan.loss.combination, Combination::Multitask(_)) && components.len() > 1;
        let is_joint = |component: usize| has_joint && component + 1 == components.len();
        let own = |component: usize, param: &ParamSpec| {
            let readers: Vec<usize> = (0..reads.len()).filter(|at| reads[*at].contains(&param.name)).collect();
            readers.iter().all(|reader| *reader == component || is_joint(*reader)) && readers.contains(&component)
        };
        let head = format!("{}.", plan.combine);
        let input = format!("{}.inputs.", plan.combine);
        let encodes = |param: &ParamSpec| !param.name.starts_with(&head) || param.name.starts_with(&input);
        let places = |wanted: &dyn Fn(&ParamSpec) -> bool| -> Vec<Vec<Range<usize>>> {
            let of = |component: usize| {
                let params = plan.params.iter().filter(|param| own(component, param) && wanted(param));
                params.map(|param| param.offset..param.offset + param.shape.size()).collect()
            };
            (0..components.len()).map(|component| if is_joint(component) { vec![] } else { of(component) }).collect()
        };
        Self {
            all: places(&|_| true),
            encoders: places(&encodes),
            encoder_matrices: places(&|param| encodes(param) && param.decay),
        }
    }
}

/// The result with all shards of its gradient added up in the first, in the order and by the arithmetic of the optimizer.
pub(super) fn gathered(result: StepResult<'_>) -> StepResult<'_> {
    let StepResult { gradients, loss, errors, violations, moments, components, row_losses } = result;
    let (first, others) = gradients.split_at_mut(1.min(gradients.len()));
    if let Some(sum) = first.first_mut() {
        for shard in others {
            sum.iter_mut().zip(shard.iter()).for_each(|(sum, number)| *sum += number);
        }
    }
    StepResult { gradients: first, loss, errors, violations, moments, components, row_losses }
}

/// Multiplies the parts of each component by its factor.
pub(super) fn scale(gradient: &mut [f32], parts: &[Vec<Range<usize>>], factors: &[f64]) {
    for (ranges, factor) in parts.iter().zip(factors).filter(|(_, factor)| **factor != 1.0) {
        for range in ranges {
            gradient[range.clone()].iter_mut().for_each(|number| *number = (f64::from(*number) * factor) as f32);
        }
    }
}
