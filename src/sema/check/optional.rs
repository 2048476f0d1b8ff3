//! Values that may be missing on a row: the `?` modalities that each needs, and operations that cannot leave an input out.
//!
//! A value is missing on a row if a modality that it is computed from is missing. A strategy leaves missing components out;
//! an operation cannot leave an input out, so that its inputs must be missing on the same rows.

use crate::diag::{Code, Problem, Span};
use crate::ops::{InputIndex, Op};
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::hir::ValueId;
use crate::syntax::ast::{ExprKind, Typed};
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
        let combine = "let `mulmix`, `multiplicative` or `late` take them as separate inputs";
        let problem = match typed.ty.name.text.as_str() {
            "dense" => {
                let end = typed.value.span.end as usize;
                let after = Span::new(typed.value.span.file, end, end);
                let help = format!("fill it with `impute(mean)`, which makes a `{name}` for every row, or {combine}");
                problem.help(help).edit(after, " |> impute(mean)", false)
            }
            _ => problem.help(combine),
        };
        (problem, value.calls.clone())
    }
}

/// Whether a row can lack the modality: it is marked with `?`, and `impute` does not fill all gaps.
fn may_be_missing(typed: &Typed) -> bool {
    let (_, stages) = crate::sema::eval::expr::pipe_stages(&typed.value);
    let last = stages.iter().rev().find_map(|stage| match &stage.kind {
        ExprKind::Call(callee, _) => match &callee.kind {
            ExprKind::Name(name) if matches!(name.as_str(), "impute" | "missing") => Some(name.as_str()),
            _ => None,
        },
        _ => None,
    });
    typed.optional.is_some() && last != Some("impute")
}

/// An input that needs fewer modalities than `whole`, and one that it does not need.
fn missing_apart(inputs: &[ValueId], needs: &[BTreeSet<usize>], whole: &BTreeSet<usize>) -> Option<(ValueId, usize)> {
    inputs.iter().find_map(|input| Some((*input, *whole.difference(&needs[*input]).next()?)))
}
