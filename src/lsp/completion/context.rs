//! The position of a completion in code, and the names visible there.

use super::names::Names;
use crate::lsp::view::View;
use crate::syntax::Cursor;

/// A position in code.
pub(super) struct Completion<'v> {
    pub(super) view: &'v View<'v>,
    pub(super) cursor: &'v Cursor,
    pub(super) names: Names<'v>,
}
