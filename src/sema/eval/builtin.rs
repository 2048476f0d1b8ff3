//! Built-in functions: `concat`, `sum`, `mean`, `fold`, `repeat`, `within`.

use crate::diag::{Code, Problem, Span};
use crate::ops::{Kind, Op, Parameter, Signature};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::{BlockStage, Callee, EvalValue};
use crate::syntax::ast::Arg;
use std::rc::Rc;

const VALUES: Parameter = Parameter::new("values", Kind::Form("values of the graph"), "the values to join");
const INPUT: Parameter =
    Parameter::new("x", Kind::Form("a value of the graph"), "the input; without it the call is a block").optional();
const CONCAT: Signature = Signature::new("concat", "values side by side")
    .shapes("[a], [b], .. -> [a + b + ..]")
    .params(&[VALUES])
    .example("encoder both = concat(low, high) |> mlp([64])\n\ncombine one = single(both)");
const SUM: Signature = Signature::new("sum", "the sum of values of one shape, element by element")
    .shapes("[..], [..], .. -> [..]")
    .params(&[VALUES])
    .example("encoder both = sum(low |> linear(64), high |> linear(64)) |> relu\n\ncombine one = single(both)");
const MEAN: Signature = Signature::new("mean", "the mean of values of one shape, element by element")
    .shapes("[..], [..], .. -> [..]")
    .params(&[VALUES])
    .example("encoder both = mean(low |> linear(64), high |> linear(64)) |> relu\n\ncombine one = single(both)");
const FOLD: Signature =
    Signature::new("fold", "applies a layer once for every item of a list, which it is given as its second argument")
        .shapes("fold(x, [a, b], f) = f(f(x, a), b)")
        .params(&[
            INPUT,
            Parameter::new("list", Kind::Form("a list or a range"), "the items"),
            Parameter::new("f", Kind::Block, "a layer or a function of an input and an item"),
        ])
        .example("fn step(x, width) = x |> linear(width) |> relu\n\nencoder low_net = fold(low, [128, 64], step)");
const REPEAT: Signature = Signature::new("repeat", "applies a layer several times, each time with new weights")
    .shapes("repeat(2, x, f) = f(f(x))")
    .params(&[
        Parameter::new("n", Kind::Integer(0), "how many times"),
        INPUT,
        Parameter::new("f", Kind::Block, "a layer or a block that keeps the shape it is given"),
    ])
    .example("encoder low_net = low |> linear(64) |> repeat(3, linear(64) |> relu)");

const WITHIN: Signature =
    Signature::new("within", "a constant unchanged, or an error if it lies outside of its bounds")
        .shapes("within(3, 1..=5) = 3")
        .params(&[
            Parameter::new("value", Kind::Form("a constant"), "the constant to check, as an argument of a function"),
            Parameter::new("bounds", Kind::Form("a list or a range"), "the allowed values"),
        ])
        .example("fn narrow(x, width) = x |> linear(within(width, 1..=64))\n\nencoder low_net = low |> narrow(64)");

/// Signatures of the built-in functions.
pub(crate) const BUILTINS: &[&Signature] = &[&CONCAT, &SUM, &MEAN, &FOLD, &REPEAT, &WITHIN];

/// Whether a built-in function has this name.
pub(crate) fn is_builtin(name: &str) -> bool {
    BUILTINS.iter().any(|builtin| builtin.name == name)
}

impl<'a> Evaluator<'a> {
    /// The value of a call of a built-in function.
    pub(crate) fn builtin(&mut self, name: &'a str, args: &'a [Arg], span: Span) -> EvalValue {
        let op = match name {
            "concat" => Op::Concat,
            "sum" => Op::Sum,
            "mean" => Op::Mean,
            "within" => return self.builtin_within(args, span),
            _ => {
                let Some((first, rest)) = args.split_first() else { return self.folding(name, args, span) };
                // `repeat(n, x, f)` has its input second.
                if name == "repeat" && args.len() == 3 {
                    let input = self.eval(&args[1].value);
                    return match self.repeating(&args[0], &args[2], span) {
                        EvalValue::Block(stages) => self.apply(&stages, vec![input]),
                        other => other,
                    };
                }
                let value = self.eval(&first.value);
                if !value.is_input() {
                    return self.folding(name, args, span);
                }
                return match self.folding(name, rest, span) {
                    EvalValue::Block(stages) => self.apply(&stages, vec![value]),
                    other => other,
                };
            }
        };
        let mut inputs = vec![];
        for arg in args {
            match self.eval(&arg.value) {
                EvalValue::Tensor(value) => inputs.push(value),
                EvalValue::Unknown => return EvalValue::Unknown,
                other => return self.expected("a tensor", &other, arg.value.span),
            }
        }
        if inputs.is_empty() {
            return self.report(
                Problem::error(Code::MissingArgument, format!("`{name}` needs values to join")).at(span, "none given"),
            );
        }
        self.apply_op(op, inputs, span, None)
    }

    /// `fold(list, f)` or `repeat(n, f)` as a block.
    pub(crate) fn folding(&mut self, name: &'a str, args: &'a [Arg], span: Span) -> EvalValue {
        let [first, step] = args else {
            let usage = if name == "fold" { "fold(x, list, f)" } else { "repeat(n, x, f)" };
            return self.report(
                Problem::error(
                    Code::MissingArgument,
                    format!("`{name}` takes an input, a list or a number, and a layer"),
                )
                .at(span, format!("write `{usage}`")),
            );
        };
        if name == "repeat" {
            return self.repeating(first, step, span);
        }
        let list = self.eval(&first.value);
        let Some(items) = list.elements(first.value.span) else {
            return self.expected_of("a list", &list, &first.value, |value| value.elements(Span::default()).is_some());
        };
        self.stepped(step, span, |step| Callee::Fold(Rc::new(items), step))
    }

    fn repeating(&mut self, times: &'a Arg, step: &'a Arg, span: Span) -> EvalValue {
        const MOST: f64 = 10_000.0;
        match self.number(&times.value) {
            Some(count) if count.fract() == 0.0 && (0.0..=MOST).contains(&count) => {
                self.stepped(step, span, |step| Callee::Repeat(count as usize, step))
            }
            Some(count) => self.report(
                Problem::error(Code::OutOfRange, format!("expected a whole number up to {MOST}, found {count}"))
                    .at(times.value.span, "out of range"),
            ),
            None => EvalValue::Unknown,
        }
    }

    /// A block that applies the layer `step` several times.
    fn stepped(&mut self, step: &'a Arg, span: Span, callee: impl FnOnce(Rc<Vec<BlockStage>>) -> Callee) -> EvalValue {
        let calls = self.call_trace();
        match self.eval(&step.value) {
            EvalValue::Block(stages) => EvalValue::block(BlockStage { callee: callee(stages), span, calls }),
            other => self.expected_of("a layer or a function", &other, &step.value, |value| {
                matches!(value, EvalValue::Block(_))
            }),
        }
    }
}
