//! The arguments of `mmc serve`.

use super::count::{at_least_one, at_most, threads};
use super::sureness::{ErrorTarget, error_target, inner_share};
use clap::Args;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Debug, Args)]
pub(in crate::cli) struct ServeArgs {
    /// The runs to serve, each under the name of its folder, or under another with `NAME=RUN`
    #[arg(value_name = "RUN", required = true)]
    pub(in crate::cli) runs: Vec<NamedRun>,
    /// The address to listen at: this machine alone unless given; there is no authentication
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(in crate::cli) host: IpAddr,
    /// The port to listen at; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub(in crate::cli) port: u16,
    /// Rows of a request at most
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = at_most::<usize>(100_000))]
    pub(in crate::cli) max_rows: usize,
    /// Mebibytes of the body of a request at most
    #[arg(long, value_name = "MIB", default_value_t = 8, value_parser = at_most::<usize>(1 << 10))]
    pub(in crate::cli) max_body: usize,
    /// Rows that may wait to be predicted; requests beyond are refused with the status 503
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = at_most::<usize>(1 << 30))]
    pub(in crate::cli) queue: usize,
    /// Rows of several requests that are predicted at a time at most
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = at_most::<usize>(1 << 20))]
    pub(in crate::cli) batch: usize,
    /// Milliseconds that a row waits for those of requests that are being read
    #[arg(long, value_name = "MS", default_value_t = 2)]
    pub(in crate::cli) wait: u64,
    /// Connections at a time; more wait
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = at_most::<usize>(1 << 16))]
    pub(in crate::cli) connections: usize,
    /// Seconds from the head of a request to its answer at most
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = at_least_one)]
    pub(in crate::cli) timeout: u64,
    /// Seconds that requests have to end once the server is asked to stop
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = at_least_one)]
    pub(in crate::cli) drain: u64,
    /// Leave the label of the least sure rows empty, so that of the others at most this share is wrong: `error<5%`
    #[arg(long, value_name = "TARGET", value_parser = error_target)]
    pub(in crate::cli) abstain: Option<ErrorTarget>,
    /// How sure it is to be that no more of them are wrong
    #[arg(long, value_name = "SHARE", default_value = "95%", requires = "abstain", value_parser = inner_share)]
    pub(in crate::cli) confidence: f64,
    /// The frequency with which the sets of classes of explanations are to hold the label
    #[arg(long, value_name = "SHARE", default_value = "90%", value_parser = inner_share)]
    pub(in crate::cli) coverage: f64,
    /// Threads to compute with, all there are unless given; results do not depend on it
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(in crate::cli) threads: Option<u16>,
    /// Log the start and the end, and not each request
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}

/// A run, and the name it is served by if one is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct NamedRun {
    pub(in crate::cli) name: Option<String>,
    pub(in crate::cli) run: PathBuf,
}

impl FromStr for NamedRun {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((name, run)) = text.split_once('=').filter(|(name, _)| !name.contains(['/', '\\'])) else {
            return Ok(Self { name: None, run: text.into() });
        };
        let usual = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if name.is_empty() || !name.chars().all(usual) || run.is_empty() {
            return Err("expected a run, or `NAME=RUN` with a name of letters, digits, `-`, `_` and `.`".into());
        }
        Ok(Self { name: Some(name.into()), run: run.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_may_have_a_name() {
        let named = |text: &str| text.parse::<NamedRun>().map(|one| (one.name, one.run.display().to_string()));
        assert_eq!(named("runs/x-0001"), Ok((None, "runs/x-0001".into())));
        assert_eq!(named("best=runs/x=1"), Ok((Some("best".into()), "runs/x=1".into())));
        assert_eq!(named("runs/x=1"), Ok((None, "runs/x=1".into())));
        assert!(["=x", "a b=x", "a="].into_iter().all(|bad| named(bad).is_err()));
    }
}
