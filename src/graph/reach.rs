//! Reachability: what a node depends on, by petgraph's depth-first search.

use super::computation::Graph;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::stable_graph;
use petgraph::visit::{Dfs, Reversed};
use std::collections::BTreeSet;

impl Graph {
    /// All nodes that a node is computed from, and the node itself.
    pub fn dependencies(&self, node: stable_graph::NodeIndex) -> BTreeSet<stable_graph::NodeIndex> {
        let backwards = Reversed(&self.nodes);
        let mut search = Dfs::new(backwards, node);
        std::iter::from_fn(|| search.next(backwards)).collect()
    }
}

/// All indices reachable from `start` by edges between indices, including `start`.
pub fn reachable(edges: impl IntoIterator<Item = (usize, usize)>, start: usize) -> BTreeSet<usize> {
    let index = |number: usize| NodeIndex::<usize>::new(number);
    let edges = edges.into_iter().map(|(from, to)| (index(from), index(to)));
    let mut graph: DiGraph<(), (), usize> = DiGraph::from_edges(edges);
    while graph.node_count() <= start {
        graph.add_node(());
    }
    let mut search = Dfs::new(&graph, index(start));
    std::iter::from_fn(|| search.next(&graph)).map(NodeIndex::index).collect()
}

#[cfg(test)]
mod tests {
    use super::reachable;

    #[test]
    fn only_what_edges_lead_to_is_reached() {
        let edges = [(4, 2), (4, 3), (2, 0), (1, 0), (5, 4)];
        assert_eq!(reachable(edges, 4).into_iter().collect::<Vec<_>>(), [0, 2, 3, 4]);
        assert_eq!(reachable([], 7).into_iter().collect::<Vec<_>>(), [7]);
    }
}
