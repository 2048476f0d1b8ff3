//! The arguments of `mmc new`.

use crate::diag::nearest;
use crate::starter::{TEMPLATES, Template};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct NewArgs {
    /// A table (text, JSON lines, Parquet, Arrow, `.npz`), several of them or a glob, or a folder of images. Several files
    /// are one table if they have the same columns, parts if they are called train, valid and test, else joined by a key
    #[arg(value_name = "DATA", required_unless_present_any = ["list", "template"])]
    pub(in crate::cli) data: Vec<PathBuf>,
    /// The column to predict, by its name, or by its position in a table without names
    #[arg(long, value_name = "COLUMN")]
    pub(in crate::cli) label: Option<String>,
    /// Write to a file, and not to standard output
    #[arg(long, short, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long, requires = "out")]
    pub(in crate::cli) force: bool,
    /// Begin with a template instead of a table
    #[arg(long, value_name = "NAME", value_parser = template, conflicts_with = "data")]
    pub(in crate::cli) template: Option<Template>,
    /// List the templates
    #[arg(long, conflicts_with_all = ["data", "template"])]
    pub(in crate::cli) list: bool,
}

fn template(name: &str) -> Result<Template, String> {
    TEMPLATES.iter().find(|template| template.name == name).copied().ok_or_else(|| {
        let names: Vec<&str> = TEMPLATES.iter().map(|template| template.name).collect();
        match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names.join(", ")),
        }
    })
}
