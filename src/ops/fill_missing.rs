//! `fill_missing`: a learned vector on the rows where the input is missing.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, WeightInit, no_statistics, numbers_only};
use super::shape_rules::vector;
use super::value_kind::ValueKind;
use crate::shape::Shape;
use crate::signature::Signature;
use crate::spec::ParamInit;
use serde::{Deserialize, Serialize};

pub(super) const FILL_MISSING: Signature = Signature::new(
    "fill_missing",
    "a learned vector on the rows where the input is missing, which has a value on every row then: it can be joined with others",
)
.shapes("[n] -> [n]")
.equation("y = x where the modality is present, else w; w begins as 0")
.example(
    "modality remark?: text[40] = column(\"remark\") |> words(max: 40)\n\n\
     encoder remark_net = remark |> embedding(16) |> mean_pool |> fill_missing\n\n\
     combine one = early(low_net, remark_net) { net = mlp([64]) }",
);

/// A learned vector on the rows that lack a modality which the input is computed from, the input on the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillMissing;

pub(super) fn fill_missing(_: &crate::signature::Arguments) -> FillMissing {
    FillMissing
}

impl Operation for FillMissing {
    fn name(&self) -> &'static str {
        "fill_missing"
    }

    fn call(&self) -> String {
        self.name().into()
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        vector(self.name(), inputs).map(Shape::vector)
    }

    fn weights(&self, input: &Shape) -> Vec<Weight> {
        let init = WeightInit::Fixed(ParamInit::Constant(0.0));
        vec![Weight { name: "weight".into(), shape: Shape::vector(input.size()), init }]
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::SAME_SHAPE
    }

    fn flops(&self, _inputs: &[&Shape], _output: &Shape) -> u64 {
        0
    }
}
