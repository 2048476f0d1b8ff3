//! The arguments of `mmc lsp`.

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct LspArgs {
    /// Accepted because many editors pass it; standard input and output is the only transport
    #[arg(long, hide = true)]
    stdio: bool,
}
