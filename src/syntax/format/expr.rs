//! Expressions: on one line where they fit and nothing forces a break, else broken at pipes, brackets and operators.

use super::formatter::{Formatter, STEP, WIDTH, end_column, spaces};
use crate::syntax::ast::{Arg, BinaryOp, Entry, Expr, ExprKind, FnArg};
use crate::syntax::docs::docs_before;
use std::fmt::Write;

/// An element between brackets.
#[derive(Clone, Copy)]
pub(super) enum Element<'e> {
    Expr(&'e Expr),
    Arg(&'e Arg),
    Entry(&'e Entry),
    Parameter(&'e FnArg),
}

impl<'e> Element<'e> {
    fn head(self) -> String {
        match self {
            Element::Expr(_) | Element::Arg(Arg { name: None, .. }) => String::new(),
            Element::Arg(Arg { name: Some(name), .. }) => format!("{}: ", name.text),
            Element::Entry(entry) => format!("{}: ", entry.key.text),
            Element::Parameter(FnArg { name, default: None }) => name.text.clone(),
            Element::Parameter(FnArg { name, .. }) => format!("{} = ", name.text),
        }
    }

    fn value(self) -> Option<&'e Expr> {
        match self {
            Element::Expr(value) => Some(value),
            Element::Arg(arg) => Some(&arg.value),
            Element::Entry(entry) => Some(&entry.value),
            Element::Parameter(parameter) => parameter.default.as_ref(),
        }
    }

    fn start(self) -> usize {
        let span = match self {
            Element::Expr(value) => value.span,
            Element::Arg(arg) => arg.name.as_ref().map_or(arg.value.span, |name| name.span),
            Element::Entry(entry) => entry.key.span,
            Element::Parameter(parameter) => parameter.name.span,
        };
        span.range().start
    }

    fn end(self) -> usize {
        match (self, self.value()) {
            (_, Some(value)) => value.span.range().end,
            (Element::Parameter(parameter), None) => parameter.name.span.range().end,
            _ => self.start(),
        }
    }

    fn docs(self) -> &'e [String] {
        if let Element::Entry(entry) = self { &entry.doc } else { &[] }
    }
}

/// A bracketed list: its brackets, the span of its content, its separator.
pub(super) struct Brackets<'e> {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    pub(super) inside: (usize, usize),
    pub(super) separator: &'static str,
    /// Whether the separator also follows the last element when each has a line.
    pub(super) trailing: bool,
    pub(super) elements: Vec<Element<'e>>,
}

pub(super) fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
    }
}

fn same_level(a: BinaryOp, b: BinaryOp) -> bool {
    let level = |op| match op {
        BinaryOp::Mul | BinaryOp::Div => 0,
        BinaryOp::Add | BinaryOp::Sub => 1,
        _ => 2,
    };
    level(a) == level(b)
}

/// The first operand and the stages of a pipe.
pub(super) fn stages(expr: &Expr) -> Vec<&Expr> {
    let mut stages = vec![];
    let mut at = expr;
    while let ExprKind::Pipe(left, right) = &at.kind {
        stages.push(right.as_ref());
        at = left;
    }
    stages.push(at);
    stages.reverse();
    stages
}

impl Formatter<'_> {
    /// The bracketed part of an expression, if it has one.
    pub(super) fn brackets<'e>(&self, expr: &'e Expr) -> Option<Brackets<'e>> {
        let range = expr.span.range();
        let inside = (range.start + 1, range.end.saturating_sub(1));
        let brackets =
            |open, close, elements| Brackets { open, close, inside, separator: ",", trailing: true, elements };
        Some(match &expr.kind {
            ExprKind::List(elements) => brackets("[", "]", elements.iter().map(Element::Expr).collect()),
            ExprKind::Record(entries) => brackets("{", "}", entries.iter().map(Element::Entry).collect()),
            ExprKind::Repeat(element, count) => Brackets {
                separator: ";",
                trailing: false,
                ..brackets("[", "]", vec![Element::Expr(element), Element::Expr(count)])
            },
            ExprKind::Paren(inner) => Brackets { trailing: false, ..brackets("(", ")", vec![Element::Expr(inner)]) },
            ExprKind::Call(callee, args) => {
                let callee = callee.span.range().end;
                let gap = self.text.get(callee..range.end).and_then(|rest| rest.find('(')).unwrap_or(0);
                Brackets {
                    inside: (callee + gap + 1, inside.1),
                    ..brackets("(", ")", args.iter().map(Element::Arg).collect())
                }
            }
            _ => return None,
        })
    }

    /// Whether the expression contains something that forces a line break: a comment, a doc, a pipe written on several
    /// lines.
    pub(super) fn forced(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Name(_) | ExprKind::Error => false,
            ExprKind::List(_) | ExprKind::Record(_) | ExprKind::Repeat(..) | ExprKind::Paren(_) => {
                self.forced_inside(expr)
            }
            ExprKind::Call(callee, _) => self.forced_inside(expr) || self.forced(callee),
            ExprKind::Field(inner, _) | ExprKind::Negate(inner) => self.forced(inner),
            ExprKind::Binary(_, left, right) | ExprKind::Range { start: left, end: right, .. } => {
                self.forced(left) || self.forced(right)
            }
            ExprKind::If(condition, then, otherwise) => {
                self.forced(condition) || self.forced(then) || self.forced(otherwise)
            }
            ExprKind::Pipe(..) => {
                let stages = stages(expr);
                let gaps = stages.windows(2).any(|pair| {
                    let [before, after] = pair else { return false };
                    self.has_newline(before.span.range().end, after.span.range().start)
                });
                gaps || stages.into_iter().any(|stage| self.forced(stage))
            }
        }
    }

    fn forced_inside(&self, expr: &Expr) -> bool {
        self.brackets(expr).is_some_and(|brackets| self.forced_brackets(&brackets))
    }

    pub(super) fn forced_brackets(&self, brackets: &Brackets<'_>) -> bool {
        self.comments.any(brackets.inside.0, brackets.inside.1)
            || brackets
                .elements
                .iter()
                .any(|element| !element.docs().is_empty() || element.value().is_some_and(|value| self.forced(value)))
    }

    /// The expression on one line.
    pub(super) fn flat(&self, expr: &Expr) -> String {
        let mut out = String::new();
        self.write_flat(&mut out, expr);
        out
    }

    fn write_flat(&self, out: &mut String, expr: &Expr) {
        match &expr.kind {
            ExprKind::Number(number) => out.push_str(&number.raw),
            ExprKind::Text(_) | ExprKind::Error => out.push_str(self.written(expr.span)),
            ExprKind::Bool(value) => {
                let _ = write!(out, "{value}");
            }
            ExprKind::Name(name) => out.push_str(name),
            ExprKind::Field(inner, name) => {
                self.write_flat(out, inner);
                out.push('.');
                out.push_str(&name.text);
            }
            ExprKind::Negate(inner) => {
                out.push('-');
                self.write_flat(out, inner);
            }
            ExprKind::Pipe(left, right) => self.write_pair(out, left, " |> ", right),
            ExprKind::Binary(op, left, right) => self.write_pair(out, left, &format!(" {} ", operator(*op)), right),
            ExprKind::Range { start, end, inclusive } => {
                self.write_pair(out, start, if *inclusive { "..=" } else { ".." }, end);
            }
            ExprKind::If(condition, then, otherwise) => {
                out.push_str("if ");
                self.write_pair(out, condition, " then ", then);
                out.push_str(" else ");
                self.write_flat(out, otherwise);
            }
            ExprKind::Call(callee, _) => {
                self.write_flat(out, callee);
                out.extend(self.brackets(expr).map(|brackets| self.flat_brackets(&brackets)));
            }
            ExprKind::List(_) | ExprKind::Record(_) | ExprKind::Repeat(..) | ExprKind::Paren(_) => {
                out.extend(self.brackets(expr).map(|brackets| self.flat_brackets(&brackets)));
            }
        }
    }

    fn write_pair(&self, out: &mut String, left: &Expr, between: &str, right: &Expr) {
        self.write_flat(out, left);
        out.push_str(between);
        self.write_flat(out, right);
    }

    pub(super) fn flat_element(&self, element: Element<'_>) -> String {
        element.head() + &element.value().map(|value| self.flat(value)).unwrap_or_default()
    }

    pub(super) fn flat_brackets(&self, brackets: &Brackets<'_>) -> String {
        let elements: Vec<String> = brackets.elements.iter().map(|element| self.flat_element(*element)).collect();
        let pad = if brackets.open == "{" && !elements.is_empty() { " " } else { "" };
        let joined = elements.join(&format!("{} ", brackets.separator));
        format!("{}{pad}{joined}{pad}{}", brackets.open, brackets.close)
    }

    /// The expression from `column` on, in a line indented by `indent`, with `tail` more characters after it.
    pub(super) fn expr(&mut self, expr: &Expr, indent: usize, column: usize, tail: usize) -> String {
        if !self.forced(expr) {
            let flat = self.flat(expr);
            if column + flat.chars().count() + tail <= WIDTH {
                return flat;
            }
        }
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Name(_) | ExprKind::Error => {
                self.flat(expr)
            }
            ExprKind::Field(inner, name) => {
                self.expr(inner, indent, column, tail + 1 + name.text.chars().count()) + "." + &name.text
            }
            ExprKind::Negate(inner) => "-".to_owned() + &self.expr(inner, indent, column + 1, tail),
            ExprKind::Range { start, end, inclusive } => {
                let sign = if *inclusive { "..=" } else { ".." };
                let start = self.expr(start, indent, column, sign.len()) + sign;
                let column = end_column(&start, column);
                start + &self.expr(end, indent, column, tail)
            }
            ExprKind::Pipe(..) => self.broken_pipe(expr, indent, column, tail),
            ExprKind::Binary(op, ..) => self.broken_operators(expr, *op, indent, column, tail),
            ExprKind::If(..) => self.broken_choice(expr, indent, column, tail),
            ExprKind::Call(callee, _) => {
                let callee = self.expr(callee, indent, column, 1);
                let Some(brackets) = self.brackets(expr) else { return callee };
                let column = end_column(&callee, column);
                callee + &self.bracketed(&brackets, indent, column, tail)
            }
            ExprKind::List(_) | ExprKind::Record(_) | ExprKind::Repeat(..) | ExprKind::Paren(_) => {
                self.brackets(expr).map(|brackets| self.bracketed(&brackets, indent, column, tail)).unwrap_or_default()
            }
        }
    }

    /// Brackets and what they hold, on one line if that fits.
    pub(super) fn bracketed(&mut self, brackets: &Brackets<'_>, indent: usize, column: usize, tail: usize) -> String {
        if !self.forced_brackets(brackets) {
            let flat = self.flat_brackets(brackets);
            if brackets.elements.is_empty() || column + flat.chars().count() + tail <= WIDTH {
                return flat;
            }
            let plain = |element: &Element<'_>| {
                matches!(element, Element::Expr(expr) if matches!(expr.kind,
                    ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Name(_) | ExprKind::Negate(_)))
            };
            if brackets.trailing && brackets.elements.iter().all(plain) {
                return self.filled(brackets, indent);
            }
        }
        self.broken_brackets(brackets, indent)
    }

    /// A list of single values: as many on each line as fit.
    fn filled(&self, brackets: &Brackets<'_>, indent: usize) -> String {
        let margin = spaces(indent + STEP);
        let mut out = brackets.open.to_owned();
        let mut column = WIDTH;
        for element in &brackets.elements {
            let text = self.flat_element(*element) + ",";
            let width = text.chars().count();
            if column + 1 + width > WIDTH {
                let _ = write!(out, "\n{margin}{text}");
                column = indent + STEP + width;
            } else {
                let _ = write!(out, " {text}");
                column += 1 + width;
            }
        }
        format!("{out}\n{}{}", spaces(indent), brackets.close)
    }

    fn broken_brackets(&mut self, brackets: &Brackets<'_>, indent: usize) -> String {
        let margin = spaces(indent + STEP);
        let mut out = brackets.open.to_owned();
        let mut at = brackets.inside.0;
        let count = brackets.elements.len();
        for (number, element) in brackets.elements.iter().enumerate() {
            let documented = docs_before(self.text, self.comments.all(), element.start());
            if !element.docs().is_empty() {
                self.comments.forget(documented);
            }
            self.trailing_comment(&mut out, at, element.start());
            self.own_lines(&mut out, at, element.start(), &margin);
            let mut text = element.head();
            if let Some(value) = element.value() {
                let column = indent + STEP + text.chars().count();
                text += &self.expr(value, indent + STEP, column, brackets.separator.len());
            }
            self.own_lines(&mut out, element.start(), element.end(), &margin);
            for doc in element.docs() {
                let _ = write!(out, "\n{}", format!("{margin}## {doc}").trim_end());
            }
            let _ = write!(out, "\n{margin}{text}");
            if number + 1 < count || brackets.trailing {
                out.push_str(brackets.separator);
            }
            at = element.end();
        }
        self.trailing_comment(&mut out, at, brackets.inside.1);
        self.own_lines(&mut out, at, brackets.inside.1, &margin);
        format!("{out}\n{}{}", spaces(indent), brackets.close)
    }

    /// Writes the comment that follows on the same line as what ends at `from`, if there is one before `to`.
    fn trailing_comment(&mut self, out: &mut String, from: usize, to: usize) {
        let line_end = self.text.get(from..to).and_then(|gap| gap.find('\n')).map_or(to, |newline| from + newline);
        for comment in self.comments.take(from, line_end) {
            let _ = write!(out, "  {}", self.comments.show(&comment));
        }
    }

    /// Writes the comments between two places, each on a separate line.
    fn own_lines(&mut self, out: &mut String, from: usize, to: usize, margin: &str) {
        for comment in self.comments.take(from, to) {
            let _ = write!(out, "\n{margin}{}", self.comments.show(&comment));
        }
    }

    fn broken_pipe(&mut self, expr: &Expr, indent: usize, column: usize, tail: usize) -> String {
        let stages = stages(expr);
        let margin = spaces(indent + STEP);
        let last = stages.len().saturating_sub(1);
        let mut out = String::new();
        let mut at = 0;
        for (number, stage) in stages.iter().enumerate() {
            let range = stage.span.range();
            if number == 0 {
                out += &self.expr(stage, indent, column, 0);
            } else {
                self.trailing_comment(&mut out, at, range.start);
                self.own_lines(&mut out, at, range.start, &margin);
                let tail = if number == last { tail } else { 0 };
                let text = self.expr(stage, indent + STEP, indent + STEP + 3, tail);
                let _ = write!(out, "\n{margin}|> {text}");
            }
            at = range.end;
        }
        out
    }

    /// A row of operators of one precedence, each on a separate line.
    fn broken_operators(&mut self, expr: &Expr, level: BinaryOp, indent: usize, column: usize, tail: usize) -> String {
        let mut operands = vec![];
        let mut at = expr;
        while let ExprKind::Binary(op, left, right) = &at.kind
            && same_level(*op, level)
        {
            operands.push((*op, right.as_ref()));
            at = left;
        }
        let mut out = self.expr(at, indent, column, 0);
        for (op, operand) in operands.into_iter().rev() {
            let sign = operator(op);
            let start = indent + STEP + sign.len() + 1;
            let text = self.expr(operand, indent + STEP, start, tail);
            let _ = write!(out, "\n{}{sign} {text}", spaces(indent + STEP));
        }
        out
    }

    fn broken_choice(&mut self, expr: &Expr, indent: usize, column: usize, tail: usize) -> String {
        let margin = spaces(indent + STEP);
        let mut out = String::new();
        let mut column = column;
        let mut at = expr;
        while let ExprKind::If(condition, then, otherwise) = &at.kind {
            let condition = self.expr(condition, indent + STEP, column + 3, 0);
            let then = self.expr(then, indent + STEP, indent + STEP + 5, 0);
            let _ = write!(out, "if {condition}\n{margin}then {then}\n{margin}else ");
            column = indent + STEP + 5;
            at = otherwise;
        }
        out + &self.expr(at, indent + STEP, column, tail)
    }
}
