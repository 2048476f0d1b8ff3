//! Recorder of names and values during evaluation, from which the symbol index is made.

use crate::diag::Span;
use crate::ops::Signature;
use crate::sema::eval::constant::show;
use crate::sema::eval::value::{Callee, EvalValue};
use crate::sema::hir::{HirCombine, HirValue};
use crate::sema::symbols::index::{EvaluatedExpr, ExprValue, Symbol, SymbolIndex};
use crate::spec::DataSpec;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The fields of a record, by name.
type Fields = IndexMap<String, EvalValue>;

/// Referents and values met during evaluation.
#[derive(Default)]
pub(crate) struct SymbolRecorder {
    /// Whether anything is recorded: for editors, not for runs.
    enabled: bool,
    references: BTreeMap<Span, Symbol>,
    /// Names of built-in things by the span of a reference, which the catalog resolves at the end.
    built_ins: BTreeMap<Span, String>,
    evaluated: BTreeMap<Span, (EvalValue, usize)>,
    combines: Vec<HirCombine>,
    data: Option<DataSpec>,
    /// Records by their address, with the spans of their keys. The records are kept alive, so that no address is reused.
    records: BTreeMap<*const Fields, (Rc<Fields>, BTreeMap<String, Span>)>,
}

impl SymbolRecorder {
    pub(crate) fn new(enabled: bool) -> Self {
        Self { enabled, ..Self::default() }
    }

    /// Records the referent of a name, unless it has one.
    pub(crate) fn reference(&mut self, span: Span, target: Symbol) {
        if self.enabled {
            self.references.entry(span).or_insert(target);
        }
    }

    /// Records a built-in name; its signature is found in the catalog at the end.
    pub(crate) fn built_in(&mut self, span: Span, name: &str) {
        if self.enabled {
            let Self { references, built_ins, .. } = self;
            references.entry(span).or_insert_with(|| {
                built_ins.insert(span, name.to_owned());
                Symbol::BuiltIn
            });
        }
    }

    /// Records the signature of the built-in call at `call`.
    pub(crate) fn callable(&mut self, call: Span, signature: &'static Signature) {
        if !self.enabled {
            return;
        }
        let Self { references, built_ins, .. } = self;
        // The name comes first, except for brackets around the call.
        let callee = references.range_mut(Span { end: 0, ..call }..).next();
        let is_callee = |span: &Span, target: &Symbol| match target {
            Symbol::BuiltIn => built_ins.get(span).is_some_and(|name| name == signature.name),
            Symbol::Callable(known) => known.name == signature.name,
            _ => false,
        };
        match callee.filter(|(span, target)| span.end <= call.end && is_callee(span, target)) {
            Some((_, target)) => *target = Symbol::Callable(signature),
            None => {
                let length = u32::try_from(signature.name.len()).unwrap_or(u32::MAX);
                let span = Span { end: call.start.saturating_add(length), ..call };
                references.entry(span).or_insert(Symbol::Callable(signature));
            }
        }
    }

    /// Removes the referent of a name that turned out to be unknown.
    pub(crate) fn forget(&mut self, span: Span) {
        self.references.remove(&span);
    }

    /// Records the value of an expression.
    pub(crate) fn evaluation(&mut self, span: Span, value: &EvalValue) {
        if self.enabled && !matches!(value, EvalValue::Unknown) {
            self.evaluated.entry(span).or_insert_with(|| (value.clone(), 0)).1 += 1;
        }
    }

    /// Records a combine without errors.
    pub(crate) fn combine(&mut self, combine: &HirCombine) {
        if self.enabled {
            self.combines.push(combine.clone());
        }
    }

    /// Records the data set.
    pub(crate) fn data(&mut self, data: &Option<DataSpec>) {
        if self.enabled {
            self.data.clone_from(data);
        }
    }

    /// Records the spans of the keys of a record.
    pub(crate) fn record(&mut self, fields: &Rc<Fields>, keys: impl Iterator<Item = (String, Span)>) {
        if self.enabled {
            self.records.insert(Rc::as_ptr(fields), (fields.clone(), keys.collect()));
        }
    }

    /// Records that a name is a field of this record.
    pub(crate) fn field(&mut self, fields: &Rc<Fields>, name: &str, span: Span) {
        if self.enabled
            && let Some(key) = self.records.get(&Rc::as_ptr(fields)).and_then(|(_, keys)| keys.get(name))
        {
            self.references.entry(span).or_insert(Symbol::Declaration(*key));
        }
    }

    /// The index of all that was recorded, still without definitions. `functions` are the names of functions by index,
    /// `built_in` finds the signature of a built-in name.
    pub(crate) fn finish(
        mut self,
        values: Vec<HirValue>,
        functions: &[&str],
        built_in: impl Fn(&str) -> Option<&'static Signature>,
    ) -> SymbolIndex {
        for (span, name) in &self.built_ins {
            if let (Some(target @ Symbol::BuiltIn), Some(signature)) = (self.references.get_mut(span), built_in(name)) {
                *target = Symbol::Callable(signature);
            }
        }
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

/// A value as plain data.
fn known(value: &EvalValue, functions: &[&str]) -> ExprValue {
    match value {
        EvalValue::Tensor(value) => ExprValue::Tensor(*value),
        EvalValue::Record(fields) => {
            ExprValue::Record(fields.iter().map(|(name, value)| (name.clone(), known(value, functions))).collect())
        }
        EvalValue::Block(stages) => ExprValue::Block(
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
