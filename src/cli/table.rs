//! Tables as they are printed everywhere: one line under the header, numbers on the right.

use crate::diag::Style;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, TableComponent, presets};

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Draws a table with these columns.
pub(super) fn table(header: &[(&str, Align)], rows: Vec<Vec<String>>, style: Style) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    let line = if style.unicode { '─' } else { '-' };
    table.set_style(TableComponent::HeaderLines, line).set_style(TableComponent::MiddleHeaderIntersections, line);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(style.width).unwrap_or(u16::MAX));
    table.set_header(header.iter().map(|(name, _)| Cell::new(name)));
    for row in rows {
        table.add_row(row);
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
