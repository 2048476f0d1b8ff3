//! Rename of a declaration and its references.

use super::analysis::Analysis;
use super::protocol::RequestError;
use super::view::View;
use crate::diag::Span;
use crate::sema::{Definition, DefinitionKind, Symbol, signatures};
use crate::syntax::is_name;
use gen_lsp_types::{PrepareRenamePlaceholder, PrepareRenameResult, RenameOptions, TextEdit, Uri, WorkspaceEdit};
use lsp_server::ErrorCode;
use std::collections::HashMap;

pub(super) fn options() -> RenameOptions {
    RenameOptions { prepare_provider: Some(true), ..RenameOptions::default() }
}

/// The name at a place, if it can be renamed.
pub(super) fn prepare(view: &View<'_>, offset: usize) -> Result<PrepareRenameResult, RequestError> {
    let (span, definition) = renamable(&view.analysis, offset)?;
    let range = view.analysis.range(span);
    let placeholder = definition.name.clone();
    Ok(PrepareRenameResult::PrepareRenamePlaceholder(PrepareRenamePlaceholder { range, placeholder }))
}

/// All edits of a rename.
pub(super) fn rename(view: &View<'_>, offset: usize, name: &str) -> Result<WorkspaceEdit, RequestError> {
    let analysis = &view.analysis;
    let (_, definition) = renamable(analysis, offset)?;
    if !is_name(name) {
        return Err(refuse(format!("`{name}` is not a name: names are letters, digits and `_`, and no reserved word")));
    }
    if name != definition.name {
        check_free(analysis, definition, name)?;
    }
    // The files it uses are in its own index; files that use it are analyzed separately.
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for span in analysis.references_to(Symbol::Declaration(definition.span)) {
        if let Some(location) = analysis.location(span) {
            let edit = TextEdit { range: location.range, new_text: name.to_owned() };
            changes.entry(location.uri).or_default().push(edit);
        }
    }
    Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

fn refuse(message: impl Into<String>) -> RequestError {
    RequestError::new(ErrorCode::RequestFailed, message)
}

fn renamable(analysis: &Analysis, offset: usize) -> Result<(Span, &Definition), RequestError> {
    match analysis.reference_at(offset) {
        Some((span, Symbol::Declaration(place))) if place.file == analysis.analyzed.prelude.file => {
            Err(refuse(format!("`{}` belongs to the library", analysis.sources.snippet(span))))
        }
        Some((span, Symbol::Declaration(place))) => {
            analysis.definition(place).map(|definition| (span, definition)).ok_or_else(|| refuse("not declared"))
        }
        Some((span, _)) => Err(refuse(format!("`{}` is built in", analysis.sources.snippet(span)))),
        None => Err(refuse("there is no name here")),
    }
}

/// Checks that the new name is not in use where it would be visible.
fn check_free(analysis: &Analysis, definition: &Definition, name: &str) -> Result<(), RequestError> {
    let definitions = &analysis.analyzed.symbols.definitions;
    let named = || definitions.values().filter(|other| other.name == name);
    let taken = |what: &str| Err(refuse(format!("`{name}` is already {what}")));
    match definition.kind {
        DefinitionKind::Pipeline => Ok(()),
        DefinitionKind::Field => {
            let siblings =
                named().any(|other| other.kind == DefinitionKind::Field && other.span.file == definition.span.file);
            if siblings { taken("a field") } else { Ok(()) }
        }
        DefinitionKind::Declaration(_) => {
            if named().any(|other| matches!(other.kind, DefinitionKind::Declaration(_))) {
                return taken("declared");
            }
            if signatures().iter().any(|(_, known)| known.name == name) {
                return taken("built in");
            }
            // An argument of that name would shadow it inside of the function.
            let hidden = named().filter(|other| is_local(other)).any(|local| {
                let function = function_of(analysis, local.span);
                let inside = |span: &Span| function.is_some_and(|whole| holds(whole, *span));
                analysis.references_to(Symbol::Declaration(definition.span)).any(|span| inside(&span))
            });
            if hidden { taken("an argument where it is used") } else { Ok(()) }
        }
        DefinitionKind::Argument | DefinitionKind::Binding => {
            let Some(function) = function_of(analysis, definition.span) else { return Ok(()) };
            let mut inside = analysis.analyzed.symbols.references.keys().filter(|span| holds(function, **span));
            match inside.any(|span| analysis.sources.snippet(*span) == name) {
                true => taken("used in this function"),
                false => Ok(()),
            }
        }
    }
}

fn is_local(definition: &Definition) -> bool {
    matches!(definition.kind, DefinitionKind::Argument | DefinitionKind::Binding)
}

/// The whole declaration that a place is inside of.
fn function_of(analysis: &Analysis, place: Span) -> Option<Span> {
    let definitions = analysis.analyzed.symbols.definitions.values();
    let mut around = definitions.filter(|outer| matches!(outer.kind, DefinitionKind::Declaration(_)));
    around.find(|outer| holds(outer.whole, place)).map(|outer| outer.whole)
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
