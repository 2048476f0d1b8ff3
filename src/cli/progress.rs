//! The progress of a training: a bar on a terminal, a line an epoch elsewhere, JSON for programs.

use super::numbers::{duration, grouped, percent, scaled};
use super::output::Output;
use crate::train::{EpochRecord, Event};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde::Serialize;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Shortest time between updates of the text at the bar, so that it can be read.
const REFRESH: Duration = Duration::from_millis(80);

/// Smallest width at which every number is labelled.
const ROOMY: usize = 80;

/// Shows the events of one training.
pub(super) struct Progress<'a> {
    output: &'a Output,
    /// Whether only the result is printed.
    quiet: bool,
    json: bool,
    interrupted: &'a AtomicBool,
    bar: Option<ProgressBar>,
    extent: ProgressLength,
    worded: Option<Instant>,
    interrupt_shown: bool,
    /// Whether a failure to save a checkpoint has been reported; all others are for the same reason.
    failure_shown: bool,
}

/// Total number of steps.
#[derive(Clone, Copy, Default)]
struct ProgressLength {
    epochs: u64,
    steps_per_epoch: u64,
    /// Rows of the first step; the last step of an epoch may have fewer.
    rows_per_step: u64,
}

/// One line of `--json`.
#[derive(Serialize)]
struct EpochLine<'a> {
    event: &'static str,
    #[serde(flatten)]
    record: &'a EpochRecord,
}

impl<'a> Progress<'a> {
    /// Shows training on `output`, and a single notice once `interrupted` is set.
    pub(super) fn new(output: &'a Output, quiet: bool, json: bool, interrupted: &'a AtomicBool) -> Self {
        let bar = (output.err.terminal && !quiet).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(style(output));
            bar
        });
        let extent = ProgressLength::default();
        Self {
            output,
            quiet,
            json,
            interrupted,
            bar,
            extent,
            worded: None,
            interrupt_shown: false,
            failure_shown: false,
        }
    }

    /// Shows one event.
    pub(super) fn show(&mut self, event: &Event<'_>) {
        match event {
            Event::Component { name, number, of } => {
                self.say(&format!("training `{name}` separately ({number} of {of})"))
            }
            Event::Started { epochs, steps_per_epoch } => {
                self.extent = ProgressLength { epochs: *epochs, steps_per_epoch: *steps_per_epoch, rows_per_step: 0 };
            }
            Event::Stepped { epoch, step, rows, loss, error, .. } => {
                self.stepped(*epoch, *step, *rows as u64, *loss, *error);
            }
            Event::EpochEnded(record) => {
                if self.json {
                    // A record holds only numbers and names, which always have a JSON form.
                    let line = serde_json::to_string(&EpochLine { event: "epoch", record }).unwrap_or_default();
                    self.aside(|output| output.out.document(&line));
                }
                let line = epoch_line(record, self.extent.epochs, true);
                let fits = !self.output.err.terminal || line.len() <= self.output.err.style.width;
                self.say(&if fits { line } else { epoch_line(record, self.extent.epochs, false) });
            }
            Event::CheckpointSaved => self.failure_shown = false,
            Event::CheckpointFailed(problem) => {
                if !self.failure_shown {
                    self.failure_shown = true;
                    let message =
                        format!("warning: no checkpoint could be saved, training goes on: {}", problem.message);
                    self.aside(|output| output.err.line(&message));
                }
            }
            Event::Ended(_) => {
                if let Some(bar) = &self.bar {
                    bar.finish_and_clear();
                }
            }
        }
        if !self.interrupt_shown && self.interrupted.load(Ordering::SeqCst) {
            self.interrupt_shown = true;
            self.say("interrupted: ending after this step (once more ends at once)");
        }
    }

    fn stepped(&mut self, epoch: u64, step: u64, rows: u64, loss: f64, error: f64) {
        let Some(bar) = &self.bar else { return };
        if self.extent.rows_per_step == 0 {
            self.extent.rows_per_step = rows;
            let steps = self.extent.epochs.saturating_mul(self.extent.steps_per_epoch);
            bar.set_length(steps.saturating_mul(rows));
            // A training that was resumed begins within; the steps before say nothing of its speed.
            bar.set_position(((epoch - 1) * self.extent.steps_per_epoch + step - 1) * rows);
            bar.reset_eta();
        }
        let steps = (epoch - 1) * self.extent.steps_per_epoch + step;
        bar.set_position(steps * self.extent.rows_per_step);
        if self.worded.is_none_or(|last| last.elapsed() >= REFRESH) {
            self.worded = Some(Instant::now());
            bar.set_prefix(format!("epoch {epoch}/{}", self.extent.epochs));
            let error = percent(error);
            let roomy = self.output.err.style.width >= ROOMY;
            bar.set_message(if roomy {
                format!("loss {loss:.4} error {error}%")
            } else {
                format!("{loss:.4} {error}%")
            });
        }
    }

    fn say(&self, line: &str) {
        if !self.quiet {
            self.aside(|output| output.err.line(line));
        }
    }

    /// Writes while the bar is hidden.
    fn aside(&self, write: impl FnOnce(&Output)) {
        match &self.bar {
            Some(bar) => bar.suspend(|| write(self.output)),
            None => write(self.output),
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        // Training that fails sends no last event, so its bar is removed here.
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(output: &Output) -> ProgressStyle {
    let bar = if output.err.style.color { "{wide_bar:.cyan/blue}" } else { "{wide_bar}" };
    // The trailing blanks leave room for the `^C` that a terminal echoes, which would wrap a full line.
    let template = format!("{{prefix}} {bar} {{rate}} {{left}} {{msg}}   ");
    let characters = if output.err.style.unicode { "━╸─" } else { "=> " };
    // The template is constant and valid; the default bar is only a fallback.
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{} rows/s", scaled(state.per_sec()));
        })
        .with_key("left", |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{} left", duration(state.eta()));
        })
        .progress_chars(characters)
}

/// `epoch  3/10  train loss 0.5312 error 26.33%  valid loss 0.5221 error 25.10% auc 81.20%  12.3 s  best`, and without
/// the names of losses and errors where it is to be short.
fn epoch_line(record: &EpochRecord, epochs: u64, named: bool) -> String {
    let digits = grouped(epochs).len();
    let measured = |loss: f64, error: f64| match named {
        true => format!("loss {loss:.4} error {}%", percent(error)),
        false => format!("{loss:.4} {}%", percent(error)),
    };
    let mut line = format!(
        "epoch {:>digits$}/{}  train {}",
        grouped(record.epoch),
        grouped(epochs),
        measured(record.train_loss, record.train_error)
    );
    if let Some(violations) = record.violations {
        let _ = write!(line, " violations {}", grouped(violations));
    }
    if let Some(valid) = &record.valid {
        let _ = write!(line, "  valid {}", measured(valid.loss, valid.error));
        if let Some(auc) = valid.auc {
            let _ = write!(line, " auc {}%", percent(auc));
        }
    }
    let _ = write!(line, "  {}", duration(Duration::try_from_secs_f64(record.seconds).unwrap_or_default()));
    if record.best {
        line.push_str("  best");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{ProbabilityScores, Scores};

    fn record() -> EpochRecord {
        let valid = Scores {
            rows: 100,
            error: 0.251,
            loss: 0.5221,
            auc: Some(0.812),
            f1: 0.7,
            probabilities: ProbabilityScores::default(),
            uncalibrated: None,
            violations: None,
            components: vec![],
        };
        EpochRecord {
            component: None,
            epoch: 3,
            step: 300,
            lr: 0.1,
            train_loss: 0.53123,
            train_error: 0.26334,
            violations: Some(1234),
            valid: Some(valid),
            seconds: 12.34,
            best: true,
        }
    }

    #[test]
    fn an_epoch_is_one_line() {
        assert_eq!(
            epoch_line(&record(), 10, true),
            "epoch  3/10  train loss 0.5312 error 26.33% violations 1,234  \
             valid loss 0.5221 error 25.10% auc 81.20%  12.3 s  best"
        );
    }

    #[test]
    fn what_was_not_measured_is_left_out() {
        let bare = EpochRecord { violations: None, valid: None, best: false, ..record() };
        assert_eq!(epoch_line(&bare, 10, true), "epoch  3/10  train loss 0.5312 error 26.33%  12.3 s");
        assert_eq!(epoch_line(&bare, 10, false), "epoch  3/10  train 0.5312 26.33%  12.3 s");
    }

    #[test]
    fn the_lines_of_json_name_their_event() {
        let record = record();
        let line = serde_json::to_value(EpochLine { event: "epoch", record: &record }).unwrap();
        assert_eq!((line["event"].as_str(), line["epoch"].as_u64()), (Some("epoch"), Some(3)));
        assert_eq!(line["valid"]["auc"].as_f64(), Some(0.812));
    }
}
