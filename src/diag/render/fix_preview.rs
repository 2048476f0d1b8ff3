//! Preview of a fix: the changed lines after its edits. No drawing.

use crate::diag::{Edit, FileId, Problem, SourceMap, SourceText};
use std::ops::Range;

/// Largest number of lines shown.
const MOST_LINES: usize = 6;

/// Longest text shown, in bytes; in a longer one the change is hard to find.
const MOST_BYTES: usize = 4096;

/// Lines changed by the edits of one problem.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FixPreview {
    /// The text.
    pub(super) file: FileId,
    /// Its lines that change, in order.
    pub(super) lines: Vec<PreviewLine>,
    /// Whether lines were left out.
    pub(super) more: bool,
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PreviewLine {
    /// Line number from 1: in the original text for a removed line, else in the fixed text.
    pub(super) number: usize,
    /// Its text.
    pub(super) text: String,
    /// Kind of change.
    pub(super) change: Change,
    /// Added or removed ranges. An empty range is the place of a removal.
    pub(super) marks: Vec<ChangeMark>,
}

/// Kind of change of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Changed.
    Other,
    /// Added.
    New,
    /// Removed.
    Gone,
}

/// A changed range of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChangeMark {
    /// Its bytes in the line.
    pub(super) bytes: Range<usize>,
    /// Whether it replaces text.
    pub(super) replaces: bool,
}

/// The preview of the fix of `problem`; `None` where it changes nothing, only removes whole lines, or its help already
/// shows it.
pub(super) fn fix_preview(problem: &Problem, sources: &SourceMap) -> Option<FixPreview> {
    let mut edits: Vec<&Edit> = problem.edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let file = edits.first()?.span.file;
    let source = sources.get(file)?;
    let inside = edits.iter().all(|edit| edit.span.file == file && source.text.get(edit.span.range()).is_some());
    let apart = edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
    let changes = edits.iter().any(|edit| sources.snippet(edit.span) != edit.replacement);
    if !inside || !apart || !changes {
        return None;
    }
    let mut lines = vec![];
    // Number of lines passed so far, in the original and in the fixed text.
    let (mut before, mut after) = (0, 0);
    let first = |edit: &Edit| source.line_of(edit.span.range().start);
    let last = |edit: &Edit| source.line_of(edit.span.range().end);
    for edits in edits.chunk_by(|one, next| first(next) <= last(one)) {
        let old = first(edits[0])..last(edits[edits.len() - 1]) + 1;
        let new = Rewritten::of(source, &old, edits)?;
        let number = old.start + 1 + after - before;
        let takes = |edit: &&Edit| edit.replacement.trim().is_empty();
        lines.extend(match edits.iter().all(takes) {
            true => new.shortened(source, &old, edits, number),
            false => new.changed(number),
        });
        before += old.len();
        after += new.lines().count();
    }
    let help = problem.help.as_deref().unwrap_or("");
    // The place of an added bracket is shown.
    let told = |line: &PreviewLine| {
        let text = line.text.trim();
        line.change != Change::Gone && text.contains(char::is_alphanumeric) && help.contains(&format!("`{text}`"))
    };
    if lines.iter().all(told) {
        return None;
    }
    let more = lines.len() > MOST_LINES;
    lines.truncate(MOST_LINES);
    Some(FixPreview { file, lines, more })
}

/// Lines with edits applied.
struct Rewritten {
    text: String,
    /// Inserted ranges, in order.
    put: Vec<ChangeMark>,
}

impl Rewritten {
    /// The lines `old` of `source` with `edits` made; `None` where that is too long.
    fn of(source: &SourceText, old: &Range<usize>, edits: &[&Edit]) -> Option<Self> {
        let last = old.end - 1;
        let end = source.line_start(last) + source.line(last).len();
        let mut at = source.line_start(old.start);
        let length = end - at + edits.iter().map(|edit| edit.replacement.len()).sum::<usize>();
        if length > MOST_BYTES {
            return None;
        }
        let mut text = String::with_capacity(length);
        let mut put = vec![];
        for edit in edits {
            let place = edit.span.range();
            text.push_str(&source.text[at..place.start]);
            let from = text.len();
            text.push_str(&edit.replacement);
            let to = if edit.replacement.trim().is_empty() { from } else { text.len() };
            let replaces = !source.text[place.clone()].trim().is_empty();
            put.push(ChangeMark { bytes: from..to, replaces });
            at = place.end;
        }
        text.push_str(source.text.get(at..end).unwrap_or(""));
        Some(Self { text, put })
    }

    /// Each line with its place in the text.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.split('\n').scan(0, |next, line| {
            let start = *next;
            *next += line.len() + 1;
            Some((start, line.strip_suffix('\r').unwrap_or(line)))
        })
    }

    /// From the first line that differs to the last; `number` is the first line's.
    fn changed(&self, number: usize) -> Vec<PreviewLine> {
        let mut lines: Vec<PreviewLine> = (self.lines().enumerate())
            .map(|(at, (start, line))| {
                let marks: Vec<ChangeMark> = self.put.iter().filter_map(|mark| within(mark, start, line)).collect();
                let whole = start..start + line.trim_end().len();
                let new = |mark: &ChangeMark| {
                    !mark.replaces && mark.bytes.start <= whole.start && whole.end <= mark.bytes.end && !line.is_empty()
                };
                let change = if self.put.iter().any(new) { Change::New } else { Change::Other };
                PreviewLine { number: number + at, text: line.to_owned(), change, marks }
            })
            .collect();
        let says = |line: &PreviewLine| !line.marks.is_empty() && !line.text.trim().is_empty();
        lines.truncate(lines.iter().rposition(says).map_or(0, |last| last + 1));
        let first = lines.iter().position(says).unwrap_or(0);
        lines.split_off(first)
    }

    /// Lines with removals only, before and after; empty where nothing is left of them.
    fn shortened(&self, source: &SourceText, old: &Range<usize>, edits: &[&Edit], number: usize) -> Vec<PreviewLine> {
        let before = old.clone().map(|line| {
            let start = source.line_start(line);
            let text = source.line(line);
            let taken = (edits.iter())
                .map(|edit| ChangeMark { bytes: edit.span.range(), replaces: true })
                .filter_map(|mark| within(&mark, start, text))
                .collect();
            PreviewLine { number: line + 1, text: text.to_owned(), change: Change::Gone, marks: taken }
        });
        // A line of which only a comment is left does not show the removal.
        let left = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        let after = self.lines().enumerate().filter(|(_, (_, line))| left(line)).map(|(at, (start, line))| {
            let seams = self.put.iter().filter_map(|mark| within(mark, start, line)).collect();
            PreviewLine { number: number + at, text: line.to_owned(), change: Change::New, marks: seams }
        });
        let (mut before, mut after): (Vec<PreviewLine>, Vec<PreviewLine>) = (before.collect(), after.collect());
        // Unchanged lines at the end are not shown.
        while before.last().zip(after.last()).is_some_and(|(old, new)| old.text == new.text) {
            before.pop();
            after.pop();
        }
        if after.is_empty() {
            return vec![];
        }
        before.append(&mut after);
        before
    }
}

/// The part of `mark` in a line that begins at `start`, without the blanks around it.
fn within(mark: &ChangeMark, start: usize, line: &str) -> Option<ChangeMark> {
    let end = start + line.len();
    let (from, to) = (mark.bytes.start.max(start), mark.bytes.end.min(end));
    let piece = line.get(from.checked_sub(start)?..to.checked_sub(start)?)?;
    if piece.trim().is_empty() && !mark.bytes.is_empty() {
        return None;
    }
    let from = from - start + (piece.len() - piece.trim_start().len());
    Some(ChangeMark { bytes: from..from + piece.trim().len(), ..*mark })
}
