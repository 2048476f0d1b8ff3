//! A matrix of counts: shade by the share of a row, numbers where there is room.

use super::CHART_WIDTH;
use super::canvas::{Anchor, Canvas, Paint, TextStyle};
use super::glyphs::{fitted, text_width};
use super::palette::Ink;

/// A square matrix of counts.
#[derive(Clone, Debug, PartialEq)]
pub struct CountMatrix {
    /// What it shows, for screen readers.
    pub name: String,
    /// What rows are.
    pub rows: String,
    /// What columns are.
    pub columns: String,
    /// The names of rows and columns.
    pub names: Vec<String>,
    /// The counts, row by row.
    pub counts: Vec<Vec<u64>>,
}

const SIZE: f64 = 12.0;
/// The widest name of a row.
const NAME: f64 = 110.0;
/// The least side of a cell with a number in it.
const LEGIBLE: f64 = 30.0;

impl CountMatrix {
    /// The matrix as SVG. Cells are shaded by their share of the row; a count of 0 is left empty.
    pub fn svg(&self) -> String {
        let mut canvas = Canvas::sans();
        let count = self.names.len().max(1);
        let widest = self.names.iter().map(|name| text_width(name, SIZE)).fold(0.0, f64::max).min(NAME);
        let numbered = (CHART_WIDTH - widest - 8.0) / count as f64 >= LEGIBLE;
        let left = if numbered || count <= 24 { widest + 8.0 } else { 24.0 };
        let side = ((CHART_WIDTH - left - 2.0) / count as f64).min(if count <= 3 { 96.0 } else { 64.0 });
        let soft = TextStyle::new(SIZE, Ink::Soft);
        canvas.text((0.0, 14.0), soft, &fitted(&format!("{} (rows)", self.rows), SIZE, CHART_WIDTH));
        let legible = side >= SIZE + 2.0;
        let top = if numbered { 42.0 } else { 24.0 };
        for (at, name) in self.names.iter().enumerate() {
            let middle = (at as f64 + 0.5) * side;
            if legible && left > 24.0 {
                let style = TextStyle::new(SIZE, Ink::Text).anchor(Anchor::End);
                canvas.text((left - 6.0, top + middle + 4.0), style, &fitted(name, SIZE, NAME));
            }
            if numbered {
                let style = TextStyle::new(SIZE, Ink::Text).anchor(Anchor::Middle);
                canvas.text((left + middle, top - 6.0), style, &fitted(name, SIZE, side - 4.0));
            }
        }
        let extent = side * count as f64;
        canvas.rect("", (left, top), (extent, extent), 0.0, Paint::fill(Ink::Box).outlined(Ink::Grid, 1.0));
        for (row, counts) in self.counts.iter().enumerate() {
            let sum = counts.iter().sum::<u64>().max(1) as f64;
            for (column, cell) in counts.iter().enumerate().filter(|(_, cell)| **cell > 0) {
                let corner = (left + column as f64 * side, top + row as f64 * side);
                // Right decisions in one colour, confusions in another: never so dark that a number cannot be read.
                let color = usize::from(row != column);
                let shade = ((*cell as f64 / sum).sqrt() * 0.45 + 0.05) * 100.0;
                let paint = Paint::fill(Ink::Series(color)).opacity(shade.round() / 100.0);
                canvas.rect("", corner, (side, side), 0.0, paint);
                let text = cell.to_string();
                if numbered && text_width(&text, SIZE) <= side - 2.0 {
                    let at = (corner.0 + side / 2.0, corner.1 + side / 2.0 + 4.0);
                    canvas.text(at, TextStyle::new(SIZE, Ink::Text).anchor(Anchor::Middle), &text);
                }
            }
        }
        let title = fitted(&format!("{} (columns)", self.columns), SIZE, CHART_WIDTH);
        let bottom = top + extent;
        canvas.text((left, bottom + 18.0), soft, &title);
        canvas.finish((CHART_WIDTH, bottom + 26.0), &self.name, "", None)
    }
}
