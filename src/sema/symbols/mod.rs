//! The symbol index: the referent of every name of a text and the value of every expression, for editors.

pub(crate) mod definition;
pub(crate) mod index;
pub(crate) mod recorder;
pub(crate) mod scope_walk;
