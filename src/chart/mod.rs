//! Charts as SVG, from plain numbers: lines with bands, bars, a matrix of counts, a lattice of subsets.
//!
//! Every element has its colour twice: as a presentation attribute, which every renderer understands, and as a class, by
//! which [`palette_style`] replaces it where a page is dark. Text is text, and is measured by a table of glyph widths.

mod axis;
mod bars;
mod canvas;
mod glyphs;
mod lattice;
mod matrix;
mod palette;
mod raster;
mod xy;

pub use axis::Axis;
pub use bars::{Bar, BarChart, StackedBar, StackedBars};
pub use canvas::{Anchor, Canvas, Paint, TextStyle};
pub use glyphs::{fitted, text_width};
pub use lattice::{Lattice, LatticeNode};
pub use matrix::CountMatrix;
pub use palette::{Ink, palette_style};
pub use raster::{RasterError, png};
pub use xy::{Band, Dot, Line, Rule, XyChart};

/// Width of a chart: legible at the width of a phone.
pub const CHART_WIDTH: f64 = 420.0;
