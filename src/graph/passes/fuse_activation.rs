//! Fuses an activation into the linear layer or the batch norm before it, if nothing else reads that: one pass over
//! the memory.

use crate::graph::computation::Graph;
use crate::ops::{Activation, BatchNorm, Linear, Op};

pub(in crate::graph) fn fuse_activation(graph: &mut Graph) {
    for node in graph.in_order() {
        let Some(Op::Activation(function)) = graph.nodes.node_weight(node).map(|node| node.op.clone()) else {
            continue;
        };
        let inputs = graph.inputs(node);
        let [before] = inputs.as_slice() else { continue };
        if graph.readers(*before).len() != 1 {
            continue;
        }
        let free = match &mut graph.nodes[*before].op {
            Op::Linear(Linear { activation: activation @ None, .. }) => activation,
            // A batch norm saves its output, which is not enough for the derivative of gelu.
            Op::BatchNorm(BatchNorm { activation: activation @ None, .. }) if function != Activation::Gelu => {
                activation
            }
            _ => continue,
        };
        *free = Some(function);
        graph.replace(node, *before);
    }
}
