//! The logits of all components side by side, `[N, C, K]`, and which components each row has.

use crate::export::onnx::builder::{GraphBuilder, GraphValue};
use crate::export::onnx::element::{ElementType, Elements};
use crate::export::onnx::operation::{InputValue, all_present, as_number};
use crate::plan::LossSpec;

/// The logits of components on rows.
pub(crate) struct ComponentLogits<'a> {
    /// The graph that nodes are added to.
    pub(crate) graph: &'a GraphBuilder,
    /// `z`, `[N, C, K]`.
    pub(crate) logits: GraphValue,
    /// The score of each component, `[N, C, 1]`, where components have one.
    pub(crate) scores: Option<GraphValue>,
    /// Which components are present, `[N, C, 1]`, or `[1, C, 1]` where every row has all.
    pub(crate) present: GraphValue,
    /// The same as 1 and 0.
    pub(crate) mask: GraphValue,
    /// Number of components present, `[N, 1, 1]` or `[1, 1, 1]`.
    pub(crate) count: GraphValue,
    /// `w_i`
    pub(crate) weights: Vec<f64>,
    /// Number of classes.
    pub(crate) classes: usize,
}

/// The class losses of rows, and how much each component counts.
pub(crate) struct LossValues {
    /// `l^k`, `[N, 1, K]`.
    pub(crate) losses: GraphValue,
    /// `q_i^k`, `[N, C, K]` or what broadcasts to it.
    pub(crate) q: GraphValue,
}

/// The logits of the components of a loss, from the values of their slots.
pub(crate) fn component_logits<'a>(
    graph: &'a GraphBuilder,
    loss: &LossSpec,
    slots: &[GraphValue],
    inputs: &[InputValue],
) -> ComponentLogits<'a> {
    let (classes, count) = (loss.classes.len(), loss.components.len());
    let beside: Vec<GraphValue> = slots.iter().map(|slot| graph.unsqueeze(slot, 1)).collect();
    let all = graph.cast(&graph.concat(&beside, 1), ElementType::Double);
    let (logits, scores) = match loss.combination.has_scores() {
        false => (all, None),
        true => {
            let classes = classes as i64;
            (graph.slice(&all, 2, 0, classes), Some(graph.slice(&all, 2, classes, classes + 1)))
        }
    };
    let masks: Vec<Option<GraphValue>> =
        loss.components.iter().map(|component| all_present(graph, inputs, &component.inputs)).collect();
    let present = match masks.iter().flatten().next() {
        None => graph.constant(&[1, count, 1], &Elements::Bools(vec![true; count])),
        Some(some) => {
            let every = graph.or(some, &graph.not(some));
            let masks: Vec<GraphValue> =
                masks.iter().map(|mask| graph.unsqueeze(mask.as_ref().unwrap_or(&every), 1)).collect();
            graph.concat(&masks, 1)
        }
    };
    let mask = as_number(graph, &present);
    ComponentLogits {
        graph,
        logits,
        scores,
        count: graph.sum(&mask, 1),
        mask,
        present,
        weights: loss.components.iter().map(|component| component.weight).collect(),
        classes,
    }
}

impl ComponentLogits<'_> {
    /// Number of components.
    pub(crate) fn components(&self) -> usize {
        self.weights.len()
    }

    /// A number.
    pub(crate) fn number(&self, number: f64) -> GraphValue {
        self.graph.doubles(&[], &[number])
    }

    /// A number for each component, `[1, C, 1]`.
    pub(crate) fn by_component(&self, numbers: &[f64]) -> GraphValue {
        self.graph.doubles(&[1, numbers.len(), 1], numbers)
    }

    /// A number for each class, `[1, 1, K]`.
    pub(crate) fn by_class(&self, numbers: &[f64]) -> GraphValue {
        self.graph.doubles(&[1, 1, numbers.len()], numbers)
    }

    /// `x` where the component is present, another number elsewhere.
    pub(crate) fn where_present(&self, x: &GraphValue, otherwise: f64) -> GraphValue {
        self.graph.choose(&self.present, x, &self.number(otherwise))
    }

    /// The sum over the components that are present, `[N, 1, ..]`.
    pub(crate) fn sum_present(&self, x: &GraphValue) -> GraphValue {
        self.graph.sum(&self.where_present(x, 0.0), 1)
    }

    /// The softmax over the components that are present; zeros elsewhere.
    pub(crate) fn softmax_present(&self, x: &GraphValue) -> GraphValue {
        let x = self.where_present(x, f64::NEG_INFINITY);
        let shares = self.graph.exp(&self.graph.sub(&x, &self.graph.log_sum_exp(&x, 1)));
        self.where_present(&shares, 0.0)
    }

    /// Number of other components that are present, at least 1.
    pub(crate) fn others(&self) -> GraphValue {
        self.graph.max(&self.graph.sub(&self.count, &self.number(1.0)), &self.number(1.0))
    }

    /// 1 at the first of the largest numbers of each component, `[N, C, K]`.
    pub(crate) fn is_first_largest(&self, x: &GraphValue) -> GraphValue {
        let classes = self.graph.ints(&[1, 1, self.classes], 0..self.classes as i64);
        self.graph.equal(&self.graph.place_of_largest(x, 2), &classes)
    }

    /// `-log softmax` over the classes.
    pub(crate) fn neg_log_softmax(&self, logits: &GraphValue) -> GraphValue {
        self.graph.sub(&self.graph.log_sum_exp(logits, 2), logits)
    }

    /// `-log p_i^k` and `log (1 - p_i^k)`, 0 where the component is absent. With `e^k` the log-sum-exp over all classes but
    /// `k`, they are `softplus(e^k - z^k)` and `-softplus(z^k - e^k)`.
    pub(crate) fn log_probabilities(&self) -> (GraphValue, GraphValue) {
        let (graph, z, none) = (self.graph, &self.logits, self.number(0.0));
        let first = self.is_first_largest(z);
        let top = graph.largest(z, 2);
        let powers = graph.exp(&graph.sub(z, &top));
        let others = graph.sum(&graph.choose(&first, &none, &powers), 2);
        // Leaving out a class other than the largest leaves the 1 of the largest in the sum.
        let rest = graph.sub(&graph.add(&others, &self.number(1.0)), &powers);
        let rest = graph.add(&top, &graph.log(&graph.max(&rest, &self.number(f64::MIN_POSITIVE))));
        // Leaving out the largest: at least the 1 of the second stays.
        let without = graph.choose(&first, &self.number(f64::NEG_INFINITY), z);
        let rest_of_first = graph.log_sum_exp(&without, 2);
        let rest = graph.choose(&first, &rest_of_first, &rest);
        let gap = graph.sub(z, &rest);
        let both = graph.log1p(&graph.exp(&graph.negate(&graph.abs(&gap))));
        let neg_log_p = graph.add(&graph.max(&graph.negate(&gap), &none), &both);
        let log_rest = graph.negate(&graph.add(&graph.max(&gap, &none), &both));
        (self.where_present(&neg_log_p, 0.0), self.where_present(&log_rest, 0.0))
    }
}
