//! Removes what the loss does not need: encoders of other combines, modalities nobody reads.

use crate::graph::computation::Graph;

pub(in crate::graph) fn prune_dead(graph: &mut Graph) {
    let needed = graph.dependencies(graph.loss);
    graph.nodes.retain_nodes(|_, node| needed.contains(&node));
}
