//! Declarations and settings on separate lines, with the comments and blank lines between them.

use super::formatter::{Formatter, spaces};

/// One declaration or setting: its span with documentation, and its formatted text.
pub(super) struct FormattedItem {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) docs: Vec<String>,
    pub(super) text: String,
}

impl Formatter<'_> {
    /// The lines between two places of the text: the `slots`, and the comments between them.
    pub(super) fn lines(&mut self, from: usize, to: usize, slots: Vec<FormattedItem>, indent: usize) -> Vec<String> {
        let margin = spaces(indent);
        let mut lines: Vec<String> = vec![];
        let mut last_end = from;
        let mut previous: Option<usize> = None;
        for slot in &slots {
            last_end = self.gap(&mut lines, last_end, slot.start, previous, &margin);
            if !lines.is_empty() && self.has_blank_line(last_end, slot.start) {
                lines.push(String::new());
            }
            // Comments at places where a line cannot hold them are written before it.
            for comment in self.comments.take(slot.start, slot.end) {
                lines.push(format!("{margin}{}", self.comments.show(&comment)));
            }
            for doc in &slot.docs {
                lines.push(format!("{margin}## {doc}").trim_end().to_owned());
            }
            lines.push(format!("{margin}{}", slot.text));
            last_end = slot.end;
            previous = Some(slot.end);
        }
        self.gap(&mut lines, last_end, to, previous, &margin);
        lines
    }

    /// The comments of a gap: a trailing one of the line before, then those on separate lines.
    fn gap(&mut self, lines: &mut Vec<String>, from: usize, to: usize, after: Option<usize>, margin: &str) -> usize {
        let mut last_end = from;
        for comment in self.comments.take(from, to) {
            let trails = after == Some(last_end) && !self.has_newline(last_end, comment.start);
            let shown = self.comments.show(&comment);
            match lines.last_mut().filter(|_| trails) {
                Some(line) => *line += &format!("  {shown}"),
                None => {
                    if !lines.is_empty() && self.has_blank_line(last_end, comment.start) {
                        lines.push(String::new());
                    }
                    lines.push(format!("{margin}{shown}"));
                }
            }
            last_end = comment.end;
        }
        last_end
    }
}
