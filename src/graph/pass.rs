//! Passes: rewrites of the graph in a fixed order, each checked to preserve the loss, the components and their shapes.

use super::computation::Graph;
use super::passes::fold_identity::fold_identity;
use super::passes::fuse_activation::fuse_activation;
use super::passes::prune_dead::prune_dead;
use crate::diag::{Code, Problem};

/// A rewrite of the graph that keeps its loss, the components and their shapes.
pub struct GraphPass {
    /// Its name.
    pub name: &'static str,
    /// The rewrite.
    pub run: fn(&mut Graph),
}

/// All passes, in order: dead nodes need no rewrite, and an identity node should not separate a linear layer
/// from its activation.
pub const PASSES: &[GraphPass] = &[
    GraphPass { name: "prune_dead", run: prune_dead },
    GraphPass { name: "fold_identity", run: fold_identity },
    GraphPass { name: "fuse_activation", run: fuse_activation },
];

/// Runs all passes.
///
/// # Errors
/// If a pass broke a shape or lost a component: a defect in `mmc`, reported as such.
pub fn optimize(mut graph: Graph) -> Result<Graph, Problem> {
    for pass in PASSES {
        (pass.run)(&mut graph);
        check(&graph, pass.name)?;
    }
    Ok(graph)
}

fn check(graph: &Graph, pass: &str) -> Result<(), Problem> {
    let broken = |what: &str, node| {
        let span = graph.nodes.node_weight(node).map(|node: &super::computation::Node| node.span).unwrap_or_default();
        Problem::error(Code::Internal, format!("the pass `{pass}` {what}")).at(span, "while working on this")
    };
    if graph.inputs(graph.loss).len() != graph.components.len() {
        return Err(broken("lost a component", graph.loss));
    }
    for node in graph.in_order() {
        if graph.shape_of(node).as_ref() != Ok(&graph.nodes[node].shape) {
            return Err(broken("changed a shape", node));
        }
        if graph.inputs(node).iter().any(|input| graph.nodes[*input].order >= graph.nodes[node].order) {
            return Err(broken("broke the order", node));
        }
    }
    Ok(())
}
