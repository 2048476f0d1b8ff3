//! Input of the lints: syntax tree and HIR of a pipeline, with lookups that several lints share.

use crate::diag::{Problem, Span};
use crate::ops::{InputIndex, Op, UnitLogits};
use crate::sema::{Hir, HirCombine, ValueId};
use crate::syntax::ast::{Arg, Ast, Block, Combine, Entry, Expr, ExprKind, ItemKind};
use std::collections::BTreeSet;

/// Syntax tree and HIR of a pipeline.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Meaning.
    pub hir: &'a Hir,
    /// Syntax tree.
    pub ast: &'a Ast,
}

impl<'a> Subject<'a> {
    /// A combine as it was written.
    pub(super) fn written(&self, combine: &HirCombine) -> Option<&'a Combine> {
        self.ast.items.iter().find_map(|item| match &item.kind {
            ItemKind::Combine(written) if written.name.text == combine.name => Some(written),
            _ => None,
        })
    }

    /// A setting of a combine, if it was given.
    pub(super) fn setting(&self, combine: &HirCombine, key: &str) -> Option<&'a Entry> {
        entry(self.written(combine)?.settings.as_ref()?, key)
    }

    /// The length that the logits of a combine are brought to, if they are.
    pub(super) fn unit_logits(&self, combine: &HirCombine) -> Option<UnitLogits> {
        let mut value = &self.hir.values[combine.components.first()?.logits];
        if combine.combination.has_scores() {
            // The logits come before the score.
            value = &self.hir.values[*value.inputs.first()?];
        }
        match value.op {
            Op::UnitLogits(unit) => Some(unit),
            _ => None,
        }
    }

    /// Every multiplicative combine that writes its `beta`: the combine, the number, and where it is written.
    pub(super) fn betas(&self) -> impl Iterator<Item = (&'a HirCombine, f64, &'a Entry)> {
        let Self { hir, .. } = self;
        hir.combines
            .iter()
            .filter_map(|combine| Some((combine, combine.combination.beta()?, self.setting(combine, "beta")?)))
    }

    /// The `train` block.
    pub(super) fn train(&self) -> Option<&'a Block> {
        self.ast.items.iter().find_map(|item| match &item.kind {
            ItemKind::Train(block) => Some(block),
            _ => None,
        })
    }

    /// The `data` block.
    pub(super) fn data(&self) -> Option<&'a Block> {
        self.ast.items.iter().find_map(|item| match &item.kind {
            ItemKind::Data(block) => Some(block),
            _ => None,
        })
    }

    /// The block of a sweep.
    pub(super) fn sweep(&self, name: &str) -> Option<&'a Block> {
        self.ast.items.iter().find_map(|item| match &item.kind {
            ItemKind::Sweep(sweep, block) if sweep.text == name => Some(block),
            _ => None,
        })
    }

    /// Where a sweep names a param.
    pub(super) fn swept(&self, sweep: &str, param: &str) -> Option<Span> {
        let ExprKind::Record(entries) = &entry(self.sweep(sweep)?, "over")?.value.kind else { return None };
        entries.iter().find(|entry| entry.key.text == param).map(|entry| entry.key.span)
    }

    /// Every value that `logits` are computed from, including themselves.
    pub(super) fn below(&self, logits: impl IntoIterator<Item = ValueId>) -> BTreeSet<ValueId> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<ValueId> = logits.into_iter().collect();
        while let Some(value) = open.pop() {
            if reached.insert(value) {
                open.extend(self.hir.values[value].inputs.iter().copied());
            }
        }
        reached
    }

    /// Number of parameters of a value.
    pub(super) fn parameters(&self, value: ValueId) -> usize {
        let value = &self.hir.values[value];
        let Some(input) = value.inputs.first() else { return 0 };
        value.op.weights(&self.hir.values[*input].shape).iter().map(|weight| weight.shape.size()).sum()
    }

    /// The value that a modality is, by its place among the modalities.
    pub(super) fn input(&self, modality: usize) -> Option<ValueId> {
        self.hir.values.iter().position(|value| value.op == Op::Input(InputIndex(modality)))
    }
}

/// An entry of a block by its key.
pub(super) fn entry<'a>(block: &'a Block, key: &str) -> Option<&'a Entry> {
    block.entries.iter().find(|entry| entry.key.text == key)
}

/// The name and the arguments of a call, or a name alone.
pub(super) fn call(expr: &Expr) -> Option<(&str, &[Arg])> {
    match &expr.kind {
        ExprKind::Name(name) => Some((name, &[])),
        ExprKind::Paren(inner) => call(inner),
        ExprKind::Call(callee, args) => match &callee.kind {
            ExprKind::Name(name) => Some((name, args)),
            _ => None,
        },
        _ => None,
    }
}

/// Adds the fix that sets `key = value` in a combine.
pub(super) fn set(problem: Problem, combine: &Combine, key: &str, value: &str, safe: bool) -> Problem {
    match combine.settings.as_ref() {
        Some(block) => set_in(problem, block, key, value, safe),
        None => {
            let end = combine.strategy.span.end as usize;
            let at = Span::new(combine.strategy.span.file, end, end);
            problem.edit(at, format!(" {{\n  {key} = {value}\n}}"), safe)
        }
    }
}

/// Adds the fix that sets `key = value` in a block.
pub(super) fn set_in(problem: Problem, block: &Block, key: &str, value: &str, safe: bool) -> Problem {
    if let Some(entry) = entry(block, key) {
        return problem.edit(entry.value.span, value, safe);
    }
    // Before the first setting, so that no comment at the end of a line changes its place.
    let (at, text) = match block.entries.first() {
        Some(first) if first.doc.is_empty() => (first.key.span.start as usize, format!("{key} = {value}\n  ")),
        _ => (block.span.start as usize + 1, format!("\n  {key} = {value}\n")),
    };
    problem.edit(Span::new(block.span.file, at, at), text, safe)
}

/// Every name in an expression, names of functions included.
pub(super) fn names<'a>(expr: &'a Expr, found: &mut BTreeSet<&'a str>) {
    let mut each = |exprs: &mut dyn Iterator<Item = &'a Expr>| exprs.for_each(|expr| names(expr, found));
    match &expr.kind {
        ExprKind::Name(name) => {
            found.insert(name);
        }
        ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Error => {}
        ExprKind::List(elements) => each(&mut elements.iter()),
        ExprKind::Repeat(element, count) => each(&mut [&**element, count].into_iter()),
        ExprKind::Range { start, end, .. } => each(&mut [&**start, end].into_iter()),
        ExprKind::Record(entries) => each(&mut entries.iter().map(|entry| &entry.value)),
        ExprKind::Field(inner, _) | ExprKind::Negate(inner) | ExprKind::Paren(inner) => names(inner, found),
        ExprKind::Call(callee, args) => {
            each(&mut [&**callee].into_iter().chain(args.iter().map(|arg| &arg.value)));
        }
        ExprKind::Pipe(left, right) | ExprKind::Binary(_, left, right) => each(&mut [&**left, right].into_iter()),
        ExprKind::If(condition, then, otherwise) => each(&mut [&**condition, then, otherwise].into_iter()),
    }
}
