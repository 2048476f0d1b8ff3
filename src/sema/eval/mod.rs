//! Evaluation of expressions: names, calls, blocks, built-in functions and their arguments.

pub(crate) mod arguments;
pub(crate) mod builtin;
pub(crate) mod call;
pub(crate) mod constant;
pub(crate) mod evaluator;
pub(crate) mod expr;
pub(crate) mod operation;
pub(crate) mod settings;
pub(crate) mod value;
