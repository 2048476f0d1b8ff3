//! The language server: what an editor is told of the texts it holds, over standard input and output.
//!
//! ```text
//! messages --inbox--> Server --document--> Text --analyze--> Analysis --hover, complete, ...--> answers
//! ```
//!
//! Nothing of the language is known here: what names mean comes from [`crate::analyze`], where one is typing from
//! [`crate::syntax::cursor()`], what can be written from the descriptions that calls are checked against.

mod code_actions;
mod analysis;
mod dispatch;
mod capabilities;
mod columns;
mod completion;
mod diagnostics;
mod document;
mod folding;
mod formatting;
mod workspace;
mod inlay_hints;
mod hover;
mod message_queue;
mod bundled;
mod navigation;
mod paths;
mod position;
mod rename;
mod server;
mod symbols;
mod semantic_tokens;
mod markdown;

pub use server::{Ended, serve};
