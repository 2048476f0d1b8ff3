//! The graph of one combine: every value of the pipeline as a node, its components joined by the class loss.

use super::computation::{Graph, Node};
use crate::ops::{ClassLossOp, Op};
use crate::sema::{Hir, HirCombine};
use petgraph::stable_graph::StableDiGraph;

/// Builds the graph of `combine`. It contains unused values too, which a pass removes.
pub fn build(hir: &Hir, combine: &HirCombine) -> Graph {
    let mut nodes = StableDiGraph::new();
    let mut indices = Vec::with_capacity(hir.values.len());
    for (order, value) in hir.values.iter().enumerate() {
        let node = nodes.add_node(Node {
            op: value.op.clone(),
            shape: value.shape.clone(),
            path: value.path.clone(),
            order,
            span: value.span,
            calls: value.calls.clone(),
        });
        for (port, input) in value.inputs.iter().enumerate() {
            nodes.add_edge(indices[*input], node, port);
        }
        indices.push(node);
    }
    let classes = hir.label.classes.count();
    let loss = nodes.add_node(Node {
        op: Op::ClassLoss(ClassLossOp {
            combination: combine.combination.clone(),
            weights: combine.components.iter().map(|component| component.weight).collect(),
        }),
        // With a score as the last number of each component, where the combination has scores.
        shape: crate::shape::Shape::vector(classes + usize::from(combine.combination.has_scores())),
        path: String::new(),
        order: hir.values.len(),
        span: combine.span,
        calls: vec![],
    });
    for (port, component) in combine.components.iter().enumerate() {
        nodes.add_edge(indices[component.logits], loss, port);
    }
    Graph {
        pipeline: hir.name.clone(),
        combine: combine.name.clone(),
        modalities: hir.modalities.clone(),
        label: hir.label.clone(),
        init: hir.train.init,
        cml: hir.train.cml.as_ref().map(|cml| cml.value),
        nodes,
        loss,
        components: combine.components.iter().map(|component| component.name.clone()).collect(),
    }
}
