//! Definitions of a text: names that it declares, with their docs and spans.

use crate::diag::Span;
use crate::sema::hir::DeclarationKind;
use crate::syntax::ast::{Ast, Expr, ExprKind, FnArg, Item, ItemKind, Name};
use std::collections::BTreeMap;

/// A named thing that a text declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// The span of the name.
    pub span: Span,
    /// Its kind.
    pub kind: DefinitionKind,
    /// The lines of its doc comment.
    pub doc: Vec<String>,
    /// The span of the whole declaration.
    pub whole: Span,
}

/// The kinds of [`Definition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefinitionKind {
    /// The pipeline itself.
    Pipeline,
    /// A declaration that a keyword begins.
    Declaration(DeclarationKind),
    /// An argument of a function.
    Argument,
    /// A `let` of a function.
    Binding,
    /// A key of a record.
    Field,
}

/// Adds the definitions of a text to `found`, also of declarations with syntax errors, by the span of their name.
pub(crate) fn define(ast: &Ast, found: &mut BTreeMap<Span, Definition>) {
    for item in &ast.items {
        Definer { item, found }.item();
    }
    for unparsed in &ast.unparsed {
        if let (Some(name), Some(kind)) = (&unparsed.name, DeclarationKind::by_keyword(&unparsed.keyword)) {
            let kind = DefinitionKind::Declaration(kind);
            let definition =
                Definition { name: name.text.clone(), span: name.span, kind, doc: vec![], whole: name.span };
            found.entry(name.span).or_insert(definition);
        }
    }
}

struct Definer<'a> {
    item: &'a Item,
    found: &'a mut BTreeMap<Span, Definition>,
}

impl Definer<'_> {
    fn item(&mut self) {
        let item = self.item;
        let declared = DefinitionKind::Declaration;
        match &item.kind {
            ItemKind::Pipeline(name) => self.add(name, DefinitionKind::Pipeline, &item.doc, item.span),
            ItemKind::Param(param) => self.add(&param.name, declared(DeclarationKind::Param), &item.doc, item.span),
            ItemKind::Label(typed) => self.add(&typed.name, declared(DeclarationKind::Label), &item.doc, item.span),
            ItemKind::Modality(typed) => {
                self.add(&typed.name, declared(DeclarationKind::Modality), &item.doc, item.span)
            }
            ItemKind::Shared(binding) => {
                self.add(&binding.name, declared(DeclarationKind::Shared), &item.doc, item.span)
            }
            ItemKind::Encoder(binding) => {
                self.add(&binding.name, declared(DeclarationKind::Encoder), &item.doc, item.span);
                self.fields(&binding.value);
            }
            ItemKind::Combine(combine) => {
                self.add(&combine.name, declared(DeclarationKind::Combine), &item.doc, item.span);
            }
            ItemKind::Sweep(name, _) => self.add(name, declared(DeclarationKind::Sweep), &item.doc, item.span),
            ItemKind::Fn(function) => {
                self.add(&function.name, declared(DeclarationKind::Fn), &item.doc, item.span);
                for FnArg { name, default } in &function.args {
                    let end = default.as_ref().map_or(name.span, |default| default.span);
                    self.add(name, DefinitionKind::Argument, &[], name.span.to(end));
                }
                for binding in &function.lets {
                    self.add(&binding.name, DefinitionKind::Binding, &[], binding.name.span.to(binding.value.span));
                    self.fields(&binding.value);
                }
                self.fields(&function.body);
            }
            ItemKind::Use(_) | ItemKind::Data(_) | ItemKind::Train(_) => {}
        }
    }

    fn add(&mut self, name: &Name, kind: DefinitionKind, doc: &[String], whole: Span) {
        let definition = Definition { name: name.text.clone(), span: name.span, kind, doc: doc.to_vec(), whole };
        self.found.entry(name.span).or_insert(definition);
    }

    /// Adds the keys of records, the definitions of field accesses.
    fn fields(&mut self, expr: &Expr) {
        if let ExprKind::Record(entries) = &expr.kind {
            for entry in entries {
                self.add(&entry.key, DefinitionKind::Field, &entry.doc, entry.key.span.to(entry.value.span));
            }
        }
        expr.parts(&mut |part| self.fields(part));
    }
}
