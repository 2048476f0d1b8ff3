//! Error recovery: the declarations of a text, the parts of each that can be parsed, and one report for each mistake.
//!
//! ```text
//! tokens --outline--> declarations --grammar--> failure --messages--> report + repair --repair--> text --grammar--> ...
//! ```
//!
//! The outline finds brackets and the starts of declarations (resynchronisation points). Within a declaration the
//! grammar is run again after each repair. Expressions around a mistake are poisoned: they are errors in the tree, so
//! that no later stage reports a consequence.

mod brackets;
mod failure;
mod forms;
mod head;
mod messages;
mod outline;
mod placeholder;
mod poison;
mod recover;
mod region;
mod repair;
mod state;
mod unknown;

pub(super) use outline::{Outline, RawDeclaration, outline};
pub(super) use poison::poison;
pub(super) use state::Recovery;
