//! Documentation comments: which `##` lines document which declaration or entry.

use super::lexer::{CommentToken, LexerOutput, is_doc};
use std::collections::{BTreeMap, BTreeSet};

/// The comments that document the declaration or entry at `start`: the `##` lines directly before it.
pub(super) fn docs_before(text: &str, comments: &[CommentToken], start: usize) -> std::ops::Range<usize> {
    let end = comments.partition_point(|comment| comment.start < start);
    let mut first = end;
    let mut next = start;
    while let Some(comment) = first.checked_sub(1).and_then(|at| comments.get(at)) {
        let blank_between =
            text.get(comment.end..next).is_some_and(|gap| gap.bytes().all(|byte| byte.is_ascii_whitespace()));
        if !comment.own_line || !blank_between || !is_doc(&text[comment.start..comment.end]) {
            break;
        }
        first -= 1;
        next = comment.start;
    }
    first..end
}

pub(super) fn doc_line(text: &str, comment: &CommentToken) -> String {
    let line = text.get(comment.start + 2..comment.end).unwrap_or("");
    line.strip_prefix(' ').unwrap_or(line).to_owned()
}

/// By the place of the token after them: runs of `##` lines.
pub(super) type Docs = BTreeMap<u32, Doc>;

pub(super) struct Doc {
    pub(super) comments: std::ops::Range<usize>,
    pub(super) lines: Vec<String>,
    /// Whether an entry begins at that token.
    pub(super) taken: bool,
}

pub(super) fn collect_docs(text: &str, lexed: &LexerOutput, taken: &BTreeSet<usize>, docs: &mut Docs) {
    let mut at = 0;
    while let Some(comment) = lexed.comments.get(at) {
        at += 1;
        if taken.contains(&(at - 1)) || !comment.own_line || !is_doc(&text[comment.start..comment.end]) {
            continue;
        }
        let next = lexed.tokens.partition_point(|token| token.start < comment.start);
        let Some(next) = lexed.tokens.get(next) else { break };
        let range = docs_before(text, &lexed.comments, next.start);
        if range.contains(&(at - 1)) {
            at = range.end;
            let lines = range.clone().filter_map(|at| lexed.comments.get(at)).map(|comment| doc_line(text, comment));
            let doc = Doc { lines: lines.collect(), comments: range, taken: false };
            docs.insert(u32::try_from(next.start).unwrap_or(u32::MAX), doc);
        }
    }
}
