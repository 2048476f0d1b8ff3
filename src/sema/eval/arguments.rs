//! Arguments of built-in calls, checked against their signature.

use crate::diag::{Code, Problem, Span};
use crate::ops::{Argument, Arguments, Kind, Signature, one_of};
use crate::sema::errors::suggest::{count_of_arguments, suggest};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::EvalValue;
use crate::sema::symbols::index::Symbol;
use crate::syntax::ast::{Arg, Expr, ExprKind};

impl<'a> Evaluator<'a> {
    /// The arguments by name, with defaults; reports those that do not fit the signature.
    pub(crate) fn arguments(
        &mut self,
        signature: &'static Signature,
        args: &'a [Arg],
        span: Span,
    ) -> Option<Arguments> {
        let name = signature.name;
        if self.frames.is_empty() {
            self.recorder.callable(span, signature);
        }
        let mut found: Vec<Option<Argument>> = vec![None; signature.params.len()];
        let (mut sound, mut misnamed) = (true, false);
        for arg in args {
            let place = match &arg.name {
                Some(wanted) => match signature.params.iter().position(|param| param.name == wanted.text) {
                    Some(place) => place,
                    None => {
                        let known: Vec<&str> = signature.params.iter().map(|param| param.name).collect();
                        let problem = Problem::error(
                            Code::UnknownArgument,
                            format!("`{name}` has no argument `{}`", wanted.text),
                        )
                        .at(wanted.span, "not known here");
                        let problem = suggest(problem, &wanted.text, wanted.span, &known, "it takes");
                        // A single unknown argument can only be intended for the only known one.
                        self.report(match known.as_slice() {
                            [only] if args.len() == 1 && problem.edits.is_empty() => {
                                problem.edit(wanted.span, *only, false)
                            }
                            _ => problem,
                        });
                        (sound, misnamed) = (false, true);
                        continue;
                    }
                },
                None => match found.iter().position(Option::is_none) {
                    Some(place) => place,
                    None => {
                        let takes = count_of_arguments(signature.params.len());
                        self.report(
                            Problem::error(Code::TooManyArguments, format!("`{name}` takes {takes}"))
                                .at(arg.value.span, "one too many"),
                        );
                        sound = false;
                        continue;
                    }
                },
            };
            let param = &signature.params[place];
            if let Some(wanted) = &arg.name {
                self.recorder.reference(wanted.span, Symbol::Argument(signature, param));
            }
            if found[place].is_some() {
                sound = false;
                // Duplicate names have been reported by the parser.
                let alike = |other: &Arg| other.name.as_ref().is_some_and(|name| name.text == param.name);
                if args.iter().filter(|other| alike(other)).count() > 1 {
                    continue;
                }
                self.report(
                    Problem::error(Code::DuplicateKey, format!("`{}` is given twice", param.name))
                        .at(arg.value.span, "given again"),
                );
                continue;
            }
            if let Some(problem) = input_width(signature, args, arg) {
                self.report(problem);
                sound = false;
                found[place] = Some(Argument::Nothing);
                continue;
            }
            match self.argument(param.kind, &arg.value, &format!("`{}` of `{name}`", param.name)) {
                Some(argument) => found[place] = Some(argument),
                None => {
                    sound = false;
                    found[place] = Some(Argument::Nothing);
                }
            }
        }
        let mut arguments = vec![];
        for (param, given) in signature.params.iter().zip(found) {
            match (given, param.default) {
                (Some(argument), _) => arguments.push((param.name, argument)),
                (None, Some(default)) => arguments.push((param.name, default.into())),
                // An argument with an unknown name may be the missing one.
                (None, None) if misnamed => {}
                (None, None) => {
                    self.report(
                        Problem::error(Code::MissingArgument, format!("`{name}` needs `{}`", param.name))
                            .at(span, format!("`{}` is not given", param.name))
                            .help(format!("it is {}", param.kind.describe())),
                    );
                    sound = false;
                }
            }
        }
        sound.then_some(Arguments(arguments))
    }

    /// An argument of a kind; `what` is its name in messages.
    pub(crate) fn argument(&mut self, kind: Kind, expr: &'a Expr, what: &str) -> Option<Argument> {
        if let Kind::Choice(words) = kind {
            return self.choice(words, expr, what).map(Argument::Word);
        }
        if let Kind::WordOrInteger(words, _) = kind
            && self.is_word(words, expr)
        {
            return self.choice(words, expr, what).map(Argument::Word);
        }
        if matches!(kind, Kind::Text | Kind::Texts) {
            let items = if let ExprKind::List(items) = &expr.kind { items } else { std::slice::from_ref(expr) };
            if self.unquoted(items, what) {
                return None;
            }
        }
        let value = self.eval(expr);
        if matches!(value, EvalValue::Unknown) {
            return None;
        }
        let fits = accepted(kind, &value, expr.span);
        if fits.is_none() {
            if let Some((item, at, wanted, found)) = wrong_item(kind, &value) {
                let message = format!("item {item} of {what} must be {wanted}, found {found}");
                let problem = Problem::error(Code::WrongType, message).at(at, "not accepted");
                self.report_argument(problem, expr, &|value| accepted(kind, value, expr.span).is_some());
                return None;
            }
            let found = match &value {
                EvalValue::Number(number) => format!("{number}"),
                other => other.describe().to_string(),
            };
            let code = if matches!(value, EvalValue::Number(_)) { Code::OutOfRange } else { Code::WrongType };
            let message = format!("{what} must be {}, found {found}", kind.describe());
            let problem = Problem::error(code, message).at(expr.span, "not accepted");
            self.report_argument(problem, expr, &|value| accepted(kind, value, expr.span).is_some());
        }
        fits
    }

    /// Whether an expression is a word rather than a number: one of `words`, a string, or a name that is not declared.
    fn is_word(&self, words: &[&str], expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Name(name) => {
                let local = self.frames.last().and_then(|frame| frame.get(name.as_str()));
                match local {
                    Some(value) => matches!(value, EvalValue::Text(_)),
                    None => words.contains(&name.as_str()) || self.names.peek(name, expr.span).is_none(),
                }
            }
            ExprKind::Text(_) => true,
            _ => false,
        }
    }

    /// One of `words`, given as a bare word, a string, or the argument of a function that holds a string.
    pub(crate) fn choice(
        &mut self,
        words: &'static [&'static str],
        expr: &'a Expr,
        what: &str,
    ) -> Option<&'static str> {
        let written = match &expr.kind {
            ExprKind::Name(name) => match self.frames.last().and_then(|frame| frame.get(name.as_str())) {
                Some(EvalValue::Text(text)) => text.clone(),
                Some(EvalValue::Unknown) => return None,
                _ => name.clone(),
            },
            ExprKind::Text(text) => text.clone(),
            ExprKind::Error => return None,
            _ => {
                let message = format!("{what} must be {}", one_of(words));
                self.report(Problem::error(Code::WrongType, message).at(expr.span, "expected one of these words"));
                return None;
            }
        };
        match words.iter().find(|word| **word == written) {
            Some(word) => {
                if self.frames.is_empty() && matches!(expr.kind, ExprKind::Name(_)) {
                    self.recorder.reference(expr.span, Symbol::Word);
                }
                Some(word)
            }
            None => {
                let message = format!("{what} must be {}, found `{written}`", one_of(words));
                let problem = Problem::error(Code::OutOfRange, message).at(expr.span, "not one of them");
                self.report(suggest(problem, &written, expr.span, words, ""));
                None
            }
        }
    }
}

/// A value as an argument of a kind, if it fits; `span` is its place.
fn accepted(kind: Kind, value: &EvalValue, span: Span) -> Option<Argument> {
    match (kind, value) {
        (Kind::Integer(min) | Kind::WordOrInteger(_, min), EvalValue::Number(number)) => {
            whole(*number, min).map(Argument::Integer)
        }
        (Kind::Number(min, max), EvalValue::Number(number)) => {
            (min..=max).contains(number).then_some(Argument::Number(*number))
        }
        (Kind::Share, EvalValue::Number(number)) => {
            (*number > 0.0 && *number < 1.0).then_some(Argument::Number(*number))
        }
        (Kind::Bool | Kind::TextOrBool, EvalValue::Bool(flag)) => Some(Argument::Bool(*flag)),
        (Kind::NumberOrText, EvalValue::Number(number)) => Some(Argument::Number(*number)),
        (Kind::Text | Kind::TextOrBool | Kind::NumberOrText, EvalValue::Text(text)) => {
            Some(Argument::Text(text.clone()))
        }
        (Kind::Integers(min), EvalValue::Number(number)) => {
            whole(*number, min).map(|number| Argument::Integers(vec![number]))
        }
        (Kind::Numbers, EvalValue::Number(number)) => Some(Argument::Numbers(vec![*number])),
        (Kind::Texts, EvalValue::Text(text)) => Some(Argument::Texts(vec![text.clone()])),
        (Kind::NumbersAndTexts, EvalValue::Number(_) | EvalValue::Text(_)) => {
            elements_of(kind, &[(value.clone(), span)])
        }
        (
            Kind::Integers(_) | Kind::Numbers | Kind::Texts | Kind::NumbersAndTexts,
            EvalValue::List(_) | EvalValue::Range(..),
        ) => elements_of(kind, &value.elements(span)?),
        _ => None,
    }
}

/// The first item of a list that is not of its kind, counted from 1, with its place, what it must be, and what it is.
fn wrong_item(kind: Kind, value: &EvalValue) -> Option<(usize, Span, String, String)> {
    let one = match kind {
        Kind::Integers(min) => Kind::Integer(min),
        Kind::Numbers => Kind::Number(f64::NEG_INFINITY, f64::INFINITY),
        Kind::Texts => Kind::Text,
        _ => return None,
    };
    let EvalValue::List(elements) = value else { return None };
    let (at, (found, span)) =
        elements.iter().enumerate().find(|(_, (item, span))| accepted(one, item, *span).is_none())?;
    let found = match found {
        EvalValue::Number(number) => number.to_string(),
        EvalValue::Unknown => return None,
        other => other.describe().to_owned(),
    };
    Some((at + 1, *span, one.describe(), found))
}

/// The report for `linear(16, 32)`, as other tools write an input and an output width.
fn input_width(signature: &Signature, args: &[Arg], arg: &Arg) -> Option<Problem> {
    let [Arg { name: None, value: first }, second] = args else { return None };
    let numbers = [first, &arg.value].into_iter().all(|value| matches!(value.kind, ExprKind::Number(_)));
    if signature.name != "linear" || !std::ptr::eq(second, arg) || arg.name.is_some() || !numbers {
        return None;
    }
    let ExprKind::Number(width) = &arg.value.kind else { return None };
    let problem = Problem::error(Code::TooManyArguments, "`linear` takes the width of its output only")
        .at(first.span, "the width of the input is known")
        .help(format!("write `linear({})`", width.raw));
    Some(problem.edit(Span { end: arg.value.span.start, ..first.span }, "", false))
}

/// The elements of a list as an argument of a list kind, if each fits.
fn elements_of(kind: Kind, elements: &[(EvalValue, Span)]) -> Option<Argument> {
    let numbers = || {
        elements.iter().map(|(element, _)| if let EvalValue::Number(number) = element { Some(*number) } else { None })
    };
    match kind {
        Kind::Integers(min) => {
            numbers().map(|number| whole(number?, min)).collect::<Option<_>>().map(Argument::Integers)
        }
        Kind::Numbers => numbers().collect::<Option<_>>().map(Argument::Numbers),
        Kind::NumbersAndTexts => {
            let (mut found, mut texts) = (vec![], vec![]);
            for (element, _) in elements {
                match element {
                    EvalValue::Number(number) => found.push(*number),
                    EvalValue::Text(text) => texts.push(text.clone()),
                    _ => return None,
                }
            }
            Some(Argument::NumbersAndTexts(found, texts))
        }
        _ => (elements.iter())
            .map(|(element, _)| if let EvalValue::Text(text) = element { Some(text.clone()) } else { None })
            .collect::<Option<_>>()
            .map(Argument::Texts),
    }
}

/// A whole number of at least `min`.
fn whole(number: f64, min: i64) -> Option<i64> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= LARGEST && number >= min as f64).then_some(number as i64)
}
