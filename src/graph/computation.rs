//! The nodes and edges of a computation graph, with their queries.

use crate::diag::Span;
use crate::fusion::Combination;
use crate::ops::{BatchNorm, Linear, Op, Operation, ShapeError};
use crate::shape::Shape;
use crate::spec::{Init, LabelSpec, ModalitySpec};
use petgraph::Direction;
use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use petgraph::visit::EdgeRef;

/// One combine of a pipeline as a graph of operations that ends in its class loss.
#[derive(Clone, Debug)]
pub struct Graph {
    /// The pipeline's name.
    pub pipeline: String,
    /// The combine's name.
    pub combine: String,
    /// The modalities, as [`Op::Input`] counts them.
    pub modalities: Vec<ModalitySpec>,
    /// The label.
    pub label: LabelSpec,
    /// The initialisation of weights whose operation has none.
    pub init: Init,
    /// The weight of the regularizer of CML, where `train` sets it.
    pub cml: Option<f64>,
    /// Operations; an edge says which input of its target its source is.
    pub nodes: StableDiGraph<Node, usize>,
    /// The class loss; its inputs are the logits of the components.
    pub loss: NodeIndex,
    /// The components' names, in the order of the loss's inputs.
    pub components: Vec<String>,
}

/// One operation of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The operation.
    pub op: Op,
    /// The shape of one row of it.
    pub shape: Shape,
    /// The path of its weights; empty without.
    pub path: String,
    /// The order in the text: a node never precedes its inputs.
    pub order: usize,
    /// The expression it was made for.
    pub span: Span,
    /// The calls that led there, innermost first.
    pub calls: Vec<Span>,
}

impl Node {
    /// Its name in messages: `low_net.0 linear`.
    pub fn name(&self) -> String {
        let op = match &self.op {
            Op::Input(_) => return self.path.clone(),
            op @ (Op::Linear(Linear { activation: Some(activation), .. })
            | Op::BatchNorm(BatchNorm { activation: Some(activation), .. })) => {
                format!("{} + {}", op.name(), activation.name())
            }
            op => op.name().to_string(),
        };
        if self.path.is_empty() { op } else { format!("{} {op}", self.path) }
    }
}

impl Graph {
    /// The nodes that a node is computed from, in the order of its inputs.
    pub fn inputs(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let mut inputs: Vec<(usize, NodeIndex)> =
            self.nodes.edges_directed(node, Direction::Incoming).map(|edge| (*edge.weight(), edge.source())).collect();
        inputs.sort_unstable();
        inputs.into_iter().map(|(_, source)| source).collect()
    }

    /// The nodes that are computed from a node, each as often as it reads it.
    pub fn readers(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let mut readers: Vec<NodeIndex> =
            self.nodes.edges_directed(node, Direction::Outgoing).map(|edge| edge.target()).collect();
        readers.sort_unstable();
        readers
    }

    /// All nodes, each after those it is computed from; the same order every time.
    pub fn in_order(&self) -> Vec<NodeIndex> {
        let mut nodes: Vec<NodeIndex> = self.nodes.node_indices().collect();
        nodes.sort_by_key(|node| self.nodes[*node].order);
        nodes
    }

    /// Redirects all readers of `node` to `instead`, and removes `node`.
    pub fn replace(&mut self, node: NodeIndex, instead: NodeIndex) {
        let edges: Vec<(NodeIndex, usize)> =
            self.nodes.edges_directed(node, Direction::Outgoing).map(|edge| (edge.target(), *edge.weight())).collect();
        for (reader, port) in edges {
            self.nodes.add_edge(instead, reader, port);
        }
        self.nodes.remove_node(node);
    }

    /// The shape a node's operation makes of its inputs.
    ///
    /// # Errors
    /// If the operation does not take them.
    pub fn shape_of(&self, node: NodeIndex) -> Result<Shape, ShapeError> {
        let inputs = self.inputs(node);
        let shapes: Vec<&Shape> = inputs.iter().map(|input| &self.nodes[*input].shape).collect();
        match &self.nodes[node].op {
            Op::Input(_) => Ok(self.nodes[node].shape.clone()),
            op => op.shape(&shapes),
        }
    }

    /// The rule by which the components decide together.
    pub fn combination(&self) -> Option<(&Combination, &[f64])> {
        match &self.nodes[self.loss].op {
            Op::ClassLoss(loss) => Some((&loss.combination, &loss.weights)),
            _ => None,
        }
    }
}
