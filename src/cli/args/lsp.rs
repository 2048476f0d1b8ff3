//! The arguments of `mmc lsp`.

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct LspArgs {
    /// Accepted because many editors give it: there is no other way to be spoken to
    #[arg(long, hide = true)]
    stdio: bool,
}
