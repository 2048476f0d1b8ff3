//! The arguments of `mmc graph`.

use super::model::ModelArgs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct GraphArgs {
    /// The pipeline
    pub(in crate::cli) file: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    /// What is written; by the ending of the file unless given, and SVG on standard output
    #[arg(long, value_name = "FORMAT")]
    pub(in crate::cli) format: Option<GraphFormat>,
    /// The file to write, standard output without it
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// How a graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFormat {
    Svg,
    /// A picture, by a build with the feature `png`
    Png,
    Dot,
    Mermaid,
}

impl GraphArgs {
    /// The format: the one given, else that of the ending of the file.
    ///
    /// # Errors
    /// If the ending is that of no format.
    pub(in crate::cli) fn format(&self) -> Result<GraphFormat, String> {
        let path = match (self.format, &self.output) {
            (Some(format), _) => return Ok(format),
            (None, None) => return Ok(GraphFormat::Svg),
            // A device such as `/dev/stdout` has no ending.
            (None, Some(path)) if path.exists() && !path.is_file() => return Ok(GraphFormat::Svg),
            (None, Some(path)) => path,
        };
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        match ending.as_str() {
            "svg" => Ok(GraphFormat::Svg),
            "png" => Ok(GraphFormat::Png),
            "dot" | "gv" => Ok(GraphFormat::Dot),
            "mmd" | "mermaid" => Ok(GraphFormat::Mermaid),
            _ => Err(format!(
                "`{}` does not end in a format that is written: `.svg`, `.png`, `.dot`, `.gv`, `.mmd` or `.mermaid`; \
                 `--format` chooses one for any name",
                path.display()
            )),
        }
    }
}
