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
///
/// Numbers are never broken: where the columns are wider than the terminal, those that do not fit follow in further tables, each
/// with the first column. A name that is wider than half of it is broken behind a `+` or the like, and stays indented.
pub(super) fn marked_table(header: &[(&str, Align)], rows: Vec<MarkedRow>, style: Style) -> String {
    let rows: Vec<MarkedRow> = rows.into_iter().map(|row| shown_row(row, header, style)).collect();
    let cell = |row: &MarkedRow, column: usize| row.get(column).map_or(0, |(text, _)| text.width());
    // A heading may be broken between words, a number may not, a text between words.
    let least = |column: usize| -> usize {
        let own = |row: &MarkedRow| match header[column].1 {
            Align::Right => cell(row, column),
            Align::Left => row.get(column).map_or(0, |(text, _)| longest_word(text)),
        };
        rows.iter().map(own).chain([longest_word(header[column].0)]).max().unwrap_or(0) + 2
    };
    let name = |text: &str| pieces(text, style.width / 2).iter().map(|piece| piece.width()).max().unwrap_or(0);
    let names = rows.iter().filter_map(|row| row.first()).map(|(text, _)| name(text));
    let first = names.chain([longest_word(header.first().map_or("", |(name, _)| name))]).max().unwrap_or(0) + 2;
    let mut groups: Vec<Vec<usize>> = vec![vec![]];
    let mut used = first;
    for column in 1..header.len() {
        let width = least(column);
        if used + width > style.width + 2 && groups.last().is_some_and(|group| !group.is_empty()) {
            groups.push(vec![]);
            used = first;
        }
        groups.iter_mut().last().into_iter().for_each(|group| group.push(column));
        used += width;
    }
    let tables = groups.iter().map(|group| {
        let taken: usize = group.iter().map(|column| least(*column)).sum();
        part_of_table(header, &rows, group, style.width.saturating_sub(taken).max(first), style)
    });
    tables.collect::<Vec<_>>().join("\n")
}

/// The cells as they are shown: hidden characters made visible, marks without bold as stars, numbers in one piece.
fn shown_row(row: MarkedRow, header: &[(&str, Align)], style: Style) -> MarkedRow {
    let cell = |((text, marked), (_, align)): ((String, bool), &(&str, Align))| {
        let mut text = visible(text);
        if *align == Align::Right {
            text = text.replace(' ', &TIED.to_string());
        }
        // The line must not break before the star.
        if marked && !style.color { (format!("{text}{TIED}*"), false) } else { (text, marked) }
    };
    row.into_iter().zip(header).map(cell).collect()
}

/// The first column, at most so wide, and a group of the others.
fn part_of_table(header: &[(&str, Align)], rows: &[MarkedRow], group: &[usize], first: usize, style: Style) -> String {
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
    let columns: Vec<usize> = std::iter::once(0).chain(group.iter().copied()).filter(|at| *at < header.len()).collect();
    table.set_header(columns.iter().map(|column| Cell::new(visible(header[*column].0))));
    let mut words: Vec<usize> = columns.iter().map(|column| longest_word(header[*column].0)).collect();
    let mut natural: Vec<usize> = columns.iter().map(|column| header[*column].0.width()).collect();
    for row in rows {
        let cells = columns.iter().map(|column| {
            let (text, bold) = row.get(*column).cloned().unwrap_or_default();
            (if *column == 0 { hung(&text, first.saturating_sub(1), style.width / 2) } else { text }, bold)
        });
        let cells: Vec<(String, bool)> = cells.collect();
        for ((word, line), (text, _)) in words.iter_mut().zip(&mut natural).zip(&cells) {
            *word = (*word).max(text.lines().map(longest_word).max().unwrap_or(0));
            *line = (*line).max(text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0));
        }
        table.add_row(cells.into_iter().map(|(text, bold)| {
            let cell = Cell::new(text);
            if bold { cell.add_attribute(Attribute::Bold) } else { cell }
        }));
    }
    // Every column has its longest word; what is left of the terminal goes to the columns in order, up to their lines.
    // A column has a blank behind it, and another before the next one.
    let needed = words.iter().map(|word| word + 2).sum::<usize>().saturating_sub(1);
    let mut left = style.width.saturating_sub(needed);
    table.set_width(u16::try_from(style.width.max(needed)).unwrap_or(u16::MAX));
    for (index, column) in columns.iter().enumerate() {
        let more = natural[index].saturating_sub(words[index]).min(left);
        left -= more;
        let (width, align) = (words[index] + more + 1, header[*column].1);
        if let Some(column) = table.column_mut(index) {
            column.set_padding((0, 1));
            let width = u16::try_from(width).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
            column.set_cell_alignment(match align {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
        }
    }
    table.lines().map(|line| format!("{}\n", line.trim_end().replace(TIED, " "))).collect()
}

/// Names up to this width are not broken within a word.
const WHOLE: usize = 24;

/// A name in pieces that a line may end with: words, and of what is wider than `most` the parts that end in `+`, `_` and the like.
fn pieces(text: &str, most: usize) -> Vec<&str> {
    let inner = text.width() > most.max(WHOLE);
    let ends = |letter: char| letter == ' ' || inner && "+_-/:.,".contains(letter);
    let lead = text.len() - text.trim_start().len();
    let mut pieces = vec![];
    let mut begin = 0;
    for (at, letter) in text.char_indices() {
        if at >= lead && ends(letter) {
            pieces.push(&text[begin..at + letter.len_utf8()]);
            begin = at + letter.len_utf8();
        }
    }
    pieces.push(&text[begin..]);
    pieces
}

/// A name in lines of at most `width` columns; further ones are indented more than the first.
fn hung(text: &str, width: usize, most: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let lead = text.chars().take_while(|letter| *letter == ' ').count();
    let mut lines: Vec<String> = vec![String::new()];
    for piece in pieces(text, most) {
        let last = lines.last().map_or(0, |line| line.width());
        if last > 0 && last + piece.trim_end().width() > width {
            lines.push(TIED.to_string().repeat(lead + 2));
        }
        lines.iter_mut().last().into_iter().for_each(|line| line.push_str(piece));
    }
    lines.iter().map(|line| line.trim_end_matches(' ')).collect::<Vec<_>>().join("\n")
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
    fn numbers_that_do_not_fit_follow_with_the_names_again() {
        let header = [("test, 600 rows", Align::Left), ("error %", Align::Right), ("log loss", Align::Right)];
        let rows = vec![vec!["mulmix".to_owned(), "21.87 ± 0.27".into(), "0.4512 ± 0.0021".into()]];
        let style = Style { color: false, unicode: true, width: 34 };
        let text = table(&header, rows, style);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 7, "{text}");
        assert!(lines[2].starts_with("mulmix") && lines[2].ends_with("21.87 ± 0.27"), "{text}");
        assert!(lines[6].starts_with("mulmix") && lines[6].ends_with("0.4512 ± 0.0021"), "{text}");
    }

    #[test]
    fn long_names_stay_indented() {
        let header = [("test, 600 rows", Align::Left), ("error %", Align::Right)];
        let name = "  voting_record_of_the_chamber_net+twitter_activity_net".to_owned();
        let style = Style { color: false, unicode: true, width: 50 };
        let text = table(&header, vec![vec![name, "12.50".into()]], style);
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert!(lines.len() == 2 && lines[0].starts_with("  voting") && lines[1].starts_with("    "), "{text}");
        assert!(text.lines().all(|line| line.width() <= 50), "{text}");
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
