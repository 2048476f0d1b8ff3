//! Folding ranges: declarations, brackets and comments of several lines.

use super::view::View;
use crate::syntax::{LexemeKind, lexemes};
use gen_lsp_types::{FoldingRange, FoldingRangeKind};
use std::collections::BTreeMap;

/// Folding ranges, at most one for each first line.
pub(super) fn foldings(view: &View<'_>) -> Vec<FoldingRange> {
    let analysis = &view.analysis;
    let mut found: BTreeMap<u32, (u32, bool)> = BTreeMap::new();
    let mut fold = |start: u32, end: u32, comment: bool| {
        if end > start {
            let longest = found.entry(start).or_insert((end, comment));
            longest.0 = longest.0.max(end);
        }
    };
    for item in &analysis.analyzed.ast.items {
        let range = analysis.range(item.span);
        fold(range.start.line, range.end.line, false);
    }
    let mut open = vec![];
    let mut comment: Option<(u32, u32)> = None;
    for lexeme in lexemes(analysis.file, analysis.text()) {
        let range = analysis.range(lexeme.span);
        match lexeme.kind {
            LexemeKind::Open(_) => open.push(range.start.line),
            // The line with the closing bracket stays visible.
            LexemeKind::Close(_) => {
                open.pop().iter().for_each(|start| fold(*start, range.end.line.saturating_sub(1), false));
            }
            _ => {}
        }
        let is_comment = matches!(lexeme.kind, LexemeKind::Comment | LexemeKind::Doc) && lexeme.first;
        comment = match comment {
            Some((start, last)) if is_comment && range.start.line == last + 1 => Some((start, range.start.line)),
            before => {
                before.iter().for_each(|(start, last)| fold(*start, *last, true));
                is_comment.then_some((range.start.line, range.start.line))
            }
        };
    }
    comment.iter().for_each(|(start, last)| fold(*start, *last, true));
    found
        .into_iter()
        .map(|(start_line, (end_line, comment))| FoldingRange {
            start_line,
            end_line,
            kind: comment.then_some(FoldingRangeKind::Comment),
            ..FoldingRange::default()
        })
        .collect()
}
