//! Merging representations into one: side by side, by sum, by mean, or by attention.

use crate::diag::Span;
use crate::fusion::{ATTENTION, GATED, LOW_RANK, Strategy};
use crate::ops::{Activation, Linear, Op};
use crate::sema::eval::evaluator::{Evaluator, join};
use crate::sema::eval::settings::Settings;
use crate::sema::eval::value::EvalValue;
use crate::sema::hir::ValueId;
use crate::signature::{Arguments, Signature};
use crate::syntax::ast::ExprKind;

/// The merge of representations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Merge {
    Sum,
    Mean,
    Concat,
    Attention { size: usize, mode: &'static str },
    Gated { size: usize },
    LowRank { size: usize, rank: usize },
}

impl Merge {
    /// The part of the path of its weights.
    pub(crate) fn scope(self) -> &'static str {
        match self {
            Merge::Gated { .. } => "gated",
            Merge::LowRank { .. } => "low_rank",
            Merge::Sum | Merge::Mean | Merge::Concat | Merge::Attention { .. } => "attention",
        }
    }
}

/// The context of a merge: the strategy, and the path of its weights.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) strategy: &'static Strategy,
    pub(crate) path: String,
    pub(crate) span: Span,
}

impl<'a> Evaluator<'a> {
    /// The `merge` setting.
    pub(crate) fn merge(&mut self, settings: &Settings<'a>) -> Option<Merge> {
        let Some(entry) = settings.get("merge") else { return Some(Merge::Sum) };
        let args = match &entry.value.kind {
            ExprKind::Call(_, args) => &args[..],
            _ => &[],
        };
        let size = |args: &Arguments, name| usize::try_from(args.integer(name)).unwrap_or(usize::MAX);
        let form = |signature: &'static Signature| match &entry.value.kind {
            ExprKind::Call(callee, _) => Self::is_name(callee, signature.name),
            _ => Self::is_name(&entry.value, signature.name),
        };
        // A form without its size is reported with its missing argument.
        if form(&ATTENTION) {
            let args = self.arguments(&ATTENTION, args, entry.value.span)?;
            return Some(Merge::Attention { size: size(&args, "size"), mode: args.word("mode") });
        }
        if form(&GATED) {
            let args = self.arguments(&GATED, args, entry.value.span)?;
            return Some(Merge::Gated { size: size(&args, "size") });
        }
        if form(&LOW_RANK) {
            let args = self.arguments(&LOW_RANK, args, entry.value.span)?;
            return Some(Merge::LowRank { size: size(&args, "size"), rank: size(&args, "rank") });
        }
        let words = &["sum", "mean", "concat", "attention", "gated", "low_rank"];
        Some(match self.choice(words, &entry.value, "`merge`")? {
            "mean" => Merge::Mean,
            "concat" => Merge::Concat,
            _ => Merge::Sum,
        })
    }

    /// Several values into one, by name; a single one stays as it is.
    pub(crate) fn merged(&mut self, merge: Merge, values: &[(String, ValueId)], place: &Place) -> EvalValue {
        let ids: Vec<ValueId> = values.iter().map(|(_, value)| *value).collect();
        let op = match merge {
            _ if ids.len() == 1 => return EvalValue::Tensor(ids[0]),
            Merge::Sum => Op::Sum,
            Merge::Mean => Op::Mean,
            Merge::Concat => Op::Concat,
            Merge::Attention { size, mode } => return self.attended(size, mode, values, place),
            Merge::Gated { size } => return self.gated(size, values, place),
            Merge::LowRank { size, rank } => return self.low_rank(size, rank, values, place),
        };
        self.join_values(op, ids, place)
    }

    fn attended(&mut self, size: usize, mode: &str, values: &[(String, ValueId)], place: &Place) -> EvalValue {
        let ids: Vec<ValueId> = values.iter().map(|(_, value)| *value).collect();
        let one_shape = ids.iter().all(|id| self.values[*id].shape == self.values[ids[0]].shape);
        let mut inputs = match (one_shape, mode) {
            // The shape rule of the operation reports the error.
            (false, _) => vec![ids[0]],
            (true, "cross") => {
                let EvalValue::Tensor(all) = self.join_values(Op::Concat, ids.clone(), place) else {
                    return EvalValue::Unknown;
                };
                match self.scored(place.path.clone(), all, size, ids.len(), place.span) {
                    EvalValue::Tensor(scores) => vec![scores],
                    _ => return EvalValue::Unknown,
                }
            }
            (true, mode) => {
                let mut scores = vec![];
                for (name, value) in values {
                    let path = if mode == "shared" { place.path.clone() } else { join(&place.path, name) };
                    match self.scored(path, *value, size, 1, place.span) {
                        EvalValue::Tensor(score) => scores.push(score),
                        _ => return EvalValue::Unknown,
                    }
                }
                match self.join_values(Op::Concat, scores, place) {
                    EvalValue::Tensor(scores) => vec![scores],
                    _ => return EvalValue::Unknown,
                }
            }
        };
        inputs.extend(ids);
        self.join_values(Op::Attend, inputs, place)
    }

    /// `U tanh(V x + c)`: `out` scores of one value.
    fn scored(&mut self, path: String, value: ValueId, size: usize, out: usize, span: Span) -> EvalValue {
        // Each use restarts its numbering, so that shared scores name the same weights.
        self.counters.insert(path.clone(), 0);
        self.scoped(path, |this| {
            let mut value = EvalValue::Tensor(value);
            for op in [
                Op::Linear(Linear { out: size, bias: true, init: None, activation: None }),
                Op::Activation(Activation::Tanh),
                Op::Linear(Linear { out, bias: false, init: None, activation: None }),
            ] {
                value = match value {
                    EvalValue::Tensor(input) => this.apply_layer(op, input, span),
                    other => return other,
                };
            }
            value
        })
    }

    /// Applies an operation that joins values for a strategy.
    pub(crate) fn join_values(&mut self, op: Op, inputs: Vec<ValueId>, place: &Place) -> EvalValue {
        let value = self.apply_op(op, inputs, place.span, None);
        if let EvalValue::Tensor(id) = value {
            self.merges.insert(id, place.strategy);
        }
        value
    }
}
