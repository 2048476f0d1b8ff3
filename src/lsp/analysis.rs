//! Analysis of a document and of the files it uses.

use super::bundled::BundledFiles;
use super::paths;
use super::position::{Encoding, Lines};
use crate::diag::{FileId, SourceMap, Span};
use crate::sema::{Definition, Symbol};
use crate::world::World;
use crate::{Analyzed, CompileOptions, analyze_in};
use gen_lsp_types::{Location, Range, Uri};
use std::path::Path;

/// An analyzed document.
pub(super) struct Analysis {
    /// Every text that a span may point into.
    pub(super) sources: SourceMap,
    /// The text itself.
    pub(super) file: FileId,
    /// Result of the analysis.
    pub(super) analyzed: Analyzed,
    uri: Uri,
    /// Where the library can be read, if it can.
    prelude: Option<Uri>,
    lines: Lines,
    encoding: Encoding,
}

impl Analysis {
    pub(super) fn new(uri: &Uri, text: &str, encoding: Encoding, bundled: &BundledFiles, world: &dyn World) -> Self {
        let mut sources = SourceMap::new();
        let name = paths::path(uri).map_or_else(|| uri.to_string(), |path| path.display().to_string());
        let file = sources.add(name, text);
        let analyzed = analyze_in(&mut sources, file, &CompileOptions { world, ..CompileOptions::default() });
        let (lines, prelude) = (Lines::of(text), bundled.prelude());
        Self { sources, file, analyzed, uri: uri.clone(), prelude, lines, encoding }
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        self.sources.get(self.file).map_or("", |source| &source.text)
    }

    /// Where a span lies within its text.
    pub(super) fn range(&self, span: Span) -> Range {
        if span.file == self.file {
            return self.lines.range(self.text(), span.range(), self.encoding);
        }
        let text = self.sources.get(span.file).map_or("", |source| &source.text);
        Lines::of(text).range(text, span.range(), self.encoding)
    }

    /// The address of a text.
    pub(super) fn uri(&self, file: FileId) -> Option<Uri> {
        if file == self.file {
            return Some(self.uri.clone());
        }
        if file == self.analyzed.prelude.file {
            return self.prelude.clone();
        }
        let path = paths::normalize(Path::new(&self.sources.get(file)?.name));
        path.is_file().then(|| paths::uri(&path))
    }

    /// Where a span lies among all texts.
    pub(super) fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(span.file)?, range: self.range(span) })
    }

    /// Whether the text uses this file, or a file that could not be read and may be this one now.
    pub(super) fn uses(&self, path: &Path) -> bool {
        let uses = &self.analyzed.uses;
        let named =
            |file: FileId| self.sources.get(file).is_some_and(|source| paths::same_file(Path::new(&source.name), path));
        uses.incomplete || uses.files.iter().any(|used| named(used.ast.file))
    }

    /// The name at a byte of the text, and its referent.
    pub(super) fn reference_at(&self, offset: usize) -> Option<(Span, Symbol)> {
        let at = u32::try_from(offset).ok()?;
        let last = Span { file: self.file, start: at, end: u32::MAX };
        let (span, target) = self.analyzed.symbols.references.range(..=last).next_back()?;
        (span.file == self.file && span.end >= at).then_some((*span, *target))
    }

    /// The declaration at a place.
    pub(super) fn definition(&self, place: Span) -> Option<&Definition> {
        self.analyzed.symbols.definitions.get(&place)
    }

    /// Every name of the text with the same referent, in order.
    pub(super) fn references_to(&self, wanted: Symbol) -> impl Iterator<Item = Span> {
        let references = self.analyzed.symbols.references.iter();
        references.filter(move |(_, target)| same(**target, wanted)).map(|(span, _)| *span)
    }
}

/// Whether two names have the same referent.
fn same(a: Symbol, b: Symbol) -> bool {
    match (a, b) {
        (Symbol::Declaration(a), Symbol::Declaration(b)) => a == b,
        (Symbol::Callable(a), Symbol::Callable(b)) => std::ptr::eq(a, b),
        (Symbol::Argument(a, x), Symbol::Argument(b, y)) => std::ptr::eq(a, b) && x.name == y.name,
        _ => false,
    }
}
