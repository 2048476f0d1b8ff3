//! The declarations of a pipeline by name, and which of them were used.

use super::hir::{Declared, Unused};
use crate::diag::{Code, Problem, Problems, Span};
use crate::syntax::ast::{Ast, Binding, Fn, Item, ItemKind, Param, Typed};
use std::cell::Cell;
use std::collections::BTreeMap;

/// What a name stands for.
#[derive(Clone, Copy)]
pub(super) enum Meaning<'a> {
    Param(&'a Param),
    Fn(usize),
    Shared(&'a Binding),
    Modality(usize),
    Encoder(&'a Binding),
    Combine,
    Label,
    Sweep,
    /// Declared by text that could not be read, and reported.
    Lost(Declared),
}

impl Meaning<'_> {
    pub(super) fn kind(&self) -> Declared {
        match self {
            Meaning::Param(_) => Declared::Param,
            Meaning::Fn(_) => Declared::Fn,
            Meaning::Shared(_) => Declared::Shared,
            Meaning::Modality(_) => Declared::Modality,
            Meaning::Encoder(_) => Declared::Encoder,
            Meaning::Combine => Declared::Combine,
            Meaning::Label => Declared::Label,
            Meaning::Sweep => Declared::Sweep,
            Meaning::Lost(kind) => *kind,
        }
    }
}

struct Entry<'a> {
    meaning: Meaning<'a>,
    span: Span,
    of_prelude: bool,
    used: Cell<bool>,
}

/// All names of a pipeline and of the prelude.
pub(super) struct Names<'a> {
    entries: BTreeMap<&'a str, Entry<'a>>,
    /// Functions by the index that [`Meaning::Fn`] holds.
    pub(super) functions: Vec<&'a Fn>,
    /// Modalities in the order written, with their docs.
    pub(super) modalities: Vec<(&'a Typed, &'a [String])>,
}

impl<'a> Names<'a> {
    /// Collects the names of the prelude, then those of the pipeline, which may replace them.
    pub(super) fn collect(ast: &'a Ast, prelude: &'a Ast, problems: &mut Problems) -> Self {
        let mut names = Names { entries: BTreeMap::new(), functions: vec![], modalities: vec![] };
        for item in &prelude.items {
            names.declare(item, true, problems);
        }
        for item in &ast.items {
            names.declare(item, false, problems);
        }
        for lost in &ast.lost {
            if let (Some(name), Some(kind)) = (&lost.name, Declared::by_keyword(&lost.keyword)) {
                let used = Cell::new(true);
                let entry = Entry { meaning: Meaning::Lost(kind), span: name.span, of_prelude: false, used };
                names.entries.entry(&name.text).or_insert(entry);
            }
        }
        names
    }

    fn declare(&mut self, item: &'a Item, of_prelude: bool, problems: &mut Problems) {
        let (name, meaning) = match &item.kind {
            ItemKind::Param(param) => (&param.name, Meaning::Param(param)),
            ItemKind::Fn(function) => {
                self.functions.push(function);
                (&function.name, Meaning::Fn(self.functions.len() - 1))
            }
            ItemKind::Shared(binding) => (&binding.name, Meaning::Shared(binding)),
            ItemKind::Modality(typed) => {
                self.modalities.push((typed, &item.doc));
                (&typed.name, Meaning::Modality(self.modalities.len() - 1))
            }
            ItemKind::Encoder(binding) => (&binding.name, Meaning::Encoder(binding)),
            ItemKind::Combine(combine) => (&combine.name, Meaning::Combine),
            ItemKind::Label(typed) => (&typed.name, Meaning::Label),
            ItemKind::Sweep(name, _) => (name, Meaning::Sweep),
            ItemKind::Pipeline(_) | ItemKind::Use(_) | ItemKind::Data(_) | ItemKind::Train(_) => return,
        };
        // A combine may be called as a strategy is, `mulmix = mulmix(..)`: strategies are not in this table.
        let entry = Entry { meaning, span: name.span, of_prelude, used: Cell::new(false) };
        if let Some(before) = self.entries.get(name.text.as_str()).filter(|before| !before.of_prelude) {
            problems.push(
                Problem::error(Code::DuplicateName, format!("`{}` is declared twice", name.text))
                    .at(name.span, "declared again here")
                    .also(before.span, "first declared here")
                    .help("give one of them another name"),
            );
            return;
        }
        self.entries.insert(&name.text, entry);
    }

    /// What a name stands for; marks it as used.
    pub(super) fn get(&self, name: &str) -> Option<Meaning<'a>> {
        self.entries.get(name).map(|entry| {
            entry.used.set(true);
            entry.meaning
        })
    }

    /// What a name stands for, without using it.
    pub(super) fn peek(&self, name: &str) -> Option<Meaning<'a>> {
        self.entries.get(name).map(|entry| entry.meaning)
    }

    /// Counts these names as unused again.
    pub(super) fn forget(&self, names: &[String]) {
        for name in names {
            if let Some(entry) = self.entries.get(name.as_str()) {
                entry.used.set(false);
            }
        }
    }

    /// Where a name is declared.
    pub(super) fn span(&self, name: &str) -> Option<Span> {
        self.entries.get(name).map(|entry| entry.span)
    }

    /// Every name of the given kinds, in order of the alphabet.
    pub(super) fn of_kinds(&self, kinds: &[Declared]) -> Vec<&'a str> {
        self.entries.iter().filter(|(_, entry)| kinds.contains(&entry.meaning.kind())).map(|(name, _)| *name).collect()
    }

    /// The pipeline's own declarations that nothing used, in source order.
    pub(super) fn unused(&self) -> Vec<Unused> {
        let mut unused: Vec<Unused> = self
            .entries
            .iter()
            .filter(|(_, entry)| !entry.used.get() && !entry.of_prelude)
            .map(|(name, entry)| Unused { kind: entry.meaning.kind(), name: (*name).into(), span: entry.span })
            .filter(|unused| !matches!(unused.kind, Declared::Combine | Declared::Label | Declared::Sweep))
            .collect();
        unused.sort_by_key(|unused| unused.span);
        unused
    }
}
