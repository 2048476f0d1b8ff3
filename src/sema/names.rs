//! The declarations of a pipeline by name, as every file sees them, and which of them were used.
//!
//! What a name stands for depends on the file it is written in: the pipeline sees everything, a used file itself and
//! what it uses, the prelude only itself. So no declaration changes what a function written elsewhere means.

use crate::diag::{Code, FileId, Problem, Problems, Span};
use crate::sema::hir::{DeclarationKind, UnusedDeclaration};
use crate::sema::uses::Uses;
use crate::syntax::ast::{Ast, Binding, Fn, Item, ItemKind, Param, Typed};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// What a name stands for.
#[derive(Clone, Copy)]
pub(crate) enum Declaration<'a> {
    Param(&'a Param),
    Fn(usize),
    Shared(&'a Binding),
    Modality(usize),
    Encoder(&'a Binding),
    Combine,
    Label,
    Sweep,
    /// A declaration in text that could not be read, and reported.
    Lost(DeclarationKind),
}

impl Declaration<'_> {
    pub(crate) fn kind(&self) -> DeclarationKind {
        match self {
            Declaration::Param(_) => DeclarationKind::Param,
            Declaration::Fn(_) => DeclarationKind::Fn,
            Declaration::Shared(_) => DeclarationKind::Shared,
            Declaration::Modality(_) => DeclarationKind::Modality,
            Declaration::Encoder(_) => DeclarationKind::Encoder,
            Declaration::Combine => DeclarationKind::Combine,
            Declaration::Label => DeclarationKind::Label,
            Declaration::Sweep => DeclarationKind::Sweep,
            Declaration::Lost(kind) => *kind,
        }
    }
}

struct NameEntry<'a> {
    declaration: Declaration<'a>,
    span: Span,
    declared_in: DeclaredIn,
    used: Cell<bool>,
}

/// Where a declaration comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DeclaredIn {
    Prelude,
    /// A used file, and the `use` of the pipeline that led to it.
    Used(Span),
    Pipeline,
}

/// NameTable and the places of their entries.
type Scope<'a> = BTreeMap<&'a str, usize>;

/// All names of a pipeline, of the files it uses and of the prelude.
pub(crate) struct NameTable<'a> {
    entries: Vec<NameEntry<'a>>,
    /// What the pipeline sees, and whatever is typed beside it.
    pipeline: Scope<'a>,
    /// What the prelude and the used files see. While names are collected, what they declare.
    inner: BTreeMap<FileId, Scope<'a>>,
    /// Functions by the index that [`Declaration::Fn`] holds.
    pub(crate) functions: Vec<&'a Fn>,
    /// Whether a used file could not be read: a name that is not here may be declared there.
    pub(crate) incomplete: bool,
    /// Modalities in the order written, with their docs.
    pub(crate) modalities: Vec<(&'a Typed, &'a [String])>,
}

impl<'a> NameTable<'a> {
    /// Collects the names of the prelude, then those of used files and of the pipeline, which may replace them.
    pub(crate) fn collect(ast: &'a Ast, prelude: &'a Ast, uses: &'a Uses, problems: &mut Problems) -> Self {
        let mut names = NameTable {
            entries: vec![],
            pipeline: Scope::new(),
            inner: BTreeMap::from([(prelude.file, Scope::new())]),
            functions: vec![],
            incomplete: uses.incomplete,
            modalities: vec![],
        };
        for item in &prelude.items {
            names.declare(item, DeclaredIn::Prelude, problems);
        }
        for file in &uses.files {
            names.inner.insert(file.ast.file, Scope::new());
            // What else a used file declares has been reported, and is not brought in.
            let brought = |item: &&Item| matches!(item.kind, ItemKind::Param(_) | ItemKind::Fn(_));
            for item in file.ast.items.iter().filter(brought) {
                names.declare(item, DeclaredIn::Used(file.at), problems);
            }
        }
        for item in &ast.items {
            names.declare(item, DeclaredIn::Pipeline, problems);
        }
        for file in &uses.files {
            names.lose(&file.ast, DeclaredIn::Used(file.at));
        }
        names.lose(ast, DeclaredIn::Pipeline);
        names.link_scopes(prelude.file, uses);
        names
    }

    /// Lets every used file see, beside what it declares, what the files declare that it uses, and the prelude.
    fn link_scopes(&mut self, prelude: FileId, uses: &Uses) {
        let own = self.inner.clone();
        let of_prelude = own.get(&prelude).cloned().unwrap_or_default();
        for file in &uses.files {
            let mut scope = of_prelude.clone();
            for seen in file.sees.iter().chain([&file.ast.file]) {
                scope.extend(own.get(seen).into_iter().flatten());
            }
            self.inner.insert(file.ast.file, scope);
        }
    }

    /// Declares what could not be read in a file, as far as it can be told.
    fn lose(&mut self, ast: &'a Ast, declared_in: DeclaredIn) {
        for lost in &ast.lost {
            // What it would have declared is not known where it begins with no keyword; what it is called may not be.
            let kind = DeclarationKind::by_keyword(&lost.keyword);
            self.incomplete |= lost.name.is_none() && (kind.is_some() || lost.keyword.is_empty());
            if let (Some(name), true) = (&lost.name, kind.is_some() || lost.keyword.is_empty()) {
                let declaration = Declaration::Lost(kind.unwrap_or(DeclarationKind::Encoder));
                let place = self.entries.len();
                self.entries.push(NameEntry { declaration, span: name.span, declared_in, used: Cell::new(true) });
                let before = self.pipeline.get(name.text.as_str()).map(|before| &self.entries[*before]);
                if before.is_none_or(|before| before.span == name.span || before.declared_in == DeclaredIn::Prelude) {
                    self.pipeline.insert(&name.text, place);
                }
                self.own(name.span.file, &name.text, place);
            }
        }
    }

    /// Records that a file declares a name, the first time it does.
    fn own(&mut self, file: FileId, name: &'a str, place: usize) {
        if let Some(scope) = self.inner.get_mut(&file) {
            scope.entry(name).or_insert(place);
        }
    }

    fn declare(&mut self, item: &'a Item, declared_in: DeclaredIn, problems: &mut Problems) {
        let (name, declaration) = match &item.kind {
            ItemKind::Param(param) => (&param.name, Declaration::Param(param)),
            ItemKind::Fn(function) => {
                self.functions.push(function);
                (&function.name, Declaration::Fn(self.functions.len() - 1))
            }
            ItemKind::Shared(binding) => (&binding.name, Declaration::Shared(binding)),
            ItemKind::Modality(typed) => {
                self.modalities.push((typed, &item.doc));
                (&typed.name, Declaration::Modality(self.modalities.len() - 1))
            }
            ItemKind::Encoder(binding) => (&binding.name, Declaration::Encoder(binding)),
            ItemKind::Combine(combine) => (&combine.name, Declaration::Combine),
            ItemKind::Label(typed) => (&typed.name, Declaration::Label),
            ItemKind::Sweep(name, _) => (name, Declaration::Sweep),
            ItemKind::Pipeline(_) | ItemKind::Use(_) | ItemKind::Data(_) | ItemKind::Train(_) => return,
        };
        // A combine may be called as a strategy is, `mulmix = mulmix(..)`: strategies are not in this table.
        let place = self.entries.len();
        self.entries.push(NameEntry { declaration, span: name.span, declared_in, used: Cell::new(false) });
        self.own(name.span.file, &name.text, place);
        let before = self.pipeline.get(name.text.as_str()).map(|before| &self.entries[*before]);
        if let Some(before) = before.filter(|before| before.declared_in != DeclaredIn::Prelude) {
            let mut problem = Problem::error(Code::DuplicateName, format!("`{}` is declared twice", name.text));
            problem = match (before.declared_in, declared_in) {
                // Of two used files the second `use` is where the pipeline can do something about it.
                (DeclaredIn::Used(_), DeclaredIn::Used(at)) => problem
                    .at(at, "brings it in again")
                    .also(name.span, "declared again here")
                    .also(before.span, "first declared here"),
                (DeclaredIn::Used(at), _) => problem
                    .at(name.span, "declared again here")
                    .also(before.span, "first declared here")
                    .also(at, "brought in here"),
                _ => problem.at(name.span, "declared again here").also(before.span, "first declared here"),
            };
            problems.push(problem.help("give one of them another name"));
            // What the pipeline says itself is what it means.
            if matches!(before.declared_in, DeclaredIn::Pipeline) || matches!(declared_in, DeclaredIn::Used(_)) {
                return;
            }
        }
        self.pipeline.insert(&name.text, place);
    }

    /// What can be named in the file of `at`.
    fn scope(&self, at: Span) -> &Scope<'a> {
        self.inner.get(&at.file).unwrap_or(&self.pipeline)
    }

    fn entry(&self, name: &str, at: Span) -> Option<&NameEntry<'a>> {
        self.scope(at).get(name).map(|place| &self.entries[*place])
    }

    /// What a name stands for where it is written; marks it as used.
    pub(crate) fn get(&self, name: &str, at: Span) -> Option<Declaration<'a>> {
        self.entry(name, at).map(|entry| {
            entry.used.set(true);
            entry.declaration
        })
    }

    /// What a name stands for where it is written, without using it.
    pub(crate) fn peek(&self, name: &str, at: Span) -> Option<Declaration<'a>> {
        self.entry(name, at).map(|entry| entry.declaration)
    }

    /// The places of the names that have been used.
    pub(crate) fn used(&self) -> BTreeSet<Span> {
        self.entries.iter().filter(|entry| entry.used.get()).map(|entry| entry.span).collect()
    }

    /// Counts the names as used that were so when [`NameTable::used`] was asked, and no others.
    pub(crate) fn restore(&self, used: &BTreeSet<Span>) {
        for entry in &self.entries {
            entry.used.set(used.contains(&entry.span));
        }
    }

    /// Where a name is declared that is written at `at`.
    pub(crate) fn span(&self, name: &str, at: Span) -> Option<Span> {
        self.entry(name, at).map(|entry| entry.span)
    }

    /// Where the pipeline, or a file it uses, declares a name that is not to be seen from `at`.
    pub(crate) fn declared_out_of_scope(&self, name: &str, at: Span) -> Option<Span> {
        let place = self.pipeline.get(name).filter(|_| !self.scope(at).contains_key(name))?;
        Some(self.entries[*place].span)
    }

    /// Every name of the given kinds that can be named at `at`, in order of the alphabet.
    pub(crate) fn of_kinds(&self, kinds: &[DeclarationKind], at: Span) -> Vec<&'a str> {
        let of_kind = |place: &usize| kinds.contains(&self.entries[*place].declaration.kind());
        self.scope(at).iter().filter(|(_, place)| of_kind(place)).map(|(name, _)| *name).collect()
    }

    /// The pipeline's own declarations that nothing used, in source order.
    pub(crate) fn unused(&self) -> Vec<UnusedDeclaration> {
        let mut unused: Vec<UnusedDeclaration> = (self.pipeline.iter())
            .map(|(name, place)| (name, &self.entries[*place]))
            .filter(|(_, entry)| !entry.used.get() && entry.declared_in == DeclaredIn::Pipeline)
            .map(|(name, entry)| UnusedDeclaration {
                kind: entry.declaration.kind(),
                name: (*name).into(),
                span: entry.span,
            })
            .filter(|unused| {
                !matches!(unused.kind, DeclarationKind::Combine | DeclarationKind::Label | DeclarationKind::Sweep)
            })
            .collect();
        unused.sort_by_key(|unused| unused.span);
        unused
    }
}
