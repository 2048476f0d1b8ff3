//! State of the analysis of one pipeline, with its reports, scopes of weights, and declarations computed once.

use crate::diag::{Code, FileId, Problem, Problems, Span};
use crate::fusion::Strategy;
use crate::sema::eval::value::{CallArgument, EvalValue};
use crate::sema::hir::{HirValue, ValueId};
use crate::sema::names::{Declaration, NameTable};
use crate::sema::symbols::recorder::SymbolRecorder;
use crate::syntax::ast::{Expr, Fn, FnArg};
use std::collections::{BTreeMap, BTreeSet};

/// Number of calls that are expanded in one pipeline.
const MOST_CALLS: usize = 100_000;

/// Number of unknown names for which the likely one is looked for.
const MOST_SUGGESTIONS: usize = 200;

/// Analysis of one pipeline: names, values and problems so far.
pub(crate) struct Evaluator<'a> {
    pub(crate) names: NameTable<'a>,
    /// The file of the prelude.
    pub(crate) prelude: FileId,
    pub(crate) problems: Problems,
    /// Every value of the graph so far.
    pub(crate) values: Vec<HirValue>,
    /// Modalities as values of the graph; those with errors are unknown.
    pub(crate) modalities: Vec<EvalValue>,
    /// Values of params from `--set`, by name.
    pub(crate) overrides: BTreeMap<&'a str, &'a Expr>,
    /// Values that merge several inputs of a strategy, with the name of the strategy.
    pub(crate) merges: BTreeMap<ValueId, &'static Strategy>,
    /// Arguments of the functions being expanded; only the innermost are visible.
    pub(crate) frames: Vec<BTreeMap<&'a str, EvalValue>>,
    /// The functions being expanded with their arguments, outermost first.
    pub(crate) expansions: Vec<Expansion<'a>>,
    /// Calls being expanded, outermost first.
    pub(crate) calls: Vec<Span>,
    /// The path of weights; `counters` holds the number of layers of each path so far.
    pub(crate) scope: String,
    pub(crate) counters: BTreeMap<String, usize>,
    /// Recorder of names and values for the symbol index.
    pub(crate) recorder: SymbolRecorder,
    /// Declarations by the span of their name.
    declared: BTreeMap<Span, State>,
    /// The declarations being computed, outermost first: the span of the name, and the name with the span of its use.
    open: Vec<(Span, &'a str, Span)>,
    /// The functions whose bodies have been evaluated.
    pub(crate) expanded: BTreeSet<usize>,
    /// Number of calls that may still be expanded, and of unknown names for which the likely one is still looked for: both
    /// grow faster than a text that is written to that end.
    pub(crate) calls_left: usize,
    pub(crate) suggestions_left: usize,
    /// Whether bodies of functions are only checked: their arguments are unknown and no call is expanded.
    pub(crate) checking: bool,
    /// Whether the rows come from files whose cells may be lists.
    pub(crate) reads_lists: bool,
}

#[derive(Clone)]
enum State {
    InProgress,
    Done(EvalValue),
}

/// A function being expanded, with its arguments.
pub(crate) struct Expansion<'a> {
    /// Number of frames, its own included.
    pub(crate) depth: usize,
    pub(crate) function: &'a Fn,
    pub(crate) given: Vec<(&'a FnArg, CallArgument)>,
}

impl<'a> Expansion<'a> {
    /// The value given for the argument of this name.
    pub(crate) fn given(&self, name: &str) -> Option<&(&'a FnArg, CallArgument)> {
        self.given.iter().find(|(arg, _)| arg.name.text == name)
    }
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        names: NameTable<'a>,
        prelude: FileId,
        overrides: BTreeMap<&'a str, &'a Expr>,
        problems: Problems,
    ) -> Self {
        Self {
            names,
            prelude,
            problems,
            values: vec![],
            modalities: vec![],
            overrides,
            merges: BTreeMap::new(),
            frames: vec![],
            expansions: vec![],
            calls: vec![],
            scope: String::new(),
            counters: BTreeMap::new(),
            recorder: SymbolRecorder::default(),
            declared: BTreeMap::new(),
            open: vec![],
            expanded: BTreeSet::new(),
            calls_left: MOST_CALLS,
            suggestions_left: MOST_SUGGESTIONS,
            checking: false,
            reads_lists: false,
        }
    }

    /// Reports a problem at `span`, with the calls that led there.
    pub(crate) fn report(&mut self, problem: Problem) -> EvalValue {
        let calls = self.call_trace();
        self.report_from(problem, &calls)
    }

    /// As [`Self::report`], with these calls.
    pub(crate) fn report_from(&mut self, mut problem: Problem, calls: &[Span]) -> EvalValue {
        for call in calls {
            problem = problem.also(*call, "in this call");
        }
        // A problem inside of the prelude is shown first at the call from outside.
        let of_user = calls.iter().find(|call| call.file != self.prelude);
        if let (Some(place), Some(call)) = (problem.place(), of_user)
            && place.file == self.prelude
        {
            for label in &mut problem.labels {
                label.primary = label.span == *call;
            }
        }
        self.problems.push(problem);
        EvalValue::Unknown
    }

    /// The calls being expanded, innermost first.
    pub(crate) fn call_trace(&self) -> Vec<Span> {
        self.calls.iter().rev().copied().collect()
    }

    /// Runs `body` with weights named below `path`.
    pub(crate) fn scoped<T>(&mut self, path: String, body: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.scope, path);
        let result = body(self);
        self.scope = outer;
        result
    }

    /// Reports that `found` is not what was expected, unless it is an error reported before.
    pub(crate) fn expected(&mut self, expected: &str, found: &EvalValue, span: Span) -> EvalValue {
        if matches!(found, EvalValue::Unknown) {
            return EvalValue::Unknown;
        }
        let found = found.describe();
        self.report(
            Problem::error(Code::WrongType, format!("expected {expected}, found {found}"))
                .at(span, format!("this is {found}")),
        )
    }

    /// The value of a declaration, computed once; a cycle of declarations is reported.
    pub(crate) fn declared(
        &mut self,
        name: &'a str,
        span: Span,
        compute: impl FnOnce(&mut Self) -> EvalValue,
    ) -> EvalValue {
        let declaration = self.names.span(name, span).unwrap_or(span);
        match self.declared.get(&declaration).cloned() {
            Some(State::Done(value)) => value,
            Some(State::InProgress) => {
                let mut problem = Problem::error(Code::Cycle, format!("`{name}` depends on itself"))
                    .at(span, "needed again here, before it has a value")
                    .also(declaration, "declared here");
                let begin = self.open.iter().position(|(open, ..)| *open == declaration).unwrap_or(0);
                for pair in self.open[begin..].windows(2) {
                    problem = problem.also(pair[1].2, format!("`{}` depends on `{}`", pair[0].1, pair[1].1));
                }
                let constant = matches!(self.names.peek(name, span), Some(Declaration::Param(_)));
                let from = if constant { "a number" } else { "a modality" };
                self.report(problem.help(format!("let one of the declarations in the cycle start from {from}")))
            }
            None => {
                self.open.push((declaration, name, span));
                self.declared.insert(declaration, State::InProgress);
                // A declaration is computed outside of the functions that first refer to it.
                let frames = std::mem::take(&mut self.frames);
                let calls = std::mem::take(&mut self.calls);
                let value = compute(self);
                self.frames = frames;
                self.calls = calls;
                self.open.pop();
                self.declared.insert(declaration, State::Done(value.clone()));
                value
            }
        }
    }

    /// The value of the declaration with its name at `place`, if it has been computed.
    pub(crate) fn known(&self, place: Span) -> Option<EvalValue> {
        match self.declared.get(&place) {
            Some(State::Done(value)) => Some(value.clone()),
            _ => None,
        }
    }
}

/// `base.name`, or `name` at the root.
pub(crate) fn join(base: &str, name: &str) -> String {
    if base.is_empty() { name.into() } else { format!("{base}.{name}") }
}
