//! Errors that need more than one place of the text: arguments, shapes, names.

pub(crate) mod argument;
pub(crate) mod name;
pub(crate) mod shape;
pub(crate) mod suggest;
