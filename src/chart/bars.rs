//! Horizontal bars, one for each name, plain with intervals or in parts.

use super::CHART_WIDTH;
use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Paint, TextStyle};
use super::glyphs::{fitted, text_width};
use super::palette::Ink;

/// Bars of one number each.
#[derive(Clone, Debug, PartialEq)]
pub struct BarChart {
    /// What it shows, for screen readers.
    pub name: String,
    /// The axis of the numbers.
    pub axis: Axis,
    /// The bars, from above.
    pub bars: Vec<Bar>,
    /// A number to compare with, and its name.
    pub rule: Option<(f64, String)>,
}

/// A bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// Its number.
    pub value: f64,
    /// The ends of its interval, where it has one.
    pub interval: Option<(f64, f64)>,
    /// The number of its colour.
    pub color: usize,
}

/// Bars made of parts.
#[derive(Clone, Debug, PartialEq)]
pub struct StackedBars {
    /// What they show, for screen readers.
    pub name: String,
    /// The axis of the sums.
    pub axis: Axis,
    /// The names of the parts.
    pub parts: Vec<String>,
    /// The bars, from above.
    pub bars: Vec<StackedBar>,
}

/// A bar made of parts.
#[derive(Clone, Debug, PartialEq)]
pub struct StackedBar {
    /// Its name.
    pub name: String,
    /// The size of each part.
    pub parts: Vec<f64>,
}

const SIZE: f64 = 12.0;
/// The distance of a bar from the next.
const STEP: f64 = 24.0;
/// The height of a bar.
const THICK: f64 = 14.0;
/// The widest name of a bar.
const NAME: f64 = 180.0;

/// Where bars lie: the left and right end of the axis, and the top of the first bar.
struct BarFrame {
    left: f64,
    right: f64,
    top: f64,
}

impl BarFrame {
    fn new<'n>(names: impl Iterator<Item = &'n str>, top: f64) -> Self {
        let widest = names.map(|name| text_width(name, SIZE)).fold(0.0, f64::max).min(NAME);
        Self { left: widest + 8.0, right: CHART_WIDTH - 14.0, top }
    }

    fn x(&self, axis: &Axis, number: f64) -> f64 {
        self.left + axis.place(number) * (self.right - self.left)
    }

    fn bottom(&self, bars: usize) -> f64 {
        self.top + STEP * bars as f64
    }

    /// The grid, the ticks and the title of the axis.
    fn draw_axis(&self, canvas: &mut Canvas, axis: &Axis, bars: usize) {
        let plain = TextStyle::new(SIZE, Ink::Soft);
        let bottom = self.bottom(bars);
        let mut free = f64::NEG_INFINITY;
        for (tick, text) in axis.ticks() {
            let x = self.x(axis, tick);
            canvas.line((x, self.top), (x, bottom), Paint::stroke(Ink::Grid, 1.0));
            let width = text_width(&text, SIZE);
            let begin = (x - width / 2.0).min(CHART_WIDTH - width);
            if begin >= free {
                free = begin + width + 6.0;
                canvas.text((begin, bottom + 16.0), plain, &text);
            }
        }
        let title = fitted(&axis.title, SIZE, CHART_WIDTH);
        let half = text_width(&title, SIZE) / 2.0;
        let middle = ((self.left + self.right) / 2.0).clamp(half, (CHART_WIDTH - half).max(half));
        canvas.text((middle, bottom + 36.0), plain.anchor(Anchor::Middle), &title);
    }

    fn draw_name(&self, canvas: &mut Canvas, at: usize, name: &str) {
        let y = self.top + STEP * (at as f64 + 0.5) + 4.0;
        let style = TextStyle::new(SIZE, Ink::Text).anchor(Anchor::End);
        canvas.text((self.left - 8.0, y), style, &fitted(name, SIZE, NAME));
    }
}

impl BarChart {
    /// The bars as SVG.
    pub fn svg(&self) -> String {
        let mut canvas = Canvas::sans();
        let top = if self.rule.is_some() { 22.0 } else { 4.0 };
        let frame = BarFrame::new(self.bars.iter().map(|bar| bar.name.as_str()), top);
        frame.draw_axis(&mut canvas, &self.axis, self.bars.len());
        let zero = frame.x(&self.axis, 0.0);
        for (at, bar) in self.bars.iter().enumerate() {
            frame.draw_name(&mut canvas, at, &bar.name);
            let y = frame.top + STEP * at as f64 + (STEP - THICK) / 2.0;
            let end = frame.x(&self.axis, bar.value);
            let size = ((end - zero).abs().max(1.0), THICK);
            canvas.rect("", (zero.min(end), y), size, 2.0, Paint::fill(Ink::Series(bar.color)));
            if let Some((low, high)) = bar.interval {
                let middle = y + THICK / 2.0;
                let [low, high] = [low, high].map(|number| frame.x(&self.axis, number));
                canvas.line((low, middle), (high, middle), Paint::stroke(Ink::Text, 1.5));
                for x in [low, high] {
                    canvas.line((x, middle - 3.0), (x, middle + 3.0), Paint::stroke(Ink::Text, 1.5));
                }
            }
        }
        if let Some((number, name)) = &self.rule {
            let x = frame.x(&self.axis, *number);
            let bottom = frame.bottom(self.bars.len());
            canvas.line((x, top - 2.0), (x, bottom), Paint::stroke(Ink::Text, 1.2).dashed("3 3"));
            let name = fitted(name, SIZE, CHART_WIDTH);
            let half = text_width(&name, SIZE) / 2.0;
            let middle = x.clamp(half, (CHART_WIDTH - half).max(half));
            canvas.text((middle, 12.0), TextStyle::new(SIZE, Ink::Text).anchor(Anchor::Middle), &name);
        }
        let height = frame.bottom(self.bars.len()) + 44.0;
        canvas.finish((CHART_WIDTH, height), &self.name, "", None)
    }
}

impl StackedBars {
    /// The bars as SVG.
    pub fn svg(&self) -> String {
        let mut canvas = Canvas::sans();
        let (mut x, mut row) = (0.0, 0.0);
        for (part, name) in self.parts.iter().enumerate() {
            let name = fitted(name, SIZE, CHART_WIDTH - 18.0);
            let width = 18.0 + text_width(&name, SIZE);
            if x > 0.0 && x + width > CHART_WIDTH {
                (x, row) = (0.0, row + 1.0);
            }
            let y = 18.0 * row;
            canvas.rect("", (x, y + 3.0), (12.0, 12.0), 2.0, Paint::fill(Ink::Series(part)));
            canvas.text((x + 18.0, y + 13.0), TextStyle::new(SIZE, Ink::Text), &name);
            x += width + 16.0;
        }
        let frame = BarFrame::new(self.bars.iter().map(|bar| bar.name.as_str()), 18.0 * (row + 1.0) + 6.0);
        frame.draw_axis(&mut canvas, &self.axis, self.bars.len());
        for (at, bar) in self.bars.iter().enumerate() {
            frame.draw_name(&mut canvas, at, &bar.name);
            let y = frame.top + STEP * at as f64 + (STEP - THICK) / 2.0;
            let mut sum = 0.0;
            for (part, size) in bar.parts.iter().enumerate() {
                let (from, to) = (frame.x(&self.axis, sum), frame.x(&self.axis, sum + size));
                sum += size;
                if to - from >= 0.1 {
                    let paint = Paint::fill(Ink::Series(part)).outlined(Ink::Paper, 1.0);
                    canvas.rect("", (from, y), (to - from, THICK), 0.0, paint);
                }
            }
        }
        let height = frame.bottom(self.bars.len()) + 44.0;
        canvas.finish((CHART_WIDTH, height), &self.name, "", None)
    }
}
