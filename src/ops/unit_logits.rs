//! Logits of a fixed length: the setting `logits = unit(scale)` of a combine.

use super::operation::{Operation, RunningStat, ShapeError, Traits, Weight, no_statistics, no_weights, numbers_only};
use super::shape_rules::vector;
use super::value_kind::ValueKind;
use crate::shape::Shape;
use serde::{Deserialize, Serialize};

/// A vector brought to a Euclidean length: `scale x / ||x||`, `[n] -> [n]`. A vector of length 0 stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitLogits {
    /// The length of the result.
    pub scale: f64,
}

impl UnitLogits {
    /// A vector no longer than this counts as zero: the result is zero and so is its gradient, which would be
    /// `scale / ||x||` times the gradient that arrives.
    pub const LEAST_LENGTH: f64 = 1e-12;

    /// The largest probability that a softmax over `classes` such logits can give: the gap between one logit and all
    /// others is at most `scale sqrt(K / (K - 1))`.
    pub fn largest_probability(&self, classes: usize) -> f64 {
        let others = classes.max(2) as f64 - 1.0;
        1.0 / (1.0 + others * (-self.scale * ((others + 1.0) / others).sqrt()).exp())
    }
}

impl Operation for UnitLogits {
    fn name(&self) -> &'static str {
        "unit"
    }

    fn call(&self) -> String {
        format!("unit({})", self.scale)
    }

    fn reading(self, kinds: &[ValueKind]) -> Result<Self, ShapeError> {
        numbers_only(self, kinds)
    }

    fn shape(&self, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        vector(self.name(), inputs).map(Shape::vector)
    }

    fn weights(&self, _input: &Shape) -> Vec<Weight> {
        no_weights()
    }

    fn running(&self, _input: &Shape) -> Vec<RunningStat> {
        no_statistics()
    }

    fn traits(&self) -> Traits {
        Traits::SAME_SHAPE
    }

    fn flops(&self, _inputs: &[&Shape], output: &Shape) -> u64 {
        3 * output.size() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_probability_is_that_of_the_best_vector() {
        // The vector of length 1 with sum 0 that points at one class.
        for (scale, classes) in [(1.0f64, 2usize), (3.0, 5), (10.0, 100)] {
            let (k, n) = (classes as f64, ((classes - 1) as f64 / classes as f64).sqrt());
            let (own, other) = (scale * (1.0 - 1.0 / k) / n, -scale / k / n);
            let best = own.exp() / (own.exp() + (k - 1.0) * other.exp());
            assert!((UnitLogits { scale }.largest_probability(classes) - best).abs() < 1e-12);
        }
    }
}
