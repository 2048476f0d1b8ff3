//! Semantic analysis: names are bound, functions expanded, constants computed, every shape checked. Does not depend on
//! files or tensors.

mod analyze;
mod catalog;
mod check;
mod copies;
mod errors;
mod eval;
mod hir;
mod lower;
mod names;
mod overrides;
mod symbols;
mod uses;

pub use analyze::{analyze, analyze_with_symbols};
pub use catalog::{Topic, signatures};
pub use copies::{SourceCopy, copies};
pub(crate) use errors::suggest::likely as likely_name;
pub use hir::{DeclarationKind, Hir, HirCombine, HirComponent, HirParam, HirValue, UnusedDeclaration, ValueId};
pub use overrides::{Overrides, ParamOverride};
pub use symbols::definition::{Definition, DefinitionKind};
pub use symbols::index::{EvaluatedExpr, ExprValue, Symbol, SymbolIndex};
pub use uses::{UsedFile, Uses, point_to_uses, read_uses};
