//! The colours of charts and diagrams: by Okabe and Ito, which the colour-blind can tell apart, lighter ones on dark paper.

use std::fmt::Write;

/// A colour by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The background.
    Paper,
    /// Text.
    Text,
    /// Text of less weight, and axes.
    Soft,
    /// Lines of boxes and diagonals.
    Rule,
    /// Lines of a grid.
    Grid,
    /// The inside of a box.
    Box,
    /// The inside of a box that stands out.
    Raised,
    /// A colour of data, by its number: a series, an encoder.
    Series(usize),
}

/// The number of different colours of data.
const SERIES: usize = 7;

/// Light and dark form of each colour of data.
const SERIES_COLORS: [[&str; 2]; SERIES] = [
    ["#0072b2", "#4da3e0"],
    ["#c75300", "#f0883e"],
    ["#00805d", "#2bbf94"],
    ["#b0558b", "#e08fbf"],
    ["#946600", "#e6b450"],
    ["#2f86ba", "#8fd0f5"],
    ["#6e7781", "#b1bac4"],
];

impl Ink {
    /// Every colour.
    pub fn all() -> impl Iterator<Item = Ink> {
        let plain = [Ink::Paper, Ink::Text, Ink::Soft, Ink::Rule, Ink::Grid, Ink::Box, Ink::Raised];
        plain.into_iter().chain((0..SERIES).map(Ink::Series))
    }

    /// Its name in classes and variables.
    pub fn name(self) -> String {
        match self {
            Ink::Paper => "paper".into(),
            Ink::Text => "text".into(),
            Ink::Soft => "soft".into(),
            Ink::Rule => "rule".into(),
            Ink::Grid => "grid".into(),
            Ink::Box => "box".into(),
            Ink::Raised => "raised".into(),
            Ink::Series(number) => format!("c{}", number % SERIES),
        }
    }

    /// The colour on light paper and on dark paper, as `#rrggbb`.
    pub fn colors(self) -> [&'static str; 2] {
        match self {
            Ink::Paper => ["#ffffff", "#0d1117"],
            Ink::Text => ["#1f2328", "#e6edf3"],
            Ink::Soft => ["#59636e", "#9198a1"],
            Ink::Rule => ["#818b98", "#6e7681"],
            Ink::Grid => ["#e2e6ea", "#262c34"],
            Ink::Box => ["#f6f8fa", "#161b22"],
            Ink::Raised => ["#eaeef2", "#21262d"],
            Ink::Series(number) => SERIES_COLORS[number % SERIES],
        }
    }

    /// Whether the series of this number has a colour that an earlier one has: it is drawn dashed.
    pub fn is_repeated(self) -> bool {
        matches!(self, Ink::Series(number) if number >= SERIES)
    }
}

/// The style sheet of all colours within the elements that `scope` selects: variables for light and dark, and the classes `f-NAME`
/// (fill) and `s-NAME` (stroke) that charts have on their elements. Printed pages are light.
pub fn palette_style(scope: &str) -> String {
    let variables = |which: usize| -> String {
        Ink::all().map(|ink| format!(" --{}: {};", ink.name(), ink.colors()[which])).collect()
    };
    let mut style = format!("{scope} {{ color-scheme: light dark;{} }}\n", variables(0));
    let _ = writeln!(style, "@media screen and (prefers-color-scheme: dark) {{ {scope} {{{} }} }}", variables(1));
    // A renderer without variables leaves this rule out, and shows the presentation attributes.
    style.push_str("@supports (fill: var(--paper)) {\n");
    for ink in Ink::all() {
        let name = ink.name();
        let _ = writeln!(style, ".f-{name} {{ fill: var(--{name}); }} .s-{name} {{ stroke: var(--{name}); }}");
    }
    style + "}\n"
}
