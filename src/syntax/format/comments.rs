//! The comments of a text and which of them have been written: each is written exactly once.

use crate::syntax::lexer::{CommentToken, is_doc};
use std::ops::Range;

pub(super) struct Comments<'a> {
    text: &'a str,
    list: &'a [CommentToken],
    written: Vec<bool>,
}

impl<'a> Comments<'a> {
    pub(super) fn new(text: &'a str, list: &'a [CommentToken]) -> Self {
        Self { text, list, written: vec![false; list.len()] }
    }

    pub(super) fn all(&self) -> &'a [CommentToken] {
        self.list
    }

    /// The comments between two places of the text.
    pub(super) fn within(&self, from: usize, to: usize) -> Range<usize> {
        let first = self.list.partition_point(|comment| comment.start < from);
        let end = self.list.partition_point(|comment| comment.start < to);
        first..end.max(first)
    }

    /// Whether any comment that has to be written stands between two places.
    pub(super) fn any(&self, from: usize, to: usize) -> bool {
        self.within(from, to).any(|at| !self.written.get(at).copied().unwrap_or(true))
    }

    pub(super) fn start(&self, at: usize) -> Option<usize> {
        self.list.get(at).map(|comment| comment.start)
    }

    /// Marks comments as written.
    pub(super) fn forget(&mut self, range: Range<usize>) {
        for written in self.written.get_mut(range).into_iter().flatten() {
            *written = true;
        }
    }

    /// The comments between two places that are not written yet, and marks them as written.
    pub(super) fn take(&mut self, from: usize, to: usize) -> Vec<CommentToken> {
        let mut taken = vec![];
        for at in self.within(from, to) {
            let (Some(comment), Some(written)) = (self.list.get(at), self.written.get_mut(at)) else { continue };
            if !*written {
                *written = true;
                taken.push(*comment);
            }
        }
        taken
    }

    /// A comment as it is written. A `##` that documents nothing is formatted as an ordinary comment.
    pub(super) fn show(&self, comment: &CommentToken) -> String {
        let text = self.text.get(comment.start..comment.end).unwrap_or("");
        if is_doc(text) { text.replacen("##", "#", 1) } else { text.to_owned() }
    }
}
