//! The ONNX form of operations: the trait, and the dispatch from an operation to its form.
//!
//! Values are rows first: a vector is `[N, n]`, a sequence `[N, t, d]`, an image `[N, c, h, w]`, the ids of a text `[N, n]`
//! and of a category `[N, 1]` in 64-bit integers, the length of a sequence `[N, 1]` too.

use super::builder::{GraphBuilder, GraphValue};
use super::element::ElementType;
use crate::exec::Params;
use crate::ops::{self, Op, operations};
use crate::plan::{Plan, Step};
use crate::shape::Shape;

/// A modality as the steps of a plan read it.
#[derive(Clone, Debug)]
pub(crate) struct InputValue {
    /// Its numbers or ids; zeros on the rows that lack it.
    pub(crate) value: GraphValue,
    /// Which rows have it, `[N, 1]`; `None` where all do.
    pub(crate) present: Option<GraphValue>,
}

/// The step that a form is made of.
pub(crate) struct StepContext<'a> {
    /// The graph that nodes are added to.
    pub(crate) graph: &'a GraphBuilder,
    /// The plan, for names of parameters.
    pub(crate) plan: &'a Plan,
    /// Its weights.
    pub(crate) params: &'a Params,
    /// The step.
    pub(crate) step: &'a Step,
    /// The values that it reads.
    pub(crate) reads: &'a [GraphValue],
    /// The modalities, in the order of the plan's inputs.
    pub(crate) inputs: &'a [InputValue],
}

/// The form of an operation in ONNX. It is implemented for every operation: one without it does not compile.
pub(crate) trait OnnxForm {
    /// Adds the nodes of a step; the value that it makes.
    fn nodes(&self, context: &StepContext<'_>) -> GraphValue;
}

impl StepContext<'_> {
    /// The first value that it reads.
    pub(crate) fn x(&self) -> &GraphValue {
        &self.reads[0]
    }

    /// The lengths of rows, where its input is a sequence that has them.
    pub(crate) fn length(&self) -> Option<&GraphValue> {
        self.reads.get(1)
    }

    /// The shape of one row of its first input.
    pub(crate) fn takes(&self) -> &Shape {
        &self.step.takes
    }

    /// One of its parameters, in its own sizes.
    pub(crate) fn param(&self, at: usize) -> GraphValue {
        let spec = &self.plan.params[self.step.params[at]];
        self.graph.weight(&spec.name, &spec.shape.0, self.params.get(self.step.params[at]))
    }

    /// The numbers of one of its parameters.
    pub(crate) fn numbers(&self, at: usize) -> &[f32] {
        self.params.get(self.step.params[at])
    }

    /// The number of its parameters.
    pub(crate) fn param_count(&self) -> usize {
        self.step.params.len()
    }

    /// One of its running statistics.
    pub(crate) fn buffer(&self, at: usize) -> GraphValue {
        let id = self.step.buffers[at];
        let spec = &self.plan.buffers[id];
        self.graph.weight(&spec.name, &spec.shape.0, self.params.buffer(id))
    }

    /// Which rows have all the modalities that it is computed from, `[N, 1]`; `None` where all do.
    pub(crate) fn present(&self) -> Option<GraphValue> {
        all_present(self.graph, self.inputs, &self.step.needs)
    }

    /// Which steps are real, `[N, t, 1]`, for so many steps and rows of these lengths.
    pub(crate) fn real_steps(&self, lengths: &GraphValue, steps: usize) -> GraphValue {
        let places = self.graph.ints(&[1, steps], 0..steps as i64);
        let real = self.graph.less(&places, lengths);
        self.graph.unsqueeze(&real, 2)
    }

    /// A sequence `[N, t, d]` with zeros past the end of each row.
    pub(crate) fn masked(&self, sequence: &GraphValue, lengths: Option<&GraphValue>, steps: usize) -> GraphValue {
        match lengths {
            None => sequence.clone(),
            Some(lengths) => {
                let real = self.real_steps(lengths, steps);
                self.graph.choose(&real, sequence, &self.graph.number(sequence, 0.0))
            }
        }
    }

    /// A value with zeros on the rows whose sequence is empty.
    pub(crate) fn zero_if_empty(&self, value: &GraphValue) -> GraphValue {
        match self.length() {
            None => value.clone(),
            Some(lengths) => {
                let some = self.graph.greater(lengths, &self.graph.number(lengths, 0.0));
                self.graph.choose(&some, value, &self.graph.number(value, 0.0))
            }
        }
    }
}

/// Which rows have all of some inputs, `[N, 1]`; `None` where all do.
pub(crate) fn all_present(graph: &GraphBuilder, inputs: &[InputValue], needs: &[usize]) -> Option<GraphValue> {
    let masks = needs.iter().filter_map(|input| inputs[*input].present.clone());
    masks.reduce(|all, mask| graph.and(&all, &mask))
}

/// A truth value of each row as a number.
pub(crate) fn as_number(graph: &GraphBuilder, condition: &GraphValue) -> GraphValue {
    graph.cast(condition, ElementType::Double)
}

/// Makes the form of each operation from the list of `ops`: an operation without a form does not compile.
macro_rules! dispatch {
    (
        plain { $($plain:ident($unit:ident)),* $(,)? }
        with_settings { $($name:ident($operation:ident)),* $(,)? }
        loss { $loss:ident($of_loss:ident) }
    ) => {
        /// Adds the nodes of one step; `None` for the class loss, which is not a step.
        pub(crate) fn step_nodes(context: &StepContext<'_>) -> Option<GraphValue> {
            match &context.step.op {
                $(Op::$plain => Some(ops::$unit.nodes(context)),)*
                $(Op::$name(operation) => Some(operation.nodes(context)),)*
                Op::$loss(_) => None,
            }
        }
    };
}
operations!(dispatch);
