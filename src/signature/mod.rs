//! Descriptions of the built-ins of the language: layers, sources, transforms, strategies, optimizers, declarations.
//! Calls are checked against them, defaults are taken from them, and documentation is made from them.

mod arguments;
mod entry;
mod kind;

pub use arguments::{Argument, Arguments};
pub use entry::{DefaultValue, Parameter, Signature, names};
pub use kind::{Kind, one_of};
