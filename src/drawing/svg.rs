//! The figure as SVG: drawn for light and dark backgrounds, in colours that the colour-blind can tell apart, readable
//! without them.

use super::figure::{Figure, FigureBox};
use super::layout::{FigureLayout, LINE, PAD, PlacedBox, Wire, layout};
use super::part::PipelinePart;
use super::wrap::width;
use crate::thousands::grouped;
use std::fmt::Write;

/// Number of wire colours; further encoders are drawn dashed.
const COLORS: usize = 7;

/// Colours by Okabe and Ito, lighter ones where the background is dark.
const STYLE: &str = "
  svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #8b949e; --box: #f6f8fa; --loss: #eaeef2;
    --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #b0558b; --c4: #b07900; --c5: #3a94c9; --c6: #6e7781; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #656c76; --box: #161b22; --loss: #21262d;
      --c0: #4da3e0; --c1: #f0883e; --c2: #2bbf94; --c3: #e08fbf; --c4: #e6b450; --c5: #8fd0f5; --c6: #b1bac4; }
  }
  text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 12px; fill: var(--ink); }
  .name { font-size: 18px; font-weight: 600; } .head { fill: var(--soft); font-size: 12px; } .soft { fill: var(--soft); }
  .title { font-weight: 600; } .middle { text-anchor: middle; }
  .paper { fill: var(--paper); } .box { fill: var(--box); stroke: var(--line); stroke-width: 1.2; }
  .mixture { stroke-dasharray: 5 3; } .head-box { stroke-width: 2; } .loss { fill: var(--loss); }
  .wire { fill: none; stroke-width: 1.6; stroke: var(--line); } .tip { fill: var(--line); }
";

/// Draws the figure.
pub fn svg(figure: &Figure) -> String {
    let places = layout(figure);
    let widest =
        [(&figure.title, 11.0), (&figure.subtitle, 7.3)].map(|(text, letter)| width(text) as f64 * letter + 48.0);
    let total = widest.into_iter().fold(places.width.max(legend_width()), f64::max);
    let notes = places.height + if figure.left_out > 0 { LINE } else { 0.0 };
    let height = notes + 2.0 * LINE;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" \
         aria-labelledby=\"title about\">\n",
        number(total),
        number(height)
    );
    let _ = writeln!(text, "<title id=\"title\">{}</title>", escaped(&figure.title));
    let _ = writeln!(text, "<desc id=\"about\">{}</desc>", escaped(&about(figure)));
    let _ = writeln!(text, "<style>{STYLE}{}</style>", streams());
    let _ = writeln!(text, "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>");
    write_text(&mut text, "name", 24.0, 36.0, &figure.title);
    write_text(&mut text, "soft", 24.0, 58.0, &figure.subtitle);
    for (heading, x) in &places.headings {
        write_text(&mut text, "head middle", *x, 84.0, heading);
    }
    let colors = colors(figure);
    for wire in &places.wires {
        draw_wire(&mut text, wire, colors.get(wire.from).copied().flatten());
    }
    for ((node, placed), color) in figure.boxes.iter().zip(&places.boxes).zip(&colors) {
        draw_box(&mut text, node, placed, *color);
    }
    draw_loss(&mut text, &places);
    if figure.left_out > 0 {
        let more = format!("and {} more components, which are not drawn", figure.left_out);
        write_text(&mut text, "soft", 24.0, places.height, &more);
    }
    write_text(&mut text, "soft", 24.0, notes + LINE / 2.0, LEGEND);
    text + "</svg>\n"
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

/// Classes of the colours: wires, their tips, the mark of the box they come from.
fn streams() -> String {
    (0..COLORS).map(|at| format!("  .s{at} {{ stroke: var(--c{at}); }} .f{at} {{ fill: var(--c{at}); }}\n")).collect()
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

fn draw_wire(text: &mut String, wire: &Wire, color: Option<usize>) {
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
    let stroke = color.map_or(String::new(), |color| format!(" s{}", color % COLORS));
    let dashes = if color.is_some_and(|color| color >= COLORS) { " stroke-dasharray=\"6 3\"" } else { "" };
    let _ = writeln!(text, "<path class=\"wire{stroke}\"{dashes} d=\"{}\"/>", path.trim_end());
    if let (true, Some((x, y))) = (wire.arrow, wire.corners.last()) {
        let fill = color.map_or(String::new(), |color| format!(" f{}", color % COLORS));
        let (back, up, down, x, y) = (number(x - 7.0), number(y - 3.5), number(y + 3.5), number(*x), number(*y));
        let _ = writeln!(text, "<path class=\"tip{fill}\" d=\"M{back} {up} L{x} {y} L{back} {down} Z\"/>");
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

fn draw_box(text: &mut String, node: &FigureBox, placed: &PlacedBox, color: Option<usize>) {
    let (class, round) = match node.part {
        PipelinePart::Modality(_) => ("box", 14.0),
        PipelinePart::Encoder(_) => ("box", 5.0),
        PipelinePart::Mixture(_) => ("box mixture", 5.0),
        PipelinePart::Head(_) => ("box head-box", 5.0),
    };
    let learned =
        if node.parameters > 0 { format!(", {} parameters", grouped(node.parameters)) } else { String::new() };
    let title = format!("{} {}: {}{learned}", node.part.kind(), node.part.name(), node.shape);
    let _ = writeln!(text, "<g><title>{}</title>", escaped(&title));
    rect(text, class, placed, round);
    if let Some(color) = color {
        let inset = round.min(placed.height / 2.0);
        let _ = writeln!(
            text,
            "<rect class=\"f{}\" x=\"{}\" y=\"{}\" width=\"4\" height=\"{}\"/>",
            color % COLORS,
            number(placed.x),
            number(placed.y + inset),
            number(placed.height - 2.0 * inset)
        );
    }
    let x = placed.x + PAD + 4.0;
    let mut y = placed.y + 0.7 * PAD - 4.0;
    let lines = (placed.title.iter().map(|line| ("title", line)))
        .chain(placed.does.iter().map(|line| ("does", line)))
        .chain([("soft", &placed.measures)]);
    for (class, line) in lines {
        y += LINE;
        write_text(text, class, x, y, line);
    }
    text.push_str("</g>\n");
}

/// The class loss has the height of all heads.
fn draw_loss(text: &mut String, places: &FigureLayout) {
    let loss = &places.loss;
    rect(text, "box loss", loss, 5.0);
    let mut y = loss.y + loss.height / 2.0 - LINE * loss.title.len() as f64 / 2.0 - 4.0;
    for (at, line) in loss.title.iter().enumerate() {
        y += LINE;
        let class = if at == 0 { "title middle" } else { "middle" };
        write_text(text, class, loss.x + loss.width / 2.0, y, line);
    }
}

fn rect(text: &mut String, class: &str, placed: &PlacedBox, round: f64) {
    let _ = writeln!(
        text,
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
        number(placed.x),
        number(placed.y),
        number(placed.width),
        number(placed.height),
        number(round)
    );
}

fn write_text(text: &mut String, class: &str, x: f64, y: f64, line: &str) {
    let (x, y, line) = (number(x), number(y), escaped(line));
    let _ = writeln!(text, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" xml:space=\"preserve\">{line}</text>");
}

/// A number with one decimal at most.
fn number(value: f64) -> String {
    let rounded = format!("{value:.1}");
    rounded.strip_suffix(".0").map_or(rounded.clone(), str::to_owned)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
