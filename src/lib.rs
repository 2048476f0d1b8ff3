//! `mmc`: a declarative language for learning from several signals at once.
//!
//! # Stages
//!
//! ```text
//! text --parse--> Ast --analyze--> Hir --build--> Graph --optimize--> Graph --plan--> Plan
//!      --train(Dataset)--> Model --evaluate--> Report
//! ```
#![warn(missing_docs)]

pub mod cli;
pub mod data;
pub mod diag;
pub mod exec;
pub mod ops;
pub mod plan;
pub mod shape;
pub mod spec;
pub mod syntax;
pub mod train;
