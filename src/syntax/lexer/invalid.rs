//! Tokens that the language does not have: comments and operators of other languages, and invalid characters.

use super::scanner::Scanner;
use super::token::{BOM, CommentToken, TokenKind, shown};
use crate::diag::{Code, Problem};

impl Scanner<'_> {
    pub(super) fn foreign_comment(&mut self) {
        let (start, line_end) = (self.at, self.line_end(self.at));
        let found = shown(&self.text[start..start + 2]);
        let end = start + self.text[start..line_end].trim_end().len();
        let mut problem =
            Problem::error(Code::UnexpectedToken, format!("expected `#` to begin a comment, found {found}"))
                .at(self.span(start, start + 2), "")
                .help("a comment runs from `#` to the end of the line");
        if self.byte(start + 1) == b'/' {
            problem = problem.edit(self.span(start, start + 2), "#", true);
        }
        // Treated as a comment, so that the rest of its line is not reported.
        self.lexed.comments.push(CommentToken { start, end, own_line: self.first });
        self.lexed.loose.push(problem);
        self.blank(start..end);
        self.at = line_end;
    }

    /// A token of other languages with a known counterpart of the same length.
    pub(super) fn foreign_operator(&mut self, length: usize, right: &str, help: &str) {
        let start = self.at;
        let found = shown(&self.text[start..start + length]);
        self.push(TokenKind::Operator, start + length);
        self.report(
            Problem::error(Code::UnexpectedToken, format!("expected `{right}`, found {found}"))
                .at(self.span(start, start + length), "")
                .help(help)
                .edit(self.span(start, start + length), right, true),
        );
        self.set(start, right.as_bytes());
    }

    /// A token of other languages without a counterpart.
    pub(super) fn unknown_operator(&mut self, length: usize, found: &str, help: &str) {
        let start = self.at;
        self.push(TokenKind::Junk, start + length);
        self.report(
            Problem::error(Code::UnexpectedToken, format!("there is no {found} in this language"))
                .at(self.span(start, start + length), "")
                .help(help),
        );
        self.blank(start..start + length);
    }

    /// A run of characters that begin no token.
    pub(super) fn junk(&mut self) {
        let start = self.at;
        let first = self.char_at(start);
        let mut end = start + first.len_utf8();
        while end < self.bytes.len() {
            let c = self.char_at(end);
            let known = c.is_ascii_graphic() && !matches!(c, '@' | '$' | '~' | '^' | '`' | '\\' | '%' | '!' | '&');
            if known || matches!(c, ' ' | '\t' | '\r' | '\n' | BOM) || c.is_alphanumeric() {
                break;
            }
            end += c.len_utf8();
        }
        let what = if first.is_control()
            || (!first.is_ascii() && (first.is_whitespace() || first.is_control()))
            || is_invisible(first)
        {
            format!("the invisible character U+{:04X}", u32::from(first))
        } else {
            shown(&self.text[start..end])
        };
        // An invisible space between tokens is not a token: it must not come between a name and its `=`.
        let problem = Problem::error(Code::UnexpectedToken, format!("{what} has no meaning here"))
            .at(self.span(start, end), "")
            .help(match first {
                '!' => "there is no `!`: compare with `!=` or `== false`",
                '%' => "`%` follows a number directly: `5%`",
                '^' => "there is no operator for powers",
                '\'' => "strings are written in double quotes: `\"...\"`",
                _ => "remove it; any text may stand in a string or a comment",
            });
        self.push(TokenKind::Junk, end);
        self.report(problem);
        self.blank(start..end);
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}')
}
