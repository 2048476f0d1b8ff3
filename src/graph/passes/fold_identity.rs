//! Removes identities: `x * 1`, `dropout(0)`, the sum of one value, `flatten` of a vector.

use crate::graph::computation::Graph;
use crate::ops::{AffineOp, Dropout, Op};

pub(in crate::graph) fn fold_identity(graph: &mut Graph) {
    for node in graph.in_order() {
        let inputs = graph.inputs(node);
        let [input] = inputs.as_slice() else { continue };
        let nothing = match graph.nodes[node].op {
            Op::Affine(AffineOp { scale, offset }) => scale == 1.0 && offset == 0.0,
            Op::Dropout(Dropout { p }) => p == 0.0,
            Op::Flatten | Op::PadChannels(_) => graph.nodes[node].shape == graph.nodes[*input].shape,
            Op::Concat | Op::Sum | Op::Mean => true,
            _ => false,
        };
        if nothing {
            graph.replace(node, *input);
        }
    }
}
