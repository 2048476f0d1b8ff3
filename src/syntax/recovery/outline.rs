//! Outline of a text before parsing: matching brackets, starts of declarations, nesting depth.
//!
//! It provides the resynchronisation points of recovery: a declaration or entry with an error ends where the next one
//! begins. Text that nests too deep is not passed to the recursive parser.

use super::brackets::{BracketFrame, MAX_DEPTH, MAX_OPERATORS, closing};
use crate::diag::{Code, FileId, Problem, Span};
use crate::syntax::keyword::KEYWORDS;
use crate::syntax::lexer::{Bracket, LexerOutput, Token, TokenKind, ends_operand};

/// The tokens of one declaration, recognised or not.
#[derive(Clone, Debug)]
pub(in crate::syntax) struct RawDeclaration {
    /// Its tokens.
    pub(in crate::syntax) tokens: std::ops::Range<usize>,
    /// Closers of the brackets it leaves open.
    pub(in crate::syntax) closers: String,
    /// Brackets within it that are still open when brackets around them close.
    pub(in crate::syntax) broken: Vec<usize>,
    /// Tokens in outermost entries that are removed whole, because they nest too deep or their brackets cross.
    pub(in crate::syntax) deep: Vec<usize>,
}

/// Brackets, declarations and entries of a text.
pub(in crate::syntax) struct Outline {
    pub(in crate::syntax) declarations: Vec<RawDeclaration>,
    /// By token: the opening bracket around it.
    pub(in crate::syntax) parent: Vec<Option<usize>>,
    /// By token: for an opening bracket the last token of its group, for a closing bracket the first.
    pub(in crate::syntax) mate: Vec<usize>,
    /// By token: whether it begins a line and does not continue the one before.
    pub(in crate::syntax) starts_line: Vec<bool>,
    /// Problems of brackets, each with its token.
    pub(in crate::syntax) problems: Vec<(usize, Problem)>,
}

pub(in crate::syntax) fn outline(file: FileId, text: &str, lexed: &mut LexerOutput) -> Outline {
    let count = lexed.tokens.len();
    let outline = Outline {
        declarations: vec![],
        parent: vec![None; count],
        mate: (0..count).collect(),
        starts_line: vec![false; count],
        problems: vec![],
    };
    let mut builder = Builder {
        file,
        text,
        tokens: &lexed.tokens,
        repaired: &mut lexed.repaired,
        outline,
        frames: vec![BracketFrame::new(None)],
        nesting: 0,
        indents: vec![0; count],
        depths: [vec![], vec![], vec![]],
        blocks: vec![],
        entry: 0,
        deep_entry: None,
        crossed_entry: None,
        explained: false,
    };
    for at in 0..count {
        builder.token(at);
    }
    builder.end_declaration(count, None);
    builder.outline
}

struct Builder<'a> {
    file: FileId,
    text: &'a str,
    tokens: &'a [Token],
    repaired: &'a mut [u8],
    outline: Outline,
    /// The open brackets; the first frame is the declaration itself.
    frames: Vec<BracketFrame>,
    /// Open brackets and the `if`s between them.
    nesting: usize,
    /// By token: the indentation of its line, in bytes.
    indents: Vec<usize>,
    /// Where in `frames` the brackets of each kind are, and those that hold settings: no search through deep nesting.
    depths: [Vec<usize>; 3],
    blocks: Vec<usize>,
    /// Counts the outermost entries, and which of them was last found too deep.
    entry: usize,
    deep_entry: Option<usize>,
    /// The outermost entry in which a bracket was last found closed by one of another kind.
    crossed_entry: Option<usize>,
    /// Whether a bracket problem of this declaration has been reported that explains a closing bracket too many.
    explained: bool,
}

impl Builder<'_> {
    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start..token.end])
    }

    fn span(&self, at: usize) -> Span {
        self.tokens.get(at).map_or_else(Span::default, |token| Span::new(self.file, token.start, token.end))
    }

    fn token(&mut self, at: usize) {
        let Some(token) = self.tokens.get(at).copied() else { return };
        self.indents[at] = if token.first {
            let line = self.text[..token.start].rfind('\n').map_or(0, |newline| newline + 1);
            token.start - line
        } else {
            at.checked_sub(1).map_or(0, |before| self.indents[before])
        };
        if token.first {
            self.begin_line(at);
        }
        if at == 0 && self.outline.declarations.is_empty() {
            self.begin_declaration(0);
        }
        let opener = self.frames.last().and_then(|frame| frame.opener);
        self.outline.parent[at] = opener;
        match token.kind {
            TokenKind::Open(_) => self.open(at),
            TokenKind::Close(bracket) => self.close(at, bracket),
            TokenKind::Comma | TokenKind::Semicolon => self.end_element(),
            TokenKind::Operator => self.operator(at),
            TokenKind::Dot => self.postfix(at),
            TokenKind::Text if !self.word(at).ends_with('"') || token.end == token.start + 1 => self.explained = true,
            TokenKind::Word if self.word(at) == "if" => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.ifs += 1;
                }
                self.nesting += 1;
                self.operator(at);
                self.check_nesting(at);
            }
            _ => {}
        }
    }

    fn begin_line(&mut self, at: usize) {
        let opener = self.frames.get(1).and_then(|frame| frame.opener);
        let indent = self.indents[at];
        match opener {
            Some(outermost) if self.is_declaration(at) && indent <= self.indents[outermost] => {
                self.end_declaration(at, Some("a new declaration begins here"));
                self.begin_declaration(at);
            }
            Some(_) => {
                if self.is_setting(at) {
                    self.leave_unclosed(at, indent);
                }
                if self.is_setting(at) || !self.continues(at) {
                    self.outline.starts_line[at] = true;
                    if self.frames.last().and_then(|frame| frame.opener).is_some_and(|opener| self.is_block(opener)) {
                        self.end_element();
                    }
                }
            }
            None => {
                if self.is_declaration(at) || !self.continues(at) {
                    self.end_declaration(at, None);
                    self.begin_declaration(at);
                }
            }
        }
    }

    /// Whether a line that begins with this token continues the line before.
    fn continues(&self, at: usize) -> bool {
        let demanded = at.checked_sub(1).is_some_and(|before| match self.kind(before) {
            Some(TokenKind::Assign | TokenKind::Colon | TokenKind::Operator | TokenKind::Dot) => true,
            Some(TokenKind::Word) => matches!(self.word(before), "if" | "then" | "else" | "in" | "let"),
            _ => false,
        });
        demanded
            || match self.kind(at) {
                Some(
                    TokenKind::Operator
                    | TokenKind::Dot
                    | TokenKind::Assign
                    | TokenKind::Colon
                    | TokenKind::Question
                    | TokenKind::Comma
                    | TokenKind::Semicolon
                    | TokenKind::Close(_)
                    | TokenKind::Open(Bracket::Brace),
                ) => true,
                Some(TokenKind::Word) => matches!(self.word(at), "then" | "else" | "in"),
                _ => false,
            }
    }

    /// Whether a declaration begins here: a keyword and, on the same line, what must follow it.
    fn is_declaration(&self, at: usize) -> bool {
        let keyword = self.word(at);
        if !KEYWORDS.contains(&keyword) {
            return false;
        }
        let next = self.tokens.get(at + 1).filter(|next| !next.first);
        match (keyword, next.map(|next| next.kind)) {
            ("data" | "train", Some(TokenKind::Open(Bracket::Brace))) => true,
            ("use", Some(TokenKind::Text)) => true,
            ("data" | "train" | "use", _) => false,
            (_, Some(TokenKind::Word)) => true,
            _ => false,
        }
    }

    fn is_setting(&self, at: usize) -> bool {
        self.kind(at) == Some(TokenKind::Word)
            && (self.kind(at + 1) == Some(TokenKind::Assign) || self.word(at) == "let")
    }

    /// Whether the brace holds settings or the body of a function, rather than a record.
    fn is_block(&self, brace: usize) -> bool {
        self.kind(brace) == Some(TokenKind::Open(Bracket::Brace))
            && brace
                .checked_sub(1)
                .and_then(|before| self.tokens.get(before))
                .is_some_and(|before| ends_operand(self.text, before))
    }

    /// A setting begins on a line indented no further than an open bracket's line: that bracket was never closed.
    fn leave_unclosed(&mut self, at: usize, indent: usize) {
        let Some(block) = self.blocks.last().copied() else { return };
        let Some(opener) = self.frames.get(block + 1).and_then(|frame| frame.opener) else { return };
        if indent > self.indents[opener] {
            return;
        }
        self.unclosed(block + 1, Some((at, "a new setting begins here")));
        self.pop_broken(block + 1, at);
    }

    fn begin_declaration(&mut self, at: usize) {
        self.outline.declarations.push(RawDeclaration {
            tokens: at..at,
            closers: String::new(),
            broken: vec![],
            deep: vec![],
        });
        self.outline.starts_line[at] = true;
        self.explained = false;
        self.entry += 1;
    }

    fn end_declaration(&mut self, at: usize, because: Option<&str>) {
        if self.frames.len() > 1 {
            self.unclosed(1, because.map(|because| (at, because)));
        }
        let mut closers = String::new();
        // Beyond the largest depth only the outermost block is left to close: the rest is removed.
        let kept = match (self.frames.len() > MAX_DEPTH, self.blocks.first()) {
            (false, _) => self.frames.len(),
            (true, Some(1)) => 2,
            (true, _) => 1,
        };
        for (depth, frame) in self.frames.iter().enumerate().rev() {
            let Some(opener) = frame.opener else { continue };
            self.outline.mate[opener] = at.saturating_sub(1).max(opener);
            if let Some(TokenKind::Open(bracket)) = self.tokens.get(opener).map(|token| token.kind)
                && depth < kept
            {
                closers.push(bracket.close());
            }
        }
        if let Some(declaration) = self.outline.declarations.last_mut() {
            declaration.tokens.end = at;
            declaration.closers = closers;
        }
        self.nesting = 0;
        self.frames = vec![BracketFrame::new(None)];
        self.depths.iter_mut().for_each(Vec::clear);
        self.blocks.clear();
    }

    /// Reports that the brackets of the frames from `depth` on are not closed: the innermost, with the others beside
    /// it.
    fn unclosed(&mut self, depth: usize, because: Option<(usize, &str)>) {
        self.explained = true;
        if self.frames.len() > MAX_DEPTH {
            return;
        }
        let mut openers = self.frames.iter().skip(depth).rev().filter_map(|frame| frame.opener);
        let Some(innermost) = openers.next() else { return };
        let others: Vec<usize> = openers.take(3).collect();
        let Some(TokenKind::Open(bracket)) = self.kind(innermost) else { return };
        let mut problem = Problem::error(Code::UnclosedBracket, format!("`{}` is never closed", bracket.open()))
            .at(self.span(innermost), "opened here");
        for other in others {
            problem = problem.also(self.span(other), "not closed either");
        }
        if let Some((at, because)) = because {
            problem = problem.also(self.span(at), because);
        }
        let mut problem = problem.help(format!("close it with `{}`", bracket.close()));
        let at = because.map_or(self.tokens.len(), |(at, _)| at);
        let openers: Vec<usize> = self.frames.iter().skip(depth).rev().filter_map(|frame| frame.opener).collect();
        if let Some((place, closers)) = closing(self.tokens, &openers, at) {
            problem = problem.edit(Span::new(self.file, place.start, place.end), closers, false);
        }
        self.outline.problems.push((innermost, problem));
    }

    /// Ends the frames from `depth` on before token `at`.
    fn pop_broken(&mut self, depth: usize, at: usize) {
        if let (Some(opener), Some(declaration)) =
            (self.frames.get(depth).and_then(|frame| frame.opener), self.outline.declarations.last_mut())
        {
            declaration.broken.push(opener);
        }
        while self.frames.len() > depth {
            self.pop(at.saturating_sub(1));
        }
    }

    /// Ends the innermost frame, whose last token is `last`.
    fn pop(&mut self, last: usize) {
        let Some(mut frame) = self.frames.pop() else { return };
        self.nesting = self.nesting.saturating_sub(1 + frame.ifs);
        frame.end_element();
        // A part that is too deep has been reported, and does not count for the depth around it.
        let height = if frame.height > MAX_OPERATORS { 0 } else { frame.height };
        if let Some(opener) = frame.opener {
            self.outline.mate[opener] = last.max(opener);
            if let Some(TokenKind::Open(bracket)) = self.kind(opener) {
                self.depths[bracket as usize].pop();
            }
            if self.blocks.last() == Some(&self.frames.len()) {
                self.blocks.pop();
            }
        }
        if let Some(parent) = self.frames.last_mut() {
            parent.inner = parent.inner.max(height + 1);
        }
        self.check_height(last);
    }

    fn open(&mut self, at: usize) {
        let postfix = at
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before))
            .is_some_and(|before| ends_operand(self.text, before));
        if postfix {
            self.postfix(at);
        }
        if let Some(TokenKind::Open(bracket)) = self.kind(at) {
            self.depths[bracket as usize].push(self.frames.len());
        }
        if self.is_block(at) {
            self.blocks.push(self.frames.len());
        }
        self.frames.push(BracketFrame::new(Some(at)));
        self.nesting += 1;
        self.check_nesting(at);
    }

    fn close(&mut self, at: usize, bracket: Bracket) {
        let Some(depth) = self.depths[bracket as usize].last().copied() else {
            self.stray(at, bracket);
            return;
        };
        if depth + 1 < self.frames.len() {
            if self.crossed_entry != Some(self.entry) {
                self.unclosed(depth + 1, Some((at, "closed before it")));
                self.pop_broken(depth + 1, at);
            } else {
                // Brackets crossed again in one entry: its content cannot be parsed reliably.
                while self.frames.len() > depth + 1 {
                    self.pop(at.saturating_sub(1));
                }
                self.give_up_entry(at);
            }
            self.crossed_entry = Some(self.entry);
        }
        if let Some(opener) = self.frames.last().and_then(|frame| frame.opener) {
            self.outline.mate[at] = opener;
            self.outline.parent[at] = self.outline.parent[opener];
        }
        self.pop(at);
    }

    /// A closing bracket without an opening one of its kind: treated as a closing one of another kind, or removed.
    fn stray(&mut self, at: usize, bracket: Bracket) {
        let found = bracket.close();
        let opener = self.frames.last().and_then(|frame| frame.opener);
        let place = self.tokens.get(at).map_or(0, |token| token.start);
        // In the middle of a line of settings it probably closes something on that line, not the block.
        let inside = self.tokens.get(at).is_some_and(|token| !token.first);
        let opener = opener.filter(|opener| !(inside && self.is_block(*opener)));
        let Some(opener) = opener else {
            self.repaired[place] = b' ';
            if !self.explained {
                let problem = Problem::error(Code::UnclosedBracket, format!("`{found}` closes nothing"))
                    .at(self.span(at), format!("there is no `{}` before it", bracket.open()))
                    .help("remove it, or add the opening bracket it belongs to")
                    .edit(self.span(at), "", false);
                self.outline.problems.push((at, problem));
                self.explained = true;
            }
            return;
        };
        if let Some(TokenKind::Open(open)) = self.kind(opener) {
            let mut right = [0; 1];
            open.close().encode_utf8(&mut right);
            self.repaired[place] = right[0];
            let problem = Problem::error(
                Code::UnclosedBracket,
                format!("expected `{}` to close `{}`, found `{found}`", open.close(), open.open()),
            )
            .at(self.span(at), "")
            .also(self.span(opener), "opened here")
            .help(format!("close it with `{}`", open.close()))
            .edit(self.span(at), open.close().to_string(), false);
            if self.crossed_entry != Some(self.entry) {
                self.outline.problems.push((at, problem));
            }
            self.crossed_entry = Some(self.entry);
            self.explained = true;
        }
        self.outline.mate[at] = opener;
        self.outline.parent[at] = self.outline.parent[opener];
        self.pop(at);
    }

    fn end_element(&mut self) {
        if self.frames.len() <= 2 {
            self.entry += 1;
        }
        if let Some(frame) = self.frames.last_mut() {
            self.nesting = self.nesting.saturating_sub(frame.ifs);
            frame.end_element();
        }
    }

    fn operator(&mut self, at: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.end_operand();
            frame.operators += 1;
        }
        self.check_height(at);
    }

    fn postfix(&mut self, at: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.postfixes += 1;
        }
        self.check_height(at);
    }

    fn check_height(&mut self, at: usize) {
        if self.frames.last().is_some_and(|frame| frame.depth() > MAX_OPERATORS) {
            self.too_deep(at);
        }
    }

    fn check_nesting(&mut self, at: usize) {
        if self.nesting > MAX_DEPTH {
            self.too_deep(at);
        }
    }

    /// Reports the outermost entry once.
    fn too_deep(&mut self, at: usize) {
        if !self.give_up_entry(at) {
            return;
        }
        let place = self.span(at);
        let (message, help) = if self.nesting > MAX_DEPTH {
            (
                format!("brackets and `if`s nested more than {MAX_DEPTH} deep"),
                "give inner parts a name with `fn`, `let` or `param`",
            )
        } else {
            (
                format!("more than {MAX_OPERATORS} operators in one expression"),
                "give parts of it a name with `fn`, `let` or `param`, or repeat a layer with `repeat(n, x, f)`",
            )
        };
        let problem = Problem::error(Code::TooDeep, message).at(place, "goes too far here").help(help);
        self.outline.problems.push((at, problem));
    }

    /// Schedules removal of the outermost entry; false where that is already scheduled.
    fn give_up_entry(&mut self, at: usize) -> bool {
        if self.deep_entry == Some(self.entry) {
            return false;
        }
        self.deep_entry = Some(self.entry);
        if let Some(declaration) = self.outline.declarations.last_mut() {
            declaration.deep.push(at);
        }
        true
    }
}
