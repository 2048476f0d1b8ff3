//! `mmc`: a declarative language for learning from several signals at once, and its interpreter.
//!
//! # Stages
//!
//! ```text
//! text --parse--> Ast --analyze--> Hir --build--> Graph --optimize--> Graph --plan--> Plan
//!      --train(Dataset)--> Model --evaluate--> Report
//! ```
//!
//! `fmt` stops at the [`Ast`](syntax::ast::Ast), `lint` at the [`Hir`], `plan` at the [`Plan`]; `run` goes to the end.
//! Everything up to the plan is pure: no file, clock, randomness or environment. `ARCHITECTURE.md` says which room may
//! use which, and what always holds.

pub mod cli;
pub mod data;
pub mod diag;
pub mod exec;
pub mod graph;
pub mod lint;
pub mod ops;
pub mod plan;
pub mod report;
pub mod sema;
pub mod shape;
pub mod spec;
pub mod syntax;
pub mod train;
pub mod whole_file;

use diag::{Checked, FileId, Problem, Problems, SourceMap};
use plan::Plan;
use sema::{Choices, Hir};

/// The library of blocks every pipeline sees, written in the language.
const PRELUDE: &str = include_str!("prelude/prelude.mmc");

/// From text to a pipeline whose names and shapes are sound, with everything there is to say about it.
///
/// `file` is the pipeline's text in `sources`; the prelude is added to them.
pub fn check(sources: &mut SourceMap, file: FileId, choices: &Choices) -> Checked<Hir> {
    let text = sources.get(file).map(|source| source.text.clone()).unwrap_or_default();
    let library = sources.add("<prelude>", PRELUDE);
    let (prelude, mut problems) = syntax::parse(library, PRELUDE);
    let (ast, of_syntax) = syntax::parse(file, &text);
    problems.extend(of_syntax);
    let checked = sema::analyze(&ast, &prelude, choices);
    problems.extend(checked.problems);
    let lints = checked.value.as_ref().map(lint::lint).unwrap_or_default();
    problems.extend(lints);
    problems.sort();
    match checked.value {
        Some(hir) => Checked::new(hir, problems),
        None => Checked::failed(problems),
    }
}

/// From a sound pipeline to what will run: the plan of its selected combine.
///
/// # Errors
/// Only where `mmc` itself is at fault.
pub fn compile(hir: &Hir) -> Result<Plan, Problem> {
    let combine = hir.combines.get(hir.selected).ok_or_else(no_combine)?;
    let graph = graph::build(hir, combine);
    let graph = graph::optimize(graph)?;
    plan::plan(&graph)
}

fn no_combine() -> Problem {
    Problem::error(diag::Code::Internal, "the selected combine does not exist")
}

/// The problems of a text, without anything else: what `mmc lint` shows.
pub fn problems_of(name: &str, text: &str) -> (SourceMap, Problems) {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let problems = check(&mut sources, file, &Choices::default()).problems;
    (sources, problems)
}
