//! Completion inside of strings: columns of the data, and paths.

use super::candidate::CompletionCandidate;
use crate::diag::{Span, string_literal};
use crate::lsp::paths;
use crate::lsp::view::View;
use crate::sema::{Topic, signatures};
use crate::spec::escaped_name;
use crate::syntax::Cursor;
use gen_lsp_types::CompletionItemKind;
use std::collections::BTreeMap;
use std::path::Path;

/// The candidates, and the text they replace.
pub(super) fn candidates(
    view: &View<'_>,
    cursor: &Cursor,
    inside: Span,
    offset: usize,
) -> (Span, Vec<CompletionCandidate>) {
    let inner = cursor.around.iter().find(|around| around.bracket != '[');
    let callee = inner.and_then(|around| around.callee.as_deref());
    let key = inner.and_then(|around| around.key.as_deref());
    let of = |topic: Topic| {
        signatures().into_iter().any(|(known, signature)| known == topic && Some(signature.name) == callee)
    };
    if of(Topic::Columns) || callee == Some("by_column") || matches!(key, Some("group" | "stratify")) {
        let written = &view.document.text[inside.start as usize..offset];
        return (inside, of_columns(view, written, callee == Some("columns")));
    }
    if of(Topic::Source) || cursor.declaration.as_deref() == Some("use") {
        let written = &view.document.text[inside.start as usize..offset];
        let name = written.rfind('/').map_or(0, |slash| slash + 1);
        let last = Span { start: inside.start + u32::try_from(name).unwrap_or(0), ..inside };
        return (last, of_paths(view, &written[..name]));
    }
    (inside, vec![])
}

/// Candidates of one kind: an editor shows a few, and of more than these none is found by looking through them.
pub(super) const MOST: usize = 500;

/// The columns of the data that hold what is written, and patterns that several of them fit.
fn of_columns(view: &View<'_>, written: &str, patterns: bool) -> Vec<CompletionCandidate> {
    let columns = view.columns();
    let wanted = written.to_lowercase();
    let fits = |name: &str| columns.len() <= MOST || name.to_lowercase().contains(&wanted);
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for column in columns.iter().filter(|_| patterns) {
        if let Some(underscore) = column.rfind('_') {
            *groups.entry(&column[..=underscore]).or_insert(0) += 1;
        }
    }
    let groups = groups.into_iter().filter(|(prefix, count)| *count > 1 && fits(prefix)).take(MOST);
    let groups = groups.map(|(prefix, count)| {
        CompletionCandidate::new(format!("{prefix}*"), CompletionItemKind::Value)
            .text(inside(&format!("{}*", escaped_name(prefix))))
            .detail(format!("{count} columns"))
    });
    groups
        .chain(columns.iter().filter(|column| fits(column)).take(MOST).map(|column| {
            let text = if patterns { inside(&escaped_name(column)) } else { inside(column) };
            CompletionCandidate::new(column, CompletionItemKind::Field).text(text).detail("a column of the data")
        }))
        .collect()
}

/// A text as it stands between the quotes of a string.
fn inside(text: &str) -> String {
    let literal = string_literal(text);
    literal[1..literal.len() - 1].to_owned()
}

/// The entries of a folder, whose path is relative to the folder of the text.
fn of_paths(view: &View<'_>, folder: &str) -> Vec<CompletionCandidate> {
    let Some(here) = paths::path(&view.document.uri) else { return vec![] };
    let Ok(entries) = std::fs::read_dir(here.parent().unwrap_or(Path::new("/")).join(folder)) else { return vec![] };
    let mut candidates: Vec<CompletionCandidate> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok().filter(|name| !name.starts_with('.'))?;
            let folder = entry.path().is_dir();
            Some(match folder {
                true => CompletionCandidate::new(format!("{name}/"), CompletionItemKind::Folder),
                false => CompletionCandidate::new(name, CompletionItemKind::File),
            })
        })
        .take(MOST)
        .collect();
    candidates.sort_by(|a, b| a.label.cmp(&b.label));
    candidates
}
