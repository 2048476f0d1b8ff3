//! The figure in the language of Mermaid, which many documentation sites render.

use super::figure::{Figure, FigureBox};
use std::fmt::Write;

/// Writes the figure as a Mermaid flow chart.
pub fn mermaid(figure: &Figure) -> String {
    let mut text = format!("---\ntitle: {}\n---\nflowchart LR\n", quoted(&figure.title));
    for (kind, title, open, close) in KINDS {
        let members: Vec<usize> = (0..figure.boxes.len()).filter(|at| figure.boxes[*at].part.kind() == kind).collect();
        if members.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  subgraph {title}");
        for at in members {
            let _ = writeln!(text, "    n{at}{open}{}{close}", quoted(&label(&figure.boxes[at])));
        }
        text.push_str("  end\n");
    }
    let _ = writeln!(text, "  loss{{{{{}}}}}", quoted(&figure.loss.join("<br>")));
    for (from, to) in &figure.edges {
        let _ = writeln!(text, "  n{from} --> n{to}");
    }
    for at in &figure.decides {
        let _ = writeln!(text, "  n{at} --> loss");
    }
    text
}

/// The kinds of part, with their headings and the brackets of their shape.
const KINDS: [(&str, &str, &str, &str); 4] = [
    ("modality", "modalities", "([", "])"),
    ("encoder", "encoders", "[", "]"),
    ("mixture", "mixtures", "[/", "/]"),
    ("head", "heads", "[", "]"),
];

fn label(node: &FigureBox) -> String {
    let lines = [node.title.clone(), node.does.clone(), node.measures()];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("<br>")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "#quot;"))
}
