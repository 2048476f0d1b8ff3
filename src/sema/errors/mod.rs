//! Reports that need more than one place of the text: argument errors, shape mismatches, unknown names.

pub(crate) mod argument;
pub(crate) mod once;
pub(crate) mod shape;
pub(crate) mod unknown;
