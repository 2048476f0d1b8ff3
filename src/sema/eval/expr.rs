//! Evaluation of expressions: names, arithmetic, pipes, lists, records, `if`.

use crate::diag::{Code, Problem, Span, nearest};
use crate::ops::{self, Activation, AffineOp, Arithmetic, Op};
use crate::sema::eval::evaluator::{Evaluator, join};
use crate::sema::eval::value::{BlockStage, Callee, EvalValue};
use crate::sema::names::Declaration;
use crate::sema::symbols::index::Symbol;
use crate::syntax::ast::{BinaryOp, Binding, Entry, Expr, ExprKind, Name};
use indexmap::IndexMap;
use std::rc::Rc;

impl<'a> Evaluator<'a> {
    /// The value of an expression.
    ///
    /// A declaration is computed where it is first referred to, so that a chain of ten thousand declarations recurses as
    /// deep: the stack grows on demand.
    pub(crate) fn eval(&mut self, expr: &'a Expr) -> EvalValue {
        const ROOM_FOR_ONE: usize = 256 << 10;
        const PIECE: usize = 4 << 20;
        let value = stacker::maybe_grow(ROOM_FOR_ONE, PIECE, || self.eval_kind(expr));
        self.recorder.evaluation(expr.span, &value);
        value
    }

    fn eval_kind(&mut self, expr: &'a Expr) -> EvalValue {
        match &expr.kind {
            ExprKind::Error => EvalValue::Unknown,
            ExprKind::Number(number) => EvalValue::Number(number.value),
            ExprKind::Text(text) => EvalValue::Text(text.clone()),
            ExprKind::Bool(value) => EvalValue::Bool(*value),
            ExprKind::Paren(inner) => self.eval(inner),
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::List(elements) => {
                let list = elements.iter().map(|element| (self.eval(element), element.span)).collect();
                self.of_bounded_size(EvalValue::List(Rc::new(list)), expr.span)
            }
            ExprKind::Repeat(element, count) => self.repetition(element, count),
            ExprKind::Range { start, end, inclusive } => match (self.number(start), self.number(end)) {
                (Some(start), Some(end)) => EvalValue::Range(start, end, *inclusive),
                _ => EvalValue::Unknown,
            },
            ExprKind::Record(entries) => self.record(entries),
            ExprKind::Field(base, field) => self.field(base, field),
            ExprKind::Call(callee, args) => self.call(callee, args, expr.span),
            ExprKind::Pipe(..) => self.pipeline(expr),
            ExprKind::Negate(inner) => match self.eval(inner) {
                EvalValue::Number(value) => EvalValue::Number(-value),
                EvalValue::Tensor(value) => {
                    self.apply_op(Op::Affine(AffineOp { scale: -1.0, offset: 0.0 }), vec![value], expr.span, None)
                }
                other => self.expected("a number or a tensor", &other, inner.span),
            },
            ExprKind::Binary(BinaryOp::Sub, ..) if self.hyphenated(expr) => EvalValue::Unknown,
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, expr.span),
            ExprKind::If(condition, then, otherwise) => match self.eval(condition) {
                EvalValue::Bool(true) => self.eval(then),
                EvalValue::Bool(false) => self.eval(otherwise),
                EvalValue::Unknown if self.checking => {
                    self.eval(then);
                    self.eval(otherwise);
                    EvalValue::Unknown
                }
                other => self.expected("`true` or `false`", &other, condition.span),
            },
        }
    }

    /// The value of an expression that must be a number.
    pub(crate) fn number(&mut self, expr: &'a Expr) -> Option<f64> {
        match self.eval(expr) {
            EvalValue::Number(value) => Some(value),
            other => {
                self.expected_of("a number", &other, expr, |value| matches!(value, EvalValue::Number(_)));
                None
            }
        }
    }

    fn repetition(&mut self, element: &'a Expr, count: &'a Expr) -> EvalValue {
        const MOST: f64 = 10_000.0;
        let value = self.eval(element);
        match self.number(count) {
            Some(times) if times.fract() == 0.0 && (0.0..=MOST).contains(&times) => {
                let list = EvalValue::List(Rc::new(vec![(value, element.span); times as usize]));
                self.of_bounded_size(list, element.span.to(count.span))
            }
            Some(times) => self.report(
                Problem::error(
                    Code::OutOfRange,
                    format!("expected a whole number of repetitions up to {MOST}, found {times}"),
                )
                .at(count.span, "out of range"),
            ),
            None => EvalValue::Unknown,
        }
    }

    /// A constant, unless it is larger than any that is of use: lists of lists and sums of strings double with every line.
    fn of_bounded_size(&mut self, value: EvalValue, span: Span) -> EvalValue {
        const MOST: usize = 1_000_000;
        match value.size(MOST) > MOST {
            true => self.report(
                Problem::error(Code::OutOfRange, "a constant of more than 1,000,000 elements or letters")
                    .at(span, "too large"),
            ),
            false => value,
        }
    }

    fn record(&mut self, entries: &'a [Entry]) -> EvalValue {
        let outer = self.scope.clone();
        let mut fields = IndexMap::new();
        for entry in entries {
            let path = join(&outer, &entry.key.text);
            let value = self.scoped(path, |this| this.eval(&entry.value));
            fields.insert(entry.key.text.clone(), value);
        }
        let fields = Rc::new(fields);
        self.recorder.record(&fields, entries.iter().map(|entry| (entry.key.text.clone(), entry.key.span)));
        EvalValue::Record(fields)
    }

    fn field(&mut self, base: &'a Expr, field: &'a Name) -> EvalValue {
        match self.eval(base) {
            EvalValue::Record(fields) => match fields.get(&field.text) {
                Some(value) => {
                    self.recorder.field(&fields, &field.text, field.span);
                    value.clone()
                }
                None => {
                    let mut problem = Problem::error(Code::UnknownField, format!("there is no field `{}`", field.text))
                        .at(field.span, "not a field of this record");
                    let known: Vec<&str> = fields.keys().map(String::as_str).collect();
                    problem = match nearest(&field.text, known.iter().copied()) {
                        Some(near) => {
                            problem.help(format!("did you mean `{near}`?")).edit(field.span, near.to_string(), false)
                        }
                        None => problem.help(format!("it has {}", ops::one_of(&known).replace(" or ", " and "))),
                    };
                    self.report(problem)
                }
            },
            other => self.expected("a record", &other, base.span),
        }
    }

    /// The value of a name: an argument, a declaration, or a layer used as a block.
    pub(crate) fn name(&mut self, name: &'a str, span: Span) -> EvalValue {
        if let Some(value) = self.frames.last().and_then(|frame| frame.get(name)) {
            return value.clone();
        }
        if let (true, Some(place)) = (self.frames.is_empty(), self.names.span(name, span)) {
            self.recorder.reference(span, Symbol::Declaration(place));
        }
        let calls = self.call_trace();
        match self.names.get(name, span) {
            Some(Declaration::Modality(index)) => self.modalities.get(index).cloned().unwrap_or(EvalValue::Unknown),
            Some(Declaration::Unparsed(_)) => EvalValue::Unknown,
            Some(Declaration::Fn(index)) => {
                EvalValue::block(BlockStage { callee: Callee::Function(index, Rc::default()), span, calls })
            }
            Some(Declaration::Param(param)) => self.declared(name, span, |this| this.param(param)),
            Some(Declaration::Encoder(binding)) => self.declared(name, span, |this| this.binding(binding)),
            Some(Declaration::Shared(binding)) => {
                let value = self.declared(name, span, |this| this.shared(binding));
                match value {
                    EvalValue::Block(stages) => {
                        EvalValue::block(BlockStage { callee: Callee::Shared(name.into(), stages), span, calls })
                    }
                    other => other,
                }
            }
            Some(other) => {
                let kind = other.kind().keyword();
                self.report(
                    Problem::error(Code::WrongType, format!("`{name}` is a {kind}, which is not a value"))
                        .at(span, format!("a {kind}")),
                )
            }
            None => match ops::layer(name) {
                Some(_) => self.block_of_call(name, &[], span),
                None => self.unknown_name(name, span),
            },
        }
    }

    fn binding(&mut self, binding: &'a Binding) -> EvalValue {
        self.scoped(binding.name.text.clone(), |this| match this.eval(&binding.value) {
            EvalValue::Block(_) => this.report(
                Problem::error(Code::WrongType, format!("`{}` has layers but no input", binding.name.text))
                    .at(binding.value.span, "a block of layers")
                    .help("begin with a modality: `encoder name = modality |> ...`, or declare the block as `shared`"),
            ),
            value if value.is_input() => value,
            other => this.expected("a tensor", &other, binding.value.span),
        })
    }

    fn shared(&mut self, binding: &'a Binding) -> EvalValue {
        match self.eval(&binding.value) {
            value @ (EvalValue::Block(_) | EvalValue::Unknown) => value,
            other => self.expected("a block of layers", &other, binding.value.span),
        }
    }

    /// The value of `a |> b |> c`, without recursion over its length.
    fn pipeline(&mut self, expr: &'a Expr) -> EvalValue {
        let (input, stages) = pipe_stages(expr);
        let mut value = self.eval(input);
        for stage in stages {
            let Some(next) = self.stage(stage) else {
                value = EvalValue::Unknown;
                continue;
            };
            value = match value {
                EvalValue::Block(stages) => {
                    EvalValue::Block(Rc::new(stages.iter().cloned().chain(next.iter().cloned()).collect()))
                }
                input => self.apply(&next, vec![input]),
            };
            self.recorder.evaluation(stage.span, &value);
        }
        value
    }

    fn stage(&mut self, expr: &'a Expr) -> Option<Rc<Vec<BlockStage>>> {
        let value = match &expr.kind {
            ExprKind::Call(callee, args) => match &callee.kind {
                ExprKind::Name(name) => self.block_of_call(name, args, expr.span),
                _ => self.eval_kind(expr),
            },
            // The value recorded for a stage is its output.
            _ => self.eval_kind(expr),
        };
        match value {
            EvalValue::Block(stages) => Some(stages),
            EvalValue::Unknown => None,
            other => {
                let found = other.describe();
                let problem = Problem::error(Code::NotABlock, format!("expected a layer after `|>`, found {found}"))
                    .at(expr.span, format!("this is {found}"));
                self.report_argument(problem, expr, &|value| matches!(value, EvalValue::Block(_)));
                None
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr, span: Span) -> EvalValue {
        let (a, b) = (self.eval(left), self.eval(right));
        let arithmetic = match op {
            BinaryOp::Add => Arithmetic::Add,
            BinaryOp::Sub => Arithmetic::Sub,
            BinaryOp::Mul => Arithmetic::Mul,
            BinaryOp::Div => Arithmetic::Div,
            comparison => return self.compare(comparison, (&a, left.span), (&b, right.span)),
        };
        match (a, b) {
            (EvalValue::Number(a), EvalValue::Number(b)) => EvalValue::Number(match arithmetic {
                Arithmetic::Add => a + b,
                Arithmetic::Sub => a - b,
                Arithmetic::Mul => a * b,
                Arithmetic::Div => a / b,
            }),
            (EvalValue::Tensor(a), EvalValue::Tensor(b)) => {
                let sign = between(left.span, right.span).unwrap_or(span);
                self.apply_op_at(Op::Binary(arithmetic), vec![a, b], span, None, sign)
            }
            (EvalValue::Tensor(x), EvalValue::Number(n)) => {
                let (scale, offset) = match arithmetic {
                    Arithmetic::Add => (1.0, n),
                    Arithmetic::Sub => (1.0, -n),
                    Arithmetic::Mul => (n, 0.0),
                    Arithmetic::Div => (1.0 / n, 0.0),
                };
                self.apply_op(Op::Affine(AffineOp { scale, offset }), vec![x], span, None)
            }
            (EvalValue::Number(n), EvalValue::Tensor(x)) => match arithmetic {
                Arithmetic::Add => self.apply_op(Op::Affine(AffineOp { scale: 1.0, offset: n }), vec![x], span, None),
                Arithmetic::Sub => self.apply_op(Op::Affine(AffineOp { scale: -1.0, offset: n }), vec![x], span, None),
                Arithmetic::Mul => self.apply_op(Op::Affine(AffineOp { scale: n, offset: 0.0 }), vec![x], span, None),
                Arithmetic::Div => {
                    let whole = self.apply_op(Op::Activation(Activation::Reciprocal), vec![x], span, None);
                    match whole {
                        EvalValue::Tensor(x) if n != 1.0 => {
                            self.apply_op(Op::Affine(AffineOp { scale: n, offset: 0.0 }), vec![x], span, None)
                        }
                        other => other,
                    }
                }
            },
            (EvalValue::Unknown, _) | (_, EvalValue::Unknown) => EvalValue::Unknown,
            (EvalValue::Text(a), EvalValue::Text(b)) if op == BinaryOp::Add => {
                self.of_bounded_size(EvalValue::Text(a + &b), span)
            }
            (EvalValue::Text(_), other) if op == BinaryOp::Add => self.expected("a string", &other, right.span),
            (EvalValue::Number(_) | EvalValue::Tensor(_), other) => {
                self.expected("a number or a tensor", &other, right.span)
            }
            (other, _) => self.expected("a number or a tensor", &other, left.span),
        }
    }

    fn compare(&mut self, op: BinaryOp, (a, _): (&EvalValue, Span), (b, right): (&EvalValue, Span)) -> EvalValue {
        let order = match (a, b) {
            (EvalValue::Number(a), EvalValue::Number(b)) => a.partial_cmp(b),
            (EvalValue::Text(a), EvalValue::Text(b)) => Some(a.cmp(b)),
            (EvalValue::Bool(a), EvalValue::Bool(b)) => Some(a.cmp(b)),
            (EvalValue::Unknown, _) | (_, EvalValue::Unknown) => return EvalValue::Unknown,
            (a, b) => {
                let message = format!("{} cannot be compared with {}", a.describe(), b.describe());
                return self.report(Problem::error(Code::WrongType, message).at(right, "compared here"));
            }
        };
        EvalValue::Bool(match op {
            BinaryOp::Eq => order.is_some_and(|order| order.is_eq()),
            BinaryOp::Ne => order.is_none_or(|order| order.is_ne()),
            BinaryOp::Lt => order.is_some_and(|order| order.is_lt()),
            BinaryOp::Le => order.is_some_and(|order| order.is_le()),
            BinaryOp::Gt => order.is_some_and(|order| order.is_gt()),
            _ => order.is_some_and(|order| order.is_ge()),
        })
    }
}

/// The input of a pipe and its stages in order.
pub(crate) fn pipe_stages(mut expr: &Expr) -> (&Expr, Vec<&Expr>) {
    let mut stages = vec![];
    while let ExprKind::Pipe(input, stage) = &expr.kind {
        stages.push(&**stage);
        expr = input;
    }
    stages.reverse();
    (expr, stages)
}

/// The span of the operator between two operands, if it is written as `a + b` or `a+b`.
fn between(left: Span, right: Span) -> Option<Span> {
    let gap = Span { start: left.end, end: right.start, ..left };
    match right.start.checked_sub(left.end)? {
        1 => Some(gap),
        3 => Some(Span { start: gap.start + 1, end: gap.end - 1, ..gap }),
        _ => None,
    }
}
