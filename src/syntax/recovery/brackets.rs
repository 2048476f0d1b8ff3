//! The stack of open brackets: the depth of the expression tree in each, and where missing brackets close.

use crate::syntax::lexer::{Bracket, Token, TokenKind};
use std::ops::Range;

/// How deep brackets and `if`s may nest.
pub(super) const MAX_DEPTH: usize = 128;

/// How many operators, calls and fields one expression may hold on the way from its root to a leaf.
pub(super) const MAX_OPERATORS: usize = 500;

/// An open bracket, or the declaration itself.
pub(in crate::syntax) struct BracketFrame {
    pub(in crate::syntax) opener: Option<usize>,
    /// Operators in the current element, `if`s among them.
    pub(in crate::syntax) operators: usize,
    pub(in crate::syntax) ifs: usize,
    /// Calls and fields of the current operand, and the deepest tree within it.
    pub(in crate::syntax) postfixes: usize,
    pub(in crate::syntax) inner: usize,
    /// The deepest tree of all operands of the element, and of all elements so far.
    operand: usize,
    pub(in crate::syntax) height: usize,
}

impl BracketFrame {
    pub(in crate::syntax) fn new(opener: Option<usize>) -> Self {
        Self { opener, operators: 0, ifs: 0, postfixes: 0, inner: 0, operand: 0, height: 0 }
    }

    pub(in crate::syntax) fn end_operand(&mut self) {
        self.operand = self.operand.max(self.postfixes + self.inner);
        (self.postfixes, self.inner) = (0, 0);
    }

    pub(in crate::syntax) fn end_element(&mut self) {
        self.end_operand();
        self.height = self.height.max(self.operators + self.operand);
        (self.operators, self.ifs, self.operand) = (0, 0, 0);
    }

    /// How deep the tree of the current element is at least.
    pub(in crate::syntax) fn depth(&self) -> usize {
        self.operators + self.operand.max(self.postfixes + self.inner)
    }
}

/// The insertions that close the brackets opened by the tokens `openers`, the innermost first, before token
/// `at`; none where that is not clear.
pub(in crate::syntax) fn closing(tokens: &[Token], openers: &[usize], at: usize) -> Option<(Range<usize>, String)> {
    let brackets: Vec<Bracket> = (openers.iter())
        .filter_map(|opener| match tokens.get(*opener)?.kind {
            TokenKind::Open(bracket) => Some(bracket),
            _ => None,
        })
        .collect();
    let last = tokens.get(at.checked_sub(1)?)?;
    if let Some(TokenKind::Close(outer)) = tokens.get(at).map(|token| token.kind) {
        let (here, next) = (tokens.get(at)?, tokens.get(at + 1));
        // `([1, 2)]`: both exist, in the wrong order.
        if let ([inner], Some(next)) = (brackets.as_slice(), next)
            && next.kind == TokenKind::Close(*inner)
            && next.start == here.end
        {
            return Some((here.start..next.end, format!("{}{}", inner.close(), outer.close())));
        }
    }
    let mut closers = String::new();
    for (bracket, opener) in brackets.iter().zip(openers) {
        let lines = tokens.get(opener + 1..at).unwrap_or_default().iter().any(|token| token.first);
        if *bracket == Bracket::Brace && lines {
            closers.push('\n');
        }
        closers.push(bracket.close());
    }
    Some((last.end..last.end, closers))
}
