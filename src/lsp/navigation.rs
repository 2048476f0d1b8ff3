//! Go to definition, references and highlights.

use super::paths;
use super::view::View;
use crate::sema::Symbol;
use crate::syntax::ast::ItemKind;
use gen_lsp_types::{DocumentHighlight, DocumentHighlightKind, Location, Range};

/// Where the name at a place is declared; for `use "FILE"` the file.
pub(super) fn definition(view: &View<'_>, offset: usize) -> Option<Location> {
    let analysis = &view.analysis;
    match analysis.reference_at(offset) {
        Some((_, Symbol::Declaration(place))) => analysis.location(place),
        _ => used_file(view, offset),
    }
}

fn used_file(view: &View<'_>, offset: usize) -> Option<Location> {
    let path = view.analysis.analyzed.ast.items.iter().find_map(|item| match &item.kind {
        ItemKind::Use(path) if path.span.range().contains(&offset) => Some(&path.text),
        _ => None,
    })?;
    let folder = paths::path(&view.document.uri)?;
    let file = folder.parent()?.join(path);
    file.is_file().then(|| Location { uri: paths::uri(&file), range: Range::default() })
}

/// All occurrences of the name at a place, in this text, in the files it uses, and in every other open document.
pub(super) fn references(view: &View<'_>, offset: usize, with_declaration: bool) -> Vec<Location> {
    let analysis = &view.analysis;
    let Some((_, target)) = analysis.reference_at(offset) else { return vec![] };
    let mut found: Vec<Location> = vec![];
    let mut add = |location: Option<Location>| {
        if let Some(location) = location.filter(|location| !found.contains(location)) {
            found.push(location);
        }
    };
    let declared = match target {
        Symbol::Declaration(place) => analysis.location(place),
        _ => None,
    };
    let is_declaration = |location: &Location| !with_declaration && declared.as_ref() == Some(location);
    for span in analysis.references_to(target) {
        add(analysis.location(span).filter(|location| !is_declaration(location)));
    }
    for document in view.workspace.documents.values().filter(|document| document.uri != view.document.uri) {
        let other = view.workspace.analysis(document);
        // Declarations are equal if they are at the same place of the same file.
        let there = match &declared {
            Some(declared) => {
                let places = other.analyzed.symbols.definitions.keys();
                let place = places.copied().find(|place| other.location(*place).as_ref() == Some(declared));
                place.map(Symbol::Declaration)
            }
            None => Some(target),
        };
        for span in there.iter().flat_map(|target| other.references_to(*target)) {
            add(other.location(span).filter(|location| !is_declaration(location)));
        }
    }
    found
}

/// All occurrences in this text of the name at a place.
pub(super) fn highlights(view: &View<'_>, offset: usize) -> Vec<DocumentHighlight> {
    let analysis = &view.analysis;
    let Some((_, target)) = analysis.reference_at(offset) else { return vec![] };
    let here = analysis.references_to(target).filter(|span| span.file == analysis.file);
    here.map(|span| {
        let declares = matches!(target, Symbol::Declaration(place) if place == span);
        let kind = if declares { DocumentHighlightKind::Write } else { DocumentHighlightKind::Read };
        DocumentHighlight { range: analysis.range(span), kind: Some(kind) }
    })
    .collect()
}
