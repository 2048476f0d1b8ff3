//! What editors are told: the table of symbols, and sessions that talk the protocol to the program.

mod client;
mod completion;
mod grammar;
mod lifecycle;
mod references;
mod session;
mod text_sync;
mod workspace_edits;
