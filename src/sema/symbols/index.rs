//! The symbol index of a text: the referent of every name and the value of every expression, for editors.
//!
//! Two passes fill it, so that it is complete for a file with mistakes too. While a pipeline is evaluated, what only
//! the context decides is recorded: that `constant` is a schedule in one place and a word in another, the record of a
//! field, the value of an expression. Afterwards a walk over the whole tree (`scope_walk`) finds every declaration and
//! binds the names that evaluation did not reach: functions without a call, branches not taken, text behind an error.

use crate::diag::Span;
use crate::ops::{Parameter, Signature};
use crate::sema::hir::{HirCombine, HirValue, ValueId};
use crate::sema::symbols::definition::Definition;
use crate::spec::DataSpec;
use std::collections::BTreeMap;

/// Referent of a name in the text.
#[derive(Clone, Copy, Debug)]
pub enum Symbol {
    /// A declaration: the span of its name, a key of [`SymbolIndex::definitions`].
    Declaration(Span),
    /// A built-in layer, source, transform, strategy or anything else that can be called.
    Callable(&'static Signature),
    /// An argument of a built-in signature.
    Argument(&'static Signature, &'static Parameter),
    /// Another built-in name.
    BuiltIn,
    /// A key of a block or record of settings.
    Setting,
    /// A word of a choice.
    Word,
    /// The type of a modality or label.
    Type,
    /// A metric, or the split it is measured on.
    Metric,
}

/// Value of an expression, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprValue {
    /// A constant, as written in the language.
    Constant(String),
    /// A value of the graph, by its place in [`SymbolIndex::values`].
    Tensor(ValueId),
    /// A block of layers without an input, by their names.
    Block(Vec<String>),
    /// A record: its fields by name.
    Record(Vec<(String, ExprValue)>),
}

/// Value of an expression, and the number of its evaluations: the body of a function is evaluated in every call.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluatedExpr {
    /// The value of the first evaluation.
    pub value: ExprValue,
    /// Number of evaluations.
    pub times: usize,
}

/// Names and expressions of a text, by span.
#[derive(Clone, Debug, Default)]
pub struct SymbolIndex {
    /// Referents by the span of a name, names of declarations among them.
    pub references: BTreeMap<Span, Symbol>,
    /// Definitions by the span of their name, in the pipeline, the files it uses, and the prelude.
    pub definitions: BTreeMap<Span, Definition>,
    /// Values by the span of an expression, a stage of a pipe or a declared name.
    pub evaluated: BTreeMap<Span, EvaluatedExpr>,
    /// The values of the graph.
    pub values: Vec<HirValue>,
    /// The combines without errors.
    pub combines: Vec<HirCombine>,
    /// The data set, if its block has no errors.
    pub data: Option<DataSpec>,
}
