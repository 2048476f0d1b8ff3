//! Construction of the syntax tree from pest pairs: precedence, literals and spans.
//!
//! A pair that the grammar has matched has the parts of its rule; if one is missing, the answer is
//! `None`, which the parser reports as a defect.

use super::ast::{
    Arg, BinaryOp, Binding, Block, Combine, Entry, Expr, ExprKind, Fn, FnArg, ItemKind, Name, Number, Param, Text,
    Type, Typed,
};
use super::grammar::Rule;
use crate::diag::{FileId, Span};
use pest::iterators::{Pair, Pairs};
use pest::pratt_parser::{Assoc, Op, PrattParser};
use std::sync::LazyLock;

/// From loose to tight; [`tree`](self) and `grammar/README.md` say the same.
static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    PrattParser::new()
        .op(Op::infix(Rule::pipe, Assoc::Left))
        .op(Op::infix(Rule::range, Assoc::Left) | Op::infix(Rule::range_inclusive, Assoc::Left))
        .op(Op::infix(Rule::equal, Assoc::Left)
            | Op::infix(Rule::not_equal, Assoc::Left)
            | Op::infix(Rule::less, Assoc::Left)
            | Op::infix(Rule::less_equal, Assoc::Left)
            | Op::infix(Rule::greater, Assoc::Left)
            | Op::infix(Rule::greater_equal, Assoc::Left))
        .op(Op::infix(Rule::add, Assoc::Left) | Op::infix(Rule::subtract, Assoc::Left))
        .op(Op::infix(Rule::multiply, Assoc::Left) | Op::infix(Rule::divide, Assoc::Left))
        .op(Op::prefix(Rule::negate))
        .op(Op::postfix(Rule::field) | Op::postfix(Rule::call))
});

/// Mapping from offsets in the matched text to offsets in the file.
#[derive(Clone, Copy)]
pub(super) struct SourceOffsets {
    pub(super) file: FileId,
    /// The difference between offsets in the file and in the matched text.
    pub(super) shift: i64,
    /// How many bytes of the matched text are a keyword in its right spelling, which stands for one of another length.
    pub(super) respelt: usize,
    /// The first and last offset the matched text stands for.
    pub(super) start: usize,
    pub(super) end: usize,
}

impl SourceOffsets {
    fn offset(&self, at: usize) -> usize {
        if at < self.respelt {
            return self.start;
        }
        let at = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(self.shift);
        usize::try_from(at).unwrap_or(0).clamp(self.start, self.end)
    }

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        Span::new(self.file, self.offset(span.start()), self.offset(span.end()))
    }
}

/// The parts of a pair that are not punctuation, one after the other.
struct Parts<'i> {
    pairs: Pairs<'i, Rule>,
    place: SourceOffsets,
}

impl<'i> Parts<'i> {
    fn of(pair: Pair<'i, Rule>, place: SourceOffsets) -> Self {
        Self { pairs: pair.into_inner(), place }
    }

    fn next(&mut self) -> Option<Pair<'i, Rule>> {
        self.pairs.by_ref().find(|pair| !is_mark(pair.as_rule()))
    }

    fn name(&mut self) -> Option<Name> {
        self.next().map(|pair| name(&pair, self.place))
    }

    fn expr(&mut self) -> Option<Expr> {
        let pair = self.next()?;
        expression(pair, self.place)
    }

    fn block(&mut self) -> Option<Block> {
        let pair = self.next()?;
        block(pair, self.place)
    }
}

/// Whether the rule is a keyword or punctuation without content for the tree.
fn is_mark(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::open_paren
            | Rule::close_paren
            | Rule::open_bracket
            | Rule::close_bracket
            | Rule::open_brace
            | Rule::close_brace
            | Rule::comma
            | Rule::colon
            | Rule::dot
            | Rule::assign
            | Rule::k_pipeline
            | Rule::k_use
            | Rule::k_param
            | Rule::k_fn
            | Rule::k_data
            | Rule::k_label
            | Rule::k_shared
            | Rule::k_modality
            | Rule::k_encoder
            | Rule::k_combine
            | Rule::k_train
            | Rule::k_sweep
            | Rule::k_let
            | Rule::k_if
            | Rule::k_then
            | Rule::k_else
            | Rule::k_in
    )
}

/// The declaration of a matched `declaration`, with its span.
pub(super) fn declaration(pairs: Pairs<'_, Rule>, place: SourceOffsets) -> Option<(ItemKind, Span)> {
    let root = pairs.into_iter().next()?;
    let pair = root.into_inner().next()?;
    let span = place.span(&pair);
    let rule = pair.as_rule();
    let mut parts = Parts::of(pair, place);
    let kind = match rule {
        Rule::pipeline_decl => ItemKind::Pipeline(parts.name()?),
        Rule::use_decl => {
            let pair = parts.next()?;
            ItemKind::Use(Text { text: unescape(pair.as_str()), span: place.span(&pair) })
        }
        Rule::param_decl => ItemKind::Param(Param { name: parts.name()?, value: parts.expr()?, bounds: parts.expr() }),
        Rule::fn_decl => ItemKind::Fn(function(parts)?),
        Rule::data_decl => ItemKind::Data(parts.block()?),
        Rule::label_decl => ItemKind::Label(typed(parts)?),
        Rule::shared_decl => ItemKind::Shared(Binding { name: parts.name()?, value: parts.expr()? }),
        Rule::modality_decl => ItemKind::Modality(typed(parts)?),
        Rule::encoder_decl => ItemKind::Encoder(Binding { name: parts.name()?, value: parts.expr()? }),
        Rule::combine_decl => {
            ItemKind::Combine(Combine { name: parts.name()?, strategy: parts.expr()?, settings: parts.block() })
        }
        Rule::train_decl => ItemKind::Train(parts.block()?),
        Rule::sweep_decl => ItemKind::Sweep(parts.name()?, parts.block()?),
        _ => return None,
    };
    Some((kind, span))
}

/// The expression of a matched `expression_alone`.
pub(super) fn alone(pairs: Pairs<'_, Rule>, place: SourceOffsets) -> Option<Expr> {
    let root = pairs.into_iter().next()?;
    expression(root.into_inner().next()?, place)
}

fn name(pair: &Pair<'_, Rule>, place: SourceOffsets) -> Name {
    Name { text: pair.as_str().to_owned(), span: place.span(pair) }
}

fn typed(mut parts: Parts<'_>) -> Option<Typed> {
    let name = parts.name()?;
    let mut next = parts.next()?;
    let mut optional = None;
    if next.as_rule() == Rule::question {
        optional = Some(parts.place.span(&next));
        next = parts.next()?;
    }
    let span = parts.place.span(&next);
    let mut inner = Parts::of(next, parts.place);
    let type_name = inner.name()?;
    let mut args = vec![];
    while let Some(pair) = inner.next() {
        args.push(expression(pair, parts.place)?);
    }
    Some(Typed { name, optional, ty: Type { name: type_name, args, span }, value: parts.expr()? })
}

fn function(mut parts: Parts<'_>) -> Option<Fn> {
    let place = parts.place;
    let name = parts.name()?;
    let mut args = vec![];
    let mut written = Parts::of(parts.next()?, place);
    while let Some(pair) = written.next() {
        let mut arg = Parts::of(pair, place);
        args.push(FnArg { name: arg.name()?, default: arg.expr() });
    }
    let body = parts.next()?;
    if body.as_rule() == Rule::expression {
        return Some(Fn { name, args, lets: vec![], body: expression(body, place)?, braced: false });
    }
    let mut lets = vec![];
    let mut result = None;
    for pair in body.into_inner() {
        match pair.as_rule() {
            Rule::binding => {
                let mut binding = Parts::of(pair, place);
                lets.push(Binding { name: binding.name()?, value: binding.expr()? });
            }
            Rule::expression => result = expression(pair, place),
            _ => {}
        }
    }
    Some(Fn { name, args, lets, body: result?, braced: true })
}

fn block(pair: Pair<'_, Rule>, place: SourceOffsets) -> Option<Block> {
    let span = place.span(&pair);
    let mut entries = vec![];
    for pair in pair.into_inner() {
        if pair.as_rule() == Rule::setting {
            entries.push(entry(pair, place)?);
        }
    }
    Some(Block { entries, span })
}

fn entry(pair: Pair<'_, Rule>, place: SourceOffsets) -> Option<Entry> {
    let mut parts = Parts::of(pair, place);
    Some(Entry { doc: vec![], key: parts.name()?, value: parts.expr()? })
}

fn expression(pair: Pair<'_, Rule>, place: SourceOffsets) -> Option<Expr> {
    if pair.as_rule() != Rule::expression {
        return None;
    }
    // Most expressions are one atom and skip operator precedence.
    let mut inner = pair.into_inner();
    if inner.len() == 1 {
        return atom(inner.next()?, place);
    }
    PRECEDENCE
        .map_primary(|pair| atom(pair, place))
        .map_prefix(|operator, operand| {
            let operand = operand?;
            let span = place.span(&operator).to(operand.span);
            Some(Expr { kind: ExprKind::Negate(Box::new(operand)), span })
        })
        .map_postfix(|operand, postfix| {
            let operand = Box::new(operand?);
            let span = operand.span.to(place.span(&postfix));
            let kind = if postfix.as_rule() == Rule::field {
                ExprKind::Field(operand, Parts::of(postfix, place).name()?)
            } else {
                ExprKind::Call(operand, args(postfix, place)?)
            };
            Some(Expr { kind, span })
        })
        .map_infix(|left, operator, right| {
            let (left, right) = (Box::new(left?), Box::new(right?));
            let span = left.span.to(right.span);
            let binary = match operator.as_rule() {
                Rule::pipe => return Some(Expr { kind: ExprKind::Pipe(left, right), span }),
                Rule::range => {
                    return Some(Expr { kind: ExprKind::Range { start: left, end: right, inclusive: false }, span });
                }
                Rule::range_inclusive => {
                    return Some(Expr { kind: ExprKind::Range { start: left, end: right, inclusive: true }, span });
                }
                Rule::add => BinaryOp::Add,
                Rule::subtract => BinaryOp::Sub,
                Rule::multiply => BinaryOp::Mul,
                Rule::divide => BinaryOp::Div,
                Rule::equal => BinaryOp::Eq,
                Rule::not_equal => BinaryOp::Ne,
                Rule::less => BinaryOp::Lt,
                Rule::less_equal => BinaryOp::Le,
                Rule::greater => BinaryOp::Gt,
                Rule::greater_equal => BinaryOp::Ge,
                _ => return None,
            };
            Some(Expr { kind: ExprKind::Binary(binary, left, right), span })
        })
        .parse(inner)
}

fn args(call: Pair<'_, Rule>, place: SourceOffsets) -> Option<Vec<Arg>> {
    let mut args = vec![];
    for pair in call.into_inner() {
        if pair.as_rule() != Rule::arg {
            continue;
        }
        let mut parts = Parts::of(pair, place);
        let first = parts.next()?;
        let arg = if first.as_rule() == Rule::name {
            Arg { name: Some(name(&first, place)), value: parts.expr()? }
        } else {
            Arg { name: None, value: expression(first, place)? }
        };
        args.push(arg);
    }
    Some(args)
}

fn atom(pair: Pair<'_, Rule>, place: SourceOffsets) -> Option<Expr> {
    let span = place.span(&pair);
    let kind = match pair.as_rule() {
        Rule::name => ExprKind::Name(pair.as_str().to_owned()),
        Rule::number => ExprKind::Number(number(pair.as_str())?),
        Rule::text => ExprKind::Text(unescape(pair.as_str())),
        Rule::boolean => ExprKind::Bool(pair.as_str() == "true"),
        Rule::hole => ExprKind::Error,
        Rule::group => ExprKind::Paren(Box::new(Parts::of(pair, place).expr()?)),
        Rule::conditional => {
            let mut parts = Parts::of(pair, place);
            ExprKind::If(Box::new(parts.expr()?), Box::new(parts.expr()?), Box::new(parts.expr()?))
        }
        Rule::list => {
            let mut repeated = false;
            let mut elements = vec![];
            for pair in pair.into_inner() {
                match pair.as_rule() {
                    Rule::semicolon => repeated = true,
                    Rule::expression => elements.push(expression(pair, place)?),
                    _ => {}
                }
            }
            if repeated {
                let count = elements.pop()?;
                ExprKind::Repeat(Box::new(elements.pop()?), Box::new(count))
            } else {
                ExprKind::List(elements)
            }
        }
        Rule::record => {
            let mut entries = vec![];
            for pair in pair.into_inner() {
                if pair.as_rule() == Rule::pair {
                    entries.push(entry(pair, place)?);
                }
            }
            ExprKind::Record(entries)
        }
        _ => return None,
    };
    Some(Expr { kind, span })
}

fn number(raw: &str) -> Option<Number> {
    let percent = raw.ends_with('%');
    let bare: String = raw.chars().filter(|c| !matches!(c, '_' | '%')).collect();
    let value = bare.parse::<f64>().ok()?;
    let integer = raw.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    Some(Number { value: if percent { value / 100.0 } else { value }, raw: raw.to_owned(), integer })
}

/// Value of a string literal: without quotes, escapes resolved.
fn unescape(raw: &str) -> String {
    let inside = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('u') => {
                let hex: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                text.extend(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32));
            }
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
}
