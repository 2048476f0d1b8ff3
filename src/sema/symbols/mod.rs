//! What the names of a text mean and what its expressions came to: the table that editors ask.
//!
//! Two passes fill it, so that it is complete for a file with mistakes too. While a pipeline is evaluated, what only
//! the surroundings decide is noted: that `constant` is a schedule here and a word there, which record a field belongs
//! to, the value of an expression. Afterwards a walk over the whole tree ([`walk`]) finds every declaration and binds
//! what evaluation did not reach: functions that nobody calls, the branch not taken, whatever stands behind a mistake.

mod definition;
mod walk;

pub use definition::{Definition, DefinitionKind};

use crate::diag::Span;
use crate::ops::{Parameter, Signature};
use crate::sema::catalog::topic::{Topic, signatures};
use crate::sema::eval::value::{Callee, Val};
use crate::sema::hir::{HirCombine, Value, ValueId};
use crate::sema::lower::param::show;
use crate::spec::DataSpec;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a name in the text stands for.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// Something declared in a text: the place of its name there, a key of [`Meanings::definitions`].
    Declared(Span),
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
pub enum Known {
    /// A constant, as it would be written.
    Constant(String),
    /// A value of the graph.
    Tensor(ValueId),
    /// Layers that wait for their input, by name.
    Block(Vec<String>),
    /// Named values.
    Record(Vec<(String, Known)>),
}

/// An expression's value, and how often it was computed: a function's body once for every call.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What it came to the first time.
    pub known: Known,
    /// How many times it was computed.
    pub times: usize,
}

/// Everything that is known of the names and expressions of a text.
#[derive(Clone, Debug, Default)]
pub struct Meanings {
    /// By the place of a name: what it stands for. The names of declarations are among them.
    pub mentions: BTreeMap<Span, Target>,
    /// By the place of its name: everything declared, in the pipeline, what it uses, and the prelude.
    pub definitions: BTreeMap<Span, Definition>,
    /// By the place of an expression, a stage of a pipe or a declared name: what it came to.
    pub facts: BTreeMap<Span, Fact>,
    /// Every value of the graph that was computed.
    pub values: Vec<Value>,
    /// The combines that could be understood.
    pub combines: Vec<HirCombine>,
    /// Where rows come from, if that could be understood.
    pub data: Option<DataSpec>,
}

/// The fields of a record, by name.
type Fields = IndexMap<String, Val>;

/// What evaluation notes on its way.
#[derive(Default)]
pub(crate) struct Notes {
    /// Whether anyone will ask; a run does not.
    watching: bool,
    mentions: BTreeMap<Span, Target>,
    facts: BTreeMap<Span, (Val, usize)>,
    combines: Vec<HirCombine>,
    data: Option<DataSpec>,
    /// Records by where they lie in memory, and where their keys stand. They are kept, so that no other takes the place.
    records: BTreeMap<*const Fields, (Rc<Fields>, BTreeMap<String, Span>)>,
}

impl Notes {
    pub(crate) fn new(watching: bool) -> Self {
        Self { watching, ..Self::default() }
    }

    /// Notes what a name stands for, unless that is known.
    pub(crate) fn mention(&mut self, span: Span, target: Target) {
        if self.watching {
            self.mentions.entry(span).or_insert(target);
        }
    }

    /// Notes that a name stands for what is built in under it, whatever the call of it takes.
    pub(crate) fn built_in(&mut self, span: Span, name: &str) {
        if self.watching {
            let described =
                signatures().into_iter().find(|(topic, known)| *topic != Topic::Layer && known.name == name);
            let target = described.map_or(Target::BuiltIn, |(_, signature)| Target::Callable(signature));
            self.mentions.entry(span).or_insert(target);
        }
    }

    /// Notes that a built-in call within `call` is one of this signature.
    pub(crate) fn callable(&mut self, call: Span, signature: &'static Signature) {
        if !self.watching {
            return;
        }
        let length = u32::try_from(signature.name.len()).unwrap_or(u32::MAX);
        // The name stands first, but for brackets around the call.
        let callee = self.mentions.range_mut(Span { end: 0, ..call }..).next();
        let is_callee = |span: &Span, target: &Target| match target {
            Target::BuiltIn => span.end - span.start == length,
            Target::Callable(known) => known.name == signature.name,
            _ => false,
        };
        match callee.filter(|(span, target)| span.end <= call.end && is_callee(span, target)) {
            Some((_, target)) => *target = Target::Callable(signature),
            None => {
                let span = Span { end: call.start.saturating_add(length), ..call };
                self.mentions.entry(span).or_insert(Target::Callable(signature));
            }
        }
    }

    /// Takes back what was noted of a name that turned out to be nothing.
    pub(crate) fn forget(&mut self, span: Span) {
        self.mentions.remove(&span);
    }

    /// Notes what an expression came to.
    pub(crate) fn fact(&mut self, span: Span, value: &Val) {
        if self.watching && !matches!(value, Val::Unknown) {
            self.facts.entry(span).or_insert_with(|| (value.clone(), 0)).1 += 1;
        }
    }

    /// Notes a combine that was understood.
    pub(crate) fn combine(&mut self, combine: &HirCombine) {
        if self.watching {
            self.combines.push(combine.clone());
        }
    }

    /// Notes where rows come from.
    pub(crate) fn data(&mut self, data: &Option<DataSpec>) {
        if self.watching {
            self.data.clone_from(data);
        }
    }

    /// Notes where the keys of a record stand.
    pub(crate) fn record(&mut self, fields: &Rc<Fields>, keys: impl Iterator<Item = (String, Span)>) {
        if self.watching {
            self.records.insert(Rc::as_ptr(fields), (fields.clone(), keys.collect()));
        }
    }

    /// Notes that a name is a field of this record.
    pub(crate) fn field(&mut self, fields: &Rc<Fields>, name: &str, span: Span) {
        if self.watching
            && let Some(key) = self.records.get(&Rc::as_ptr(fields)).and_then(|(_, keys)| keys.get(name))
        {
            self.mentions.entry(span).or_insert(Target::Declared(*key));
        }
    }

    /// All that was noted; `functions` are the names of functions by index.
    fn finish(self, values: Vec<Value>, functions: &[&str]) -> Meanings {
        let facts = self.facts.into_iter().map(|(span, (value, times))| {
            let known = known(&value, functions);
            (span, Fact { known, times })
        });
        Meanings {
            mentions: self.mentions,
            definitions: BTreeMap::new(),
            facts: facts.collect(),
            values,
            combines: self.combines,
            data: self.data,
        }
    }
}

/// What a value is, as plain data.
fn known(value: &Val, functions: &[&str]) -> Known {
    match value {
        Val::Tensor(value) => Known::Tensor(*value),
        Val::Record(fields) => {
            Known::Record(fields.iter().map(|(name, value)| (name.clone(), known(value, functions))).collect())
        }
        Val::Block(stages) => Known::Block(
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
        constant => Known::Constant(show(constant)),
    }
}
