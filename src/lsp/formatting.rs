//! Formatting as text edits.

use super::view::View;
use crate::syntax::format;
use gen_lsp_types::TextEdit;
use similar::{DiffOp, TextDiff};

/// Changes of whole lines; none where the layout is the standard one. Line ends stay as the editor has them.
pub(super) fn formatting(view: &View<'_>) -> Vec<TextEdit> {
    let before = &view.document.text;
    let formatted = format(before).text;
    let after = if before.contains("\r\n") { formatted.replace('\n', "\r\n") } else { formatted };
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    let places = |lines: &[&str]| {
        let mut at = 0;
        let ends = lines.iter().map(|line| {
            at += line.len();
            at
        });
        std::iter::once(0).chain(ends).collect::<Vec<usize>>()
    };
    let (old, new) = (places(diff.old_slices()), places(diff.new_slices()));
    let changed = diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    changed
        .map(|op| {
            let (from, to) = (op.old_range(), op.new_range());
            let range = old[from.start]..old[from.end];
            let range = view.document.lines.range(before, range, view.workspace.encoding);
            TextEdit { range, new_text: after[new[to.start]..new[to.end]].to_owned() }
        })
        .collect()
}
