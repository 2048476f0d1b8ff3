//! Values that may be missing on a row: the `?` modalities that each needs, and operations that cannot leave an input out.
//!
//! A value is missing on a row if a modality that it is computed from is missing. A strategy leaves missing components out;
//! an operation cannot leave an input out, so that its inputs must be missing on the same rows.

use crate::diag::{Code, Problem, Span};
use crate::ops::{InputIndex, Op};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::hir::{HirValue, ValueId};
use crate::syntax::ast::{Expr, ExprKind, Typed};
use std::collections::BTreeSet;

impl Evaluator<'_> {
    /// Reports operations on inputs that are missing on different rows.
    pub(crate) fn check_optional(&mut self) {
        let mut needs: Vec<BTreeSet<usize>> = Vec::with_capacity(self.values.len());
        let mut problems = vec![];
        // Several values can come from one place, as in a merge by attention.
        let mut reported = BTreeSet::new();
        for (id, value) in self.values.iter().enumerate() {
            let own = match value.op {
                Op::Input(InputIndex(modality)) if may_be_missing(self.names.modalities[modality].0) => {
                    BTreeSet::from([modality])
                }
                Op::FillMissing => {
                    let filled = value.inputs.iter().any(|input| !needs[*input].is_empty());
                    if !filled && reported.insert((value.span, value.calls.clone(), usize::MAX)) {
                        problems.push((nothing_to_fill(value), value.calls.clone()));
                    }
                    BTreeSet::new()
                }
                _ => value.inputs.iter().flat_map(|input| needs[*input].iter().copied()).collect(),
            };
            if let Some((short, lost)) = missing_apart(&value.inputs, &needs, &own)
                && self.merges.get(&id).is_none_or(|strategy| !strategy.has_components)
                && reported.insert((value.span, value.calls.clone(), lost))
            {
                problems.push(self.cannot_leave_out(id, short, lost));
            }
            needs.push(own);
        }
        for (problem, calls) in problems {
            self.report_from(problem, &calls);
        }
    }

    /// `id` joins an input that needs the modality `lost` with the input `short`, which does not.
    fn cannot_leave_out(&self, id: ValueId, short: ValueId, lost: usize) -> (Problem, Vec<Span>) {
        let value = &self.values[id];
        let (typed, _) = self.names.modalities[lost];
        let (name, what) =
            (&typed.name.text, self.merges.get(&id).map_or(value.op.name(), |strategy| strategy.signature.name));
        let problem =
            Problem::error(Code::CannotSkip, format!("`{name}` may be missing on a row, and `{what}` cannot skip it"))
                .at(value.span, format!("without `{name}` there is nothing to join here"))
                .also(typed.name.span.to(typed.ty.span), format!("`{name}` may be missing, because of the `?`"))
                .also(self.values[short].span, "this is always present");
        let combine = "give its encoder a learned value for these rows with `|> fill_missing`, or let `mulmix`, `multiplicative` or \
                       `late` take them as separate inputs";
        let (base, stages) = crate::sema::eval::expr::pipe_stages(&typed.value);
        let one_hot = stages.iter().any(|stage| Self::is_name(stage, "one_hot"));
        let problem = match typed.ty.name.text.as_str() {
            "dense" if !one_hot => {
                let end = typed.value.span.end as usize;
                let after = Span::new(typed.value.span.file, end, end);
                let help = format!("fill it with `impute(mean)`, which makes a `{name}` for every row, or {combine}");
                problem.help(help).edit(after, " |> impute(mean)", false)
            }
            "image" | "sequence" => problem.help(combine),
            // The text is cut into tokens, or the category known, after the cells have been read.
            kind => {
                let end = base.span.end as usize;
                let what = if kind == "text" { "a text without any tokens" } else { "a value of its own" };
                let help = format!("add `keep_missing`, with which an empty cell is {what}, or {combine}");
                problem.help(help).edit(Span::new(base.span.file, end, end), " |> keep_missing", false)
            }
        };
        (problem, value.calls.clone())
    }
}

/// `fill_missing` of a value that no row lacks.
fn nothing_to_fill(value: &HirValue) -> Problem {
    Problem::error(Code::CannotSkip, "`fill_missing` has nothing to fill: its input has a value on every row")
        .at(value.span, "no modality with `?` reaches it")
        .help("leave it out, or mark the modality that may be missing on a row: `modality NAME?: ..`")
}

/// Whether a row can lack the modality: it is marked with `?`, and `impute` does not fill all gaps.
fn may_be_missing(typed: &Typed) -> bool {
    let (_, stages) = crate::sema::eval::expr::pipe_stages(&typed.value);
    let name_of = |stage: &Expr| match &stage.kind {
        ExprKind::Call(callee, _) => match &callee.kind {
            ExprKind::Name(name) => Some(name.clone()),
            _ => None,
        },
        ExprKind::Name(name) => Some(name.clone()),
        _ => None,
    };
    let fills = |name: &String| matches!(name.as_str(), "impute" | "keep_missing");
    let last = stages.iter().rev().filter_map(|stage| name_of(stage)).find(|name| fills(name) || name == "missing");
    typed.optional.is_some() && !last.is_some_and(|name| fills(&name))
}

/// An input that needs fewer modalities than `whole`, and one that it does not need.
fn missing_apart(inputs: &[ValueId], needs: &[BTreeSet<usize>], whole: &BTreeSet<usize>) -> Option<(ValueId, usize)> {
    inputs.iter().find_map(|input| Some((*input, *whole.difference(&needs[*input]).next()?)))
}
