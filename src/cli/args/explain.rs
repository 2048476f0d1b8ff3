//! The arguments of `mmc explain`.

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct ExplainArgs {
    /// A code such as MMC0301, or a name such as mulmix, linear or beta; everything is listed without one
    #[arg(value_name = "CODE|NAME")]
    pub(in crate::cli) name: Option<String>,
}
