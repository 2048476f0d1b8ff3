//! Source excerpts of one problem, cut to the lines shown and concatenated for miette.

use super::line::{Focus, ShownLine, show};
use crate::diag::{FileId, Label, Problem, SourceMap, SourceText};
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// A span over more lines than this is shown by its first line.
const MOST_LINES: usize = 8;

/// Columns beside the text: the line number's blanks and bar.
const MARGIN: usize = 4;

/// Labels are not wrapped into fewer columns than this.
const LEAST_LABEL: usize = 20;

/// Width and ellipsis.
#[derive(Clone, Copy)]
pub(super) struct LineLimits {
    /// The width of the whole report.
    pub(super) width: usize,
    /// Ellipsis for text that is cut off.
    pub(super) dots: &'static str,
}

/// One label in the laid-out text.
#[derive(Debug)]
pub(super) struct LabelMark {
    /// Where, in the laid-out text.
    pub(super) span: SourceSpan,
    /// Message of the label, wrapped.
    pub(super) message: Option<String>,
    /// Whether the problem is here.
    pub(super) primary: bool,
}

/// The texts of one problem, one after the other, the one that holds the problem first.
#[derive(Debug, Default)]
pub(super) struct Excerpts {
    texts: Vec<SourceExcerpt>,
}

/// One text: the labelled lines and those around them, as displayed. An empty line replaces all lines that
/// are left out in one place, so that separate lines stay separate.
#[derive(Debug)]
struct SourceExcerpt {
    name: String,
    text: String,
    /// Where the text begins among all of them.
    base: usize,
    /// Where each line begins in `text`.
    starts: Vec<usize>,
    /// Which line of the original each one is, counted from 0.
    numbers: Vec<usize>,
    /// Line and column of each mark in the original, counted from 0, by its place in `text`.
    origins: BTreeMap<usize, (usize, usize)>,
}

/// Where a label lies: byte ranges within its first and last line.
struct PlacedLabel<'a> {
    label: &'a Label,
    start: (usize, usize),
    end: (usize, usize),
    column: usize,
}

/// Lays out every label of `problem`; labels in texts that `sources` does not hold are left out.
pub(super) fn excerpts(problem: &Problem, sources: &SourceMap, limits: LineLimits) -> (Excerpts, Vec<LabelMark>) {
    let mut files: Vec<FileId> = problem.place().map(|span| span.file).into_iter().collect();
    for label in &problem.labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let mut all = Excerpts::default();
    let mut marks = vec![];
    let mut base = 0;
    for file in files {
        let Some(source) = sources.get(file) else { continue };
        let labels: Vec<&Label> = problem.labels.iter().filter(|label| label.span.file == file).collect();
        let (excerpt, found) = excerpt(source, &labels, base, limits);
        // The gap separates the end of one text from the start of the next.
        base += excerpt.text.len() + 2;
        all.texts.push(excerpt);
        marks.extend(found);
    }
    (all, marks)
}

fn excerpt(source: &SourceText, labels: &[&Label], base: usize, limits: LineLimits) -> (SourceExcerpt, Vec<LabelMark>) {
    let mut placed: Vec<PlacedLabel> = labels.iter().map(|label| place(label, source)).collect();
    placed.sort_by_key(|placed| (placed.start, placed.end));

    // Line numbers take columns, and so does the gutter of spans over several lines.
    let last = placed.iter().map(|placed| placed.end.0 + 2).max().unwrap_or(1).min(source.line_count());
    let gutter = match placed.iter().filter(|placed| placed.start.0 != placed.end.0).count() {
        0 => 0,
        several => several + 3,
    };
    let limits =
        LineLimits { width: limits.width.saturating_sub(last.to_string().len() + MARGIN + gutter).max(20), ..limits };

    let mut numbers: Vec<usize> = vec![];
    let mut shown: Vec<ShownLine> = vec![];
    for index in lines_to_show(&placed, source.line_count()) {
        if numbers.last().is_some_and(|before| before + 1 < index) {
            numbers.push(index - 1);
            shown.push(show("", limits.width, None, limits.dots));
        }
        let line = source.line(index);
        let here: Vec<&PlacedLabel> = placed.iter().filter(|placed| placed.start.0 == index).collect();
        let focus = here.iter().find(|placed| placed.label.primary).or(here.first()).map(|placed| Focus {
            bytes: placed.start.1..if placed.end.0 == index { placed.end.1 } else { line.len() },
            label: placed.label.message.width() + MARGIN,
        });
        let mut line = show(line, limits.width, focus.as_ref(), limits.dots);
        // A label at the end of a line needs a character to underline.
        if here.iter().any(|placed| placed.start == placed.end && line.place(placed.start.1) == line.text.len()) {
            line.text.push(' ');
        }
        numbers.push(index);
        shown.push(line);
    }
    let starts: Vec<usize> =
        shown.iter().scan(0, |next, line| Some(std::mem::replace(next, *next + line.text.len() + 1))).collect();
    // Labels refer to displayed lines only.
    let row = |line: usize| numbers.binary_search(&line).unwrap_or(0);

    let mut origins = BTreeMap::new();
    let marks = placed
        .iter()
        .map(|placed| {
            let at = |(line, byte): (usize, usize)| starts[row(line)] + shown[row(line)].place(byte);
            let (start, mut end) = (at(placed.start), at(placed.end));
            let first = row(placed.start.0);
            let line = &shown[first];
            if end <= start {
                let inner = start - starts[first];
                end = start + line.text.get(inner..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            }
            origins.insert(start, (placed.start.0, placed.column));
            // The message begins below the middle of the labelled text; for several lines, at their left edge.
            let middle = match placed.start.0 == placed.end.0 {
                true => line.column(placed.start.1).midpoint(line.column(placed.end.1)),
                false => 0,
            };
            let message = (!placed.label.message.is_empty())
                .then(|| wrap(&placed.label.message, limits.width.saturating_sub(middle + MARGIN).max(LEAST_LABEL)));
            LabelMark { span: (base + start, end - start).into(), message, primary: placed.label.primary }
        })
        .collect();
    let mut text = shown.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
    if numbers.last().is_some_and(|last| last + 1 < source.line_count()) {
        text.push('\n');
    }
    (SourceExcerpt { name: source.name.clone(), text, base, starts, numbers, origins }, marks)
}

/// The labelled lines and one on either side, in order.
fn lines_to_show(placed: &[PlacedLabel<'_>], count: usize) -> Vec<usize> {
    let mut lines: Vec<usize> =
        (placed.iter()).flat_map(|placed| placed.start.0.saturating_sub(1)..(placed.end.0 + 2).min(count)).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Where `label` lies in `text`, extended to whole characters, without the blanks and line ends a span may end with.
fn place<'a>(label: &'a Label, source: &SourceText) -> PlacedLabel<'a> {
    let text = &source.text;
    let letter = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let span = label.span.range();
    let (mut start, mut end) = (letter(span.start), letter(span.end.max(span.start)));
    if start < end {
        end = start + text[start..end].trim_end().len();
    }
    // The end of the file is the end of the last line that is not blank.
    if start == text.len() {
        start = text.trim_end_matches(['\n', '\r']).len();
        end = start;
    }
    let find = |at: usize| {
        let line = source.line_of(at);
        (line, (at - source.line_start(line)).min(source.line(line).len()))
    };
    let (start, mut end) = (find(start), find(end));
    if end.0 - start.0 >= MOST_LINES {
        end = (start.0, source.line(start.0).trim_end().len().max(start.1));
    }
    let before = source.line(start.0).get(..start.1).unwrap_or("");
    let column = before.chars().filter(|&letter| letter != '\u{feff}').count();
    PlacedLabel { label, start, end, column }
}

/// Breaks `text` at blanks into lines of at most `width` columns; a longer word stays whole.
fn wrap(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

impl SourceCode for Excerpts {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let holds = |text: &&SourceExcerpt| {
            text.base <= span.offset() && span.offset() + span.len() <= text.base + text.text.len()
        };
        let excerpt = self.texts.iter().find(holds).ok_or(MietteError::OutOfBounds)?;
        let start = span.offset() - excerpt.base;
        let line_of = |at: usize| excerpt.starts.partition_point(|&start| start <= at).saturating_sub(1);
        let (first, last) = (line_of(start), line_of((start + span.len()).saturating_sub(1).max(start)));
        if before == 0 && after == 0 {
            // miette asks for the position in the header this way.
            let (line, column) = excerpt.origins.get(&start).copied().unwrap_or((excerpt.numbers[first], 0));
            let data = excerpt.text.as_bytes().get(start..start + span.len()).unwrap_or_default();
            return Ok(Box::new(MietteSpanContents::new_named(excerpt.name.clone(), data, *span, line, column, 1)));
        }
        let first = first.saturating_sub(before);
        let last = (last + after).min(excerpt.starts.len() - 1);
        let from = excerpt.starts[first];
        let to = excerpt.starts.get(last + 1).copied().unwrap_or(excerpt.text.len());
        Ok(Box::new(MietteSpanContents::new_named(
            excerpt.name.clone(),
            &excerpt.text.as_bytes()[from..to],
            (excerpt.base + from, to - from).into(),
            excerpt.numbers[first],
            0,
            last + 1 - first,
        )))
    }
}
