//! Walk over the syntax tree that binds the names evaluation did not reach, by the rules of scope.

use crate::diag::Span;
use crate::ops::{self, Kind, Signature};
use crate::sema::catalog::{Topic, signatures};
use crate::sema::eval::builtin::BUILTINS;
use crate::sema::eval::evaluator::Evaluator;
use crate::sema::eval::value::EvalValue;
use crate::sema::hir::{DeclarationKind, HirValue};
use crate::sema::names::{Declaration, NameTable};
use crate::sema::symbols::definition::define;
use crate::sema::symbols::index::{Symbol, SymbolIndex};
use crate::syntax::ast::{Arg, Ast, Block, Entry, Expr, ExprKind, Fn, ItemKind};
use std::collections::BTreeMap;

/// Arguments and bindings of the current function by name.
type Locals<'a> = BTreeMap<&'a str, Span>;

impl<'a> Evaluator<'a> {
    /// The symbol index of these texts.
    pub(crate) fn symbol_index(&mut self, texts: &[&'a Ast], values: Vec<HirValue>) -> SymbolIndex {
        let mut recorder = std::mem::take(&mut self.recorder);
        for (place, (typed, _)) in self.names.modalities.iter().enumerate() {
            recorder.evaluation(typed.name.span, self.modalities.get(place).unwrap_or(&EvalValue::Unknown));
        }
        for ast in texts {
            for item in &ast.items {
                if let ItemKind::Encoder(binding) | ItemKind::Shared(binding) = &item.kind
                    && let Some(value) = self.known(binding.name.span)
                {
                    recorder.evaluation(binding.name.span, &value);
                }
                if let ItemKind::Param(param) = &item.kind
                    && let Some(value) = self.known(param.name.span)
                {
                    recorder.evaluation(param.name.span, &value);
                }
            }
        }
        let functions: Vec<&str> = self.names.functions.iter().map(|function| function.name.text.as_str()).collect();
        let catalog = signatures();
        let mut symbols = recorder.finish(values, &functions, |name| {
            let named = catalog.iter().find(|(topic, known)| *topic != Topic::Layer && known.name == name);
            named.map(|(_, signature)| *signature)
        });
        for ast in texts {
            define(ast, &mut symbols.definitions);
        }
        for span in symbols.definitions.keys() {
            symbols.references.insert(*span, Symbol::Declaration(*span));
        }
        let references = &mut symbols.references;
        let mut walk = ScopeWalk { names: &self.names, references, fields: BTreeMap::new(), unbound: vec![] };
        for ast in texts {
            ast.items.iter().for_each(|item| walk.item(&item.kind));
        }
        walk.bind_fields();
        symbols
    }
}

struct ScopeWalk<'a, 'w> {
    names: &'w NameTable<'a>,
    references: &'w mut BTreeMap<Span, Symbol>,
    /// Fields that evaluation has bound, by the definition of their record.
    fields: BTreeMap<(Span, String), Symbol>,
    /// Fields that evaluation has not bound.
    unbound: Vec<(Span, String, Span)>,
}

impl ScopeWalk<'_, '_> {
    fn item(&mut self, item: &ItemKind) {
        let none = Locals::new();
        match item {
            ItemKind::Pipeline(_) | ItemKind::Use(_) => {}
            ItemKind::Param(param) => {
                self.expr(&param.value, &none);
                param.bounds.iter().for_each(|bounds| self.expr(bounds, &none));
            }
            ItemKind::Fn(function) => self.function(function),
            ItemKind::Label(typed) | ItemKind::Modality(typed) => {
                self.note(typed.ty.name.span, Symbol::Type);
                typed.ty.args.iter().for_each(|arg| self.expr(arg, &none));
                self.expr(&typed.value, &none);
            }
            ItemKind::Shared(binding) | ItemKind::Encoder(binding) => self.expr(&binding.value, &none),
            ItemKind::Combine(combine) => {
                self.expr(&combine.strategy, &none);
                combine.settings.iter().for_each(|block| self.block(block));
            }
            ItemKind::Data(block) | ItemKind::Train(block) | ItemKind::Sweep(_, block) => self.block(block),
        }
    }

    fn block(&mut self, block: &Block) {
        for Entry { key, value, .. } in &block.entries {
            // Weights are given by component, which has the name of its input.
            if let ("weights", ExprKind::Record(entries)) = (key.text.as_str(), &value.kind) {
                entries.iter().for_each(|entry| self.input(&entry.key.text, entry.key.span));
            }
            self.expr(value, &Locals::new());
        }
    }

    fn input(&mut self, name: &str, span: Span) {
        let is_input = |declaration: &Declaration<'_>| {
            matches!(declaration.kind(), DeclarationKind::Encoder | DeclarationKind::Modality)
        };
        if let (Some(_), Some(place)) = (self.names.peek(name, span).filter(is_input), self.names.span(name, span)) {
            self.references.insert(span, Symbol::Declaration(place));
        }
    }

    fn function(&mut self, function: &Fn) {
        let mut locals = Locals::new();
        for arg in &function.args {
            // A default sees the declarations of the file, not the other arguments.
            arg.default.iter().for_each(|default| self.expr(default, &Locals::new()));
            locals.insert(&arg.name.text, arg.name.span);
        }
        for binding in &function.lets {
            self.expr(&binding.value, &locals);
            locals.insert(&binding.name.text, binding.name.span);
        }
        self.expr(&function.body, &locals);
    }

    fn expr(&mut self, expr: &Expr, locals: &Locals<'_>) {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, expr.span, locals),
            ExprKind::Call(callee, args) => {
                match &callee.kind {
                    ExprKind::Name(name) => self.call(name, callee.span, args, locals),
                    _ => self.expr(callee, locals),
                }
                args.iter().for_each(|arg| self.expr(&arg.value, locals));
            }
            ExprKind::Field(base, field) => {
                self.expr(base, locals);
                self.field(base.span, &field.text, field.span);
            }
            _ => expr.parts(&mut |part| self.expr(part, locals)),
        }
    }

    /// Fields of one name and one record have one definition, wherever they are accessed.
    fn field(&mut self, base: Span, field: &str, span: Span) {
        let Some(Symbol::Declaration(place)) = self.references.get(&base).copied() else { return };
        match self.references.get(&span) {
            Some(target) => {
                self.fields.insert((place, field.to_owned()), *target);
            }
            None => self.unbound.push((place, field.to_owned(), span)),
        }
    }

    fn bind_fields(&mut self) {
        for (place, field, span) in std::mem::take(&mut self.unbound) {
            if let Some(target) = self.fields.get(&(place, field)).copied() {
                self.note(span, target);
            }
        }
    }

    fn note(&mut self, span: Span, target: Symbol) {
        self.references.entry(span).or_insert(target);
    }

    fn name(&mut self, name: &str, span: Span, locals: &Locals<'_>) {
        if let Some(target) = self.target(name, span, locals) {
            self.note(span, target);
        }
    }

    fn target(&self, name: &str, span: Span, locals: &Locals<'_>) -> Option<Symbol> {
        if let Some(place) = locals.get(name).copied().or_else(|| self.names.span(name, span)) {
            return Some(Symbol::Declaration(place));
        }
        match ops::layer(name) {
            Some(layer) => Some(Symbol::Callable(&layer.signature)),
            None => BUILTINS.iter().find(|built_in| built_in.name == name).map(|built_in| Symbol::Callable(built_in)),
        }
    }

    fn call(&mut self, name: &str, span: Span, args: &[Arg], locals: &Locals<'_>) {
        self.name(name, span, locals);
        match self.references.get(&span).copied() {
            Some(Symbol::Callable(signature)) => self.arguments(signature, args, locals),
            Some(Symbol::Declaration(_)) => {
                let Some(Declaration::Fn(index)) = self.names.peek(name, span) else { return };
                let function = self.names.functions[index];
                for wanted in args.iter().filter_map(|arg| arg.name.as_ref()) {
                    if let Some(known) = function.args.iter().find(|known| known.name.text == wanted.text) {
                        self.note(wanted.span, Symbol::Declaration(known.name.span));
                    }
                }
            }
            _ => {}
        }
    }

    fn arguments(&mut self, signature: &'static Signature, args: &[Arg], locals: &Locals<'_>) {
        for arg in args {
            let Some(wanted) = &arg.name else { continue };
            let Some(param) = signature.params.iter().find(|param| param.name == wanted.text) else { continue };
            self.note(wanted.span, Symbol::Argument(signature, param));
            if let (Kind::Choice(words), ExprKind::Name(word)) = (param.kind, &arg.value.kind)
                && words.contains(&word.as_str())
                && !locals.contains_key(word.as_str())
            {
                self.note(arg.value.span, Symbol::Word);
            }
        }
    }
}
