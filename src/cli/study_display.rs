//! The progress of a comparison or a sweep: a table that is redrawn above a bar on a terminal, a line for each trial
//! elsewhere. It shows validation rows alone: test rows are for the table at the end.

use super::numbers::{duration, grouped};
use super::output::Output;
use super::table::{Align, MarkedRow, marked_table};
use crate::experiment::{
    RankedConfiguration, StudyProgress, TrialScores, TrialSet, metric_label, metric_spread, named_metric,
};
use crate::spec::Metric;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// Number of configurations in the table above the bar.
const ROWS: usize = 10;

/// Shows the trials of a study as they end, and records whether one failed.
pub(super) struct StudyDisplay<'a> {
    trials: &'a TrialSet,
    metric: Metric,
    output: &'a Output,
    quiet: bool,
    bar: Option<ProgressBar>,
    began: Instant,
    /// Trials that ended in this session.
    ended: usize,
    /// Whether a trial failed.
    pub(super) failed: bool,
}

impl<'a> StudyDisplay<'a> {
    /// Shows trials that are ranked by `metric`, of which `done` of `total` have been made before. Only failures are shown
    /// if `quiet`.
    pub(super) fn new(
        trials: &'a TrialSet,
        metric: Metric,
        (done, total): (usize, usize),
        quiet: bool,
        output: &'a Output,
    ) -> Self {
        if !quiet {
            let (models, seeds) = (trials.configurations.len(), trials.seeds.len());
            let before = if done == 0 { String::new() } else { format!(", {} done before", grouped(done as u64)) };
            let total = grouped(total as u64);
            output.err.line(&format!("training {models} models with {seeds} seeds: {total} trials{before}"));
        }
        let bar = (output.err.terminal && !quiet && done < total).then(|| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
            bar.set_style(style(output));
            bar.set_position(done as u64);
            bar.enable_steady_tick(Duration::from_secs(1));
            bar
        });
        Self { trials, metric, output, quiet, bar, began: Instant::now(), ended: 0, failed: false }
    }

    /// Shows a trial that ended.
    pub(super) fn show(&mut self, progress: &StudyProgress<'_>) {
        self.ended += 1 + progress.shared.len();
        let (configuration, seed) = progress.id;
        let (mut name, seed) = (self.trials.configurations[configuration].name.clone(), self.trials.seeds[seed]);
        for (other, _) in progress.shared {
            name += &format!(", {}", self.trials.configurations[*other].name);
        }
        if let Err(error) = progress.result {
            self.failed = true;
            self.aside(|output| {
                output.err.line(&format!("{name}  seed {seed}  failed:"));
                output.error(error);
            });
        }
        let left = self.left(progress.total - progress.ended);
        match (&self.bar, progress.result) {
            (Some(bar), _) => {
                bar.set_message(self.running_table(&progress.ranking));
                bar.set_prefix(left);
                bar.set_position(progress.ended as u64);
            }
            (None, Ok(scores)) if !self.quiet => {
                let trial = format!("{}/{}  {name}  seed {seed}", progress.ended, progress.total);
                let best = self.best(&progress.ranking);
                self.output.err.line(&format!("{trial}  {}{best}{left}", trial_words(scores, self.metric)));
            }
            _ => {}
        }
    }

    /// `  best so far mul, error 21.00%`
    fn best(&self, ranking: &[RankedConfiguration]) -> String {
        let best = ranking.first().and_then(|first| Some((first, first.valid.as_ref()?)));
        best.map_or_else(String::new, |(first, valid)| {
            let name = &self.trials.configurations[first.configuration].name;
            format!("  best so far {name}, {}", named_metric(self.metric, valid.mean))
        })
    }

    /// `  2.5 s left`, by the time that trials have taken until now.
    fn left(&self, trials: usize) -> String {
        if trials == 0 || self.ended == 0 {
            return String::new();
        }
        format!("  {} left", duration(self.began.elapsed().mul_f64(trials as f64 / self.ended as f64)))
    }

    /// The configurations that have a trial, the best first.
    fn running_table(&self, ranking: &[RankedConfiguration]) -> String {
        let valid = format!("valid {}", metric_label(self.metric));
        let header = [("so far", Align::Left), (valid.as_str(), Align::Right), ("trials", Align::Right)];
        let begun = ranking.iter().filter(|ranked| ranked.runs > 0);
        let rows: Vec<MarkedRow> = begun
            .take(ROWS)
            .enumerate()
            .map(|(place, ranked)| {
                let best = place == 0 && ranked.valid.is_some();
                let name = self.trials.configurations[ranked.configuration].name.clone();
                let runs = format!("{}/{}", ranked.runs, self.trials.seeds.len());
                vec![(name, false), (metric_spread(self.metric, ranked.valid.as_ref()), best), (runs, false)]
            })
            .collect();
        marked_table(&header, rows, self.output.err.style).trim_end().to_owned()
    }

    /// Writes while the bar is hidden.
    fn aside(&self, write: impl FnOnce(&Output)) {
        match &self.bar {
            Some(bar) => bar.suspend(|| write(self.output)),
            None => write(self.output),
        }
    }
}

impl Drop for StudyDisplay<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(output: &Output) -> ProgressStyle {
    let bar = if output.err.style.color { "{wide_bar:.cyan/blue}" } else { "{wide_bar}" };
    // The trailing blanks leave room for the `^C` that a terminal echoes, which would wrap a full line.
    let template = format!("{{msg}}\n{bar} {{pos}}/{{len}} trials  {{elapsed}}{{prefix}}   ");
    let characters = if output.err.style.unicode { "━╸─" } else { "=> " };
    // The template is constant and valid; the default bar is only a fallback.
    ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars(characters)
}

/// `valid error 21.00%  10 epochs  2.5 s`
fn trial_words(scores: &TrialScores, metric: Metric) -> String {
    let valid =
        scores.valid.map_or_else(String::new, |valid| format!("valid {}  ", named_metric(metric, valid.get(metric))));
    let count = if scores.epochs == 1 { "1 epoch".into() } else { format!("{} epochs", grouped(scores.epochs as u64)) };
    let epochs = match scores.component_epochs.len() {
        0 => count,
        components => format!("{count} of {components} components"),
    };
    format!("{valid}{epochs}  {}", duration(Duration::try_from_secs_f64(scores.seconds).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{ProbabilityScores, SplitScores};
    use indexmap::IndexMap;

    fn scores() -> TrialScores {
        let probabilities = ProbabilityScores { log_loss: 0.25, ..ProbabilityScores::default() };
        let of = |error| SplitScores { error, loss: 0.5, auc: None, f1: 0.5, probabilities, uncalibrated: None };
        let (valid, test) = (Some(of(0.21)), Some(of(0.99)));
        TrialScores {
            valid,
            test,
            parameters: 7,
            epochs: 10,
            component_epochs: IndexMap::new(),
            seconds: 2.5,
            least_test_error: None,
        }
    }

    #[test]
    fn a_trial_is_one_line_without_test_rows() {
        assert_eq!(trial_words(&scores(), Metric::Error), "valid error 21.00%  10 epochs  2.5 s");
        assert_eq!(trial_words(&scores(), Metric::LogLoss), "valid log loss 0.2500  10 epochs  2.5 s");
        assert_eq!(trial_words(&scores(), Metric::Auc), "valid AUC -%  10 epochs  2.5 s");
        let alone = TrialScores { valid: None, ..scores() };
        assert_eq!(trial_words(&alone, Metric::Error), "10 epochs  2.5 s");
        let component_epochs = [("low".to_owned(), 4), ("high".to_owned(), 6)].into();
        let late = TrialScores { component_epochs, ..scores() };
        assert_eq!(trial_words(&late, Metric::Error), "valid error 21.00%  10 epochs of 2 components  2.5 s");
    }
}
