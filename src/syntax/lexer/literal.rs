//! Names, numbers and strings: scanning them, and the errors in their spelling.

use super::scanner::Scanner;
use super::token::{TokenKind, is_word_byte, shown};
use crate::diag::{Code, Problem};

impl Scanner<'_> {
    pub(super) fn word(&mut self) {
        let mut end = self.at;
        let mut ascii = true;
        while end < self.bytes.len() {
            let c = self.char_at(end);
            if !(c.is_alphanumeric() || c == '_') {
                break;
            }
            ascii &= c.is_ascii();
            end += c.len_utf8();
        }
        let start = self.at;
        self.push(TokenKind::Word, end);
        if !ascii {
            let word = shown(&self.text[start..end]);
            self.report(
                Problem::error(Code::UnexpectedToken, format!("{word} is not a name"))
                    .at(self.span(start, end), "has letters other than a-z, A-Z")
                    .help("names are made of the letters a to z, digits and `_`; any text may stand in a string"),
            );
            self.hole(start..end);
        }
    }

    pub(super) fn digits(&self, mut at: usize) -> usize {
        while self.byte(at).is_ascii_digit() || self.byte(at) == b'_' {
            at += 1;
        }
        at
    }

    pub(super) fn number(&mut self) {
        let start = self.at;
        let leading_point = self.byte(start) == b'.';
        let mut end = self.digits(start);
        if self.byte(end) == b'.' && self.byte(end + 1).is_ascii_digit() {
            end = self.digits(end + 1);
        }
        let trailing_point = self.byte(end) == b'.'
            && self.byte(end + 1) != b'.'
            && !(self.byte(end + 1).is_ascii_alphabetic() || self.byte(end + 1) == b'_');
        if trailing_point {
            end += 1;
        }
        if matches!(self.byte(end), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(end + 1), b'+' | b'-'));
            if self.byte(end + 1 + sign).is_ascii_digit() {
                end = self.digits(end + 1 + sign);
            }
        }
        if self.byte(end) == b'%' {
            end += 1;
        }
        let well_formed = end;
        while is_word_byte(self.byte(end)) {
            end += 1;
        }
        self.push(TokenKind::Number, end);
        let raw = &self.text[start..end];
        let bare: String = raw.chars().filter(|c| !matches!(c, '_' | '%')).collect();
        let value = bare.parse::<f64>().unwrap_or(f64::NAN);
        // Without point and exponent it is a whole number, and must be exact.
        let exact =
            !bare.bytes().all(|b| b.is_ascii_digit()) || bare.parse::<u64>().is_ok_and(|whole| whole <= 1 << 53);
        let trailer = &raw[(well_formed - start).min(raw.len())..];
        let (what, help) = if leading_point {
            ("begins with a point".to_owned(), format!("write `0{raw}`"))
        } else if trailing_point {
            ("ends in a point".to_owned(), format!("write `{raw}0`"))
        } else if !trailer.is_empty()
            || ["_.", "_e", "_E", "_%"].iter().any(|gap| raw.contains(gap))
            || raw.ends_with('_')
        {
            let help = "numbers are written like `500_000`, `0.5`, `2e-5` or `5%`; a name begins with a letter";
            let what = if trailer.is_empty() {
                "has a `_` that is not between digits".to_owned()
            } else {
                format!("is followed by {}", shown(trailer))
            };
            (what, help.to_owned())
        } else if !value.is_finite() {
            ("is beyond what a 64-bit number can hold".to_owned(), "the largest number is about 1.8e308".to_owned())
        } else if !exact {
            let help = "whole numbers are exact up to 9_007_199_254_740_992 (2 to the 53rd)";
            ("is too large to be exact".to_owned(), help.to_owned())
        } else {
            return;
        };
        let mut problem = Problem::error(Code::BadNumber, format!("{} cannot be read as a number", shown(raw)))
            .at(self.span(start, end), what);
        if leading_point {
            problem = problem.edit(self.span(start, start), "0", true);
        } else if trailing_point {
            problem = problem.edit(self.span(end, end), "0", true);
        }
        self.report(problem.help(help));
        self.hole(start..end);
    }

    pub(super) fn text_token(&mut self) {
        let start = self.at;
        let line_end = self.line_end(start);
        let mut at = start + 1;
        let mut wrong: Option<(usize, usize)> = None;
        while at < line_end && self.byte(at) != b'"' {
            if self.byte(at) != b'\\' {
                at += 1;
                continue;
            }
            let length = self.escape_length(at);
            if length == 0 {
                let end = (at + 1 + self.char_at(at + 1).len_utf8()).min(line_end);
                wrong = wrong.or(Some((at, end)));
                at = end;
            } else {
                at += length;
            }
        }
        if at >= line_end {
            self.unclosed_text(line_end);
            return;
        }
        self.push(TokenKind::Text, at + 1);
        if let Some((from, to)) = wrong {
            let escape = shown(&self.text[from..to]);
            self.report(
                Problem::error(Code::BadString, format!("unknown escape {escape} in a string"))
                    .at(self.span(from, to), "")
                    .help("escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{1F600}`; a path is written with `/`, or with `\\\\` for each `\\`"),
            );
            self.hole(start..at + 1);
        }
    }

    /// How long the escape at `at` is; 0 where there is none.
    pub(super) fn escape_length(&self, at: usize) -> usize {
        match self.byte(at + 1) {
            b'"' | b'\\' | b'n' | b't' => 2,
            b'u' if self.byte(at + 2) == b'{' => {
                let digits = (at + 3..at + 10).take_while(|i| self.byte(*i).is_ascii_hexdigit()).count();
                let hex = self.text.get(at + 3..at + 3 + digits).unwrap_or("");
                let valid = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).is_some();
                if valid && digits <= 6 && self.byte(at + 3 + digits) == b'}' { digits + 4 } else { 0 }
            }
            _ => 0,
        }
    }

    /// A string without its closing quote. Brackets and commas at the end of its line are not part of it.
    pub(super) fn unclosed_text(&mut self, line_end: usize) {
        let start = self.at;
        let body = &self.text[start + 1..line_end];
        let end = start + 1 + body.trim_end_matches([')', ']', '}', ',', ';', ' ', '\t', '\r']).len();
        self.push(TokenKind::Text, end);
        self.report(
            Problem::error(Code::BadString, "a string that is never closed")
                .at(self.span(start, end), "begins here and has no closing `\"` on its line")
                .help("close it with `\"`; a string ends on the line it begins on"),
        );
        self.hole(start..end);
    }

    pub(super) fn single_quotes(&mut self) {
        let start = self.at;
        let line_end = self.line_end(start);
        let Some(length) = self.text[start + 1..line_end].find('\'') else {
            self.junk();
            return;
        };
        let end = start + length + 2;
        let inside = &self.text[start + 1..end - 1];
        let plain = !inside.contains(['"', '\\']);
        let mut problem = Problem::error(Code::BadString, "a string in single quotes")
            .at(self.span(start, end), "")
            .help("strings are written in double quotes: `\"...\"`");
        if plain {
            problem = problem.edit(self.span(start, end), format!("\"{inside}\""), true);
        }
        self.push(TokenKind::Text, end);
        self.report(problem);
        if plain {
            self.set(start, b"\"");
            self.set(end - 1, b"\"");
        } else {
            self.hole(start..end);
        }
    }
}
