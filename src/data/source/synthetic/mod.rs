//! Data sets that are made, not read: from nothing but a seed, each row from a random stream of its own, so that row
//! `i` is the same however many rows are asked for.

pub(crate) mod collider;
mod detector;
mod kinematics;

/// The data sets that `synthetic(name, ...)` can make.
pub(crate) const NAMES: &[&str] = &["collider"];
