//! `mmc lsp`: a language server over standard input and output.

use super::output::Output;
use super::status::ExitStatus;
use crate::experiment::system_cache;
use crate::lsp::{Exit, serve};
use std::io;

pub(super) fn lsp(output: &Output) -> ExitStatus {
    match serve(system_cache(), io::stdin(), output.out.writer()) {
        Exit::Shutdown => ExitStatus::Done,
        Exit::Disconnected => ExitStatus::Problems,
        Exit::Protocol(why) => {
            output.err.line(&format!("error: the input is not a message of the protocol: {why}"));
            ExitStatus::Problems
        }
    }
}
