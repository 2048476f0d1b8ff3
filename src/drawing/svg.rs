//! The figure as SVG: drawn for light and dark backgrounds, in colours that the colour-blind can tell apart, readable
//! without them.

use super::figure::{Figure, FigureBox};
use super::layout::{FigureLayout, LINE, PAD, PlacedBox, Wire, layout};
use super::part::PipelinePart;
use super::wrap::width;
use crate::chart::{Anchor, Canvas, Ink, Paint, TextStyle, palette_style};
use crate::thousands::grouped;
use std::fmt::Write;

/// Size of text; its letters are as wide as the layout assumes.
const SIZE: f64 = 12.0;
/// Size of the title.
const NAME: f64 = 18.0;

/// Draws the figure as a file of its own, with its own style sheet.
pub fn svg(figure: &Figure) -> String {
    drawn(figure, Some(&palette_style("svg")))
}

/// Draws the figure for a page that has the style sheet of the palette.
pub fn svg_in_page(figure: &Figure) -> String {
    drawn(figure, None)
}

fn drawn(figure: &Figure, style: Option<&str>) -> String {
    let places = layout(figure);
    let widest =
        [(&figure.title, 11.0), (&figure.subtitle, 7.3)].map(|(text, letter)| width(text) as f64 * letter + 48.0);
    let total = widest.into_iter().fold(places.width.max(legend_width()), f64::max);
    let notes = places.height + if figure.left_out > 0 { LINE } else { 0.0 };
    let height = notes + 2.0 * LINE;
    let mut canvas = Canvas::mono();
    canvas.rect("paper", (0.0, 0.0), (total.ceil(), height.ceil()), 0.0, Paint::fill(Ink::Paper));
    let soft = TextStyle::new(SIZE, Ink::Soft);
    canvas.text((24.0, 36.0), TextStyle::new(NAME, Ink::Text).bold(), &figure.title);
    canvas.text((24.0, 58.0), soft, &figure.subtitle);
    for (heading, x) in &places.headings {
        canvas.text((*x, 84.0), soft.anchor(Anchor::Middle), heading);
    }
    let colors = colors(figure);
    for wire in &places.wires {
        draw_wire(&mut canvas, wire, colors.get(wire.from).copied().flatten());
    }
    for ((node, placed), color) in figure.boxes.iter().zip(&places.boxes).zip(&colors) {
        draw_box(&mut canvas, node, placed, *color);
    }
    draw_loss(&mut canvas, &places);
    if figure.left_out > 0 {
        let more = format!("and {} more components, which are not drawn", figure.left_out);
        canvas.text((24.0, places.height), soft, &more);
    }
    canvas.text((24.0, notes + LINE / 2.0), soft, LEGEND);
    canvas.finish((total, height), &figure.title, &about(figure), style)
}

const LEGEND: &str = "[n] shape of one row   P parameters learned   dashed: a mixture of several inputs";

fn legend_width() -> f64 {
    width(LEGEND) as f64 * 7.3 + 48.0
}

/// Text alternative for screen readers.
fn about(figure: &Figure) -> String {
    let names = |wanted: &str| {
        let found: Vec<&str> =
            figure.boxes.iter().filter(|node| node.part.kind() == wanted).map(|node| node.part.name()).collect();
        found.join(", ")
    };
    format!(
        "From left to right: modalities {}; encoders {}; {}; one class loss.",
        names("modality"),
        names("encoder"),
        figure.subtitle
    )
}

/// The colour of every box's wires: one for each encoder, and for a modality that of the first that reads it.
fn colors(figure: &Figure) -> Vec<Option<usize>> {
    let encoders = figure.depth > 0;
    let mut next = 0;
    let mut colors: Vec<Option<usize>> = vec![None; figure.boxes.len()];
    for (at, node) in figure.boxes.iter().enumerate() {
        if matches!((&node.part, encoders), (PipelinePart::Encoder(_), _) | (PipelinePart::Modality(_), false)) {
            colors[at] = Some(next);
            next += 1;
        }
    }
    for at in 0..figure.boxes.len() {
        if colors[at].is_none() && matches!(figure.boxes[at].part, PipelinePart::Modality(_)) {
            let reader = figure.edges.iter().find(|(from, _)| *from == at).map(|(_, to)| *to);
            colors[at] = reader.and_then(|reader| colors[reader]);
        }
    }
    colors
}

fn draw_wire(canvas: &mut Canvas, wire: &Wire, color: Option<usize>) {
    const RADIUS: f64 = 6.0;
    let mut path = String::new();
    for (at, (x, y)) in wire.corners.iter().enumerate() {
        let neighbours = at.checked_sub(1).and_then(|before| wire.corners.get(before)).zip(wire.corners.get(at + 1));
        match neighbours {
            // Corners are rounded, limited by the length of their segments.
            Some(((from_x, from_y), (to_x, to_y))) => {
                let leg = |dx: f64, dy: f64| (dx.abs() + dy.abs()) / 2.0;
                let radius = RADIUS.min(leg(x - from_x, y - from_y)).min(leg(to_x - x, to_y - y));
                let toward = |dx: f64, dy: f64| (radius * sign(dx), radius * sign(dy));
                let (before, after) = (toward(from_x - x, from_y - y), toward(to_x - x, to_y - y));
                let _ = write!(
                    path,
                    "L{} {} Q{} {} {} {} ",
                    number(x + before.0),
                    number(y + before.1),
                    number(*x),
                    number(*y),
                    number(x + after.0),
                    number(y + after.1)
                );
            }
            None => {
                let _ = write!(path, "{}{} {} ", if at == 0 { "M" } else { "L" }, number(*x), number(*y));
            }
        }
    }
    let ink = color.map_or(Ink::Rule, Ink::Series);
    let paint = Paint::stroke(ink, 1.6);
    canvas.path(path.trim_end(), "wire", if ink.is_repeated() { paint.dashed("6 3") } else { paint });
    if let (true, Some((x, y))) = (wire.arrow, wire.corners.last()) {
        let (back, up, down, x, y) = (number(x - 7.0), number(y - 3.5), number(y + 3.5), number(*x), number(*y));
        canvas.path(&format!("M{back} {up} L{x} {y} L{back} {down} Z"), "tip", Paint::fill(ink));
    }
}

fn sign(number: f64) -> f64 {
    if number > 0.0 {
        1.0
    } else if number < 0.0 {
        -1.0
    } else {
        0.0
    }
}

fn draw_box(canvas: &mut Canvas, node: &FigureBox, placed: &PlacedBox, color: Option<usize>) {
    let plain = Paint::fill(Ink::Box).outlined(Ink::Rule, 1.2);
    let (paint, round) = match node.part {
        PipelinePart::Modality(_) => (plain, 14.0),
        PipelinePart::Encoder(_) => (plain, 5.0),
        PipelinePart::Mixture(_) => (plain.dashed("5 3"), 5.0),
        PipelinePart::Head(_) => (plain.outlined(Ink::Rule, 2.0), 5.0),
    };
    let learned =
        if node.parameters > 0 { format!(", {} parameters", grouped(node.parameters)) } else { String::new() };
    let title = format!("{} {}: {}{learned}", node.part.kind(), node.part.name(), node.shape);
    canvas.group(&title, |canvas| {
        canvas.rect("box", (placed.x, placed.y), (placed.width, placed.height), round, paint);
        if let Some(color) = color {
            let inset = round.min(placed.height / 2.0);
            let size = (4.0, placed.height - 2.0 * inset);
            canvas.rect("mark", (placed.x, placed.y + inset), size, 0.0, Paint::fill(Ink::Series(color)));
        }
        let x = placed.x + PAD + 4.0;
        let mut y = placed.y + 0.7 * PAD - 4.0;
        let text = TextStyle::new(SIZE, Ink::Text);
        let lines = (placed.title.iter().map(|line| (text.bold(), line)))
            .chain(placed.does.iter().map(|line| (text, line)))
            .chain([(TextStyle::new(SIZE, Ink::Soft), &placed.measures)]);
        for (style, line) in lines {
            y += LINE;
            canvas.text((x, y), style, line);
        }
    });
}

/// The class loss has the height of all heads.
fn draw_loss(canvas: &mut Canvas, places: &FigureLayout) {
    let loss = &places.loss;
    let paint = Paint::fill(Ink::Raised).outlined(Ink::Rule, 1.2);
    canvas.rect("box", (loss.x, loss.y), (loss.width, loss.height), 5.0, paint);
    let mut y = loss.y + loss.height / 2.0 - LINE * loss.title.len() as f64 / 2.0 - 4.0;
    for (at, line) in loss.title.iter().enumerate() {
        y += LINE;
        let style = TextStyle::new(SIZE, Ink::Text).anchor(Anchor::Middle);
        canvas.text((loss.x + loss.width / 2.0, y), if at == 0 { style.bold() } else { style }, line);
    }
}

/// A number with one decimal at most.
fn number(value: f64) -> String {
    let rounded = format!("{value:.1}");
    rounded.strip_suffix(".0").map_or(rounded.clone(), str::to_owned)
}
