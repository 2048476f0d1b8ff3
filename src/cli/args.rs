//! The arguments of every command, as clap reads them. Data only.

use crate::diag::{Fixes, nearest};
use crate::exec::DeviceChoice;
use crate::experiment::{PipelineOptions, TrainOptions, system_cache};
use crate::lint::{Level, LintLevels, UnknownLint};
use crate::starter::{TEMPLATES, Template};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A declarative language for learning from several signals at once.
#[derive(Debug, Parser)]
#[command(name = "mmc", version, max_term_width = 100, arg_required_else_help = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// Colours and characters of the output.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Look")]
pub(super) struct OutputArgs {
    /// When to colour; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(super) color: When,
    /// Draw with ASCII only
    #[arg(long, global = true)]
    pub(super) ascii: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Train and evaluate a pipeline, and leave a run behind
    Run(RunArgs),
    /// Train combines on the same rows with the same seeds, and compare them
    Compare(CompareArgs),
    /// Train the grid of a `sweep` block, and select the best by validation
    Sweep(SweepArgs),
    /// Report the problems of pipelines without running them
    Lint(LintArgs),
    /// Bring pipelines into the standard layout
    Fmt(FmtArgs),
    /// Show what would run: steps, shapes, parameters, costs
    Plan(PlanArgs),
    /// Draw a pipeline: modalities, encoders, mixtures, heads, the class loss
    Graph(GraphArgs),
    /// Write a pipeline to begin with, from a table or a template
    New(NewArgs),
    /// Explain a code or a name of the language
    Explain(ExplainArgs),
    /// Measure how fast a pipeline trains on this machine
    Bench(BenchArgs),
    /// Write what completes commands, options and names in a shell
    Completions(CompletionsArgs),
    /// Write the manual page
    Man,
    /// Serve an editor over standard input and output, by the Language Server Protocol
    Lsp(LspArgs),
}

/// What decides which model is made from a file.
#[derive(Debug, Args)]
pub(super) struct ModelArgs {
    /// The combine to train, if not the one `train` names
    #[arg(long, value_name = "NAME")]
    pub(super) combine: Option<String>,
    /// Give a `param` of the file another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) set: Vec<SettingArg>,
}

/// What decides where and how it is computed.
#[derive(Debug, Args)]
pub(super) struct ComputeArgs {
    /// Threads to compute with, all there are unless given; results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
    /// Where to compute: cpu, cuda or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "cpu", value_parser = device)]
    pub(super) device: DeviceChoice,
    /// Read the data again, and leave no prepared copy of it behind
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Where prepared data is kept
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(super) cache: Option<PathBuf>,
    /// How much of the data may be in memory; what is beyond is read from files as it is needed
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    pub(super) memory: usize,
}

impl ComputeArgs {
    /// The options of a training that `interrupt` ends.
    pub(super) fn options(&self, interrupt: Arc<AtomicBool>) -> TrainOptions {
        let cache = if self.no_cache { None } else { self.cache.clone().or_else(system_cache) };
        TrainOptions {
            device: self.device,
            threads: self.threads.map(usize::from),
            cache,
            memory: self.memory.saturating_mul(1 << 20),
            interrupt,
        }
    }
}

impl ModelArgs {
    /// The changes under which a pipeline is opened.
    pub(super) fn options(&self) -> PipelineOptions {
        let (settings, combine) = (settings(&self.set), self.combine.clone());
        PipelineOptions { settings, combine, ..PipelineOptions::default() }
    }
}

/// Settings as pairs of name and value.
pub(super) fn settings(set: &[SettingArg]) -> Vec<(String, String)> {
    set.iter().map(|setting| (setting.name.clone(), setting.value.clone())).collect()
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The pipeline
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) compute: ComputeArgs,
    /// Another seed than the file's
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// Another number of epochs than the file's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) epochs: Option<u64>,
    /// The folder that runs are numbered in
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(super) out: PathBuf,
    /// Print nothing but the result
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Write a JSON object for each epoch and a last summary, and everything else to standard error
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// The pipelines; those of several must read the same rows
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The combines to train, all of the files unless given; may be repeated, or be a list with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) combine: Vec<String>,
    /// Give a `param` of the files another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) set: Vec<SettingArg>,
    /// How many seeds each is trained with
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(super) seeds: u64,
    /// The first seed, that of the file unless given
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// Another number of epochs than the files'
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) epochs: Option<u64>,
    /// The combine that the others are compared with, the best unless given
    #[arg(long, value_name = "NAME")]
    pub(super) against: Option<String>,
    /// Count the errors on rows that a single modality gets right: one of the named combines, of all of strategy `single`
    /// without a name, or one of each combine's own `components`
    #[arg(long, value_name = "NAMES", value_delimiter = ',', num_args = 0..=1)]
    pub(super) over_learn: Option<Vec<String>>,
    /// How the table is shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: TableFormatArg,
    #[command(flatten)]
    pub(super) compute: ComputeArgs,
    /// Print nothing but the result
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// How a table is shown: for people, to be put into a text, or to be read by programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormatArg {
    Text,
    Markdown,
    Csv,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct SweepArgs {
    /// The pipeline
    pub(super) file: PathBuf,
    /// The sweep, where the file has several
    pub(super) name: Option<String>,
    /// Give a `param` of the file that is not swept another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) set: Vec<SettingArg>,
    /// Another number of epochs than the file's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) epochs: Option<u64>,
    /// The folder that sweeps are numbered in
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(super) out: PathBuf,
    /// Go on with the sweep of this folder: what has been trained there is not trained again
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    pub(super) resume: Option<PathBuf>,
    /// How the table is shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: TableFormatArg,
    #[command(flatten)]
    pub(super) compute: ComputeArgs,
    /// Print nothing but the result
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// The pipelines
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// How problems are shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: ProblemFormat,
    /// Apply the changes that certainly keep what was meant
    #[arg(long)]
    pub(super) fix: bool,
    /// Apply the changes that are likely to be meant, too
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Change nothing; show what would change, and exit with 1 if anything would
    #[arg(long, conflicts_with = "format")]
    pub(super) diff: bool,
    /// Give a `param` of the files another value; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) set: Vec<SettingArg>,
    /// Look at the text alone, and not at the data it names
    #[arg(long)]
    pub(super) no_data: bool,
    #[command(flatten)]
    pub(super) lints: LintLevelArgs,
}

impl LintArgs {
    /// The changes to apply, if any.
    pub(super) fn fixes(&self) -> Option<Fixes> {
        match (self.fix || self.diff, self.unsafe_fixes) {
            (_, true) => Some(Fixes::All),
            (true, false) => Some(Fixes::Safe),
            (false, false) => None,
        }
    }
}

/// What becomes of lints, by their names or codes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Lints")]
pub(super) struct LintLevelArgs {
    /// Make a lint an error, or all `warnings`; may be repeated
    #[arg(long, value_name = "LINT", value_parser = lint_name)]
    pub(super) deny: Vec<String>,
    /// Make a lint a warning; may be repeated
    #[arg(long, value_name = "LINT", value_parser = lint_name)]
    pub(super) warn: Vec<String>,
    /// Turn a lint off; may be repeated
    #[arg(long, value_name = "LINT", value_parser = lint_name)]
    pub(super) allow: Vec<String>,
}

impl LintLevelArgs {
    /// The levels that were chosen; of one lint at several levels the strictest counts.
    pub(super) fn levels(&self) -> LintLevels {
        let mut levels = LintLevels::default();
        let chosen = [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)];
        for (names, level) in chosen {
            // That each is the name of a lint has been checked as it was read.
            names.iter().for_each(|name| levels.set(name, level).unwrap_or_default());
        }
        levels
    }
}

fn lint_name(text: &str) -> Result<String, UnknownLint> {
    LintLevels::default().set(text, Level::Warn).map(|()| text.to_owned())
}

/// How problems are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ProblemFormat {
    /// With the source, drawn
    Text,
    /// In words alone, without drawing, for screen readers
    Plain,
    /// A line for each
    Short,
    /// One array of objects
    Json,
    /// A SARIF 2.1.0 log
    Sarif,
    /// GitHub workflow commands
    Github,
}

#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// The pipelines; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Change nothing; exit with 1 if a file is not in the standard layout
    #[arg(long)]
    pub(super) check: bool,
    /// Change nothing; show what would change, and exit with 1 if anything would
    #[arg(long)]
    pub(super) diff: bool,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// The pipeline
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) model: ModelArgs,
    /// How the plan is shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: PlanFormat,
    /// Show every step, where repeated layers are shown once otherwise
    #[arg(long)]
    pub(super) full: bool,
}

#[derive(Debug, Args)]
pub(super) struct GraphArgs {
    /// The pipeline
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) model: ModelArgs,
    /// What is written
    #[arg(long, value_name = "FORMAT", default_value = "svg")]
    pub(super) format: GraphFormat,
    /// The file to write, standard output without it
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// How a graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    Svg,
    Dot,
    Mermaid,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub(super) shell: clap_complete::Shell,
}

/// How a plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    Text,
    Yaml,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// The table: comma- or tab-separated or JSON lines, plain, `.gz` or `.zst`; Parquet, `.npz`
    #[arg(value_name = "DATA", required_unless_present_any = ["list", "template"])]
    pub(super) data: Option<PathBuf>,
    /// The column to predict, by its name, or by its position in a table without names
    #[arg(long, value_name = "COLUMN")]
    pub(super) label: Option<String>,
    /// Write to a file, and not to standard output
    #[arg(long, short, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long, requires = "out")]
    pub(super) force: bool,
    /// Begin with a template instead of a table
    #[arg(long, value_name = "NAME", value_parser = template, conflicts_with = "data")]
    pub(super) template: Option<Template>,
    /// List the templates
    #[arg(long, conflicts_with_all = ["data", "template"])]
    pub(super) list: bool,
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

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A code such as MMC0301, or a name such as mulmix, linear or beta; everything is listed without one
    #[arg(value_name = "CODE|NAME")]
    pub(super) name: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    /// The pipeline
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) compute: ComputeArgs,
    /// How many steps to time
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) steps: u64,
}

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Accepted because many editors give it: there is no other way to be spoken to
    #[arg(long, hide = true)]
    stdio: bool,
}

/// `NAME=VALUE`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SettingArg {
    pub(super) name: String,
    pub(super) value: String,
}

impl FromStr for SettingArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
                Ok(Self { name: name.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err("expected NAME=VALUE, such as `beta=0.8`".into()),
        }
    }
}

/// The device called `cpu`, `cuda` or `cuda:N`.
fn device(text: &str) -> Result<DeviceChoice, String> {
    let number = match text {
        "cpu" => return Ok(DeviceChoice::Cpu),
        "cuda" => Some(0),
        _ => text.strip_prefix("cuda:").and_then(|number| number.parse().ok()),
    };
    number.map(DeviceChoice::Cuda).ok_or_else(|| "expected `cpu`, `cuda` or `cuda:N`".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_description_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn settings_are_a_name_and_a_value() {
        let setting: SettingArg = " beta = 0.5".parse().unwrap();
        assert_eq!((setting.name.as_str(), setting.value.as_str()), ("beta", "0.5"));
        assert_eq!("path=a=b".parse::<SettingArg>().unwrap().value, "a=b");
        for bad in ["beta", "=1", "beta=", ""] {
            assert!(bad.parse::<SettingArg>().is_err(), "{bad}");
        }
    }

    #[test]
    fn devices_have_numbers() {
        assert_eq!(device("cpu"), Ok(DeviceChoice::Cpu));
        assert_eq!(device("cuda"), Ok(DeviceChoice::Cuda(0)));
        assert_eq!(device("cuda:3"), Ok(DeviceChoice::Cuda(3)));
        for bad in ["gpu", "cuda:", "cuda:x", "cpu:0", ""] {
            assert!(device(bad).is_err(), "{bad}");
        }
    }
}
