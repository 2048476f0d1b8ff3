//! Where brackets that are missing were meant to close. Knows tokens, no grammar.

use crate::syntax::lexer::{Bracket, Token, TokenKind};
use std::ops::Range;

/// What to put where, so that the brackets opened by the tokens `openers`, the innermost first, are closed before token
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
        // `([1, 2)]`: both are there, in the wrong order.
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
