//! Language server over standard input and output.
//!
//! ```text
//! messages --queue--> Server --dispatch--> View (document, analysis, workspace) --hover, completion, ...--> results
//! ```
//!
//! Independent of the language: the meaning of names comes from [`crate::analyze`], the context of the cursor from
//! [`crate::syntax::cursor()`], candidates from the signatures that calls are checked against.

mod analysis;
mod bundled;
mod capabilities;
mod code_actions;
mod columns;
mod completion;
mod data_problems;
mod diagnostics;
mod dispatch;
mod document;
mod folding;
mod formatting;
mod hover;
mod inlay_hints;
mod markdown;
mod message_queue;
mod navigation;
mod paths;
mod position;
mod protocol;
mod rename;
mod semantic_tokens;
mod server;
mod symbols;
mod transport;
mod view;
mod workspace;

pub use server::{Exit, serve};
