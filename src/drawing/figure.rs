//! Boxes and edges of the diagram: one box for each part of the pipeline, in the column of its kind.

use super::chain::summary;
use super::part::{PipelinePart, parts};
use crate::fusion::CombinationRule;
use crate::ops::Op;
use crate::plan::{ParamId, Plan, Step};
use crate::shape::Shape;
use crate::thousands::grouped;
use std::collections::{BTreeMap, BTreeSet};

/// Largest number of components drawn; the others are counted.
const MOST_COMPONENTS: usize = 64;

/// The diagram before layout.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The pipeline and the combine.
    pub title: String,
    /// Totals: parameters, cost.
    pub subtitle: String,
    /// The boxes, column by column.
    pub boxes: Vec<FigureBox>,
    /// Edges from a box to the box that reads it, each once.
    pub edges: Vec<(usize, usize)>,
    /// The head of each component.
    pub decides: Vec<usize>,
    /// Lines of text of the class loss.
    pub loss: Vec<String>,
    /// Number of components not drawn.
    pub left_out: usize,
    /// Number of encoder columns.
    pub depth: usize,
}

/// One box.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureBox {
    /// Part of the pipeline.
    pub part: PipelinePart,
    /// Title.
    pub title: String,
    /// Operations, repeated runs of layers listed once; empty for a modality.
    pub does: String,
    /// Shape of its output.
    pub shape: Shape,
    /// Its parameters.
    pub parameters: u64,
    /// Its column of encoders, from 1; 0 for other parts.
    pub depth: usize,
    /// The row of its component, for mixtures and heads.
    pub row: usize,
}

impl FigureBox {
    /// Its last line: its output shape and its parameters.
    pub fn measures(&self) -> String {
        match self.parameters {
            0 => self.shape.to_string(),
            some => format!("{}  {} P", self.shape, grouped(some)),
        }
    }
}

/// The figure of a plan.
pub fn figure(plan: &Plan) -> Figure {
    let of_step = parts(plan);
    let shown: BTreeMap<&str, usize> = (plan.loss.components.iter())
        .take(MOST_COMPONENTS)
        .enumerate()
        .map(|(row, component)| (component.name.as_str(), row))
        .collect();
    let row = |part: &PipelinePart| match part {
        PipelinePart::Mixture(name) | PipelinePart::Head(name) => shown.get(name.as_str()).copied(),
        _ => Some(0),
    };
    // The order of parts is by kind; within a kind it is that of components, or of the steps.
    let mut order: Vec<&PipelinePart> = vec![];
    for part in &of_step {
        if row(part).is_some() && !order.contains(&part) {
            order.push(part);
        }
    }
    order.sort_by_key(|part| (kind(part), row(part)));
    let mut counted: BTreeSet<ParamId> = BTreeSet::new();
    let mut boxes: Vec<FigureBox> = order
        .iter()
        .map(|part| {
            let steps = plan.steps.iter().zip(&of_step).filter(|(_, of)| of == part).map(|(step, _)| step);
            node(plan, part, steps.collect(), row(part).unwrap_or_default(), &mut counted)
        })
        .collect();
    let place = |part: &PipelinePart| order.iter().position(|other| *other == part);
    let mut edges: Vec<(usize, usize)> = vec![];
    for (step, part) in plan.steps.iter().zip(&of_step) {
        for slot in step.reads.iter().filter(|slot| !counts_steps(&plan.steps[**slot].op)) {
            if let (Some(from), Some(to)) = (place(&of_step[*slot]), place(part))
                && from != to
                && !edges.contains(&(from, to))
            {
                edges.push((from, to));
            }
        }
    }
    let first = |at: usize| of_step.iter().position(|part| part == order[at]);
    // A block that two encoders share can form a cycle of parts; only forward edges are drawn.
    edges.retain(|(from, to)| kind(order[*from]) < kind(order[*to]) || first(*from) < first(*to));
    let depth = depths(&mut boxes, &edges);
    let decides = (plan.loss.components.iter().take(MOST_COMPONENTS))
        .filter_map(|component| of_step.get(component.logits).and_then(place))
        .collect();
    Figure {
        title: format!("{}: {}", plan.pipeline, plan.combine),
        subtitle: format!(
            "{} parameters, {} components, {} classes",
            grouped(plan.parameter_count() as u64),
            plan.loss.components.len(),
            plan.loss.classes.len()
        ),
        boxes,
        edges,
        decides,
        loss: loss(plan),
        left_out: plan.loss.components.len().saturating_sub(MOST_COMPONENTS),
        depth,
    }
}

/// Whether an operation says how many steps of a row are real. Its result goes where the steps go, and is not drawn.
fn counts_steps(op: &Op) -> bool {
    op.name() == "length"
}

/// Column order of a part's kind, from data to decision.
fn kind(part: &PipelinePart) -> usize {
    match part {
        PipelinePart::Modality(_) => 0,
        PipelinePart::Encoder(_) => 1,
        PipelinePart::Mixture(_) => 2,
        PipelinePart::Head(_) => 3,
    }
}

fn node(plan: &Plan, part: &PipelinePart, steps: Vec<&Step>, row: usize, counted: &mut BTreeSet<ParamId>) -> FigureBox {
    let does: Vec<String> = steps.iter().flat_map(|step| words(&step.op)).collect();
    let own = steps.iter().flat_map(|step| step.params.iter()).filter(|id| counted.insert(**id));
    let parameters = own.filter_map(|id| plan.params.get(*id)).map(|param| param.shape.size() as u64).sum();
    let component = plan.loss.components.iter().find(|component| component.name == part.name());
    let mut title = match part {
        PipelinePart::Head(name) if name.contains('+') => "head".to_owned(),
        PipelinePart::Mixture(name) | PipelinePart::Head(name) => name.replace('+', " + "),
        PipelinePart::Modality(name) if plan.inputs.iter().any(|input| input.name == *name && input.optional) => {
            format!("{name}?")
        }
        PipelinePart::Modality(name) | PipelinePart::Encoder(name) => name.clone(),
    };
    if let (PipelinePart::Head(_), Some(weight)) = (part, component.map(|component| component.weight))
        && weight != 1.0
    {
        title += &format!(", weight {weight}");
    }
    let shape = steps.last().map(|step| step.shape.clone()).unwrap_or_else(|| Shape(vec![]));
    FigureBox { part: part.clone(), title, does: summary(&does).join(", "), shape, parameters, depth: 0, row }
}

/// Short name of an operation: `linear 64`. A fused activation is listed separately, and how many steps of a row are real is
/// not listed.
fn words(op: &Op) -> Vec<String> {
    if matches!(op, Op::Input(_)) || counts_steps(op) {
        return vec![];
    }
    op.call().split(" |> ").map(short).collect()
}

/// The name and the positional arguments of a call: `conv2d 8` of `conv2d(8, kernel: 3)`, `embedding 16` of `embedding(16) of 207
/// ids`.
fn short(call: &str) -> String {
    let (name, rest) = call.split_once('(').unwrap_or((call, ""));
    let mut depth = 0i32;
    let mut arguments = vec![String::new()];
    for letter in rest.chars() {
        match letter {
            ')' if depth == 0 => break,
            ',' if depth == 0 => arguments.push(String::new()),
            letter => {
                depth += i32::from("([{".contains(letter)) - i32::from(")]}".contains(letter));
                arguments.iter_mut().last().into_iter().for_each(|last| last.push(letter));
            }
        }
    }
    let positional =
        arguments.iter().map(|argument| argument.trim()).filter(|one| !one.is_empty() && !one.contains(':'));
    [name.trim()].into_iter().chain(positional).collect::<Vec<_>>().join(" ")
}

/// Gives every encoder its column, after the columns of those it reads; returns the number of columns.
fn depths(boxes: &mut [FigureBox], edges: &[(usize, usize)]) -> usize {
    for at in 0..boxes.len() {
        if matches!(boxes[at].part, PipelinePart::Encoder(_)) {
            let read = edges.iter().filter(|(_, to)| *to == at).map(|(from, _)| boxes[*from].depth);
            boxes[at].depth = read.max().unwrap_or_default() + 1;
        }
    }
    boxes.iter().map(|node| node.depth).max().unwrap_or_default()
}

fn loss(plan: &Plan) -> Vec<String> {
    let mut lines = vec!["class loss".to_owned()];
    match plan.loss.components.len() {
        1 => lines.push("cross-entropy".into()),
        _ => lines.extend(plan.loss.combination.caption()),
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn calls_are_shortened_without_stray_brackets() {
        for (call, expected) in [
            ("linear(64)", "linear 64"),
            ("conv2d(8, kernel: 3, stride: 2)", "conv2d 8"),
            ("embedding(16) of 207 ids", "embedding 16"),
            ("pad([2, 3], value: 0)", "pad [2, 3]"),
            ("relu", "relu"),
            ("batch_norm(eps: 0.001, momentum: 0.9)", "batch_norm"),
        ] {
            assert_eq!(short(call), expected);
        }
    }
}
