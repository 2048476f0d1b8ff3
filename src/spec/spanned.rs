//! A value with the text it came from.

use crate::diag::Span;
use serde::{Deserialize, Serialize};

/// A value and the place of the text that requests it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The text.
    #[serde(skip)]
    pub span: Span,
}
