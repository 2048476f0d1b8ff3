//! New pipelines from tables and templates.

mod new;
