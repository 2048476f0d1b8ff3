//! The declarations of a pipeline by name, as every file sees them, and which of them were used.
//!
//! The declaration of a name depends on the file of the name: the pipeline sees everything, a used file itself and the
//! files that it uses, the prelude only itself. So no declaration changes the meaning of a function in another file.

use crate::diag::{Code, FileId, Problem, Problems, Span};
use crate::sema::hir::{DeclarationKind, UnusedDeclaration};
use crate::sema::uses::Uses;
use crate::syntax::ast::{Ast, Binding, Fn, Item, ItemKind, Param, Typed};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// The declaration of a name.
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
    /// A declaration with a syntax error, which has been reported.
    Unparsed(DeclarationKind),
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
            Declaration::Unparsed(kind) => *kind,
        }
    }
}

struct NameEntry<'a> {
    declaration: Declaration<'a>,
    span: Span,
    declared_in: DeclaredIn,
    used: Cell<bool>,
}

/// The file of a declaration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DeclaredIn {
    Prelude,
    /// A used file, and the `use` of the pipeline that led to it.
    Used(Span),
    Pipeline,
}

/// Names, each with the index of its entry.
type Scope<'a> = BTreeMap<&'a str, usize>;

/// All names of a pipeline, of the files it uses and of the prelude.
pub(crate) struct NameTable<'a> {
    entries: Vec<NameEntry<'a>>,
    /// Names visible to the pipeline and to the command line.
    pipeline: Scope<'a>,
    /// Names visible to the prelude and to each used file; those that they declare while names are collected.
    inner: BTreeMap<FileId, Scope<'a>>,
    /// Functions by the index that [`Declaration::Fn`] holds.
    pub(crate) functions: Vec<&'a Fn>,
    /// Whether a used file could not be read: an unknown name may be declared there.
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
            // Other declarations of a used file have been reported and are not visible.
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

    /// Makes visible to every used file its own names, those of the files that it uses, and those of the prelude.
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

    /// Declares the names of declarations with syntax errors.
    fn lose(&mut self, ast: &'a Ast, declared_in: DeclaredIn) {
        for unparsed in &ast.unparsed {
            // Without a keyword the kind of the declaration is unknown; its name may be unknown too.
            let kind = DeclarationKind::by_keyword(&unparsed.keyword);
            self.incomplete |= unparsed.name.is_none() && (kind.is_some() || unparsed.keyword.is_empty());
            if let (Some(name), true) = (&unparsed.name, kind.is_some() || unparsed.keyword.is_empty()) {
                let declaration = Declaration::Unparsed(kind.unwrap_or(DeclarationKind::Encoder));
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

    /// Adds a name to those that a file declares, unless it is there.
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
        // A combine may have the name of a strategy, `mulmix = mulmix(..)`: strategies are not in this table.
        let place = self.entries.len();
        self.entries.push(NameEntry { declaration, span: name.span, declared_in, used: Cell::new(false) });
        self.own(name.span.file, &name.text, place);
        let before = self.pipeline.get(name.text.as_str()).map(|before| &self.entries[*before]);
        if let Some(before) = before.filter(|before| before.declared_in != DeclaredIn::Prelude) {
            let mut problem = Problem::error(Code::DuplicateName, format!("`{}` is declared twice", name.text));
            problem = match (before.declared_in, declared_in) {
                // Of two used files the second `use` is the place that the pipeline can change.
                (DeclaredIn::Used(_), DeclaredIn::Used(at)) => problem
                    .at(at, "imported again here")
                    .also(name.span, "declared again here")
                    .also(before.span, "first declared here"),
                (DeclaredIn::Used(at), _) => problem
                    .at(name.span, "declared again here")
                    .also(before.span, "first declared here")
                    .also(at, "imported here"),
                _ => problem.at(name.span, "declared again here").also(before.span, "first declared here"),
            };
            problems.push(problem.help("give one of them another name"));
            // The declaration of the pipeline itself takes precedence.
            if matches!(before.declared_in, DeclaredIn::Pipeline) || matches!(declared_in, DeclaredIn::Used(_)) {
                return;
            }
        }
        self.pipeline.insert(&name.text, place);
    }

    /// Names visible in the file of `at`.
    fn scope(&self, at: Span) -> &Scope<'a> {
        self.inner.get(&at.file).unwrap_or(&self.pipeline)
    }

    fn entry(&self, name: &str, at: Span) -> Option<&NameEntry<'a>> {
        self.scope(at).get(name).map(|place| &self.entries[*place])
    }

    /// The declaration of a name written at `at`, which is marked as used.
    pub(crate) fn get(&self, name: &str, at: Span) -> Option<Declaration<'a>> {
        self.entry(name, at).map(|entry| {
            entry.used.set(true);
            entry.declaration
        })
    }

    /// The declaration of a name written at `at`, without marking it.
    pub(crate) fn peek(&self, name: &str, at: Span) -> Option<Declaration<'a>> {
        self.entry(name, at).map(|entry| entry.declaration)
    }

    /// The spans of used declarations.
    pub(crate) fn used(&self) -> BTreeSet<Span> {
        self.entries.iter().filter(|entry| entry.used.get()).map(|entry| entry.span).collect()
    }

    /// Marks these declarations as used, and no others; the inverse of [`NameTable::used`].
    pub(crate) fn restore(&self, used: &BTreeSet<Span>) {
        for entry in &self.entries {
            entry.used.set(used.contains(&entry.span));
        }
    }

    /// The span of the declaration of a name written at `at`.
    pub(crate) fn span(&self, name: &str, at: Span) -> Option<Span> {
        self.entry(name, at).map(|entry| entry.span)
    }

    /// The span of a declaration in the pipeline or a used file that is not visible at `at`.
    pub(crate) fn declared_out_of_scope(&self, name: &str, at: Span) -> Option<Span> {
        let place = self.pipeline.get(name).filter(|_| !self.scope(at).contains_key(name))?;
        Some(self.entries[*place].span)
    }

    /// Names of the given kinds visible at `at`, in alphabetical order.
    pub(crate) fn of_kinds(&self, kinds: &[DeclarationKind], at: Span) -> Vec<&'a str> {
        let of_kind = |place: &usize| kinds.contains(&self.entries[*place].declaration.kind());
        self.scope(at).iter().filter(|(_, place)| of_kind(place)).map(|(name, _)| *name).collect()
    }

    /// Unused declarations of the pipeline itself, in source order.
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
