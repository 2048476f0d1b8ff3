//! The form of operations in PyTorch: the trait, and the dispatch from an operation to its form.

use super::literal;
use crate::ops::{self, Op, operations};
use crate::plan::{Plan, Step};

/// The step that a form is made of.
pub(super) struct TorchStep<'a> {
    /// The plan, for names of parameters and inputs.
    pub(super) plan: &'a Plan,
    /// The step.
    pub(super) step: &'a Step,
    /// The values that it reads, by their names.
    pub(super) reads: &'a [String],
}

/// The form of an operation as an expression of Python. It is implemented for every operation: one without it does not compile.
pub(super) trait TorchForm {
    /// The expression that makes the value of a step.
    fn expression(&self, context: &TorchStep<'_>) -> String;
}

impl TorchStep<'_> {
    /// The first value that it reads.
    pub(super) fn x(&self) -> &str {
        self.reads.first().map_or("", String::as_str)
    }

    /// The lengths of rows, or `None`.
    pub(super) fn length(&self) -> &str {
        self.reads.get(1).map_or("None", String::as_str)
    }

    /// One of its parameters, or `None`.
    pub(super) fn param(&self, at: usize) -> String {
        let name = self.step.params.get(at).map(|id| &self.plan.params[*id].name);
        name.map_or_else(|| "None".to_owned(), |name| format!("self.w({})", literal::text(name)))
    }

    /// One of its running statistics.
    pub(super) fn buffer(&self, at: usize) -> String {
        format!("self.w({})", literal::text(&self.plan.buffers[self.step.buffers[at]].name))
    }

    /// All of its parameters.
    pub(super) fn params(&self) -> String {
        (0..self.step.params.len()).map(|at| self.param(at)).collect::<Vec<_>>().join(", ")
    }
}

/// Makes the form of each operation from the list of `ops`: an operation without a form does not compile.
macro_rules! dispatch {
    (
        plain { $($plain:ident($unit:ident)),* $(,)? }
        with_settings { $($name:ident($operation:ident)),* $(,)? }
        loss { $loss:ident($of_loss:ident) }
    ) => {
        /// The expression of one step; `None` for the class loss, which is not a step.
        pub(super) fn step_expression(context: &TorchStep<'_>) -> Option<String> {
            match &context.step.op {
                $(Op::$plain => Some(ops::$unit.expression(context)),)*
                $(Op::$name(operation) => Some(operation.expression(context)),)*
                Op::$loss(_) => None,
            }
        }
    };
}
operations!(dispatch);
