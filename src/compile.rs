//! Text to plan: parse, analyze, lint, build, optimize, plan. Pure: used files come in through a [`World`].

use crate::PRELUDE;
use crate::diag::{Checked, Code, FileId, Problem, Problems, SourceMap, Span};
use crate::graph;
use crate::lint::{self, LintLevels, Subject};
use crate::plan::{self, Plan};
use crate::sema::{self, Hir, Overrides, ParamOverride, SymbolIndex, Uses};
use crate::syntax;
use crate::syntax::ast::{Ast, Expr, ExprKind, ItemKind};
use crate::world::{NoFiles, World};
use std::sync::Arc;

/// A compiled pipeline: its HIR and its plan.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The whole pipeline, every combine of it.
    pub hir: Hir,
    /// The combine that was chosen, ready to run.
    pub plan: Plan,
    /// As it was written.
    pub ast: Ast,
    /// The files it uses.
    pub uses: Uses,
    /// The lints that comments of the file suppress.
    pub suppressions: lint::Suppressions,
}

/// Options of a compilation.
#[derive(Clone)]
pub struct CompileOptions<'a> {
    /// The source of used files.
    pub world: &'a dyn World,
    /// Names and values of params as they are typed: `--set NAME=VALUE`.
    pub settings: &'a [(String, String)],
    /// The combine to plan instead of the one the file names.
    pub combine: Option<String>,
    /// The level of each lint.
    pub levels: LintLevels,
}

impl Default for CompileOptions<'_> {
    fn default() -> Self {
        Self { world: &NoFiles, settings: &[], combine: None, levels: LintLevels::default() }
    }
}

/// Text to plan, for a text that stands alone: see [`compile_in`].
pub fn compile(
    sources: &mut SourceMap,
    file: FileId,
    settings: &[(String, String)],
    combine: Option<String>,
) -> Checked<Compiled> {
    compile_in(sources, file, &CompileOptions { settings, combine, ..CompileOptions::default() })
}

/// Text to plan: every stage before data is read.
///
/// The texts that problems may point into are added to `sources`. There is no value, and no problem, for a file of
/// functions and params that is only made to be used.
pub fn compile_in(sources: &mut SourceMap, file: FileId, request: &CompileOptions<'_>) -> Checked<Compiled> {
    let (texts, choices, problems) = ParsedFiles::parse(sources, file, request);
    let analyzed = sema::analyze(&texts.ast, &texts.prelude, &texts.uses, &choices);
    planned(texts, problems, analyzed, &request.levels)
}

/// The full analysis of a text, also of one with errors: for editors.
#[derive(Clone, Debug)]
pub struct Analyzed {
    /// The tree of what could be read.
    pub ast: Ast,
    /// The tree of the library.
    pub prelude: Ast,
    /// The files it uses.
    pub uses: Uses,
    /// The meaning of its names and the values of its expressions.
    pub symbols: SymbolIndex,
    /// The plan if there is one, and every problem.
    pub checked: Checked<Compiled>,
}

/// As [`compile`], keeping intermediate results.
pub fn analyze(sources: &mut SourceMap, file: FileId) -> Analyzed {
    analyze_in(sources, file, &CompileOptions::default())
}

/// As [`compile_in`], keeping intermediate results.
pub fn analyze_in(sources: &mut SourceMap, file: FileId, request: &CompileOptions<'_>) -> Analyzed {
    let (texts, choices, problems) = ParsedFiles::parse(sources, file, request);
    let (analyzed, symbols) = sema::analyze_with_symbols(&texts.ast, &texts.prelude, &texts.uses, &choices);
    let (ast, prelude, uses) = (texts.ast.clone(), texts.prelude.clone(), texts.uses.clone());
    let checked = planned(texts, problems, analyzed, &request.levels);
    Analyzed { ast, prelude, uses, symbols, checked }
}

/// The trees that a pipeline is made of.
struct ParsedFiles {
    text: Arc<str>,
    ast: Ast,
    prelude: Ast,
    uses: Uses,
}

impl ParsedFiles {
    /// Parses all texts, with overrides from outside of the file and syntax problems.
    fn parse(
        sources: &mut SourceMap,
        file: FileId,
        request: &CompileOptions<'_>,
    ) -> (ParsedFiles, Overrides, Problems) {
        let text = sources.get(file).map_or_else(|| "".into(), |source| source.text.clone());
        let (ast, mut problems) = syntax::parse(file, &text);
        let (prelude, of_prelude) = syntax::parse(sources.add("<prelude>", PRELUDE), PRELUDE);
        problems.extend(of_prelude);
        let uses = sema::read_uses(&ast, sources, request.world, &mut problems);
        let overrides = overrides(&ast, &uses, request.settings, sources, &mut problems);
        (
            ParsedFiles { text, ast, prelude, uses },
            Overrides { combine: request.combine.clone(), params: overrides },
            problems,
        )
    }
}

/// From HIR to plan. `problems` are those of earlier stages.
fn planned(
    texts: ParsedFiles,
    mut problems: Problems,
    analyzed: Checked<Hir>,
    levels: &LintLevels,
) -> Checked<Compiled> {
    let misread = problems.has_errors();
    // A missing declaration may be one that could not be parsed.
    let missing = [Code::MissingArgument, Code::MissingDeclaration, Code::PipelineHeader];
    let follows = |problem: &Problem| misread && missing.contains(&problem.code);
    problems.extend(analyzed.problems.into_iter().filter(|problem| !follows(problem)).collect());
    let mut problems = sema::point_to_uses(problems, &texts.uses, &texts.ast);
    problems.sort();
    let Some(hir) = analyzed.value.filter(|_| !misread) else { return Checked::failed(problems) };
    let ParsedFiles { text, ast, uses, .. } = texts;
    let mut suppressions = lint::Suppressions::of(&ast, &text);
    problems.extend(lint::lint(&Subject { hir: &hir, ast: &ast }, levels, &mut suppressions));
    problems.sort();

    let graph = graph::build(&hir, &hir.combines[hir.selected]);
    match graph::optimize(graph).and_then(|graph| plan::plan(&graph)) {
        Ok(plan) => Checked::new(Compiled { hir, plan, ast, uses, suppressions }, problems),
        Err(problem) => {
            problems.push(problem);
            Checked::failed(problems)
        }
    }
}

/// The values typed for params. A string param takes the typed value without quotes.
fn overrides(
    ast: &Ast,
    uses: &Uses,
    settings: &[(String, String)],
    sources: &mut SourceMap,
    problems: &mut Problems,
) -> Vec<ParamOverride> {
    let mut overrides = vec![];
    for (name, value) in settings {
        let file = sources.add(format!("--set {name}"), value.as_str());
        let span = Span::new(file, 0, value.len());
        let is_text = uses.files.iter().map(|used| &used.ast).chain([ast]).flat_map(|ast| &ast.items).any(|item| {
            matches!(&item.kind, ItemKind::Param(param)
                if param.name.text == *name && matches!(param.value.kind, ExprKind::Text(_)))
        });
        let (value, found) = match is_text && !value.starts_with('"') {
            true => (Some(Expr { kind: ExprKind::Text(value.clone()), span }), Problems::new()),
            false => syntax::parse_expr(file, value),
        };
        problems.extend(found);
        overrides.extend(value.map(|value| ParamOverride { name: name.clone(), value, span }));
    }
    overrides
}
