//! The names that can be seen from a place.

use super::candidate::{CompletionCandidate, of_topics};
use crate::lsp::markdown;
use crate::lsp::view::View;
use crate::sema::{DeclarationKind, Definition, DefinitionKind, ExprValue, Topic};
use gen_lsp_types::CompletionItemKind;

/// Names visible at a place of a text.
pub(super) struct Names<'v> {
    pub(super) view: &'v View<'v>,
    pub(super) offset: usize,
    /// The name that the declaration around the place declares.
    pub(super) own: Option<&'v str>,
}

impl<'v> Names<'v> {
    fn all(&self) -> impl Iterator<Item = &'v Definition> {
        self.view.analysis.analyzed.symbols.definitions.values()
    }

    fn candidate(&self, definition: &Definition) -> CompletionCandidate {
        let kind = match definition.kind {
            DefinitionKind::Declaration(DeclarationKind::Fn) => CompletionItemKind::Function,
            DefinitionKind::Declaration(DeclarationKind::Param) => CompletionItemKind::Constant,
            DefinitionKind::Declaration(DeclarationKind::Combine | DeclarationKind::Sweep) => CompletionItemKind::Class,
            DefinitionKind::Field => CompletionItemKind::Field,
            _ => CompletionItemKind::Variable,
        };
        let evaluation = self.view.analysis.analyzed.symbols.evaluated.get(&definition.span);
        let candidate = match definition.doc.as_slice() {
            [] => CompletionCandidate::new(&definition.name, kind),
            doc => CompletionCandidate::new(&definition.name, kind).documentation(doc.join("\n")),
        };
        match evaluation {
            Some(evaluation) => candidate.detail(markdown::known(&self.view.analysis, &evaluation.value)),
            None => candidate,
        }
    }

    /// The declarations of some kinds, nearest texts first: the library comes last.
    pub(super) fn of_kinds(&self, kinds: &[DeclarationKind]) -> Vec<CompletionCandidate> {
        let wanted = |definition: &&Definition| {
            matches!(definition.kind, DefinitionKind::Declaration(kind) if kinds.contains(&kind))
                && !self.is_here(definition)
        };
        self.all().filter(wanted).map(|definition| self.candidate(definition)).collect()
    }

    /// Whether a place is inside of the declaration itself, which cannot use itself. Decided by the name, because the
    /// end of a declaration is unknown while it is being written.
    fn is_here(&self, definition: &Definition) -> bool {
        definition.span.file == self.view.analysis.file && self.own == Some(definition.name.as_str())
    }

    /// The arguments and bindings of the function around the place.
    fn locals(&self) -> Vec<CompletionCandidate> {
        let function = self.all().find(|definition| {
            definition.kind == DefinitionKind::Declaration(DeclarationKind::Fn) && self.is_here(definition)
        });
        let Some(function) = function else { return vec![] };
        let local = |definition: &&Definition| {
            matches!(definition.kind, DefinitionKind::Argument | DefinitionKind::Binding)
                && definition.span.file == function.span.file
                && function.whole.range().contains(&(definition.span.start as usize))
                && !definition.whole.range().contains(&self.offset)
        };
        self.all().filter(local).map(|definition| self.candidate(definition)).collect()
    }

    /// Constants.
    pub(super) fn params(&self) -> Vec<CompletionCandidate> {
        let mut candidates = self.locals();
        candidates.extend(self.of_kinds(&[DeclarationKind::Param]));
        candidates
    }

    /// Stages that can follow a pipe.
    pub(super) fn stages(&self) -> Vec<CompletionCandidate> {
        let mut candidates = self.locals();
        candidates.extend(self.of_kinds(&[DeclarationKind::Fn, DeclarationKind::Shared]));
        candidates.extend(of_topics(&[Topic::Layer]));
        candidates
    }

    /// The inputs of combines.
    pub(super) fn inputs(&self) -> Vec<CompletionCandidate> {
        self.of_kinds(&[DeclarationKind::Encoder, DeclarationKind::Modality])
    }

    /// Whatever has a value.
    pub(super) fn values(&self) -> Vec<CompletionCandidate> {
        let mut candidates = self.locals();
        candidates.extend(self.inputs());
        candidates.extend(self.of_kinds(&[DeclarationKind::Param, DeclarationKind::Fn, DeclarationKind::Shared]));
        candidates.extend(of_topics(&[Topic::Layer, Topic::Builtin]));
        candidates
    }

    /// Value of a name.
    pub(super) fn known(&self, name: &str) -> Option<&'v ExprValue> {
        let evaluated = &self.view.analysis.analyzed.symbols.evaluated;
        let named = self.all().filter(|definition| definition.name == name && definition.kind != DefinitionKind::Field);
        named.filter_map(|definition| evaluated.get(&definition.span)).map(|evaluation| &evaluation.value).next()
    }

    /// The arguments of a function, in order.
    pub(super) fn arguments(&self, function: &str) -> Option<Vec<&'v Definition>> {
        let function = self.all().find(|definition| {
            definition.kind == DefinitionKind::Declaration(DeclarationKind::Fn) && definition.name == function
        })?;
        let own = self.all().filter(|definition| {
            definition.kind == DefinitionKind::Argument
                && definition.span.file == function.span.file
                && function.whole.range().contains(&(definition.span.start as usize))
        });
        Some(own.collect())
    }
}
