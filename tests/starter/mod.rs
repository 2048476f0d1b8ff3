//! Pipelines to begin with.

mod new;
