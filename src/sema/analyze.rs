//! Entry points of the analysis: a syntax tree to HIR, with or without the symbol index.

use crate::diag::{Checked, Problems};
use crate::sema::errors::name::one_report_per_cause;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::hir::Hir;
use crate::sema::lower::pipeline::is_library;
use crate::sema::names::NameTable;
use crate::sema::overrides::Overrides;
use crate::sema::symbols::index::SymbolIndex;
use crate::sema::symbols::recorder::SymbolRecorder;
use crate::sema::uses::Uses;
use crate::syntax::ast::Ast;

/// Binds names, expands functions and checks shapes over the whole file.
///
/// `uses` are the files that [`read_uses`](crate::sema::read_uses) found. A file of functions and params alone, made for
/// `use`, has no value; its errors are reported.
pub fn analyze(ast: &Ast, prelude: &Ast, uses: &Uses, overrides: &Overrides) -> Checked<Hir> {
    analyzed(ast, prelude, uses, overrides, false).0
}

/// As [`analyze`], with the symbol index, which is complete for texts with errors too.
pub fn analyze_with_symbols(
    ast: &Ast,
    prelude: &Ast,
    uses: &Uses,
    overrides: &Overrides,
) -> (Checked<Hir>, SymbolIndex) {
    analyzed(ast, prelude, uses, overrides, true)
}

fn analyzed(
    ast: &Ast,
    prelude: &Ast,
    uses: &Uses,
    overrides: &Overrides,
    with_symbols: bool,
) -> (Checked<Hir>, SymbolIndex) {
    let mut problems = Problems::new();
    let names = NameTable::collect(ast, prelude, uses, &mut problems);
    let params = overrides.by_param(&names, &mut problems);
    let mut evaluator = Evaluator::new(names, prelude.file, params, problems);
    evaluator.recorder = SymbolRecorder::new(with_symbols);
    let hir = match is_library(ast) {
        true => {
            evaluator.library(ast, &uses.files);
            None
        }
        false => evaluator.pipeline_of(ast, &uses.files, overrides),
    };
    let symbols = match with_symbols {
        true => {
            let values = hir.as_ref().map_or_else(|| std::mem::take(&mut evaluator.values), |hir| hir.values.clone());
            let asts: Vec<&Ast> = [ast, prelude].into_iter().chain(uses.files.iter().map(|used| &used.ast)).collect();
            evaluator.symbol_index(&asts, values)
        }
        false => SymbolIndex::default(),
    };
    let problems = one_report_per_cause(evaluator.problems);
    match hir {
        Some(hir) => (Checked::new(hir, problems), symbols),
        None => (Checked::failed(problems), symbols),
    }
}
