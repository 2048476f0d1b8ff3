//! What editors are told: the table of symbols, and sessions that talk the protocol to the program.

mod changes;
mod client;
mod completion;
mod edits;
mod grammar;
mod lifecycle;
mod references;
mod session;
