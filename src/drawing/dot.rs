//! The figure in the language of Graphviz.

use super::figure::{Figure, FigureBox};
use std::fmt::Write;

/// Writes the figure as DOT.
pub fn dot(figure: &Figure) -> String {
    let mut text = format!(
        "digraph {} {{\n  rankdir=LR;\n  label={};\n  labelloc=t;\n  node [shape=box, fontname=\"monospace\"];\n",
        quoted(&figure.title),
        quoted(&format!("{}\n{}", figure.title, figure.subtitle))
    );
    for (kind, title, look) in KINDS {
        let members: Vec<usize> = (0..figure.boxes.len()).filter(|at| figure.boxes[*at].part.kind() == kind).collect();
        if members.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  subgraph \"cluster_{kind}\" {{\n    label=\"{title}\";\n    style=dotted;");
        for at in members {
            let _ = writeln!(text, "    n{at} [label={}{look}];", quoted(&label(&figure.boxes[at])));
        }
        text.push_str("  }\n");
    }
    let _ = writeln!(text, "  loss [label={}, style=bold];", quoted(&figure.loss.join("\n")));
    for (from, to) in &figure.edges {
        let _ = writeln!(text, "  n{from} -> n{to};");
    }
    for at in &figure.decides {
        let _ = writeln!(text, "  n{at} -> loss;");
    }
    text + "}\n"
}

/// The kinds of part, with their headings and styles.
const KINDS: [(&str, &str, &str); 4] = [
    ("modality", "modalities", ", style=rounded"),
    ("encoder", "encoders", ""),
    ("mixture", "mixtures", ", style=dashed"),
    ("head", "heads", ""),
];

fn label(node: &FigureBox) -> String {
    let lines = [node.title.clone(), node.does.clone(), node.measures()];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
