//! The progress of reading a table: a bar on a terminal, nothing elsewhere.

use super::numbers::{duration, grouped};
use super::output::Output;
use crate::data::ReadProgress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;

/// A bar that shows how much of a table has been read, and how many rows are done.
pub(super) struct ReadProgressBar {
    bar: Option<ProgressBar>,
}

impl ReadProgressBar {
    /// A bar on standard error, if that is a terminal.
    pub(super) fn new(output: &Output, quiet: bool) -> Self {
        let bar = (output.err.terminal && !quiet).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(style(output));
            bar
        });
        Self { bar }
    }

    /// Shows the progress.
    pub(super) fn show(&mut self, progress: ReadProgress, rows: u64) {
        let Some(bar) = &self.bar else { return };
        if let (Some(total), None) = (progress.total, bar.length()) {
            bar.set_length(total);
        }
        bar.set_position(progress.done);
        bar.set_message(format!("{} rows", grouped(rows)));
    }
}

impl Drop for ReadProgressBar {
    fn drop(&mut self) {
        // The bar must not stay above the report.
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(output: &Output) -> ProgressStyle {
    let bar = if output.err.style.color { "{wide_bar:.cyan/blue}" } else { "{wide_bar}" };
    let template = format!("{{msg}} {bar} {{left}}   ");
    // The template is ours and well formed; the plain bar stands in should it ever not be.
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("left", |state: &ProgressState, out: &mut dyn Write| {
            if state.len().is_some() {
                let _ = write!(out, "{} left", duration(state.eta()));
            }
        })
        .progress_chars(if output.err.style.unicode { "━╸─" } else { "=> " })
}
