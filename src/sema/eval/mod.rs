//! EvaluatedExpr of expressions: names, calls, blocks, built-in functions and their arguments.

pub(crate) mod arguments;
pub(crate) mod builtin;
pub(crate) mod call;
pub(crate) mod expr;
pub(crate) mod length;
pub(crate) mod settings;
pub(crate) mod value;
