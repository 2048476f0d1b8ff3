//! The coarse tokens of a text: enough to find brackets, declarations and the token a mistake is at, whatever the text.
//!
//! What the tokens mean together is the grammar's business. Numbers, strings and characters that can be nothing at all
//! are reported here, because a person is better told "this string is not closed" than what the grammar makes of it.

pub(super) mod lexeme;

use super::RESERVED;
use crate::diag::{Code, FileId, Problem, Span};

/// The byte order mark.
const BOM: char = '\u{feff}';

/// The kinds of bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Bracket {
    Paren,
    Square,
    Brace,
}

impl Bracket {
    pub(in crate::syntax) fn open(self) -> char {
        match self {
            Bracket::Paren => '(',
            Bracket::Square => '[',
            Bracket::Brace => '{',
        }
    }

    pub(in crate::syntax) fn close(self) -> char {
        match self {
            Bracket::Paren => ')',
            Bracket::Square => ']',
            Bracket::Brace => '}',
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum TokenKind {
    /// A name, a keyword or a reserved word.
    Word,
    Number,
    Text,
    Open(Bracket),
    Close(Bracket),
    Comma,
    Semicolon,
    Assign,
    Colon,
    Question,
    Dot,
    /// Everything that joins two operands.
    Operator,
    /// What is no token of the language.
    Junk,
}

#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct Token {
    pub(in crate::syntax) kind: TokenKind,
    pub(in crate::syntax) start: usize,
    pub(in crate::syntax) end: usize,
    /// Whether it is the first of its line.
    pub(in crate::syntax) first: bool,
}

/// A `#` comment, `##` ones included, and what was written as a comment of another language.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct CommentToken {
    pub(in crate::syntax) start: usize,
    pub(in crate::syntax) end: usize,
    /// Whether nothing stands before it on its line.
    pub(in crate::syntax) own_line: bool,
}

/// What the lexer found.
pub(in crate::syntax) struct Lexed {
    pub(in crate::syntax) tokens: Vec<Token>,
    pub(in crate::syntax) comments: Vec<CommentToken>,
    /// What is wrong with single tokens, each with its place in `tokens`.
    pub(in crate::syntax) problems: Vec<(usize, Problem)>,
    /// What is wrong between tokens.
    pub(in crate::syntax) loose: Vec<Problem>,
    /// The text with what was wrong mended or made a hole, of the same length.
    pub(in crate::syntax) mended: Vec<u8>,
}

/// Whether `c` may stand in a name.
pub(in crate::syntax) fn is_word_byte(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

pub(in crate::syntax) fn lex(file: FileId, text: &str) -> Lexed {
    let lexed =
        Lexed { tokens: vec![], comments: vec![], problems: vec![], loose: vec![], mended: text.as_bytes().to_vec() };
    let mut lexer = Lexer { file, text, bytes: text.as_bytes(), at: 0, first: true, lexed };
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.lexed
}

struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    first: bool,
    lexed: Lexed,
}

impl Lexer<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn char_at(&self, at: usize) -> char {
        self.text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('\0')
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    fn push(&mut self, kind: TokenKind, end: usize) {
        self.lexed.tokens.push(Token { kind, start: self.at, end, first: self.first });
        self.first = false;
        self.at = end;
    }

    /// Reports a problem with the token that was or is being pushed last.
    fn report(&mut self, problem: Problem) {
        let token = self.lexed.tokens.len().saturating_sub(1);
        self.lexed.problems.push((token, problem));
    }

    fn blank(&mut self, range: std::ops::Range<usize>) {
        for byte in self.lexed.mended.get_mut(range).into_iter().flatten() {
            *byte = b' ';
        }
    }

    fn hole(&mut self, range: std::ops::Range<usize>) {
        for byte in self.lexed.mended.get_mut(range).into_iter().flatten() {
            *byte = 0;
        }
    }

    fn set(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.lexed.mended.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    fn line_end(&self, from: usize) -> usize {
        self.bytes
            .get(from..)
            .and_then(|rest| rest.iter().position(|b| *b == b'\n'))
            .map_or(self.bytes.len(), |n| from + n)
    }

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
            b'=' if next == b'>' => self.wrong(2, "|>", "a pipe is written `|>`"),
            b'=' => self.push(TokenKind::Assign, at + 1),
            b':' if next == b'=' => {
                self.wrong_unmended(2, "`:=`", "write `=` in a declaration or a block, `:` in a call or a record");
                self.set(at, b" =");
            }
            b':' => self.push(TokenKind::Colon, at + 1),
            b'-' if next == b'>' => self.wrong(2, "|>", "a pipe is written `|>`"),
            b'!' | b'<' | b'>' if next == b'=' => self.push(TokenKind::Operator, at + 2),
            b'/' if next == b'/' || next == b'*' => self.foreign_comment(),
            b'+' | b'-' | b'*' | b'/' | b'<' | b'>' => self.push(TokenKind::Operator, at + 1),
            b'&' if next == b'&' => {
                self.wrong_unmended(2, "`&&`", "nest two `if`s: `if a then (if b then x else y) else y`")
            }
            b'|' if next == b'|' => {
                self.wrong_unmended(2, "`||`", "nest two `if`s: `if a then x else if b then x else y`")
            }
            b'|' => {
                self.wrong_unmended(1, "`|`", "a pipe is written `|>`");
                let edit = self.span(at, at + 1);
                if let Some((_, problem)) = self.lexed.problems.last_mut() {
                    problem.edits.push(crate::diag::Edit { span: edit, replacement: "|>".to_owned(), safe: true });
                }
                if next == b' ' {
                    self.set(at, b"|>");
                    if let Some(token) = self.lexed.tokens.last_mut() {
                        token.kind = TokenKind::Operator;
                    }
                }
            }
            // A byte order mark says nothing, at the beginning of the text or where texts were joined.
            0xef if self.char_at(at) == BOM => {
                self.at += BOM.len_utf8();
                self.blank(at..self.at);
            }
            _ if c.is_ascii_alphabetic() || c == b'_' => self.word(),
            _ if !c.is_ascii() && self.char_at(at).is_alphanumeric() => self.word(),
            _ => self.junk(),
        }
    }

    fn after_operand(&self) -> bool {
        self.lexed.tokens.last().is_some_and(|token| token.end == self.at && ends_operand(self.text, token))
    }

    fn word(&mut self) {
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

    fn digits(&self, mut at: usize) -> usize {
        while self.byte(at).is_ascii_digit() || self.byte(at) == b'_' {
            at += 1;
        }
        at
    }

    fn number(&mut self) {
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
        // Without point and exponent it is a whole number, and every digit of it is meant.
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

    fn text_token(&mut self) {
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
    fn escape_length(&self, at: usize) -> usize {
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

    /// A string without its closing quote. Brackets and commas at the end of its line are left to close what they close.
    fn unclosed_text(&mut self, line_end: usize) {
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

    fn single_quotes(&mut self) {
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

    fn foreign_comment(&mut self) {
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
        // It is a comment all the same, so that nothing else of its line is said to be wrong.
        self.lexed.comments.push(CommentToken { start, end, own_line: self.first });
        self.lexed.loose.push(problem);
        self.blank(start..end);
        self.at = line_end;
    }

    /// A token of other languages with a known counterpart of the same length.
    fn wrong(&mut self, length: usize, right: &str, help: &str) {
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
    fn wrong_unmended(&mut self, length: usize, found: &str, help: &str) {
        let start = self.at;
        self.push(TokenKind::Junk, start + length);
        self.report(
            Problem::error(Code::UnexpectedToken, format!("there is no {found} in this language"))
                .at(self.span(start, start + length), "")
                .help(help),
        );
        self.blank(start..start + length);
    }

    /// A run of characters that can be nothing.
    fn junk(&mut self) {
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

/// Whether an operand may end with `token`.
pub(in crate::syntax) fn ends_operand(text: &str, token: &Token) -> bool {
    match token.kind {
        TokenKind::Number | TokenKind::Text | TokenKind::Close(_) => true,
        TokenKind::Word => {
            !RESERVED.contains(&&text[token.start..token.end])
                || matches!(&text[token.start..token.end], "true" | "false")
        }
        _ => false,
    }
}

/// A piece of the text in backticks, cut where it is long.
pub(in crate::syntax) fn shown(piece: &str) -> String {
    let clean: String = piece.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.chars().count() > 24 {
        let cut: String = clean.chars().take(21).collect();
        return format!("`{cut}...`");
    }
    format!("`{clean}`")
}
