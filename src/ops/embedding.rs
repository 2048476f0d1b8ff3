//! `embedding(width)`: a learned vector for each id.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, WeightInit, no_statistics};
use super::shape_rules::{fits_in_memory, vector};
use super::value_kind::ValueKind;
use crate::shape::Shape;
use crate::signature::{Arguments, Kind, Parameter, Signature};
use serde::{Deserialize, Serialize};

pub(super) const EMBEDDING: Signature =
    Signature::new("embedding", "a learned vector for each token of a text, or for a category")
        .shapes("text[t] -> [t, width], category[n] -> [width]")
        .equation("y = weight[id], with weight of [ids, width]; its row 0, for padding and unknown values, stays zeros")
        .params(&[Parameter::new("width", Kind::Integer(1), "how many numbers a vector has")])
        .example(
            "modality name: text[24] = column(\"name\") |> lowercase |> chars(max: 24)\n\
             encoder net = name |> embedding(32) |> mean_pool",
        );

/// A row of a table for each id: `[t] -> [t, width]` of a text, `[1] -> [width]` of a category. Row 0 of the table is
/// zeros and has no gradient. Parameter: `weight` `[ids, width]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Embedding {
    /// Width of the result.
    pub width: usize,
    /// Number of ids.
    pub ids: usize,
    /// Whether the ids are the steps of a sequence.
    pub steps: bool,
}

/// The number of ids is known when the kind of its input is.
pub(super) fn embedding(args: &Arguments) -> Embedding {
    Embedding { width: args.size("width"), ids: 0, steps: false }
}

impl Operation for Embedding {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn call(&self) -> String {
        format!("embedding({}) of {} ids", self.width, self.ids)
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        match kinds.first() {
            None => Ok(self),
            Some(ValueKind::Text { vocabulary }) => Ok(Self { ids: *vocabulary, steps: true, ..self }),
            Some(ValueKind::Category { count }) => Ok(Self { ids: count + 1, steps: false, ..self }),
            Some(kind @ ValueKind::Numbers) => Err(ShapeError {
                message: format!("`{}` takes a text or a category, found {}", self.name(), kind.describe()),
                inputs: vec![0],
                help: Some("the types `text[n]` and `category[n]` have ids to look up; numbers need no table".into()),
            }),
        }
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let tokens = vector(self.name(), inputs)?;
        fits_in_memory(&[self.ids, self.width])?;
        Ok(if self.steps { Shape(vec![tokens, self.width]) } else { Shape::vector(self.width) })
    }

    fn weights(&self, _input: &Shape) -> Vec<Weight> {
        let (shape, init) = (Shape(vec![self.ids, self.width]), WeightInit::Table { width: self.width });
        vec![Weight { name: "weight".into(), shape, init }]
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::PER_STEP
    }

    fn flops(&self, _inputs: &[&Shape], _output: &Shape) -> u64 {
        0
    }
}
