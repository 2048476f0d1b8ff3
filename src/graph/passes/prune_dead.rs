//! Removes nodes the loss does not depend on: encoders of other combines, unused modalities.

use crate::graph::computation::Graph;

pub(in crate::graph) fn prune_dead(graph: &mut Graph) {
    let needed = graph.dependencies(graph.loss);
    graph.nodes.retain_nodes(|_, node| needed.contains(&node));
}
