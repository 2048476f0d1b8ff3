//! The symbol index of a text: the referent of every name and the value of every expression, for editors.
//!
//! Two passes fill it, so that it is complete for a file with mistakes too. While a pipeline is evaluated, what only
//! the surroundings decide is noted: that `constant` is a schedule here and a word there, which record a field belongs
//! to, the value of an expression. Afterwards a walk over the whole tree (`scope_walk`) finds every declaration and binds
//! what evaluation did not reach: functions that nobody calls, the branch not taken, whatever stands behind a mistake.

use crate::diag::Span;
use crate::ops::{Parameter, Signature};
use crate::sema::hir::{HirCombine, HirValue, ValueId};
use crate::sema::symbols::definition::Definition;
use crate::spec::DataSpec;
use std::collections::BTreeMap;

/// What a name in the text stands for.
#[derive(Clone, Copy, Debug)]
pub enum Symbol {
    /// Something declared in a text: the place of its name there, a key of [`SymbolIndex::definitions`].
    Declaration(Span),
    /// A layer, source, transform, strategy or whatever else can be called and is built in.
    Callable(&'static Signature),
    /// An argument of one.
    Argument(&'static Signature, &'static Parameter),
    /// Something else that is built in.
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

/// What an expression came to.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprValue {
    /// A constant, as it would be written.
    Constant(String),
    /// A value of the graph.
    Tensor(ValueId),
    /// Layers that wait for their input, by name.
    Block(Vec<String>),
    /// Named values.
    Record(Vec<(String, ExprValue)>),
}

/// An expression's value, and how often it was computed: a function's body once for every call.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluatedExpr {
    /// What it came to the first time.
    pub value: ExprValue,
    /// How many times it was computed.
    pub times: usize,
}

/// Everything that is known of the names and expressions of a text.
#[derive(Clone, Debug, Default)]
pub struct SymbolIndex {
    /// By the place of a name: what it stands for. The names of declarations are among them.
    pub references: BTreeMap<Span, Symbol>,
    /// By the place of its name: everything declared, in the pipeline, what it uses, and the prelude.
    pub definitions: BTreeMap<Span, Definition>,
    /// By the place of an expression, a stage of a pipe or a declared name: what it came to.
    pub evaluated: BTreeMap<Span, EvaluatedExpr>,
    /// Every value of the graph that was computed.
    pub values: Vec<HirValue>,
    /// The combines that could be analyzed.
    pub combines: Vec<HirCombine>,
    /// Where rows come from, if that could be analyzed.
    pub data: Option<DataSpec>,
}
