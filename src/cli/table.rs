//! Layout of all printed tables: one line under the header, numbers aligned right.

use crate::diag::{Style, visible};
use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, TableComponent, Width, presets,
};
use unicode_width::UnicodeWidthStr;

/// Alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A space that no line is broken at.
pub(super) const TIED: char = '\u{a0}';

/// The cells of a row, each with whether it is marked.
pub(super) type MarkedRow = Vec<(String, bool)>;

/// Draws a table with these columns.
pub(super) fn table(header: &[(&str, Align)], rows: Vec<Vec<String>>, style: Style) -> String {
    marked_table(
        header,
        rows.into_iter().map(|row| row.into_iter().map(|cell| (cell, false)).collect()).collect(),
        style,
    )
}

/// Draws a table; where it is wider than the terminal, two: one without its last `apart` columns, and one of its first `keys`
/// columns and those.
pub(super) fn table_or_two(
    header: &[(&str, Align)],
    rows: Vec<Vec<String>>,
    keys: usize,
    apart: usize,
    style: Style,
) -> String {
    let unlimited = Style { color: false, width: usize::from(u16::MAX), ..style };
    let width = table(header, rows.clone(), unlimited).lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
    if width <= style.width {
        return table(header, rows, style);
    }
    let split = header.len().saturating_sub(apart);
    let keys = keys.min(split);
    let first = table(&header[..split], rows.iter().map(|row| row[..split].to_vec()).collect(), style);
    let second_header = [&header[..keys], &header[split..]].concat();
    let second = rows.iter().map(|row| [&row[..keys], &row[split..]].concat()).collect();
    format!("{first}\n{}", table(&second_header, second, style))
}

/// Draws a table with these columns, marked cells in bold, or with a star where there is no bold.
pub(super) fn marked_table(header: &[(&str, Align)], rows: Vec<MarkedRow>, style: Style) -> String {
    let mut table = Table::new();
    if style.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.load_preset(presets::NOTHING);
    let line = if style.unicode { '─' } else { '-' };
    table.set_style(TableComponent::HeaderLines, line).set_style(TableComponent::MiddleHeaderIntersections, line);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(style.width).unwrap_or(u16::MAX));
    table.set_header(header.iter().map(|(name, _)| Cell::new(visible(*name))));
    let mut words: Vec<usize> = header.iter().map(|(name, _)| longest_word(name)).collect();
    for row in rows {
        // The line must not break before the star.
        let row: Vec<(String, bool)> = row
            .into_iter()
            .map(|(text, marked)| {
                let text = visible(text);
                if marked && !style.color { (format!("{text}{TIED}*"), false) } else { (text, marked) }
            })
            .collect();
        for (word, (text, _)) in words.iter_mut().zip(&row) {
            *word = (*word).max(longest_word(text));
        }
        table.add_row(row.into_iter().map(|(text, bold)| {
            let cell = Cell::new(text);
            if bold { cell.add_attribute(Attribute::Bold) } else { cell }
        }));
    }
    for (index, (_, align)) in header.iter().enumerate() {
        if let Some(column) = table.column_mut(index) {
            column.set_padding((0, 1));
            // A narrow table breaks lines between words; a truncated word could be mistaken for another.
            let least = u16::try_from(words[index] + 1).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
            column.set_cell_alignment(match align {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
        }
    }
    table.lines().map(|line| format!("{}\n", line.trim_end().replace(TIED, " "))).collect()
}

/// The width of the longest word of a text, in columns.
fn longest_word(text: &str) -> usize {
    text.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: usize) -> String {
        let header = [("test, 600 rows", Align::Left), ("over-learn %", Align::Right), ("parameters", Align::Right)];
        let rows = vec![vec![
            ("digits_views:mulmix".to_owned(), false),
            ("21.87 ± 0.27".into(), true),
            ("143,698".into(), false),
        ]];
        marked_table(&header, rows, Style { color: false, unicode: true, width })
    }

    #[test]
    fn a_wide_table_has_a_line_for_each_row() {
        assert_eq!(drawn(80).lines().count(), 3);
    }

    #[test]
    fn a_table_that_is_too_wide_becomes_two_without_a_broken_line() {
        let header =
            [("level", Align::Right), ("method", Align::Left), ("error %", Align::Right), ("AURC", Align::Right)];
        let row =
            |name: &str| vec!["10".to_owned(), name.to_owned(), "21.87 ± 0.27 of all".into(), "0.05 at most".into()];
        let at = |width: usize| {
            let style = Style { color: false, unicode: true, width };
            table_or_two(&header, vec![row("multiplicative_unit"), row("mul")], 2, 1, style)
        };
        assert_eq!(at(80).lines().count(), 4);
        let narrow = at(50);
        assert_eq!(narrow.lines().count(), 9);
        assert!(narrow.lines().all(|line| UnicodeWidthStr::width(line) <= 50), "{narrow}");
        let (first, second) = narrow.split_once("\n\n").unwrap();
        assert!(
            first.contains("error %") && !first.contains("AURC") && first.contains("21.87 ± 0.27 of all"),
            "{first}"
        );
        assert!(second.contains("AURC") && !second.contains("error %"), "{second}");
        assert!(
            second.lines().next().is_some_and(|line| line.contains("level") && line.contains("method")),
            "{second}"
        );
    }

    #[test]
    fn a_narrow_table_breaks_between_words_and_cuts_none() {
        for width in 20..60 {
            let text = drawn(width);
            for word in ["digits_views:mulmix", "over-learn", "21.87", "0.27 *", "143,698", "parameters"] {
                assert!(text.contains(word), "{word} at {width}:\n{text}");
            }
        }
    }
}
