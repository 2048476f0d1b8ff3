//! What the names of a text mean and what its expressions came to: the table that editors ask.
//!
//! Two passes fill it, so that it is complete for a file with mistakes too. While a pipeline is evaluated, what only
//! the surroundings decide is noted: that `constant` is a schedule here and a word there, which record a field belongs
//! to, the value of an expression. Afterwards a walk over the whole tree ([`scope_walk`]) finds every declaration and binds
//! what evaluation did not reach: functions that nobody calls, the branch not taken, whatever stands behind a mistake.

mod definition;
mod scope_walk;

pub use definition::{Definition, DefinitionKind};

use crate::diag::Span;
use crate::ops::{Parameter, Signature};
use crate::sema::catalog::topic::{Topic, signatures};
use crate::sema::eval::value::{Callee, Val};
use crate::sema::hir::{HirCombine, HirValue, ValueId};
use crate::sema::lower::param::show;
use crate::spec::DataSpec;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::rc::Rc;

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

/// The fields of a record, by name.
type Fields = IndexMap<String, Val>;

/// What evaluation notes on its way.
#[derive(Default)]
pub(crate) struct SymbolRecorder {
    /// Whether anyone will ask; a run does not.
    watching: bool,
    references: BTreeMap<Span, Symbol>,
    evaluated: BTreeMap<Span, (Val, usize)>,
    combines: Vec<HirCombine>,
    data: Option<DataSpec>,
    /// Records by where they lie in memory, and where their keys stand. They are kept, so that no other takes the place.
    records: BTreeMap<*const Fields, (Rc<Fields>, BTreeMap<String, Span>)>,
}

impl SymbolRecorder {
    pub(crate) fn new(watching: bool) -> Self {
        Self { watching, ..Self::default() }
    }

    /// Records what a name stands for, unless that is known.
    pub(crate) fn reference(&mut self, span: Span, target: Symbol) {
        if self.watching {
            self.references.entry(span).or_insert(target);
        }
    }

    /// Records that a name stands for what is built in under it, whatever the call of it takes.
    pub(crate) fn built_in(&mut self, span: Span, name: &str) {
        if self.watching {
            let described =
                signatures().into_iter().find(|(topic, known)| *topic != Topic::Layer && known.name == name);
            let target = described.map_or(Symbol::BuiltIn, |(_, signature)| Symbol::Callable(signature));
            self.references.entry(span).or_insert(target);
        }
    }

    /// Records that a built-in call within `call` is one of this signature.
    pub(crate) fn callable(&mut self, call: Span, signature: &'static Signature) {
        if !self.watching {
            return;
        }
        let length = u32::try_from(signature.name.len()).unwrap_or(u32::MAX);
        // The name stands first, but for brackets around the call.
        let callee = self.references.range_mut(Span { end: 0, ..call }..).next();
        let is_callee = |span: &Span, target: &Symbol| match target {
            Symbol::BuiltIn => span.end - span.start == length,
            Symbol::Callable(known) => known.name == signature.name,
            _ => false,
        };
        match callee.filter(|(span, target)| span.end <= call.end && is_callee(span, target)) {
            Some((_, target)) => *target = Symbol::Callable(signature),
            None => {
                let span = Span { end: call.start.saturating_add(length), ..call };
                self.references.entry(span).or_insert(Symbol::Callable(signature));
            }
        }
    }

    /// Takes back what was noted of a name that turned out to be nothing.
    pub(crate) fn forget(&mut self, span: Span) {
        self.references.remove(&span);
    }

    /// Records what an expression came to.
    pub(crate) fn evaluation(&mut self, span: Span, value: &Val) {
        if self.watching && !matches!(value, Val::Unknown) {
            self.evaluated.entry(span).or_insert_with(|| (value.clone(), 0)).1 += 1;
        }
    }

    /// Records a combine that was analyzed.
    pub(crate) fn combine(&mut self, combine: &HirCombine) {
        if self.watching {
            self.combines.push(combine.clone());
        }
    }

    /// Records where rows come from.
    pub(crate) fn data(&mut self, data: &Option<DataSpec>) {
        if self.watching {
            self.data.clone_from(data);
        }
    }

    /// Records where the keys of a record stand.
    pub(crate) fn record(&mut self, fields: &Rc<Fields>, keys: impl Iterator<Item = (String, Span)>) {
        if self.watching {
            self.records.insert(Rc::as_ptr(fields), (fields.clone(), keys.collect()));
        }
    }

    /// Records that a name is a field of this record.
    pub(crate) fn field(&mut self, fields: &Rc<Fields>, name: &str, span: Span) {
        if self.watching
            && let Some(key) = self.records.get(&Rc::as_ptr(fields)).and_then(|(_, keys)| keys.get(name))
        {
            self.references.entry(span).or_insert(Symbol::Declaration(*key));
        }
    }

    /// All that was noted; `functions` are the names of functions by index.
    fn finish(self, values: Vec<HirValue>, functions: &[&str]) -> SymbolIndex {
        let evaluated = self.evaluated.into_iter().map(|(span, (value, times))| {
            let value = known(&value, functions);
            (span, EvaluatedExpr { value, times })
        });
        SymbolIndex {
            references: self.references,
            definitions: BTreeMap::new(),
            evaluated: evaluated.collect(),
            values,
            combines: self.combines,
            data: self.data,
        }
    }
}

/// What a value is, as plain data.
fn known(value: &Val, functions: &[&str]) -> ExprValue {
    match value {
        Val::Tensor(value) => ExprValue::Tensor(*value),
        Val::Record(fields) => {
            ExprValue::Record(fields.iter().map(|(name, value)| (name.clone(), known(value, functions))).collect())
        }
        Val::Block(stages) => ExprValue::Block(
            stages
                .iter()
                .map(|stage| match &stage.callee {
                    Callee::Layer(op) => op.name().to_owned(),
                    Callee::Function(index, _) => functions.get(*index).copied().unwrap_or_default().to_owned(),
                    Callee::Shared(name, _) => name.clone(),
                    Callee::Fold(..) => "fold".to_owned(),
                    Callee::Repeat(..) => "repeat".to_owned(),
                })
                .collect(),
        ),
        constant => ExprValue::Constant(show(constant)),
    }
}
