//! A drawing of lines, shapes and texts that becomes an SVG element.

use super::palette::Ink;
use std::fmt::{Display, Write};

/// How a shape is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Paint {
    fill: Option<Ink>,
    stroke: Option<(Ink, f64)>,
    opacity: Option<f64>,
    dashes: Option<&'static str>,
}

impl Paint {
    /// Filled with a colour.
    pub fn fill(ink: Ink) -> Self {
        Self { fill: Some(ink), ..Self::default() }
    }

    /// Outlined in a colour, with lines of this width.
    pub fn stroke(ink: Ink, width: f64) -> Self {
        Self { stroke: Some((ink, width)), ..Self::default() }
    }

    /// Outlined too.
    pub fn outlined(self, ink: Ink, width: f64) -> Self {
        Self { stroke: Some((ink, width)), ..self }
    }

    /// See through: 0 is nothing.
    pub fn opacity(self, opacity: f64) -> Self {
        Self { opacity: Some(opacity), ..self }
    }

    /// Its lines dashed: lengths of lines and gaps.
    pub fn dashed(self, dashes: &'static str) -> Self {
        Self { dashes: Some(dashes), ..self }
    }

    fn attributes(&self, class: &str) -> String {
        let mut classes: Vec<String> = class.split_whitespace().map(str::to_owned).collect();
        classes.extend(self.fill.map(|ink| format!("f-{}", ink.name())));
        classes.extend(self.stroke.map(|(ink, _)| format!("s-{}", ink.name())));
        let mut text = format!(" class=\"{}\"", classes.join(" "));
        let fill = self.fill.map_or("none", |ink| ink.colors()[0]);
        let _ = write!(text, " fill=\"{fill}\"");
        if let Some((ink, width)) = self.stroke {
            let _ = write!(text, " stroke=\"{}\" stroke-width=\"{}\"", ink.colors()[0], number(width));
        }
        if let Some(opacity) = self.opacity {
            let which = if self.fill.is_some() { "fill-opacity" } else { "stroke-opacity" };
            let _ = write!(text, " {which}=\"{opacity}\"");
        }
        if let Some(dashes) = self.dashes {
            let _ = write!(text, " stroke-dasharray=\"{dashes}\"");
        }
        text
    }
}

/// The side of its point that a text is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    #[default]
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStyle {
    /// Its size.
    pub size: f64,
    /// Its colour.
    pub ink: Ink,
    /// The side of its point it is on.
    pub anchor: Anchor,
    /// Whether its letters are heavy.
    pub bold: bool,
}

impl TextStyle {
    /// Plain text of this size and colour.
    pub fn new(size: f64, ink: Ink) -> Self {
        Self { size, ink, anchor: Anchor::Start, bold: false }
    }

    /// On this side of its point.
    pub fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// In heavy letters.
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// A drawing.
#[derive(Clone, Debug)]
pub struct Canvas {
    family: &'static str,
    elements: String,
}

/// Families of plain text: of the system, and the ones that renderers without a system have.
const SANS: &str = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
const MONO: &str = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

impl Canvas {
    /// A drawing with plain text.
    pub fn sans() -> Self {
        Self { family: SANS, elements: String::new() }
    }

    /// A drawing with text of letters of one width.
    pub fn mono() -> Self {
        Self { family: MONO, elements: String::new() }
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: Paint) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(number);
        let _ = writeln!(self.elements, "<path{} d=\"M{x1} {y1} L{x2} {y2}\"/>", paint.attributes(""));
    }

    /// A path by its data.
    pub fn path(&mut self, data: &str, class: &str, paint: Paint) {
        let _ = writeln!(self.elements, "<path{} d=\"{data}\"/>", paint.attributes(class));
    }

    /// Lines through points.
    pub fn lines(&mut self, points: &[(f64, f64)], paint: Paint) {
        self.path(&through(points), "", paint);
    }

    /// The area between two rows of points, the second read backwards.
    pub fn area(&mut self, upper: &[(f64, f64)], lower: &[(f64, f64)], paint: Paint) {
        let points: Vec<(f64, f64)> = upper.iter().chain(lower.iter().rev()).copied().collect();
        self.path(&format!("{} Z", through(&points)), "", paint);
    }

    /// A rectangle by its upper left corner and its size, with round corners of a radius.
    pub fn rect(&mut self, class: &str, corner: (f64, f64), size: (f64, f64), radius: f64, paint: Paint) {
        let [x, y, width, height] = [corner.0, corner.1, size.0, size.1].map(number);
        let round = if radius > 0.0 { format!(" rx=\"{}\"", number(radius)) } else { String::new() };
        let _ = writeln!(
            self.elements,
            "<rect{} x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{round}/>",
            paint.attributes(class)
        );
    }

    /// A disc.
    pub fn disc(&mut self, center: (f64, f64), radius: f64, paint: Paint) {
        let [x, y, r] = [center.0, center.1, radius].map(number);
        let _ = writeln!(self.elements, "<circle{} cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>", paint.attributes(""));
    }

    /// A text at a point on its baseline.
    pub fn text(&mut self, at: (f64, f64), style: TextStyle, text: &str) {
        let [x, y] = [at.0, at.1].map(number);
        let anchor = match style.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let bold = if style.bold { " font-weight=\"600\"" } else { "" };
        let paint = Paint::fill(style.ink).attributes("");
        let _ = writeln!(
            self.elements,
            "<text{paint} x=\"{x}\" y=\"{y}\" font-size=\"{}\"{anchor}{bold} xml:space=\"preserve\">{}</text>",
            number(style.size),
            escaped(text)
        );
    }

    /// Elements that belong together, with a name that a pointer or a screen reader shows.
    pub fn group(&mut self, name: &str, draw: impl FnOnce(&mut Self)) {
        let _ = writeln!(self.elements, "<g><title>{}</title>", escaped(name));
        draw(self);
        self.elements.push_str("</g>\n");
    }

    /// The drawing as an SVG element of this size. `name` and `about` describe it to screen readers; `style` is a style sheet within it,
    /// for a drawing outside of a page.
    pub fn finish(self, size: (f64, f64), name: &str, about: &str, style: Option<&str>) -> String {
        let [width, height] = [size.0, size.1].map(|side| number(side.ceil()));
        let (name, about) = (escaped(name), escaped(about));
        let style = style.map_or_else(String::new, |style| format!("<style>\n{style}</style>\n"));
        let title = if about.is_empty() { String::new() } else { format!("<desc>{about}</desc>\n") };
        format!(
            "<svg class=\"drawing\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{name}\" font-family=\"{}\">\n\
             {title}{style}{}</svg>\n",
            self.family, self.elements
        )
    }
}

/// The data of a path through points.
fn through(points: &[(f64, f64)]) -> String {
    let mut data = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let _ = write!(data, "{}{} {}", if at == 0 { "M" } else { " L" }, number(*x), number(*y));
    }
    data
}

/// A number with one decimal at most.
pub(super) fn number(value: f64) -> String {
    let rounded = format!("{value:.1}");
    rounded.strip_suffix(".0").map_or_else(|| rounded.clone(), str::to_owned)
}

/// Text within an element or an attribute. Characters that XML cannot hold become the replacement character.
pub(super) fn escaped(text: impl Display) -> String {
    let mut safe = String::new();
    for letter in text.to_string().chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}
