//! Spans and source texts: which file, which bytes.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One source text known to a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one source text.
///
/// Spans order by file, then by place, which is the order problems are reported in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// The text the range lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`; texts end at 4 GiB, longer offsets saturate.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end) }
    }

    /// The smallest span that holds both; `self` where they lie in different files.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The bytes as a range, to index the text with.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One source text with its name.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// Display name: a path as the user wrote it, `<prelude>`, `--set beta`.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Byte offset of each line.
    lines: Arc<[usize]>,
}

impl SourceText {
    /// Number of lines; the last may be empty.
    pub(super) fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// The line a byte lies in, counted from 0.
    pub(super) fn line_of(&self, byte: usize) -> usize {
        self.lines.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// Where a line begins; lines count from 0.
    pub(super) fn line_start(&self, line: usize) -> usize {
        self.lines.get(line).copied().unwrap_or(self.text.len())
    }

    /// Text of a line, without its end.
    pub(super) fn line(&self, line: usize) -> &str {
        let end = self.lines.get(line + 1).map_or(self.text.len(), |next| next - 1);
        let text = self.text.get(self.line_start(line)..end).unwrap_or("");
        text.strip_suffix('\r').unwrap_or(text)
    }
}

/// Every source text of one run, so that a span can be shown.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    sources: Vec<SourceText>,
}

impl SourceMap {
    /// A map with no texts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and returns its identifier for spans.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        let text = text.into();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        self.sources.push(SourceText { name: name.into(), text, lines });
        id
    }

    /// The text of `file`, if this map holds it.
    pub fn get(&self, file: FileId) -> Option<&SourceText> {
        self.sources.get(file.0 as usize)
    }

    /// The characters a span covers; empty where it lies outside of the text.
    pub fn snippet(&self, span: Span) -> &str {
        self.get(span.file).and_then(|source| source.text.get(span.range())).unwrap_or("")
    }

    /// Line and column of a byte, both counted from 1, the column in characters.
    pub fn line_column(&self, file: FileId, offset: u32) -> (usize, usize) {
        let Some(source) = self.get(file) else { return (1, 1) };
        let mut at = (offset as usize).min(source.text.len());
        while !source.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = source.line_of(at);
        (line + 1, source.text[source.line_start(line)..at].chars().count() + 1)
    }
}
