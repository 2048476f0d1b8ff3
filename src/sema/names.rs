//! The declarations of a pipeline by name, and which of them were used.

use super::hir::{Declared, Unused};
use super::uses::Uses;
use crate::diag::{Code, Problem, Problems, Span};
use crate::syntax::ast::{Ast, Binding, Fn, Item, ItemKind, Param, Typed};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

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
    origin: Origin,
    used: Cell<bool>,
}

/// Where a declaration comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Prelude,
    /// A used file, and the `use` of the pipeline that led to it.
    Used(Span),
    Pipeline,
}

/// All names of a pipeline and of the prelude.
pub(super) struct Names<'a> {
    entries: BTreeMap<&'a str, Entry<'a>>,
    /// Functions by the index that [`Meaning::Fn`] holds.
    pub(super) functions: Vec<&'a Fn>,
    /// Whether a used file could not be read: a name that is not here may be declared there.
    pub(super) incomplete: bool,
    /// Modalities in the order written, with their docs.
    pub(super) modalities: Vec<(&'a Typed, &'a [String])>,
}

impl<'a> Names<'a> {
    /// Collects the names of the prelude, then those of used files and of the pipeline, which may replace them.
    pub(super) fn collect(ast: &'a Ast, prelude: &'a Ast, uses: &'a Uses, problems: &mut Problems) -> Self {
        let mut names =
            Names { entries: BTreeMap::new(), functions: vec![], incomplete: uses.incomplete, modalities: vec![] };
        for item in &prelude.items {
            names.declare(item, Origin::Prelude, problems);
        }
        for file in &uses.files {
            // What else a used file declares has been reported, and is not brought in.
            let brought = |item: &&Item| matches!(item.kind, ItemKind::Param(_) | ItemKind::Fn(_));
            for item in file.ast.items.iter().filter(brought) {
                names.declare(item, Origin::Used(file.at), problems);
            }
        }
        for item in &ast.items {
            names.declare(item, Origin::Pipeline, problems);
        }
        let lost = uses.files.iter().flat_map(|file| file.ast.lost.iter().map(|lost| (lost, Origin::Used(file.at))));
        for (lost, origin) in lost.chain(ast.lost.iter().map(|lost| (lost, Origin::Pipeline))) {
            if let (Some(name), Some(kind)) = (&lost.name, Declared::by_keyword(&lost.keyword)) {
                let used = Cell::new(true);
                let entry = Entry { meaning: Meaning::Lost(kind), span: name.span, origin, used };
                names.entries.entry(&name.text).or_insert(entry);
            }
        }
        names
    }

    fn declare(&mut self, item: &'a Item, origin: Origin, problems: &mut Problems) {
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
        let entry = Entry { meaning, span: name.span, origin, used: Cell::new(false) };
        if let Some(before) = self.entries.get(name.text.as_str()).filter(|before| before.origin != Origin::Prelude) {
            let mut problem = Problem::error(Code::DuplicateName, format!("`{}` is declared twice", name.text));
            problem = match (before.origin, origin) {
                // Of two used files the second `use` is where the pipeline can do something about it.
                (Origin::Used(_), Origin::Used(at)) => problem
                    .at(at, "brings it in again")
                    .also(name.span, "declared again here")
                    .also(before.span, "first declared here"),
                (Origin::Used(at), _) => problem
                    .at(name.span, "declared again here")
                    .also(before.span, "first declared here")
                    .also(at, "brought in here"),
                _ => problem.at(name.span, "declared again here").also(before.span, "first declared here"),
            };
            problems.push(problem.help("give one of them another name"));
            // What the pipeline says itself is what it means.
            if matches!(before.origin, Origin::Pipeline) || matches!(origin, Origin::Used(_)) {
                return;
            }
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

    /// The names that have been used.
    pub(super) fn used(&self) -> BTreeSet<&'a str> {
        self.entries.iter().filter(|(_, entry)| entry.used.get()).map(|(name, _)| *name).collect()
    }

    /// Counts the names as used that were so when [`Names::used`] was asked, and no others.
    pub(super) fn restore(&self, used: &BTreeSet<&str>) {
        for (name, entry) in &self.entries {
            entry.used.set(used.contains(name));
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
            .filter(|(_, entry)| !entry.used.get() && entry.origin == Origin::Pipeline)
            .map(|(name, entry)| Unused { kind: entry.meaning.kind(), name: (*name).into(), span: entry.span })
            .filter(|unused| !matches!(unused.kind, Declared::Combine | Declared::Label | Declared::Sweep))
            .collect();
        unused.sort_by_key(|unused| unused.span);
        unused
    }
}
