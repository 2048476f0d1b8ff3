//! Rendering of a fix preview below the help: replacements are underlined with `~`, additions with `+`; a line with
//! removals only is shown before and after.

use super::excerpt::LineLimits;
use super::fix_preview::{Change, ChangeMark, PreviewLine, fix_preview};
use super::line::{Focus, ShownLine, show};
use crate::diag::{Problem, SourceMap};
use miette::GraphicalTheme;
use std::fmt::{self, Display, Write};

/// Columns beside a line and its number: blanks and the bar.
const MARGIN: usize = 4;

/// A line is not cut into fewer columns than this.
const LEAST_LINE: usize = 20;

/// Fix preview of one problem; displays nothing without one.
pub(super) struct FixDisplay<'a> {
    /// The problem with the fix.
    pub(super) problem: &'a Problem,
    /// The texts.
    pub(super) sources: &'a SourceMap,
    /// Characters and colours.
    pub(super) theme: &'a GraphicalTheme,
    /// Width and ellipsis.
    pub(super) limits: LineLimits,
}

impl Display for FixDisplay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(preview) = fix_preview(self.problem, self.sources) else { return Ok(()) };
        let there = (self.problem.place()).filter(|place| place.file == preview.file);
        // Line numbers are aligned with those of the report.
        let below = there.map_or(0, |place| self.sources.line_column(place.file, place.end).0 + 1);
        let last = preview.lines.iter().map(|line| line.number).max().unwrap_or(0);
        let digits = last.max(below).to_string().len();
        if let (None, Some(source)) = (there, self.sources.get(preview.file)) {
            writeln!(f, " {:digits$} {} in {}", "", self.theme.characters.vbar, source.name)?;
        }
        for line in &preview.lines {
            self.line(f, line, digits)?;
        }
        if preview.more {
            writeln!(f, " {:digits$} {}", "", self.limits.dots)?;
        }
        Ok(())
    }
}

impl FixDisplay<'_> {
    fn line(&self, f: &mut impl Write, line: &PreviewLine, digits: usize) -> fmt::Result {
        let (characters, styles) = (&self.theme.characters, &self.theme.styles);
        let (sign, style) = match line.change {
            Change::Other => (characters.vbar, styles.help),
            Change::New => ('+', styles.help),
            Change::Gone => ('-', styles.error),
        };
        let width = self.limits.width.saturating_sub(digits + MARGIN).max(LEAST_LINE);
        let focus = line.marks.iter().map(|mark| mark.bytes.clone()).reduce(|all, next| all.start..next.end);
        let shown = show(&line.text, width, focus.map(|bytes| Focus { bytes, label: 0 }).as_ref(), self.limits.dots);
        let sign = match line.change {
            Change::Other => sign.to_string(),
            Change::New | Change::Gone => style.style(sign).to_string(),
        };
        let number = format!("{:>digits$}", line.number);
        write!(f, " {} {sign} ", styles.linum.style(number))?;
        let mut at = 0;
        for (from, to) in line.marks.iter().map(|mark| places(&shown, mark)) {
            let from = from.max(at);
            let to = to.max(from);
            write!(f, "{}", &shown.text[at..from])?;
            if from < to {
                write!(f, "{}", style.style(&shown.text[from..to]))?;
            }
            at = to;
        }
        writeln!(f, "{}", &shown.text[at..])?;
        if line.change != Change::Other {
            return Ok(());
        }
        let mut under = String::new();
        for mark in &line.marks {
            let (from, to) = (shown.column(mark.bytes.start), shown.column(mark.bytes.end));
            let _ = write!(under, "{:1$}", "", from.saturating_sub(columns(&under)));
            under.extend(std::iter::repeat_n(if mark.replaces { '~' } else { '+' }, to.saturating_sub(from)));
        }
        match under.trim().is_empty() {
            true => Ok(()),
            false => writeln!(f, " {:digits$} {} {}", "", characters.vbar_break, style.style(under)),
        }
    }
}

/// Start and end of a mark in the displayed line.
fn places(shown: &ShownLine, mark: &ChangeMark) -> (usize, usize) {
    (shown.place(mark.bytes.start), shown.place(mark.bytes.end))
}

/// How many columns marks take.
fn columns(marks: &str) -> usize {
    marks.len()
}
