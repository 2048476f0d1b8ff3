//! Tables as they are printed everywhere: one line under the header, numbers on the right.

use crate::diag::Style;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, TableComponent, presets};

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// The cells of a row, each with whether it is marked.
pub(super) type Row = Vec<(String, bool)>;

/// Draws a table with these columns.
pub(super) fn table(header: &[(&str, Align)], rows: Vec<Vec<String>>, style: Style) -> String {
    marked_table(
        header,
        rows.into_iter().map(|row| row.into_iter().map(|cell| (cell, false)).collect()).collect(),
        style,
    )
}

/// Draws a table with these columns, marked cells in bold, or with a star where there is no bold.
pub(super) fn marked_table(header: &[(&str, Align)], rows: Vec<Row>, style: Style) -> String {
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
    table.set_header(header.iter().map(|(name, _)| Cell::new(name)));
    for row in rows {
        table.add_row(row.into_iter().map(|(text, marked)| match (marked, style.color) {
            (true, true) => Cell::new(text).add_attribute(Attribute::Bold),
            (true, false) => Cell::new(format!("{text} *")),
            (false, _) => Cell::new(text),
        }));
    }
    for (index, (_, align)) in header.iter().enumerate() {
        if let Some(column) = table.column_mut(index) {
            column.set_padding((0, 1));
            column.set_cell_alignment(match align {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
        }
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
