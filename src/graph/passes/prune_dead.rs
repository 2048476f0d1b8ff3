//! Removes what the loss does not need: encoders of other combines, modalities nobody reads.

use crate::graph::Graph;
use std::collections::BTreeSet;

pub(in crate::graph) fn prune_dead(graph: &mut Graph) {
    let mut needed = BTreeSet::from([graph.loss]);
    let mut open = vec![graph.loss];
    while let Some(node) = open.pop() {
        for input in graph.inputs(node) {
            if needed.insert(input) {
                open.push(input);
            }
        }
    }
    graph.nodes.retain_nodes(|_, node| needed.contains(&node));
}
