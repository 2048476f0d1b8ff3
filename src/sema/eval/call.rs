//! Calls of layers and functions, with their input or as blocks without it.

use crate::diag::{Code, Problem, Span};
use crate::ops;
use crate::sema::errors::suggest::{count_of_arguments, likely};
use crate::sema::eval::builtin::is_builtin;
use crate::sema::eval::evaluator::{Evaluator, Expansion, join};
use crate::sema::eval::value::{BlockStage, CallArgument, Callee, EvalValue};
use crate::sema::names::Declaration;
use crate::syntax::ast::{Arg, Expr, ExprKind, Fn, FnArg};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Deepest nesting of function calls; deeper ones are taken for endless recursion.
const DEEPEST: usize = 48;

/// Values of arguments by name, and the given argument of each.
type Bound<'a> = (BTreeMap<&'a str, EvalValue>, Vec<(&'a FnArg, CallArgument)>);

impl<'a> Evaluator<'a> {
    /// The value of a call outside of a pipe: applied if its input is given, else a block.
    pub(crate) fn call(&mut self, callee: &'a Expr, args: &'a [Arg], span: Span) -> EvalValue {
        let ExprKind::Name(name) = &callee.kind else {
            let value = self.eval(callee);
            return match value {
                EvalValue::Block(stages) => self.apply_block_to(&stages, args, span),
                other => self.expected("something that can be called", &other, callee.span),
            };
        };
        if let Some(EvalValue::Block(stages)) = self.frames.last().and_then(|frame| frame.get(name.as_str())).cloned() {
            return self.apply_block_to(&stages, args, span);
        }
        match self.names.peek(name, callee.span) {
            Some(Declaration::Fn(index)) => {
                self.names.get(name, callee.span);
                let given = self.given(args);
                self.call_function(index, given, span)
            }
            Some(Declaration::Unparsed(_)) => {
                self.given(args);
                EvalValue::Unknown
            }
            Some(Declaration::Shared(_)) => match self.name(name, callee.span) {
                EvalValue::Block(stages) => self.apply_block_to(&stages, args, span),
                other => other,
            },
            Some(other) => {
                let kind = other.kind().keyword();
                self.report(
                    Problem::error(Code::WrongType, format!("`{name}` is a {kind} and cannot be called"))
                        .at(callee.span, format!("a {kind}"))
                        .help(format!("a value goes through layers: `{name} |> linear(64)`")),
                )
            }
            None if is_builtin(name) => self.builtin(name, args, span),
            None => self.call_layer(name, callee.span, args, span),
        }
    }

    /// The block of a call in a pipe, `|> name(args)`, which has no input yet.
    pub(crate) fn block_of_call(&mut self, name: &'a str, args: &'a [Arg], span: Span) -> EvalValue {
        let calls = self.call_trace();
        let local = self.frames.last().and_then(|frame| frame.get(name)).cloned();
        match (local, self.names.peek(name, span)) {
            (Some(EvalValue::Block(stages)), _) => {
                let mut given = self.given(args);
                let Some(last) = stages.first().cloned() else { return EvalValue::Unknown };
                match last {
                    // Arguments of a block are passed on to its function.
                    BlockStage { callee: Callee::Function(index, before), span, calls } if stages.len() == 1 => {
                        let mut all = before.to_vec();
                        all.append(&mut given);
                        EvalValue::block(BlockStage { callee: Callee::Function(index, Rc::new(all)), span, calls })
                    }
                    _ if given.is_empty() => EvalValue::Block(stages),
                    _ => self.report(
                        Problem::error(Code::TooManyArguments, format!("`{name}` is a block and takes no arguments"))
                            .at(span, "arguments given here"),
                    ),
                }
            }
            (Some(other), _) => self.expected("a layer after `|>`", &other, span),
            (None, Some(Declaration::Fn(index))) => {
                self.names.get(name, span);
                let given = self.given(args);
                EvalValue::block(BlockStage { callee: Callee::Function(index, Rc::new(given)), span, calls })
            }
            (None, Some(Declaration::Unparsed(_))) => EvalValue::Unknown,
            (None, Some(_)) if args.is_empty() => self.name(name, span),
            (None, Some(other)) => {
                let kind = other.kind().keyword();
                self.report(
                    Problem::error(Code::NotABlock, format!("`{name}` is a {kind} and takes no arguments"))
                        .at(span, format!("a {kind}")),
                )
            }
            (None, None) => match ops::layer(name) {
                Some(layer) => match self.arguments(&layer.signature, args, span) {
                    Some(arguments) => {
                        EvalValue::block(BlockStage { callee: Callee::Layer((layer.make)(&arguments)), span, calls })
                    }
                    None => EvalValue::Unknown,
                },
                None if name == "fold" || name == "repeat" => self.folding(name, args, span),
                None if is_builtin(name) => self.report(
                    Problem::error(Code::NotABlock, format!("`{name}` takes several values, a pipe passes one"))
                        .at(span, format!("write `{name}(a, b)`")),
                ),
                None => self.unknown_function(name, span),
            },
        }
    }

    fn call_layer(&mut self, name: &'a str, callee: Span, args: &'a [Arg], span: Span) -> EvalValue {
        if ops::layer(name).is_none() {
            return self.unknown_function(name, callee);
        }
        // The first argument is the input if it is a value of the graph, else the call is a block.
        if let Some((first, rest)) = args.split_first()
            && first.name.is_none()
            && could_be_input(&first.value)
        {
            let value = self.eval(&first.value);
            if value.is_input() || matches!(value, EvalValue::Block(_)) {
                return match self.block_of_call(name, rest, span) {
                    EvalValue::Block(stages) => self.apply(&stages, vec![value]),
                    other => other,
                };
            }
        }
        self.block_of_call(name, args, span)
    }

    fn given(&mut self, args: &'a [Arg]) -> Vec<CallArgument> {
        args.iter()
            .map(|arg| CallArgument {
                name: arg.name.as_ref().map(|name| (name.text.clone(), name.span)),
                value: self.eval(&arg.value),
                span: arg.value.span,
                origin: self.origin(&arg.value),
            })
            .collect()
    }

    fn apply_block_to(&mut self, stages: &Rc<Vec<BlockStage>>, args: &'a [Arg], span: Span) -> EvalValue {
        let given = self.given(args);
        match given.as_slice() {
            [one] if one.name.is_none() => self.apply(stages, vec![one.value.clone()]),
            _ => self.report(
                Problem::error(Code::TooManyArguments, "a block takes its input as the only argument".to_string())
                    .at(span, format!("{} arguments given", given.len())),
            ),
        }
    }

    /// Applies the stages in order; `leading` are the values before the first one's own arguments.
    pub(crate) fn apply(&mut self, stages: &[BlockStage], leading: Vec<EvalValue>) -> EvalValue {
        self.apply_item(stages, leading, None)
    }

    /// As [`Self::apply`], where the last of `leading` was written at `origin`.
    fn apply_item(&mut self, stages: &[BlockStage], leading: Vec<EvalValue>, mut origin: Option<Span>) -> EvalValue {
        let mut leading = leading;
        for stage in stages {
            leading = vec![self.apply_stage(stage, leading, origin.take())];
        }
        leading.pop().unwrap_or(EvalValue::Unknown)
    }

    fn apply_stage(&mut self, stage: &BlockStage, mut leading: Vec<EvalValue>, origin: Option<Span>) -> EvalValue {
        if leading.iter().any(|value| matches!(value, EvalValue::Unknown)) {
            return EvalValue::Unknown;
        }
        match &stage.callee {
            Callee::Layer(op) => match (leading.pop(), leading.is_empty()) {
                (Some(EvalValue::Tensor(input)), true) => {
                    self.apply_op(op.clone(), vec![input], stage.span, Some(stage))
                }
                (Some(other), _) => {
                    let name = op.name();
                    self.expected(&format!("a tensor as the input of `{name}`"), &other, stage.span)
                }
                (None, _) => EvalValue::Unknown,
            },
            Callee::Function(index, given) => {
                let span = stage.span;
                let mut all: Vec<CallArgument> =
                    leading.into_iter().map(|value| CallArgument { name: None, value, span, origin: span }).collect();
                if let (Some(item), Some(origin)) = (all.last_mut(), origin) {
                    item.origin = origin;
                }
                all.extend(given.iter().cloned());
                self.expand(*index, all, stage.span)
            }
            Callee::Shared(name, stages) => {
                // Each use numbers its layers from 0, so that all uses name the same weights.
                self.counters.insert(name.clone(), 0);
                self.calls.push(stage.span);
                let value = self.scoped(name.clone(), |this| this.apply(stages, leading));
                self.calls.pop();
                value
            }
            Callee::Fold(items, step) => {
                let mut value = leading.pop().unwrap_or(EvalValue::Unknown);
                for (item, origin) in items.iter() {
                    value = self.apply_item(step, vec![value, item.clone()], Some(*origin));
                }
                value
            }
            Callee::Repeat(times, step) => {
                let mut value = leading.pop().unwrap_or(EvalValue::Unknown);
                for _ in 0..*times {
                    value = self.apply(step, vec![value]);
                }
                value
            }
        }
    }

    /// The value of a function call outside of a pipe: a block if its input is missing.
    fn call_function(&mut self, index: usize, given: Vec<CallArgument>, span: Span) -> EvalValue {
        let function = self.names.functions[index];
        let first_is_input =
            given.first().is_some_and(|first| first.name.is_none() && (first.value.is_input() || is_block(first)));
        let named_input = function.args.first().is_some_and(|input| {
            given.iter().any(|arg| arg.name.as_ref().is_some_and(|(name, _)| *name == input.name.text))
        });
        if first_is_input || named_input || function.args.is_empty() || !takes_tensor(function) {
            return self.expand(index, given, span);
        }
        let calls = self.call_trace();
        EvalValue::block(BlockStage { callee: Callee::Function(index, Rc::new(given)), span, calls })
    }

    /// The value of a function's body with its arguments bound.
    fn expand(&mut self, index: usize, given: Vec<CallArgument>, span: Span) -> EvalValue {
        let function = self.names.functions[index];
        if self.calls.len() >= DEEPEST {
            let problem = Problem::error(Code::Cycle, format!("`{}` calls itself without end", function.name.text))
                .at(function.name.span, "this function")
                .also(span, "called again here");
            self.problems.push(problem);
            return EvalValue::Unknown;
        }
        if self.calls_left == 0 {
            return EvalValue::Unknown;
        }
        self.calls_left -= 1;
        if self.calls_left == 0 {
            return self.too_many("more than 100,000 calls", span);
        }
        let Some((frame, given)) = self.bind(function, given, span) else { return EvalValue::Unknown };
        if self.checking {
            return EvalValue::Unknown;
        }
        self.expanded.insert(index);
        self.calls.push(span);
        self.frames.push(frame);
        self.expansions.push(Expansion { depth: self.frames.len(), function, given });
        let value = if function.lets.is_empty() {
            self.eval(&function.body)
        } else {
            let path = self.next_path();
            self.scoped(path.clone(), |this| {
                for binding in &function.lets {
                    let inner = join(&path, &binding.name.text);
                    let value = this.scoped(inner, |this| this.eval(&binding.value));
                    this.recorder.evaluation(binding.name.span, &value);
                    if let Some(frame) = this.frames.last_mut() {
                        frame.insert(&binding.name.text, value);
                    }
                }
                this.eval(&function.body)
            })
        };
        self.expansions.pop();
        self.frames.pop();
        self.calls.pop();
        value
    }

    /// Reports that a pipeline becomes larger than any that can be trained, at the outermost call that makes it so; nothing
    /// more is expanded.
    pub(crate) fn too_many(&mut self, what: &str, span: Span) -> EvalValue {
        self.calls_left = 0;
        let outermost = self.calls.first().copied().unwrap_or(span);
        self.problems.push(
            Problem::error(Code::TooDeep, format!("this needs {what}"))
                .at(outermost, "expanded here")
                .help("a function that calls others several times doubles its size with each of them"),
        );
        EvalValue::Unknown
    }

    /// The arguments of a function bound to values; `None` after a report.
    fn bind(&mut self, function: &'a Fn, given: Vec<CallArgument>, span: Span) -> Option<Bound<'a>> {
        let name = &function.name.text;
        let mut frame: BTreeMap<&'a str, EvalValue> = BTreeMap::new();
        let mut bound = vec![];
        let (mut sound, mut misnamed) = (true, false);
        let mut free = function.args.iter();
        for arg in given {
            let target = match &arg.name {
                Some((wanted, wanted_span)) => match function.args.iter().find(|known| known.name.text == *wanted) {
                    Some(known) => known,
                    None => {
                        let known: Vec<&str> = function.args.iter().map(|arg| arg.name.text.as_str()).collect();
                        let mut problem =
                            Problem::error(Code::UnknownArgument, format!("`{name}` has no argument `{wanted}`"))
                                .at(*wanted_span, "not an argument of this function")
                                .also(function.name.span, "declared here");
                        problem = match likely(wanted, known.iter().copied()) {
                            Some(near) => problem.help(format!("did you mean `{near}`?")).edit(
                                *wanted_span,
                                near.to_string(),
                                false,
                            ),
                            None => problem.help(format!("it takes {}", ops::one_of(&known).replace(" or ", " and "))),
                        };
                        self.report(problem);
                        (sound, misnamed) = (false, true);
                        continue;
                    }
                },
                None => match free.by_ref().find(|known| !frame.contains_key(known.name.text.as_str())) {
                    Some(known) => known,
                    None => {
                        let takes = count_of_arguments(function.args.len());
                        self.report(
                            Problem::error(Code::TooManyArguments, format!("`{name}` takes {takes}"))
                                .at(arg.span, "one too many")
                                .also(function.name.span, "declared here"),
                        );
                        sound = false;
                        continue;
                    }
                },
            };
            bound.push((target, arg.clone()));
            if frame.insert(&target.name.text, arg.value).is_some() {
                let twice = &target.name.text;
                self.report(
                    Problem::error(Code::DuplicateKey, format!("`{twice}` is given twice")).at(arg.span, "given again"),
                );
                sound = false;
            }
        }
        for arg in &function.args {
            let wanted = arg.name.text.as_str();
            if frame.contains_key(wanted) {
                continue;
            }
            match &arg.default {
                Some(default) => {
                    // A default sees the declarations of the file, not the caller's arguments.
                    self.frames.push(BTreeMap::new());
                    let value = self.eval(default);
                    self.frames.pop();
                    frame.insert(wanted, value);
                }
                // An argument with an unknown name may be the missing one.
                None if misnamed => {}
                None => {
                    self.report(
                        Problem::error(Code::MissingArgument, format!("`{name}` needs `{wanted}`"))
                            .at(span, format!("`{wanted}` is not given"))
                            .also(arg.name.span, "declared without a default"),
                    );
                    sound = false;
                }
            }
        }
        sound.then_some((frame, bound))
    }
}

fn is_block(arg: &CallArgument) -> bool {
    matches!(arg.value, EvalValue::Block(_))
}

/// Whether the value of an expression of this form can be one of the graph.
fn could_be_input(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Call(..) | ExprKind::Pipe(..) | ExprKind::Binary(..) => {
            true
        }
        ExprKind::Paren(inner) | ExprKind::Negate(inner) => could_be_input(inner),
        _ => false,
    }
}

/// Whether a function's first argument is a value of the graph: it begins a pipe or is the first argument of a call.
fn takes_tensor(function: &Fn) -> bool {
    let Some(input) = function.args.first() else { return false };
    let name = input.name.text.as_str();
    function.lets.iter().map(|binding| &binding.value).chain([&function.body]).any(|expr| flows(expr, name))
}

fn flows(expr: &Expr, name: &str) -> bool {
    let is_name = |expr: &Expr| matches!(&expr.kind, ExprKind::Name(found) if found == name);
    match &expr.kind {
        ExprKind::Pipe(input, stage) => is_name(input) || flows(input, name) || flows(stage, name),
        ExprKind::Call(_, args) => {
            args.first().is_some_and(|first| is_name(&first.value)) || args.iter().any(|arg| flows(&arg.value, name))
        }
        ExprKind::Binary(_, left, right) => flows(left, name) || flows(right, name),
        ExprKind::If(_, then, otherwise) => flows(then, name) || flows(otherwise, name),
        ExprKind::Paren(inner) | ExprKind::Negate(inner) | ExprKind::Field(inner, _) => flows(inner, name),
        ExprKind::List(elements) => elements.iter().any(|element| flows(element, name)),
        ExprKind::Record(entries) => entries.iter().any(|entry| flows(&entry.value, name)),
        _ => false,
    }
}
