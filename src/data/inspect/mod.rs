//! The data of a pipeline without training on it: profiles for lints, surveys for starter pipelines.

pub(crate) mod inspection;
pub(crate) mod likely_format;
pub(crate) mod profile;
mod row_copies;
mod row_ranges;
mod row_sample;
pub(crate) mod sample;
mod spread;
pub(crate) mod survey;
pub(crate) mod telling;
