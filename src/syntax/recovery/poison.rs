//! What was read around a mistake is not relied on: it stands in the tree as unknown, so that what is said of its meaning
//! does not follow from what was said of its syntax.

use crate::diag::{Code, Problem, Problems, Span};
use crate::syntax::ast::{Block, Entry, Expr, ExprKind, ItemKind, Lost};
use crate::syntax::keyword::keyword;

/// Makes unknown what `problems` leave in doubt of a declaration.
///
/// A block keeps the entries that hold no mistake. Of functions, modalities and labels everything is in doubt, their types
/// and arguments too: they are given as lost, and are not to be kept.
pub(in crate::syntax) fn poison(kind: &mut ItemKind, problems: &Problems, text: &str) -> Option<Lost> {
    let word = keyword(kind);
    let name = match kind {
        ItemKind::Pipeline(_) | ItemKind::Use(_) => return None,
        ItemKind::Param(param) => {
            unknown(&mut param.value);
            param.bounds = None;
            return None;
        }
        ItemKind::Shared(binding) | ItemKind::Encoder(binding) => {
            unknown(&mut binding.value);
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
                _ => unknown(&mut combine.strategy),
            }
            return None;
        }
        ItemKind::Fn(function) => &function.name,
        ItemKind::Label(typed) | ItemKind::Modality(typed) => &typed.name,
    };
    Some(Lost { keyword: word.to_owned(), name: Some(name.clone()) })
}

fn unknown(expr: &mut Expr) {
    expr.kind = ExprKind::Error;
}

fn places(problems: &Problems) -> impl Iterator<Item = Span> {
    problems.iter().filter_map(Problem::place)
}

/// Makes the entry unknown that holds a mistake, or that one follows directly, and takes out what else stands after it on
/// its line. Where brackets do not match, what was read of the line before the mistake is in doubt as well.
fn entries(block: &mut Block, problems: &Problems, text: &str) {
    /// With more mistakes than this nothing in it is relied on.
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
        let held = first.or_else(|| block.entries.iter().rposition(|entry| start(entry) <= place));
        if let Some(held) = held {
            unknown(&mut block.entries[held].value);
            let from = start(&block.entries[held]);
            block.entries.retain(|entry| start(entry) <= from || !(line..line_end).contains(&start(entry)));
        }
    }
}
