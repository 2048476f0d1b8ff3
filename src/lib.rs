//! `mmc`: a declarative language for learning from several signals at once, and its interpreter.
//!
//! # Stages
//!
//! ```text
//! text --parse--> Ast --analyze--> Hir --build--> Graph --optimize--> Graph --plan--> Plan
//!      --train(Dataset)--> Model --evaluate--> Report
//! ```
//!
//! `fmt` stops at the [`Ast`], `lint` at the [`Hir`], `plan` at the [`Plan`]; `run` goes to the end.
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
pub mod starter;
pub mod syntax;
pub mod train;
pub mod whole_file;

use diag::{Checked, Code, FileId, Problem, Problems, SourceMap};
use lint::{Levels, Subject};
use plan::Plan;
use sema::{Choices, Hir, Meanings, Override};
use std::sync::Arc;
use syntax::ast::{Ast, Expr, ExprKind, ItemKind};

/// The library of blocks, written in the language.
const PRELUDE: &str = include_str!("prelude/prelude.mmc");

/// A pipeline brought as far as its text leads: what it means, and what will run.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The whole pipeline, every combine of it.
    pub hir: Hir,
    /// The combine that was chosen, ready to run.
    pub plan: Plan,
    /// As it was written.
    pub ast: Ast,
    /// The lints that comments of the file suppress.
    pub allows: lint::Allows,
}

/// Text to plan: all that happens before a byte of data is read.
///
/// `settings` are names and values of params as they are typed (`--set NAME=VALUE`), `combine` is the combine to plan
/// instead of the one the file names. The texts that problems may point into are added to `sources`.
pub fn compile(
    sources: &mut SourceMap,
    file: FileId,
    settings: &[(String, String)],
    combine: Option<String>,
) -> Checked<Compiled> {
    compile_with(sources, file, settings, combine, &Levels::default())
}

/// As [`compile`], with lints that matter more or less than they do by default.
pub fn compile_with(
    sources: &mut SourceMap,
    file: FileId,
    settings: &[(String, String)],
    combine: Option<String>,
    levels: &Levels,
) -> Checked<Compiled> {
    let texts = Texts::parse(sources, file);
    let mut problems = texts.problems.clone();
    let overrides = overrides(&texts.ast, settings, sources, &mut problems);
    let analyzed = sema::analyze(&texts.ast, &texts.prelude, &Choices { combine, overrides });
    planned(texts, problems, analyzed, levels)
}

/// What is known of a text, whatever is wrong with it: what an editor asks for.
#[derive(Clone, Debug)]
pub struct Understood {
    /// The tree of what could be read.
    pub ast: Ast,
    /// The tree of the library.
    pub prelude: Ast,
    /// What its names mean and its expressions came to.
    pub meanings: Meanings,
    /// The plan if there is one, and every problem.
    pub checked: Checked<Compiled>,
}

/// As [`compile`], keeping what is known on the way.
pub fn understand(sources: &mut SourceMap, file: FileId) -> Understood {
    let texts = Texts::parse(sources, file);
    let (analyzed, meanings) = sema::understand(&texts.ast, &texts.prelude, &Choices::default());
    let (ast, prelude, problems) = (texts.ast.clone(), texts.prelude.clone(), texts.problems.clone());
    let checked = planned(texts, problems, analyzed, &Levels::default());
    Understood { ast, prelude, meanings, checked }
}

/// The trees that a pipeline is made of.
struct Texts {
    text: Arc<str>,
    ast: Ast,
    prelude: Ast,
    problems: Problems,
}

impl Texts {
    fn parse(sources: &mut SourceMap, file: FileId) -> Texts {
        let text = sources.get(file).map_or_else(|| "".into(), |source| source.text.clone());
        let (ast, mut problems) = syntax::parse(file, &text);
        let (prelude, of_prelude) = syntax::parse(sources.add("<prelude>", PRELUDE), PRELUDE);
        problems.extend(of_prelude);
        Texts { text, ast, prelude, problems }
    }
}

/// From meaning to plan. `problems` are those found before.
fn planned(texts: Texts, mut problems: Problems, analyzed: Checked<Hir>, levels: &Levels) -> Checked<Compiled> {
    let misread = problems.has_errors();
    // What is missing may be what could not be read.
    let follows = |problem: &Problem| misread && problem.code == Code::MissingArgument;
    problems.extend(analyzed.problems.into_iter().filter(|problem| !follows(problem)).collect());
    problems.sort();
    let Some(hir) = analyzed.value.filter(|_| !misread) else { return Checked::failed(problems) };
    let Texts { text, ast, .. } = texts;
    let mut allows = lint::Allows::of(&ast, &text);
    problems.extend(lint::lint(&Subject { hir: &hir, ast: &ast }, levels, &mut allows));
    problems.sort();

    let graph = graph::build(&hir, &hir.combines[hir.selected]);
    match graph::optimize(graph).and_then(|graph| plan::plan(&graph)) {
        Ok(plan) => Checked::new(Compiled { hir, plan, ast, allows }, problems),
        Err(problem) => {
            problems.push(problem);
            Checked::failed(problems)
        }
    }
}

/// The values typed for params. A param that is a text takes what was typed as it is, without quotes.
fn overrides(
    ast: &Ast,
    settings: &[(String, String)],
    sources: &mut SourceMap,
    problems: &mut Problems,
) -> Vec<Override> {
    let mut overrides = vec![];
    for (name, value) in settings {
        let file = sources.add(format!("--set {name}"), value.as_str());
        let span = diag::Span::new(file, 0, value.len());
        let is_text = ast.items.iter().any(|item| {
            matches!(&item.kind, ItemKind::Param(param)
                if param.name.text == *name && matches!(param.value.kind, ExprKind::Text(_)))
        });
        let (value, found) = match is_text && !value.starts_with('"') {
            true => (Some(Expr { kind: ExprKind::Text(value.clone()), span }), Problems::new()),
            false => syntax::parse_expr(file, value),
        };
        problems.extend(found);
        overrides.extend(value.map(|value| Override { name: name.clone(), value, span }));
    }
    overrides
}
