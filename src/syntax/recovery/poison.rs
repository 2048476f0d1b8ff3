//! Poisoning: expressions around a syntax error become [`ExprKind::Error`], so that no later stage reports a consequence of
//! it.

use crate::diag::{Code, Problem, Problems, Span};
use crate::syntax::ast::{Block, Entry, Expr, ExprKind, ItemKind, UnparsedDeclaration};
use crate::syntax::keyword::keyword;

/// Poisons the parts of a declaration that `problems` affect.
///
/// A block keeps the entries without errors. Functions, modalities and labels are poisoned as a whole, since their types
/// and arguments affect every use: they are returned and not kept.
pub(in crate::syntax) fn poison(kind: &mut ItemKind, problems: &Problems, text: &str) -> Option<UnparsedDeclaration> {
    let word = keyword(kind);
    let name = match kind {
        ItemKind::Pipeline(_) | ItemKind::Use(_) => return None,
        ItemKind::Param(param) => {
            poison_expr(&mut param.value);
            param.bounds = None;
            return None;
        }
        ItemKind::Shared(binding) | ItemKind::Encoder(binding) => {
            poison_expr(&mut binding.value);
            return None;
        }
        ItemKind::Data(block) | ItemKind::Train(block) | ItemKind::Sweep(_, block) => {
            entries(block, problems, text);
            return None;
        }
        ItemKind::Combine(combine) => {
            match &mut combine.settings {
                Some(block) if places(problems).all(|place| block.span.start <= place.start) => {
                    entries(block, problems, text)
                }
                _ => poison_expr(&mut combine.strategy),
            }
            return None;
        }
        ItemKind::Fn(function) => &function.name,
        ItemKind::Label(typed) | ItemKind::Modality(typed) => &typed.name,
    };
    Some(UnparsedDeclaration { keyword: word.to_owned(), name: Some(name.clone()) })
}

fn poison_expr(expr: &mut Expr) {
    expr.kind = ExprKind::Error;
}

fn places(problems: &Problems) -> impl Iterator<Item = Span> {
    problems.iter().filter_map(Problem::place)
}

/// Poisons the entry with an error, or directly before it, and removes later entries on its line. Where brackets do not
/// match, entries before the error on its line are poisoned as well.
fn entries(block: &mut Block, problems: &Problems, text: &str) {
    /// Number of errors above which the whole block is cleared.
    const MOST: usize = 20;
    if problems.len() > MOST {
        block.entries.clear();
        return;
    }
    for problem in problems.iter() {
        let Some(place) = problem.place() else { continue };
        let place = place.start as usize;
        let line = text[..place].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[place..].find('\n').map_or(text.len(), |newline| place + newline);
        let start = |entry: &Entry| entry.key.span.start as usize;
        let first = match problem.code {
            Code::UnclosedBracket => block.entries.iter().position(|entry| (line..line_end).contains(&start(entry))),
            _ => None,
        };
        let affected = first.or_else(|| block.entries.iter().rposition(|entry| start(entry) <= place));
        if let Some(affected) = affected {
            poison_expr(&mut block.entries[affected].value);
            let from = start(&block.entries[affected]);
            block.entries.retain(|entry| start(entry) <= from || !(line..line_end).contains(&start(entry)));
        }
    }
}
