//! The language server: the symbol index, and sessions with the program over the protocol.

mod client;
mod completion;
pub(crate) mod grammar;
mod lifecycle;
mod references;
mod session;
mod text_sync;
mod workspace_edits;
