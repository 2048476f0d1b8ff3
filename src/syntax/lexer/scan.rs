//! The lexer's dispatch: one step for each token, comment or run of blanks.

use super::scanner::Scanner;
use super::token::{BOM, Bracket, CommentToken, LexerOutput, TokenKind};
use crate::diag::{Edit, FileId};
use std::cell::Cell;

/// The tokens and comments of `text`, with the errors of single tokens.
pub(in crate::syntax) fn lex(file: FileId, text: &str) -> LexerOutput {
    let lexed = LexerOutput {
        tokens: vec![],
        comments: vec![],
        problems: vec![],
        loose: vec![],
        repaired: text.as_bytes().to_vec(),
    };
    let mut scanner = Scanner { file, text, bytes: text.as_bytes(), at: 0, first: true, line: Cell::default(), lexed };
    while scanner.at < text.len() {
        scanner.step();
    }
    scanner.lexed
}

impl Scanner<'_> {
    fn step(&mut self) {
        let at = self.at;
        let c = self.byte(at);
        let next = self.byte(at + 1);
        match c {
            b'\n' => {
                self.first = true;
                self.at += 1;
            }
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'#' => {
                let line_end = self.line_end(at);
                let end = at + self.text[at..line_end].trim_end().len();
                self.lexed.comments.push(CommentToken { start: at, end, own_line: self.first });
                self.at = line_end;
            }
            b'(' => self.push(TokenKind::Open(Bracket::Paren), at + 1),
            b'[' => self.push(TokenKind::Open(Bracket::Square), at + 1),
            b'{' => self.push(TokenKind::Open(Bracket::Brace), at + 1),
            b')' => self.push(TokenKind::Close(Bracket::Paren), at + 1),
            b']' => self.push(TokenKind::Close(Bracket::Square), at + 1),
            b'}' => self.push(TokenKind::Close(Bracket::Brace), at + 1),
            b',' => self.push(TokenKind::Comma, at + 1),
            b';' => self.push(TokenKind::Semicolon, at + 1),
            b'?' => self.push(TokenKind::Question, at + 1),
            b'"' => self.text_token(),
            b'\'' => self.single_quotes(),
            b'0'..=b'9' => self.number(),
            b'.' if next == b'.' => {
                let end = if self.byte(at + 2) == b'=' { at + 3 } else { at + 2 };
                self.push(TokenKind::Operator, end);
            }
            b'.' if next.is_ascii_digit() && !self.after_operand() => self.number(),
            b'.' => self.push(TokenKind::Dot, at + 1),
            b'|' if next == b'>' => self.push(TokenKind::Operator, at + 2),
            b'=' if next == b'=' => self.push(TokenKind::Operator, at + 2),
            b'=' if next == b'>' => self.foreign_operator(2, "|>", "a pipe is written `|>`"),
            b'=' => self.push(TokenKind::Assign, at + 1),
            b':' if next == b'=' => {
                self.unknown_operator(2, "`:=`", "write `=` in a declaration or a block, `:` in a call or a record");
                self.set(at, b" =");
            }
            b':' => self.push(TokenKind::Colon, at + 1),
            b'-' if next == b'>' => self.foreign_operator(2, "|>", "a pipe is written `|>`"),
            b'!' | b'<' | b'>' if next == b'=' => self.push(TokenKind::Operator, at + 2),
            b'/' if next == b'/' || next == b'*' => self.foreign_comment(),
            b'+' | b'-' | b'*' | b'/' | b'<' | b'>' => self.push(TokenKind::Operator, at + 1),
            b'&' if next == b'&' => {
                self.unknown_operator(2, "`&&`", "nest two `if`s: `if a then (if b then x else y) else y`")
            }
            b'|' if next == b'|' => {
                self.unknown_operator(2, "`||`", "nest two `if`s: `if a then x else if b then x else y`")
            }
            b'|' => {
                self.unknown_operator(1, "`|`", "a pipe is written `|>`");
                let edit = self.span(at, at + 1);
                if let Some((_, problem)) = self.lexed.problems.last_mut() {
                    problem.edits.push(Edit { span: edit, replacement: "|>".to_owned(), safe: true });
                }
                if next == b' ' {
                    self.set(at, b"|>");
                    if let Some(token) = self.lexed.tokens.last_mut() {
                        token.kind = TokenKind::Operator;
                    }
                }
            }
            // A byte order mark is ignored, at the beginning of the text or where texts were joined.
            0xef if self.char_at(at) == BOM => {
                self.at += BOM.len_utf8();
                self.blank(at..self.at);
            }
            _ if c.is_ascii_alphabetic() || c == b'_' => self.word(),
            _ if !c.is_ascii() && self.char_at(at).is_alphanumeric() => self.word(),
            _ => self.junk(),
        }
    }
}
