//! Syntactic context of a position: declaration, open brackets, key. Computed from lexemes alone, because a text that
//! is being edited can rarely be parsed.

use super::keyword::{KEYWORDS, RESERVED};
use super::lexer::{Lexeme, LexemeKind, lexemes};
use crate::diag::{FileId, Span};

/// Syntactic context of a position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The word around the place, which a completion replaces; empty if there is none.
    pub word: Span,
    /// The kind of text around the place.
    pub inside: Inside,
    /// The declaration around it: its keyword. None between declarations.
    pub declaration: Option<String>,
    /// The name that it declares.
    pub name: Option<String>,
    /// The declaration's first word after its header: the strategy of a combine.
    pub callee: Option<String>,
    /// The open brackets around it, innermost first; the last is the declaration itself, outside of all brackets.
    pub around: Vec<Around>,
    /// The token directly before the word.
    pub before: Before,
}

/// The kind of text around a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inside {
    /// Code.
    #[default]
    Code,
    /// A string: where its letters begin and end.
    Text(Span),
    /// A comment.
    Comment,
}

/// The token before a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Before {
    /// The beginning of a text, line, bracket or entry.
    #[default]
    Nothing,
    /// `|>`
    Pipe,
    /// `.`, and the names before it: `trunk` in `trunk.`
    Dot(Vec<String>),
    /// A value that is complete: only an operator could follow.
    Operand,
    /// `=`, `:` or an operator: a value follows.
    Mark,
}

/// One bracket around a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// `(`, `[` or `{`; a blank for the declaration itself.
    pub bracket: char,
    /// The word before it: what is called.
    pub callee: Option<String>,
    /// The span of that word.
    pub callee_span: Span,
    /// The key whose value the place is in.
    pub key: Option<String>,
    /// Every key in it before the place.
    pub keys: Vec<String>,
    /// How many elements are complete before the place.
    pub elements: usize,
    /// Whether a `|>` stands before the place in this element.
    pub piped: bool,
}

/// The context of the byte `offset`.
pub fn cursor(text: &str, offset: usize) -> Cursor {
    let found = lexemes(FileId(0), text);
    let at = u32::try_from(offset).unwrap_or(u32::MAX);
    let mut reader = CursorScanner { text, cursor: Cursor::default(), stack: vec![] };
    reader.cursor.word = Span { start: at, end: at, ..Span::default() };
    for (place, lexeme) in found.iter().enumerate() {
        if lexeme.span.start > at || (lexeme.span.start == at && lexeme.kind != LexemeKind::Word) {
            break;
        }
        if lexeme.span.end >= at && reader.holds(lexeme, at) {
            break;
        }
        reader.pass(&found, place);
    }
    // After the end of a declaration's line, at the margin, another one begins.
    let line = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let margin = reader.cursor.word.start as usize == line;
    if margin && reader.stack.len() <= 1 && !matches!(reader.cursor.before, Before::Pipe | Before::Mark) {
        reader.cursor.declaration = None;
        reader.cursor.before = Before::Nothing;
        reader.stack.clear();
    }
    if reader.starts_anew(line) {
        reader.cursor.before = Before::Nothing;
        if let Some(block) = reader.stack.last_mut() {
            (block.key, block.piped) = (None, false);
        }
    }
    reader.stack.reverse();
    Cursor { around: reader.stack, ..reader.cursor }
}

struct CursorScanner<'t> {
    text: &'t str,
    cursor: Cursor,
    /// The open brackets, outermost first.
    stack: Vec<Around>,
}

impl CursorScanner<'_> {
    fn written(&self, lexeme: &Lexeme) -> &str {
        self.text.get(lexeme.span.range()).unwrap_or("")
    }

    /// The context if the place is within this lexeme.
    fn holds(&mut self, lexeme: &Lexeme, at: u32) -> bool {
        match lexeme.kind {
            LexemeKind::Word => {
                self.cursor.word = lexeme.span;
                true
            }
            LexemeKind::Comment | LexemeKind::Doc => {
                self.cursor.inside = Inside::Comment;
                true
            }
            LexemeKind::Text => {
                let closed = lexeme.span.end > lexeme.span.start + 1 && self.written(lexeme).ends_with('"');
                let end = lexeme.span.end - u32::from(closed);
                if at > end {
                    return false;
                }
                self.cursor.inside = Inside::Text(Span { start: lexeme.span.start + 1, end, ..lexeme.span });
                true
            }
            LexemeKind::Number => lexeme.span.end > at,
            _ => false,
        }
    }

    /// Whether the place begins an entry of a block of settings, though what is before it could go on.
    fn starts_anew(&self, line: usize) -> bool {
        let blank = self.text[line..self.cursor.word.start as usize].trim().is_empty();
        let block = self.stack.last().is_some_and(|around| around.bracket == '{');
        blank && block && matches!(self.cursor.before, Before::Operand)
    }

    fn pass(&mut self, found: &[Lexeme], place: usize) {
        let lexeme = found[place];
        let written = self.written(&lexeme).to_owned();
        let next = found.get(place + 1);
        if self.begins_declaration(found, place, &written) {
            self.stack = vec![Around { bracket: ' ', ..Around::default() }];
            self.cursor.declaration = Some(written);
            (self.cursor.name, self.cursor.callee) = (None, None);
            self.cursor.before = Before::Nothing;
            return;
        }
        // In a block, a key at the beginning of a line ends the entry before it.
        let is_key = lexeme.kind == LexemeKind::Word
            && next.is_some_and(|next| matches!(next.kind, LexemeKind::Assign | LexemeKind::Colon));
        let top = self.stack.len() == 1;
        if top && lexeme.kind == LexemeKind::Word && self.cursor.name.is_none() {
            self.cursor.name = Some(written.clone());
        }
        let Some(around) = self.stack.last_mut() else { return };
        match lexeme.kind {
            LexemeKind::Word if is_key && (!top || around.key.is_none()) => {
                around.key = None;
                around.piped = false;
                if !top {
                    around.keys.push(written);
                }
                self.cursor.before = Before::Operand;
            }
            LexemeKind::Word
                if RESERVED.contains(&written.as_str()) && !matches!(written.as_str(), "true" | "false") =>
            {
                self.cursor.before = Before::Mark;
            }
            LexemeKind::Word => {
                if top && around.key.as_deref() == Some("=") && self.cursor.callee.is_none() {
                    self.cursor.callee = Some(written);
                }
                self.cursor.before = Before::Operand;
            }
            LexemeKind::Number | LexemeKind::Text => self.cursor.before = Before::Operand,
            LexemeKind::Assign | LexemeKind::Colon => {
                around.key = match top {
                    true => Some(written),
                    false => around.keys.last().cloned(),
                };
                self.cursor.before = Before::Mark;
            }
            LexemeKind::Separator => {
                around.key = None;
                around.piped = false;
                around.elements += 1;
                self.cursor.before = Before::Nothing;
            }
            LexemeKind::Open(bracket) => {
                let before = place.checked_sub(1).and_then(|before| found.get(before));
                let called = before.filter(|before| {
                    before.kind == LexemeKind::Word && bracket != '{' && matches!(self.cursor.before, Before::Operand)
                });
                let callee = called.map(|called| self.written(called).to_owned());
                let callee_span = called.map_or_else(Span::default, |called| called.span);
                self.stack.push(Around { bracket, callee, callee_span, ..Around::default() });
                self.cursor.before = Before::Nothing;
            }
            LexemeKind::Close(_) => {
                if !top {
                    self.stack.pop();
                }
                self.cursor.before = Before::Operand;
            }
            LexemeKind::Dot => self.cursor.before = Before::Dot(self.path(found, place)),
            LexemeKind::Operator => {
                let pipe = written == "|>";
                around.piped |= pipe;
                self.cursor.before = if pipe { Before::Pipe } else { Before::Mark };
            }
            LexemeKind::Comment | LexemeKind::Doc | LexemeKind::Junk => {}
        }
    }

    fn begins_declaration(&self, found: &[Lexeme], place: usize, written: &str) -> bool {
        let lexeme = found[place];
        let margin = lexeme.span.start == 0 || self.text.as_bytes().get(lexeme.span.start as usize - 1) == Some(&b'\n');
        let followed = found.get(place + 1).is_none_or(|next| {
            matches!(next.kind, LexemeKind::Word | LexemeKind::Text | LexemeKind::Open('{')) || next.first
        });
        lexeme.first && (margin || self.stack.is_empty()) && followed && KEYWORDS.contains(&written)
    }

    /// The names before a dot, outermost first.
    fn path(&self, found: &[Lexeme], dot: usize) -> Vec<String> {
        let mut names = vec![];
        let mut at = dot;
        while let Some(name) = at.checked_sub(1).and_then(|at| found.get(at)) {
            if name.kind != LexemeKind::Word {
                break;
            }
            names.push(self.written(name).to_owned());
            match at.checked_sub(2).and_then(|before| found.get(before)) {
                Some(before) if before.kind == LexemeKind::Dot => at -= 2,
                _ => break,
            }
        }
        names.reverse();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place of `|` in the text.
    fn at(text: &str) -> Cursor {
        let offset = text.find('^').unwrap();
        cursor(&text.replacen('^', "", 1), offset)
    }

    #[test]
    fn between_declarations_there_is_none() {
        assert_eq!(at("pipeline x\n\n^").declaration, None);
        assert_eq!(at("pipeline x\nenc^\n").declaration, None);
        assert_eq!(at("^").declaration, None);
        assert_eq!(at("pipeline x\n\n^").before, Before::Nothing);
        assert_eq!(at("pipeline x\nencoder ^").declaration.as_deref(), Some("encoder"));
    }

    #[test]
    fn a_setting_is_known_by_its_block_and_key() {
        let place = at("train {\n  optimizer = sgd(lr: 0.1)\n  ep^\n}");
        assert_eq!(place.declaration.as_deref(), Some("train"));
        assert_eq!(place.around[0].bracket, '{');
        assert_eq!((place.around[0].key.clone(), place.before), (None, Before::Nothing));
        assert_eq!(place.around[0].keys, ["optimizer"]);
        let place = at("train {\n  epochs = 3\n  ^\n}");
        assert_eq!((place.around[0].key.clone(), place.before), (None, Before::Nothing));
        let place = at("train {\n  optimizer = ^\n  epochs = 3\n}");
        assert_eq!(place.around[0].key.as_deref(), Some("optimizer"));
        let place = at("train {\n  stop = patience(3, on: valid.^)\n}");
        assert_eq!(place.before, Before::Dot(vec!["valid".into()]));
        assert_eq!(place.around[0].callee.as_deref(), Some("patience"));
        assert_eq!((place.around[0].key.as_deref(), place.around[0].elements), (Some("on"), 1));
        assert_eq!(place.around[1].key.as_deref(), Some("stop"));
    }

    #[test]
    fn stages_and_strings_are_told_apart() {
        let place = at("modality low: dense[3] = columns(\"lo^\") |> standardize");
        assert!(matches!(place.inside, Inside::Text(span) if (span.start, span.end) == (34, 36)));
        assert_eq!(place.around[0].callee.as_deref(), Some("columns"));
        let place = at("modality low: dense[3] = columns(\"low_*\") |> ^");
        assert_eq!((place.before, place.around[0].key.as_deref()), (Before::Pipe, Some("=")));
        let place = at("modality low: ^");
        assert_eq!((place.before, place.around[0].key.as_deref()), (Before::Mark, Some(":")));
        assert_eq!(at("# a wo^rd").inside, Inside::Comment);
    }

    #[test]
    fn a_combine_knows_its_strategy() {
        let place = at("combine a = mulmix(x, y) {\n  beta = 0.5\n  ^\n}");
        assert_eq!(place.callee.as_deref(), Some("mulmix"));
        assert_eq!(place.name.as_deref(), Some("a"));
        assert_eq!((place.around[0].bracket, place.before), ('{', Before::Nothing));
    }
}
