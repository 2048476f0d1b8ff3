//! Labelled lines of text, wrapped to the width of the terminal, and the words that `mmc trust` uses.

use super::table::TIED;
use crate::diag::Style;
use crate::spec::Part;
use owo_colors::{OwoColorize, Style as Ink};
use textwrap::{Options, wrap};

/// Columns of the labels.
const LABEL: usize = 11;

/// Lines with a label each.
pub(super) struct Facts {
    style: Style,
    text: String,
}

impl Facts {
    pub(super) fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    /// A line with a label, and its rest below the beginning of its text.
    pub(super) fn fact(&mut self, label: &str, text: &str) {
        let indent = " ".repeat(LABEL);
        let label = label.replace(TIED, " ");
        let width = self.style.width.max(LABEL + 20);
        for (at, line) in wrap(text, Options::new(width - LABEL).break_words(false)).iter().enumerate() {
            let label = match at {
                0 if self.style.color => format!("{}", format!("{label:<LABEL$}").style(Ink::new().bold())),
                0 => format!("{label:<LABEL$}"),
                _ => indent.clone(),
            };
            self.text.push_str(format!("{label}{}", line.replace(TIED, " ")).trim_end());
            self.text.push('\n');
        }
    }

    /// A line that is wrapped.
    pub(super) fn line(&mut self, text: &str) {
        for line in wrap(text, Options::new(self.style.width.max(20)).break_words(false)) {
            self.text.push_str(&line.replace(TIED, " "));
            self.text.push('\n');
        }
    }

    /// A text as it is.
    pub(super) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// A share as a percentage with one decimal, `92.8 %`.
pub(super) fn share(share: f64) -> String {
    if share.is_nan() { "-".into() } else { format!("{:.1}{TIED}%", 100.0 * share) }
}

/// The rows of a part in words.
pub(super) fn part_rows(part: Part) -> String {
    match part {
        Part::Train => "training rows".into(),
        Part::Valid => "validation rows".into(),
        Part::Calib => "calibration rows".into(),
        Part::Test => "test rows".into(),
    }
}

/// `a, b and c`.
pub(super) fn modality_list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The first of many names.
pub(super) fn listed(names: &[String]) -> String {
    const MOST: usize = 5;
    match names.len() {
        many if many > MOST => format!("{} and {} more", names[..MOST].join(", "), many - MOST),
        _ => modality_list(names),
    }
}
