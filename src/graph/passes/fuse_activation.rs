//! Puts an activation onto the linear layer before it, where nothing else reads that layer: one pass over the memory.

use crate::graph::Graph;
use crate::ops::Op;

pub(in crate::graph) fn fuse_activation(graph: &mut Graph) {
    for node in graph.in_order() {
        let Some(Op::Activation(function)) = graph.nodes.node_weight(node).map(|node| node.op.clone()) else {
            continue;
        };
        let inputs = graph.inputs(node);
        let [linear] = inputs.as_slice() else { continue };
        if graph.readers(*linear).len() != 1 {
            continue;
        }
        if let Op::Linear { activation: activation @ None, .. } = &mut graph.nodes[*linear].op {
            *activation = Some(function);
            graph.replace(node, *linear);
        }
    }
}
