//! One line of source prepared for a terminal: tabs expanded, control characters replaced, long lines cut to a window
//! around the focus. Independent of other lines.

use std::ops::Range;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns from one tab stop to the next.
const TAB: usize = 4;

/// Columns a label needs at its mark before the line is shifted to make room.
const LABEL_ROOM: usize = 28;

/// A displayed line with the mapping of its bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShownLine {
    /// The text to print.
    pub(super) text: String,
    /// For each byte of the examined piece, and one past its end: its offset in `text`.
    map: Vec<usize>,
    /// Where that piece begins in the original.
    from: usize,
}

impl ShownLine {
    /// Where a byte of the original line is shown.
    pub(super) fn place(&self, byte: usize) -> usize {
        self.map.get(byte.saturating_sub(self.from)).or(self.map.last()).copied().unwrap_or(0)
    }

    /// Columns before a byte of the original line.
    pub(super) fn column(&self, byte: usize) -> usize {
        self.text.get(..self.place(byte)).map_or(0, UnicodeWidthStr::width)
    }
}

/// Number of bytes examined on either side of the focus. Control characters and combining letters
/// take bytes and no columns, so it is more than columns alone would need.
const REACH: usize = 4096;

/// Part of a line that must stay visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Focus {
    /// The bytes of the label.
    pub(super) bytes: Range<usize>,
    /// Width of the label's message.
    pub(super) label: usize,
}

/// Shows `line` in at most `room` columns, with `focus` in view; `dots` stand for what is cut off.
pub(super) fn show(line: &str, room: usize, focus: Option<&Focus>, dots: &str) -> ShownLine {
    let piece = piece(line, focus.map_or(0, |focus| focus.bytes.start));
    let (before, after) = (piece.start > 0, piece.end < line.len());
    let (from, line) = (piece.start, &line[piece]);
    let inside = |byte: usize| byte.saturating_sub(from).min(line.len());
    let focus = focus.map(|focus| Focus { bytes: inside(focus.bytes.start)..inside(focus.bytes.end), ..*focus });
    let cells = cells(line);
    let columns: usize = cells.iter().map(|cell| cell.width).sum();
    let window = window(&cells, columns, room, focus.as_ref(), dots.width());
    let mut text = String::with_capacity(line.len() + dots.len());
    let mut map = vec![0; line.len() + 1];
    if before || window.start > 0 {
        text.push_str(dots);
    }
    let (mut column, mut cut) = (0, false);
    for cell in &cells {
        let inside = column >= window.start && column + cell.width <= window.end;
        // Bytes cut off on the right map to the start of the ellipsis.
        for at in &mut map[cell.bytes.clone()] {
            *at = text.len();
        }
        if inside {
            text.push_str(&cell.text);
        } else if column >= window.start && !cut {
            cut = true;
        }
        column += cell.width;
    }
    map[line.len()] = text.len();
    if after || cut {
        text.push_str(dots);
    }
    ShownLine { text, map, from }
}

/// The examined piece of a line: all of it, unless it is far longer than any terminal is wide.
fn piece(line: &str, around: usize) -> Range<usize> {
    if line.len() <= 2 * REACH {
        return 0..line.len();
    }
    let letter = |mut at: usize| {
        while !line.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    letter(around.saturating_sub(REACH))..letter((around + REACH).min(line.len()))
}

/// One character as shown.
struct Cell {
    bytes: Range<usize>,
    text: String,
    width: usize,
}

fn cells(line: &str) -> Vec<Cell> {
    let mut column = 0;
    line.char_indices()
        .map(|(at, letter)| {
            let text = match letter {
                '\t' => " ".repeat(TAB - column % TAB),
                // A byte-order mark has no width and is not displayed.
                '\u{feff}' => String::new(),
                // An escape sequence in a file must not reach the terminal, and text must not change its direction.
                letter if letter.is_control() || is_bidirectional(letter) => '\u{fffd}'.to_string(),
                letter => letter.to_string(),
            };
            let width = text.chars().map(|shown| shown.width().unwrap_or(0)).sum();
            column += width;
            Cell { bytes: at..at + letter.len_utf8(), text, width }
        })
        .collect()
}

/// Characters that reorder the text after them.
fn is_bidirectional(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The columns that are shown.
fn window(cells: &[Cell], columns: usize, room: usize, focus: Option<&Focus>, dots: usize) -> Range<usize> {
    let before = |byte: usize| cells.iter().take_while(|cell| cell.bytes.start < byte).map(|cell| cell.width).sum();
    let (start, needed) = match focus {
        Some(focus) => {
            let (start, end): (usize, usize) = (before(focus.bytes.start), before(focus.bytes.end));
            let middle = start.midpoint(end.min(start + room / 2));
            (start, middle + focus.label.min(LABEL_ROOM))
        }
        None => (0, 0),
    };
    if columns <= room && needed <= room {
        return 0..columns;
    }
    if needed <= room {
        return 0..room.saturating_sub(dots);
    }
    // A line that makes room for its label is shifted as little as possible.
    let first = match columns <= room {
        true => (needed + dots).saturating_sub(room).min(start.saturating_sub(dots)),
        false => start.saturating_sub(room / 4),
    };
    let last = first + room.saturating_sub(2 * dots);
    if last >= columns { first..columns } else { first..last }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn focus(bytes: Range<usize>) -> Option<Focus> {
        Some(Focus { bytes, label: 10 })
    }

    #[test]
    fn a_tab_reaches_the_next_stop() {
        let shown = show("a\tb", 40, None, "…");
        assert_eq!(shown.text, "a   b");
        assert_eq!((shown.place(1), shown.place(2), shown.place(3)), (1, 4, 5));
    }

    #[test]
    fn escapes_and_marks_do_not_reach_the_terminal() {
        assert_eq!(show("\u{feff}a\u{1b}[31mb\u{202e}", 40, None, "…").text, "a\u{fffd}[31mb\u{fffd}");
    }

    #[test]
    fn a_long_line_is_cut_around_what_is_pointed_at() {
        let line = format!("{}HERE{}", "a".repeat(200), "b".repeat(200));
        let shown = show(&line, 60, focus(200..204).as_ref(), "…");
        assert!(shown.text.starts_with('…') && shown.text.ends_with('…'), "{}", shown.text);
        assert!(shown.text.width() <= 60);
        assert_eq!(&shown.text[shown.place(200)..shown.place(204)], "HERE");
    }

    #[test]
    fn a_line_of_a_megabyte_is_cut_around_what_is_pointed_at() {
        let line = format!("{}HERE{}", "ä".repeat(300_000), "b".repeat(400_000));
        let at = 600_000;
        let shown = show(&line, 60, focus(at..at + 4).as_ref(), "…");
        assert!(shown.text.starts_with('…') && shown.text.ends_with('…'), "{}", shown.text);
        assert!(shown.text.width() <= 60);
        assert_eq!(&shown.text[shown.place(at)..shown.place(at + 4)], "HERE");
        assert_eq!(shown.place(line.len()), shown.text.len() - '…'.len_utf8());
    }

    #[test]
    fn a_long_line_that_is_only_context_is_cut_at_its_end() {
        let shown = show(&"a".repeat(100), 20, None, "...");
        assert_eq!(shown.text, format!("{}...", "a".repeat(17)));
    }

    #[test]
    fn a_line_that_fits_moves_only_to_make_room_for_its_label() {
        let line = format!("{}HERE", "a".repeat(50));
        assert_eq!(show(&line, 80, focus(50..54).as_ref(), "…").text, line);
        let shown = show(&line, 56, focus(50..54).as_ref(), "…");
        // The middle of the focus is column 52, and its label takes 10 more.
        assert_eq!(shown.text, format!("…{}HERE", "a".repeat(50 - (52 + 10 + 1 - 56))));
    }

    #[test]
    fn wide_letters_count_twice() {
        let shown = show("日本x", 40, None, "…");
        assert_eq!(shown.column("日本".len()), 4);
    }
}
