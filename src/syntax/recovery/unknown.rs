//! Declarations that begin with no keyword, and the names that an unreadable declaration may have declared.

use super::state::Recovery;
use crate::diag::{Code, Problem, Span, nearest};
use crate::syntax::ast::{Name, UnparsedDeclaration};
use crate::syntax::keyword::KEYWORDS;
use crate::syntax::lexer::{TokenKind, shown};

impl Recovery<'_> {
    /// The report for a declaration that does not begin with a keyword; corrects a misspelt keyword.
    pub(in crate::syntax) fn unknown_declaration(&mut self) -> Option<Problem> {
        let at = self.declaration.tokens.start;
        let token = self.token(at)?;
        let span = Span::new(self.file, token.start, token.end);
        let word = self.word(at);
        let problem = Problem::error(Code::UnexpectedToken, format!("expected a declaration, found {}", shown(word)))
            .at(span, "");
        let follows = self.kind(at + 1);
        let declares = matches!(follows, Some(TokenKind::Word | TokenKind::Text | TokenKind::Open(_)));
        let meant = match word {
            _ if token.kind != TokenKind::Word || !declares => None,
            "import" | "include" => Some("use"),
            "def" | "func" | "function" | "fun" => Some("fn"),
            "let" | "const" | "var" | "parameter" => Some("param"),
            "dataset" => Some("data"),
            "target" | "output" => Some("label"),
            "input" => Some("modality"),
            _ => nearest(word, KEYWORDS).and_then(|near| KEYWORDS.into_iter().find(|keyword| *keyword == near)),
        };
        let Some(meant) = meant else {
            return Some(problem.help(format!("a declaration begins with one of `{}`", KEYWORDS.join("`, `"))));
        };
        self.misspelt = Some(meant);
        let rest = self.work.split_off((token.end - token.start).min(self.work.len()));
        self.work = meant.as_bytes().to_vec();
        self.work.extend(rest);
        self.shift = i64::try_from(token.end).unwrap_or(0) - i64::try_from(meant.len()).unwrap_or(0);
        self.reported.insert(at);
        Some(problem.help(format!("did you mean `{meant}`?")).edit(span, meant, false))
    }

    /// Names that an unparsed declaration may declare: any word before its value.
    pub(in crate::syntax) fn unparsed(&self) -> Vec<UnparsedDeclaration> {
        let keyword = self.keyword().unwrap_or_default();
        let first = self.declaration.tokens.start + usize::from(!keyword.is_empty());
        let head = (first..self.declaration.tokens.end).map_while(|at| match self.kind(at) {
            Some(TokenKind::Word | TokenKind::Junk | TokenKind::Number) => Some(at),
            _ => None,
        });
        let names = head.filter(|at| self.kind(*at) == Some(TokenKind::Word)).filter_map(|at| self.token(at));
        let unparsed = |name: Option<Name>| UnparsedDeclaration { keyword: keyword.to_owned(), name };
        let named: Vec<UnparsedDeclaration> = names
            .map(|token| {
                let span = Span::new(self.file, token.start, token.end);
                unparsed(Some(Name { text: self.text[token.start..token.end].to_owned(), span }))
            })
            .collect();
        if named.is_empty() { vec![unparsed(None)] } else { named }
    }
}
