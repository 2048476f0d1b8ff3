//! What is said of a mistake: from where the grammar stopped, and what stands around, to words, a way on and a change.

use crate::diag::{Code, FileId, Problem, Span};
use crate::syntax::RESERVED;
use crate::syntax::grammar::Rule;
use crate::syntax::lexer::{Bracket, Token, TokenKind, ends_operand, shown};

/// What kind of bracket a mistake stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Context {
    /// None: the declaration itself.
    Declaration,
    /// `{ key = value }`
    Block,
    /// `{ let ...; EXPR }`
    Body,
    /// `{ key: value }`
    Record,
    /// `f( )`
    Call,
    /// `fn f( )`
    Parameters,
    /// `[ ]`, in an expression or a type.
    List,
    /// `( )` around an expression.
    Group,
}

/// Where the grammar could not go on.
pub(in crate::syntax) struct Failure<'a> {
    pub(in crate::syntax) file: FileId,
    pub(in crate::syntax) text: &'a str,
    /// The keyword of the declaration.
    pub(in crate::syntax) keyword: Option<&'static str>,
    pub(in crate::syntax) context: Context,
    /// The first token of the piece it stands in.
    pub(in crate::syntax) start: usize,
    pub(in crate::syntax) previous: Option<Token>,
    /// The token that was not expected; none at the end of the declaration.
    pub(in crate::syntax) found: Option<Token>,
    /// Its number.
    pub(in crate::syntax) at: usize,
    /// The bracket it stands in.
    pub(in crate::syntax) opener: Option<usize>,
    /// What the grammar would have taken.
    pub(in crate::syntax) expected: Vec<Rule>,
}

/// A change of the text, of the same length, that lets the rest be read.
pub(in crate::syntax) struct Mend {
    pub(in crate::syntax) at: usize,
    pub(in crate::syntax) bytes: Vec<u8>,
    /// Whether it may only take the place of white space.
    pub(in crate::syntax) over_blank: bool,
}

impl Failure<'_> {
    fn span(&self, token: &Token) -> Span {
        Span::new(self.file, token.start, token.end)
    }

    fn slice(&self, token: &Token) -> &str {
        self.text.get(token.start..token.end).unwrap_or("")
    }

    /// Whether what comes before is complete by itself.
    pub(in crate::syntax) fn follows_operand(&self) -> bool {
        self.previous.is_some_and(|token| ends_operand(self.text, &token))
    }

    fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// Whether an expression could begin here.
    fn expects_operand(&self) -> bool {
        [Rule::expression, Rule::number, Rule::list, Rule::arg].into_iter().any(|rule| self.expects(rule))
    }

    /// Whether the unexpected token could begin an expression.
    fn begins_operand(&self) -> bool {
        self.found.is_some_and(|token| match token.kind {
            TokenKind::Number | TokenKind::Text | TokenKind::Open(_) => true,
            TokenKind::Word => !matches!(self.slice(&token), "then" | "else" | "in"),
            _ => false,
        })
    }

    /// The unexpected token in words.
    fn found_words(&self) -> String {
        match (self.found, self.previous) {
            (None, _) => "the end of the declaration".to_owned(),
            (Some(token), Some(_)) if token.first && self.expects_operand() => "the end of the line".to_owned(),
            (Some(token), _) => shown(self.slice(&token)),
        }
    }

    /// The problem, placed: at the unexpected token, or at what it should follow where that is on an earlier line.
    fn problem(&self, expected: &str) -> Problem {
        let problem =
            Problem::error(Code::UnexpectedToken, format!("expected {expected}, found {}", self.found_words()));
        match (self.found, self.previous) {
            (Some(token), Some(previous)) if token.first && self.expects_operand() => {
                problem.at(self.span(&previous), "nothing follows on this line")
            }
            (Some(token), _) => problem.at(self.span(&token), ""),
            (None, Some(previous)) => problem.at(self.span(&previous), "nothing follows this"),
            (None, None) => problem.at(Span::new(self.file, 0, 0), ""),
        }
    }

    /// The key or argument name directly before, where it begins its piece.
    fn key_before(&self) -> Option<&str> {
        let previous = self.previous.filter(|token| token.kind == TokenKind::Word)?;
        (self.start + 1 == self.at).then(|| self.slice(&previous)).filter(|_| previous.end <= self.text.len())
    }
}

/// The words for a mistake, and the mend that lets the rest be read where there is one.
pub(in crate::syntax) fn diagnose(failure: &Failure<'_>) -> (Problem, Option<Mend>) {
    mark_of_another_kind(failure)
        .or_else(|| bare_key(failure))
        .or_else(|| declaration_head(failure))
        .or_else(|| missing_separator(failure))
        .or_else(|| branch(failure))
        .or_else(|| missing_operand(failure))
        .unwrap_or_else(|| (plain(failure), None))
}

fn over(token: &Token, bytes: &str) -> Option<Mend> {
    Some(Mend { at: token.start, bytes: bytes.as_bytes().to_vec(), over_blank: false })
}

fn after(token: &Token, bytes: &str) -> Option<Mend> {
    Some(Mend { at: token.end, bytes: bytes.as_bytes().to_vec(), over_blank: true })
}

/// `:` for `=`, `=` for `:`, `;` for `,`.
fn mark_of_another_kind(failure: &Failure<'_>) -> Option<(Problem, Option<Mend>)> {
    let found = failure.found?;
    let span = failure.span(&found);
    match (failure.context, found.kind) {
        (Context::Block, TokenKind::Colon) => {
            let key = failure.key_before()?;
            let spaced = failure.previous.is_some_and(|previous| previous.end < found.start);
            let problem = failure
                .problem(&format!("`=` after `{key}`"))
                .help("a block is written `{ key = value }`, a record `{ key: value }`")
                .edit(span, if spaced { "=" } else { " =" }, true);
            Some((problem, over(&found, "=")))
        }
        (Context::Record | Context::Call, TokenKind::Assign) => {
            let key = failure.key_before()?;
            let previous = failure.previous?;
            let spaced = previous.end < found.start;
            let what = if failure.context == Context::Call {
                "an argument is given by name as `f(key: value)`"
            } else {
                "a record is written `{ key: value }`, a block `{ key = value }`"
            };
            let problem = failure.problem(&format!("`:` after `{key}`")).help(what).edit(
                Span::new(failure.file, previous.end, found.end),
                if spaced { ":" } else { ": " },
                true,
            );
            Some((problem, over(&found, ":")))
        }
        (Context::Record | Context::Call | Context::List | Context::Parameters, TokenKind::Semicolon)
            if failure.follows_operand() =>
        {
            let problem = failure.problem("`,`").help("entries are separated by `,`").edit(span, ",", true);
            Some((problem, over(&found, ",")))
        }
        (Context::Body, TokenKind::Comma) if failure.follows_operand() => {
            let help = "in the body of a function, lines are separated by a line end or `;`";
            Some((failure.problem("`;`").help(help).edit(span, ";", true), over(&found, ";")))
        }
        _ => None,
    }
}

/// A word where a setting should be, and no `=` after it.
fn bare_key(failure: &Failure<'_>) -> Option<(Problem, Option<Mend>)> {
    let (found, previous) = (failure.found?, failure.previous?);
    if failure.context != Context::Block || found.first || found.kind == TokenKind::Assign {
        return None;
    }
    let key = failure.key_before()?;
    let mut problem = failure.problem(&format!("`=` after `{key}`")).help("a setting is written `key = value`");
    if failure.begins_operand() {
        problem = problem.edit(Span::new(failure.file, previous.end, previous.end), " =", false);
    }
    Some((problem, None))
}

/// What goes wrong between a declaration's keyword and its value.
fn declaration_head(failure: &Failure<'_>) -> Option<(Problem, Option<Mend>)> {
    if failure.context != Context::Declaration {
        return None;
    }
    let keyword = failure.keyword?;
    let previous = failure.previous;
    let before = previous.map(|token| shown(failure.slice(&token))).unwrap_or_default();
    let found = failure.found;
    let kind = found.map(|token| token.kind);
    let follows_keyword = failure.at == failure.start + 1;
    let form = form_of(keyword);
    if failure.expects(Rule::text) && keyword == "use" {
        return Some((failure.problem("a path in quotes after `use`").help(form), None));
    }
    if follows_keyword && failure.expects(Rule::name) {
        let problem = match found {
            Some(token) if token.kind == TokenKind::Word && RESERVED.contains(&failure.slice(&token)) => {
                let word = shown(failure.slice(&token));
                failure.problem(&format!("a name after `{keyword}`")).help(format!("{word} is a reserved word"))
            }
            _ => failure.problem(&format!("a name after `{keyword}`")).help(form),
        };
        return Some((problem, None));
    }
    if failure.expects(Rule::colon) && !failure.expects(Rule::comma) {
        return Some(match (found, kind) {
            (Some(token), Some(TokenKind::Assign)) => {
                let _ = token;
                (failure.problem(&format!("`: TYPE` after {before}")).help(form), None)
            }
            (Some(token), Some(TokenKind::Question)) => {
                let span = failure.span(&token);
                let problem = failure.problem(&format!("`:` after {before}"));
                let problem = if keyword == "label" {
                    problem
                        .help("a label is there on every row; only a modality may be missing (`modality NAME?: ...`)")
                } else {
                    problem.help("one `?` says that the modality may be missing")
                };
                (problem.edit(span, "", false), over(&token, " "))
            }
            (Some(_), Some(TokenKind::Word)) if previous.is_some() => {
                let at = previous.map_or(0, |token| token.end);
                let problem = failure.problem(&format!("`:` after {before}")).help(form);
                let problem = problem.edit(Span::new(failure.file, at, at), ":", true);
                (problem, previous.as_ref().and_then(|token| after(token, ":")))
            }
            _ => (failure.problem(&format!("`: TYPE` after {before}")).help(form), None),
        });
    }
    if failure.expects(Rule::type_ref) {
        return Some((failure.problem(&format!("a type after {before}")).help(form), None));
    }
    let has_block = matches!(keyword, "data" | "train" | "sweep");
    if has_block && (failure.expects(Rule::block) || failure.expects(Rule::open_brace)) {
        let what = failure.problem(&format!("`{{` after {before}"));
        return Some(match (found, kind) {
            (Some(token), Some(TokenKind::Assign | TokenKind::Colon)) => {
                let help = format!("the block follows directly: `{keyword} {{ ... }}`");
                (what.help(help).edit(failure.span(&token), "", true), over(&token, " "))
            }
            _ => (what.help(form), None),
        });
    }
    if failure.expects(Rule::fn_args)
        || failure.expects(Rule::open_paren) && keyword == "fn" && failure.at == failure.start + 2
    {
        return Some((failure.problem(&format!("`(` after {before}")).help(form), None));
    }
    if failure.expects(Rule::assign) || (failure.expects(Rule::fn_body) && keyword == "fn") {
        let problem = failure.problem(&format!("`=` after {before}"));
        return Some(match (found, kind) {
            (Some(_), Some(TokenKind::Colon)) => {
                let help = "only `modality` and `label` say a type; the others take it from their value";
                (problem.help(help), None)
            }
            _ => (problem.help(form), None),
        });
    }
    if failure.expects(Rule::EOI) && failure.follows_operand() {
        let problem = failure.problem("the end of the declaration");
        return Some(match kind {
            Some(TokenKind::Semicolon) => {
                let token = found?;
                let problem = problem.help("a declaration ends with its line").edit(failure.span(&token), "", true);
                (problem, over(&token, " "))
            }
            Some(TokenKind::Open(Bracket::Brace)) => {
                (problem.help("only `combine` takes settings in braces after its value"), None)
            }
            Some(TokenKind::Word)
                if keyword == "param"
                    && failure.found.is_some_and(|t| matches!(failure.slice(&t), "within" | "of" | "from")) =>
            {
                (problem.help("the bounds of a param follow `in`: `param beta = 0.5 in 0.0..=1.0`"), None)
            }
            Some(TokenKind::Open(Bracket::Square)) => {
                (problem.help("nothing is indexed with `[ ]`; a field is reached with `.`"), None)
            }
            _ => (problem.help("an operator or a pipe `|>` may be missing, or a line end"), None),
        });
    }
    None
}

/// Two entries next to each other.
fn missing_separator(failure: &Failure<'_>) -> Option<(Problem, Option<Mend>)> {
    let found = failure.found?;
    let previous = failure.previous?;
    if !failure.follows_operand() || failure.expects_operand() {
        return None;
    }
    let insert = Span::new(failure.file, previous.end, previous.end);
    match failure.context {
        Context::Call | Context::List | Context::Record | Context::Parameters if failure.begins_operand() => {
            if !failure.expects(Rule::comma) && failure.context == Context::Record {
                return None;
            }
            let before = shown(failure.slice(&found));
            let problem = Problem::error(Code::UnexpectedToken, format!("expected `,` before {before}"))
                .at(failure.span(&found), "")
                .also(failure.span(&previous), "after this")
                .help("entries are separated by `,`")
                .edit(insert, ",", true);
            Some((problem, after(&previous, ",")))
        }
        Context::Block | Context::Body if found.kind == TokenKind::Word && !found.first => {
            let before = shown(failure.slice(&found));
            let (mark, help) = if failure.context == Context::Block {
                (",", "settings are separated by a line end, or by `,`")
            } else {
                (";", "lines are separated by a line end, or by `;`")
            };
            let problem =
                Problem::error(Code::UnexpectedToken, format!("expected a line end or `{mark}` before {before}"))
                    .at(failure.span(&found), "")
                    .help(help)
                    .edit(insert, mark, true);
            Some((problem, after(&previous, mark)))
        }
        _ => None,
    }
}

/// `if` without `then` or `else`.
fn branch(failure: &Failure<'_>) -> Option<(Problem, Option<Mend>)> {
    if failure.expects(Rule::k_then) {
        return Some((failure.problem("`then`").help("a choice is written `if CONDITION then A else B`"), None));
    }
    if failure.expects(Rule::k_else) {
        return Some((failure.problem("`else`").help("every `if` has a value, so it needs an `else`"), None));
    }
    None
}

/// Nothing where a value should be.
fn missing_operand(failure: &Failure<'_>) -> Option<(Problem, Option<Mend>)> {
    if !failure.expects_operand() {
        return None;
    }
    if failure.context == Context::Body && failure.follows_operand() {
        let help = "the body of a function ends with the expression that is its result: `{ let y = EXPR; y }`";
        let problem = match failure.found {
            Some(token) => Problem::error(
                Code::UnexpectedToken,
                format!("expected the result of the function, found {}", shown(failure.slice(&token))),
            )
            .at(failure.span(&token), ""),
            None => failure.problem("the result of the function"),
        };
        return Some((problem.help(help), None));
    }
    let previous = failure.previous.map(|token| (token, failure.slice(&token)));
    let found = failure.found.map(|token| (token, failure.slice(&token)));
    let expected = match previous {
        Some((token, before))
            if !matches!(token.kind, TokenKind::Open(_) | TokenKind::Comma | TokenKind::Semicolon) =>
        {
            format!("an expression after {}", shown(before))
        }
        _ => "an expression".to_owned(),
    };
    let problem = failure.problem(&expected);
    let help = match (found, previous) {
        (Some((_, word)), _) if RESERVED.contains(&word) => {
            return Some((problem.help(format!("`{word}` is a reserved word")), None));
        }
        (Some((token, ",")), Some((before, _))) if matches!(before.kind, TokenKind::Open(_) | TokenKind::Comma) => {
            let problem = problem.help("remove this `,`, or say what stands before it");
            return Some((problem.edit(failure.span(&token), "", false), over(&token, " ")));
        }
        (Some((token, "+")), _) => {
            let problem = problem.help("a number is positive without a `+`").edit(failure.span(&token), "", true);
            return Some((problem, over(&token, " ")));
        }
        (Some((_, "*")), _) => "there is no power operator `**`",
        (Some((_, "=")), _) => "two values are compared with `==`",
        (Some((_, ":")), _) if failure.context == Context::Call => "an argument's name is one word: `f(key: value)`",
        _ => return Some((problem, None)),
    };
    Some((problem.help(help), None))
}

/// Whatever is left: what the grammar would have taken.
fn plain(failure: &Failure<'_>) -> Problem {
    let closing = match failure.context {
        Context::Declaration => None,
        Context::Block | Context::Body | Context::Record => Some("`}`"),
        Context::Call | Context::Parameters | Context::Group => Some("`)`"),
        Context::List => Some("`]`"),
    };
    let mut words: Vec<&str> = vec![];
    if failure.follows_operand() && !failure.expects(Rule::name) {
        match failure.context {
            Context::Block => words.push("a line end"),
            Context::Call | Context::List | Context::Record | Context::Parameters => words.push("`,`"),
            _ => words.push("an operator"),
        }
        words.extend(closing);
    } else {
        for rule in &failure.expected {
            let word = words_of(*rule, failure.context);
            if !word.is_empty() && !words.contains(&word) {
                words.push(word);
            }
        }
    }
    let list = match words.as_slice() {
        [] => return failure.problem("something else"),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    };
    let problem = failure.problem(&list);
    let reserved = failure.found.map(|token| failure.slice(&token)).filter(|word| RESERVED.contains(word));
    match (reserved, failure.context) {
        (Some(word), _) if failure.expects(Rule::name) || failure.expects(Rule::setting) => {
            problem.help(format!("`{word}` is a reserved word"))
        }
        (_, Context::Block) if !failure.follows_operand() => {
            problem.help("a block is a list of settings: `{ key = value }`")
        }
        (_, Context::Record) if !failure.follows_operand() => problem.help("a record is written `{ key: value }`"),
        (_, Context::Body) => problem.help("the body of a function is `{ let NAME = EXPR; ...; EXPR }`"),
        _ if failure.found.is_some_and(|token| token.kind == TokenKind::Open(Bracket::Square))
            && failure.follows_operand() =>
        {
            problem.help("nothing is indexed with `[ ]`; a field is reached with `.`")
        }
        _ => problem,
    }
}

fn words_of(rule: Rule, context: Context) -> &'static str {
    match rule {
        Rule::name if context == Context::Block => "the name of a setting",
        Rule::name if context == Context::Record => "a key",
        Rule::name | Rule::fn_arg => "a name",
        Rule::setting => "the name of a setting",
        Rule::pair => "a key",
        Rule::text => "a string",
        Rule::assign => "`=`",
        Rule::colon => "`:`",
        Rule::comma => "`,`",
        Rule::semicolon => "`;`",
        Rule::open_paren | Rule::fn_args => "`(`",
        Rule::close_paren => "`)`",
        Rule::open_bracket => "`[`",
        Rule::close_bracket => "`]`",
        Rule::open_brace | Rule::block | Rule::fn_body => "`{`",
        Rule::close_brace => "`}`",
        Rule::type_ref => "a type",
        Rule::k_then => "`then`",
        Rule::k_else => "`else`",
        Rule::k_in => "`in`",
        Rule::binding | Rule::k_let => "`let`",
        Rule::EOI => "the end of the declaration",
        Rule::expression | Rule::number | Rule::list | Rule::arg => "an expression",
        _ => "",
    }
}

/// How a declaration is written.
fn form_of(keyword: &str) -> &'static str {
    match keyword {
        "pipeline" => "write `pipeline NAME`",
        "use" => "write `use \"blocks.mmc\"`",
        "param" => "write `param NAME = VALUE`, or `param NAME = VALUE in 0.0..=1.0`",
        "fn" => "write `fn NAME(x) = EXPR`, or `fn NAME(x) { let y = EXPR; EXPR }`",
        "data" => "write `data { source = ... }`",
        "label" => "write `label NAME: class[\"a\", \"b\"] = column(\"...\")`",
        "shared" => "write `shared NAME = BLOCK`",
        "modality" => "a modality says its type and shape: `modality NAME: dense[21] = columns(\"...\")`",
        "encoder" => "write `encoder NAME = EXPR`",
        "combine" => "write `combine NAME = STRATEGY(inputs) { ... }`",
        "train" => "write `train { epochs = ... }`",
        "sweep" => "write `sweep NAME { over = { param: [...] } }`",
        _ => "",
    }
}
