//! Charts with two axes of numbers: bands below lines below dots, a legend above.

use super::CHART_WIDTH;
use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Paint, TextStyle};
use super::glyphs::{fitted, text_width};
use super::palette::Ink;

/// A chart with two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct XyChart {
    /// What it shows, for screen readers.
    pub name: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Areas between two curves.
    pub bands: Vec<Band>,
    /// Curves.
    pub lines: Vec<Line>,
    /// Points with intervals.
    pub dots: Vec<Dot>,
    /// Straight lines to compare with.
    pub rules: Vec<Rule>,
}

/// A curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// The number of its colour.
    pub color: usize,
    /// Whether it is dashed.
    pub dashed: bool,
    /// Its points.
    pub points: Vec<(f64, f64)>,
}

/// The area between two curves.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The number of its colour.
    pub color: usize,
    /// Its points: x, lower y, upper y.
    pub points: Vec<(f64, f64, f64)>,
}

/// A point with an interval of y.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// The number of its colour.
    pub color: usize,
    /// Its place.
    pub at: (f64, f64),
    /// The ends of its interval, where it has one.
    pub interval: Option<(f64, f64)>,
}

/// A straight line to compare with.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// At an x, with a short text beside it.
    Vertical(f64, String),
    /// At a y; with a name in the legend.
    Horizontal(f64, String),
    /// From the lower left to the upper right corner; with a name in the legend.
    Diagonal(String),
}

/// The size of labels.
const SIZE: f64 = 12.0;
/// Height of the plot itself.
const PLOT: f64 = 220.0;
/// The distance of a row of the legend from the next.
const ROW: f64 = 18.0;
/// The length of a line in the legend.
const SAMPLE: f64 = 20.0;

impl XyChart {
    /// A chart without content.
    pub fn new(name: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self { name: name.into(), x, y, bands: vec![], lines: vec![], dots: vec![], rules: vec![] }
    }

    /// The chart as SVG.
    pub fn svg(&self) -> String {
        let mut canvas = Canvas::sans();
        let plain = TextStyle::new(SIZE, Ink::Soft);
        let ticks = self.y.ticks();
        let widest = ticks.iter().map(|(_, text)| text_width(text, SIZE)).fold(0.0, f64::max);
        let left = widest + 10.0;
        let right = CHART_WIDTH - 12.0;
        let legend = self.legend(left, right);
        let rows = legend.last().map_or(0.0, |entry| entry.row + 1.0);
        let top = 24.0 + rows * ROW + if rows > 0.0 { 4.0 } else { 0.0 };
        let bottom = top + PLOT;
        let place = |x: f64, y: f64| (left + self.x.place(x) * (right - left), bottom - self.y.place(y) * PLOT);
        canvas.text((0.0, 14.0), plain, &fitted(&self.y.title, SIZE, CHART_WIDTH));
        for (tick, text) in &ticks {
            let (_, y) = place(self.x.low, *tick);
            canvas.line((left, y), (right, y), Paint::stroke(Ink::Grid, 1.0));
            canvas.text((left - 6.0, y + 4.0), plain.anchor(Anchor::End), text);
        }
        self.draw_x(&mut canvas, (left, right, bottom));
        for entry in &legend {
            let y = 24.0 + entry.row * ROW + 10.0;
            canvas.line((entry.x, y - 4.0), (entry.x + SAMPLE, y - 4.0), entry.paint);
            canvas.text((entry.x + SAMPLE + 6.0, y), TextStyle::new(SIZE, Ink::Text), &entry.name);
        }
        for band in &self.bands {
            let edge = |of: fn(&(f64, f64, f64)) -> (f64, f64)| -> Vec<(f64, f64)> {
                band.points.iter().map(of).map(|(x, y)| place(x, y)).collect()
            };
            let paint = Paint::fill(Ink::Series(band.color)).opacity(0.18);
            canvas.area(&edge(|(x, _, high)| (*x, *high)), &edge(|(x, low, _)| (*x, *low)), paint);
        }
        for rule in &self.rules {
            let (from, to) = match rule {
                Rule::Vertical(x, _) => (place(*x, self.y.low), place(*x, self.y.high)),
                Rule::Horizontal(y, _) => (place(self.x.low, *y), place(self.x.high, *y)),
                Rule::Diagonal(_) => (place(self.x.low, self.y.low), place(self.x.high, self.y.high)),
            };
            canvas.line(from, to, rule_paint());
            if let Rule::Vertical(_, text) = rule {
                let before = to.0 + 4.0 + text_width(text, SIZE) > right;
                let (x, anchor) = if before { (to.0 - 4.0, Anchor::End) } else { (to.0 + 4.0, Anchor::Start) };
                canvas.text((x, top + 11.0), TextStyle::new(SIZE, Ink::Text).anchor(anchor), text);
            }
        }
        for line in &self.lines {
            let finite = line.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
            let points: Vec<(f64, f64)> = finite.map(|(x, y)| place(*x, *y)).collect();
            match points.as_slice() {
                [] => {}
                [only] => canvas.disc(*only, 3.0, Paint::fill(Ink::Series(line.color))),
                points => canvas.lines(points, line.paint()),
            }
        }
        for dot in &self.dots {
            let ink = Ink::Series(dot.color);
            let at = place(dot.at.0, dot.at.1);
            if let Some((low, high)) = dot.interval {
                canvas.line(place(dot.at.0, low), place(dot.at.0, high), Paint::stroke(ink, 1.5));
            }
            canvas.disc(at, 3.5, Paint::fill(ink).outlined(Ink::Paper, 1.0));
        }
        canvas.finish((CHART_WIDTH, bottom + 44.0), &self.name, "", None)
    }

    fn draw_x(&self, canvas: &mut Canvas, (left, right, bottom): (f64, f64, f64)) {
        let plain = TextStyle::new(SIZE, Ink::Soft);
        canvas.line((left, bottom), (right, bottom), Paint::stroke(Ink::Rule, 1.0));
        // A label that would touch the one before it is left out.
        let mut free = f64::NEG_INFINITY;
        for (tick, text) in self.x.ticks() {
            let x = left + self.x.place(tick) * (right - left);
            let width = text_width(&text, SIZE);
            let begin = (x - width / 2.0).min(CHART_WIDTH - width);
            if begin < free {
                continue;
            }
            free = begin + width + 6.0;
            canvas.line((x, bottom), (x, bottom + 4.0), Paint::stroke(Ink::Rule, 1.0));
            canvas.text((begin, bottom + 17.0), plain, &text);
        }
        let title = fitted(&self.x.title, SIZE, CHART_WIDTH);
        let half = text_width(&title, SIZE) / 2.0;
        let middle = ((left + right) / 2.0).clamp(half, (CHART_WIDTH - half).max(half));
        canvas.text((middle, bottom + 36.0), plain.anchor(Anchor::Middle), &title);
    }

    /// The entries of the legend, in rows as wide as the plot. A single curve needs none.
    fn legend(&self, left: f64, right: f64) -> Vec<LegendEntry> {
        let mut found: Vec<(String, Paint)> = self.lines.iter().map(|line| (line.name.clone(), line.paint())).collect();
        for rule in &self.rules {
            if let Rule::Horizontal(_, name) | Rule::Diagonal(name) = rule {
                found.push((name.clone(), rule_paint()));
            }
        }
        if found.len() < 2 {
            return vec![];
        }
        let mut entries: Vec<LegendEntry> = vec![];
        let (mut x, mut row) = (left, 0.0);
        for (name, paint) in found {
            let name = fitted(&name, SIZE, right - left - SAMPLE - 6.0);
            let width = SAMPLE + 6.0 + text_width(&name, SIZE);
            if x > left && x + width > right {
                (x, row) = (left, row + 1.0);
            }
            entries.push(LegendEntry { x, row, name, paint });
            x += width + 16.0;
        }
        entries
    }
}

impl Line {
    fn paint(&self) -> Paint {
        let ink = Ink::Series(self.color);
        let paint = Paint::stroke(ink, 2.0);
        if self.dashed || ink.is_repeated() { paint.dashed("6 3") } else { paint }
    }
}

fn rule_paint() -> Paint {
    Paint::stroke(Ink::Rule, 1.2).dashed("3 3")
}

/// An entry of the legend.
struct LegendEntry {
    x: f64,
    row: f64,
    name: String,
    paint: Paint,
}
