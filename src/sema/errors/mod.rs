//! Errors that need more than one place of the text: arguments, shapes, names. Suggestions of what is meant.

pub(crate) mod argument;
pub(crate) mod name;
pub(crate) mod placeholder;
pub(crate) mod setting;
pub(crate) mod shape;
pub(crate) mod suggest;
pub(crate) mod synonym;
pub(crate) mod unquoted;
