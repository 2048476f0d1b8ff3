//! `linear(width)`: a matrix and a bias.

use super::layer::{Layer, ShapeError, Weight, WeightInit, vector};
use super::{Arguments, Constant, Kind, Op, Parameter, Signature};
use crate::shape::Shape;
use crate::spec::Init;

const INITS: [(&str, Init); 7] = [
    ("scaled", Init::Scaled),
    ("he_uniform", Init::HeUniform),
    ("he_normal", Init::HeNormal),
    ("he_fan_out", Init::HeFanOut),
    ("xavier_uniform", Init::XavierUniform),
    ("xavier_normal", Init::XavierNormal),
    ("torch", Init::Torch),
];

/// The words that select an initialisation.
pub const INIT_WORDS: &[&str] =
    &["scaled", "he_uniform", "he_normal", "he_fan_out", "xavier_uniform", "xavier_normal", "torch"];

/// The initialisation a word selects.
pub fn init_by_word(word: &str) -> Option<Init> {
    INITS.iter().find(|(name, _)| *name == word).map(|(_, init)| *init)
}

pub(super) const LINEAR: Layer = Layer {
    signature: Signature::new("linear", "a matrix product and a bias")
        .shapes("[n] -> [width]")
        .equation("y = x W^T + b, with W of [width, n] and b of [width]")
        .params(&[
            Parameter::new("width", Kind::Integer(1), "how many numbers it makes"),
            Parameter::new("bias", Kind::Bool, "whether `b` is added").or(Constant::Bool(true)),
            Parameter::new(
                "init",
                Kind::Choice(INIT_WORDS),
                "how the matrix begins; as `init` of `train` says, without",
            )
            .optional(),
        ])
        .example("encoder net = low |> linear(64) |> relu"),
    make,
};

fn make(args: &Arguments) -> Op {
    Op::Linear {
        out: args.size("width"),
        bias: args.flag("bias"),
        init: init_by_word(args.word("init")),
        activation: None,
    }
}

pub(super) fn shape(out: usize, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
    let width = vector("linear", inputs)?;
    if out.checked_mul(width).is_none_or(|size| size > u32::MAX as usize) {
        return Err(ShapeError {
            message: format!("a weight of [{out}, {width}] is larger than any memory"),
            inputs: vec![0],
            help: None,
        });
    }
    Ok(Shape::vector(out))
}

pub(super) fn weights(out: usize, bias: bool, input: &Shape) -> Vec<Weight> {
    let fan_in = input.size();
    let mut weights = vec![Weight {
        name: "weight".into(),
        shape: Shape(vec![out, fan_in]),
        init: WeightInit::Fan { fan_in, fan_out: out },
    }];
    if bias {
        weights.push(Weight { name: "bias".into(), shape: Shape::vector(out), init: WeightInit::Bias { fan_in } });
    }
    weights
}
