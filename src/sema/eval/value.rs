//! Values of expressions during analysis: constants, values of the graph, blocks of layers.

use crate::diag::Span;
use crate::ops::Op;
use crate::sema::hir::ValueId;
use indexmap::IndexMap;
use std::rc::Rc;

/// The value of an expression.
#[derive(Clone, Debug)]
pub(crate) enum EvalValue {
    /// An error that has been reported; everything computed from it is unknown too, without a report.
    Unknown,
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A string.
    Text(String),
    /// A list: each element with its span.
    List(Rc<Vec<(EvalValue, Span)>>),
    /// A range of numbers: start, end, and whether the end is included.
    Range(f64, f64, bool),
    /// A record: its fields by name.
    Record(Rc<IndexMap<String, EvalValue>>),
    /// A value of the graph.
    Tensor(ValueId),
    /// A block of layers without an input.
    Block(Rc<Vec<BlockStage>>),
}

impl EvalValue {
    /// A block of one call.
    pub(crate) fn block(stage: BlockStage) -> EvalValue {
        EvalValue::Block(Rc::new(vec![stage]))
    }

    /// The type, as in messages.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            EvalValue::Unknown => "something that has been reported",
            EvalValue::Number(_) => "a number",
            EvalValue::Bool(_) => "a truth value",
            EvalValue::Text(_) => "a string",
            EvalValue::List(_) => "a list",
            EvalValue::Range(..) => "a range",
            EvalValue::Record(_) => "a record",
            EvalValue::Tensor(_) => "a tensor",
            EvalValue::Block(_) => "a block of layers",
        }
    }

    /// Whether it contains values of the graph, or is unknown: such a value can only be an input.
    pub(crate) fn is_input(&self) -> bool {
        match self {
            EvalValue::Tensor(_) | EvalValue::Unknown => true,
            EvalValue::Record(fields) => fields.values().any(EvalValue::is_input),
            _ => false,
        }
    }

    /// Number of elements and letters in a constant, those of lists in it too, counted up to `most`.
    pub(crate) fn size(&self, most: usize) -> usize {
        match self {
            EvalValue::Text(text) => text.len(),
            EvalValue::List(elements) => {
                let mut size = 0;
                for (element, _) in elements.iter() {
                    size += 1 + element.size(most.saturating_sub(size));
                    if size > most {
                        break;
                    }
                }
                size
            }
            _ => 0,
        }
    }

    /// The elements of a list, or of a range of at most a million whole numbers.
    pub(crate) fn elements(&self, span: Span) -> Option<Vec<(EvalValue, Span)>> {
        const MOST: f64 = 1_000_000.0;
        match self {
            EvalValue::List(elements) => Some(elements.to_vec()),
            EvalValue::Range(start, end, inclusive) if start.fract() == 0.0 && end.fract() == 0.0 => {
                let end = if *inclusive { *end } else { *end - 1.0 };
                if end - start > MOST {
                    return None;
                }
                let mut elements = Vec::new();
                let mut at = *start;
                while at <= end {
                    elements.push((EvalValue::Number(at), span));
                    at += 1.0;
                }
                Some(elements)
            }
            _ => None,
        }
    }
}

/// A call in a block, complete except for its input.
#[derive(Clone, Debug)]
pub(crate) struct BlockStage {
    /// The callee.
    pub(crate) callee: Callee,
    /// The span of the call.
    pub(crate) span: Span,
    /// The calls that led there, innermost first.
    pub(crate) calls: Vec<Span>,
}

/// The callee of a [`BlockStage`].
#[derive(Clone, Debug)]
pub(crate) enum Callee {
    /// A layer.
    Layer(Op),
    /// A function of the pipeline or the prelude, and the arguments after its input.
    Function(usize, Rc<Vec<CallArgument>>),
    /// A block that shares one set of weights, by its name.
    Shared(String, Rc<Vec<BlockStage>>),
    /// `fold(x, list, f)` without its input.
    Fold(Rc<Vec<(EvalValue, Span)>>, Rc<Vec<BlockStage>>),
    /// `repeat(n, x, f)` without its input.
    Repeat(usize, Rc<Vec<BlockStage>>),
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) struct CallArgument {
    /// Its name, if it was given by name.
    pub(crate) name: Option<(String, Span)>,
    /// Its value.
    pub(crate) value: EvalValue,
    /// The span in the call.
    pub(crate) span: Span,
    /// The span where its value was written: in an outer call, if the argument is the name of an outer function's argument.
    pub(crate) origin: Span,
}
