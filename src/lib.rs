//! `mmc`: a declarative language for learning from several signals at once, and its interpreter.
//!
//! # Stages
//!
//! ```text
//! text --parse--> Ast --analyze--> Hir --build--> Graph --optimize--> Graph --plan--> Plan
//!      --train(Dataset)--> Model --evaluate--> Report
//! ```
//!
//! `fmt` stops at the `Ast`, `lint` at the `Hir`, `plan` at the `Plan`; `run` goes to the end.
//! Everything up to the plan is pure: no file, clock, randomness or environment. `ARCHITECTURE.md` says which room may
//! use which, and what always holds.

pub mod atomic_file;
pub mod cli;
pub mod compile;
pub mod data;
pub mod diag;
pub mod drawing;
pub mod exec;
pub mod experiment;
pub mod graph;
pub mod lint;
pub mod lsp;
pub mod ops;
pub mod optim;
pub mod plan;
pub mod reference;
pub mod report;
pub mod sema;
pub mod shape;
pub mod signature;
pub mod spec;
pub mod starter;
pub mod syntax;
pub mod train;
pub mod world;

pub use compile::{Analyzed, CompileOptions, Compiled, analyze, analyze_in, compile, compile_in};

/// The library of blocks, written in the language.
const PRELUDE: &str = include_str!("prelude/prelude.mmc");
