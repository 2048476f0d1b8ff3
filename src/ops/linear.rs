//! `linear(width)`: a matrix and a bias.

use super::activation::{Activation, fused};
use super::init::{INIT_WORDS, init_by_word};
use super::operation::{
    Operation, RunningStat, ShapeError, StepUse, Traits, Weight, WeightInit, no_statistics, numbers_only,
};
use super::shape_rules::{fits_in_memory, read, vector};
use super::value_kind::ValueKind;
use crate::shape::Shape;
use crate::signature::{Arguments, DefaultValue, Kind, Parameter, Signature};
use crate::spec::Init;
use serde::{Deserialize, Serialize};

pub(super) const LINEAR: Signature = Signature::new("linear", "a matrix product and a bias")
    .shapes("[n] -> [width]")
    .equation("y = x W^T + b, with W of [width, n] and b of [width]")
    .params(&[
        Parameter::new("width", Kind::Integer(1), "how many numbers it makes"),
        Parameter::new("bias", Kind::Bool, "whether `b` is added").or(DefaultValue::Bool(true)),
        Parameter::new("init", Kind::Choice(INIT_WORDS), "how the matrix begins; as `init` of `train` says, without")
            .optional(),
    ])
    .example("encoder net = low |> linear(64) |> relu");

/// `y = x W^T + b`, then an activation if a pass has fused one: `[in] -> [out]`. Parameters: `weight` `[out, in]`, then
/// `bias` `[out]` if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linear {
    /// Width of the result.
    pub out: usize,
    /// Whether there is a bias.
    pub bias: bool,
    /// Initialisation of the weight; the pipeline's choice where it is `None`.
    pub init: Option<Init>,
    /// The activation that a pass fused onto it.
    pub activation: Option<Activation>,
}

pub(super) fn linear(args: &Arguments) -> Linear {
    Linear { out: args.size("width"), bias: args.flag("bias"), init: init_by_word(args.word("init")), activation: None }
}

impl Operation for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn call(&self) -> String {
        let bias = if self.bias { "" } else { ", bias: false" };
        format!("linear({}{bias}){}", self.out, fused(self.activation))
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let width = vector(self.name(), inputs)?;
        fits_in_memory(&[self.out, width])?;
        Ok(Shape::vector(self.out))
    }

    fn weights(&self, input: &Shape) -> Vec<Weight> {
        let (fan_in, out) = (input.size(), self.out);
        let mut weights = vec![Weight {
            name: "weight".into(),
            shape: Shape(vec![out, fan_in]),
            init: WeightInit::Fan { fan_in, fan_out: out },
        }];
        if self.bias {
            weights.push(Weight { name: "bias".into(), shape: Shape::vector(out), init: WeightInit::Bias { fan_in } });
        }
        weights
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits { step_use: StepUse::PerStep, mixes_rows: false, keeps_shape_of: None, init: self.init }
    }

    fn flops(&self, inputs: &[&Shape], output: &Shape) -> u64 {
        let made = output.size() as u64;
        2 * read(inputs) * made + if self.activation.is_some() { made } else { 0 }
    }
}
