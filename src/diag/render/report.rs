//! Problems drawn by miette.

use super::excerpt::{Excerpts, LabelMark, LineLimits, excerpts};
use super::fix_display::FixDisplay;
use crate::diag::{Problem, Problems, Severity, SourceMap};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles,
};
use std::fmt::{self, Display};

/// Style of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// Whether to draw with more than ASCII.
    pub unicode: bool,
    /// Largest line width.
    pub width: usize,
}

/// Smallest line width.
const LEAST_WIDTH: usize = 40;

/// Number of problems that are drawn; nobody reads more at once.
const MOST_REPORTS: usize = 200;

/// The first problems in order, one report each, a blank line after each; and the number of those that follow.
pub fn render(problems: &Problems, sources: &SourceMap, style: Style) -> String {
    let mut drawn: String = problems.iter().take(MOST_REPORTS).map(|problem| report(problem, sources, style)).collect();
    if problems.len() > MOST_REPORTS {
        drawn += &format!("{} more problems are not shown\n\n", problems.len() - MOST_REPORTS);
    }
    drawn
}

fn report(problem: &Problem, sources: &SourceMap, style: Style) -> String {
    let width = style.width.max(LEAST_WIDTH);
    let dots = if style.unicode { "…" } else { "..." };
    let (texts, marks) = excerpts(problem, sources, LineLimits { width, dots });
    let theme = theme(problem.severity, &marks, style);
    let correction = FixDisplay { problem, sources, theme: &theme, limits: LineLimits { width, dots } }.to_string();
    let handler =
        GraphicalReportHandler::new_themed(theme).with_width(width).with_urls(false).without_syntax_highlighting();
    let report = Report { problem, place: problem.data.as_ref().map(|place| InData(place.to_string())), texts, marks };
    let mut drawn = String::new();
    // Only a writer can fail here, and a string does not.
    let _ = handler.render_report(&mut drawn, &report);
    drawn.push_str(&correction);
    drawn.lines().map(|line| format!("{}\n", line.trim_end())).chain(["\n".to_owned()]).collect()
}

/// miette colours labels in their order; here the colour distinguishes the place of the problem from
/// related places.
fn theme(severity: Severity, marks: &[LabelMark], style: Style) -> GraphicalTheme {
    let characters = if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let mut styles = if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let primary = match severity {
        Severity::Error => styles.error,
        Severity::Warning => styles.warning,
    };
    if !marks.is_empty() {
        styles.highlights = marks.iter().map(|mark| if mark.primary { primary } else { styles.advice }).collect();
    }
    GraphicalTheme { characters, styles }
}

/// Adapter of one problem to miette.
#[derive(Debug)]
struct Report<'a> {
    problem: &'a Problem,
    place: Option<InData>,
    texts: Excerpts,
    marks: Vec<LabelMark>,
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Report<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.place.as_ref().map(|place| place as _)
    }
}

impl Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(format!("{}[{}]", self.problem.severity, self.problem.code)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.problem.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.marks.is_empty()).then_some(&self.texts)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.marks.iter().map(|mark| {
            let new = if mark.primary { LabeledSpan::new_primary_with_span } else { LabeledSpan::new_with_span };
            new(mark.message.clone(), mark.span)
        })))
    }
}

/// The place in the data, shown below the message.
#[derive(Debug)]
struct InData(String);

impl Display for InData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InData {}
