//! What an expression comes to while a pipeline is analyzed.

use crate::diag::Span;
use crate::ops::Op;
use crate::sema::hir::ValueId;
use indexmap::IndexMap;
use std::rc::Rc;

/// The value of an expression.
#[derive(Clone, Debug)]
pub(crate) enum Val {
    /// Something was wrong and has been reported; whatever is made of it is silent.
    Unknown,
    /// A number, and whether it is whole as written.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A string.
    Text(String),
    /// A list, with the place of each element.
    List(Rc<Vec<(Val, Span)>>),
    /// A range of numbers: first, last, and whether the last belongs to it.
    Range(f64, f64, bool),
    /// Named values.
    Record(Rc<IndexMap<String, Val>>),
    /// A value of the graph.
    Tensor(ValueId),
    /// Layers that wait for their input.
    Block(Rc<Vec<BlockStage>>),
}

impl Val {
    /// A block of one call.
    pub(crate) fn block(stage: BlockStage) -> Val {
        Val::Block(Rc::new(vec![stage]))
    }

    /// What it is, as a message says it.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Val::Unknown => "something that has been reported",
            Val::Number(_) => "a number",
            Val::Bool(_) => "a truth value",
            Val::Text(_) => "a string",
            Val::List(_) => "a list",
            Val::Range(..) => "a range",
            Val::Record(_) => "a record",
            Val::Tensor(_) => "a tensor",
            Val::Block(_) => "a block of layers",
        }
    }

    /// Whether values of the graph are in it, so that it can only be an input.
    pub(crate) fn is_input(&self) -> bool {
        match self {
            Val::Tensor(_) | Val::Unknown => true,
            Val::Record(fields) => fields.values().any(Val::is_input),
            _ => false,
        }
    }

    /// Its elements, if it is a list or a range of whole numbers that is not absurdly long.
    pub(crate) fn elements(&self, span: Span) -> Option<Vec<(Val, Span)>> {
        const MOST: f64 = 1_000_000.0;
        match self {
            Val::List(elements) => Some(elements.to_vec()),
            Val::Range(start, end, inclusive) if start.fract() == 0.0 && end.fract() == 0.0 => {
                let end = if *inclusive { *end } else { *end - 1.0 };
                if end - start > MOST {
                    return None;
                }
                let mut elements = Vec::new();
                let mut at = *start;
                while at <= end {
                    elements.push((Val::Number(at), span));
                    at += 1.0;
                }
                Some(elements)
            }
            _ => None,
        }
    }
}

/// One call in a block, everything known but its input.
#[derive(Clone, Debug)]
pub(crate) struct BlockStage {
    /// What is called.
    pub(crate) callee: Callee,
    /// The call in the text.
    pub(crate) span: Span,
    /// The calls that led there, innermost first.
    pub(crate) calls: Vec<Span>,
}

/// What a [`BlockStage`] calls.
#[derive(Clone, Debug)]
pub(crate) enum Callee {
    /// A layer.
    Layer(Op),
    /// A function of the pipeline or the prelude, and the arguments after its input.
    Function(usize, Rc<Vec<Given>>),
    /// A block that shares one set of weights, by its name.
    Shared(String, Rc<Vec<BlockStage>>),
    /// `fold(x, list, f)` without its input.
    Fold(Rc<Vec<(Val, Span)>>, Rc<Vec<BlockStage>>),
    /// `repeat(n, x, f)` without its input.
    Repeat(usize, Rc<Vec<BlockStage>>),
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    /// Its name, if it was given by name.
    pub(crate) name: Option<(String, Span)>,
    /// Its value.
    pub(crate) value: Val,
    /// Where it stands.
    pub(crate) span: Span,
    /// Where its value was written: elsewhere if what stands there is the name of an outer function's argument.
    pub(crate) origin: Span,
}
