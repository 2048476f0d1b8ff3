//! The lints, one file a rule.

mod beta_zero;
mod long_patience;
mod no_validation;
mod unused;

pub(super) use beta_zero::beta_zero;
pub(super) use long_patience::long_patience;
pub(super) use no_validation::no_validation;
pub(super) use unused::{unused_encoder, unused_function, unused_modality, unused_param};
