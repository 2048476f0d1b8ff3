//! A graph as it is built: nodes in the order they are added, each constant once, inputs and outputs.

use super::element::{ElementType, Elements};
use super::proto::{
    AttributeProto, DimensionProto, GraphProto, NodeProto, TensorProto, TensorShapeProto, TensorTypeProto, TypeProto,
    ValueInfoProto,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// A value of the graph: an input, a constant, or the result of a node. The first of its sizes is that of the batch, but for
/// constants.
#[derive(Clone, Debug)]
pub(crate) struct GraphValue {
    /// Its name, unique in the graph.
    pub(crate) name: Rc<str>,
    /// The type of its elements.
    pub(crate) element: ElementType,
}

/// A graph that is being built. Methods take it by shared reference, so that calls nest as formulas do.
#[derive(Default)]
pub(crate) struct GraphBuilder {
    state: RefCell<GraphState>,
}

#[derive(Default)]
struct GraphState {
    graph: GraphProto,
    /// What is built, for names.
    scope: String,
    /// How many names begin with each scope and operator.
    names: BTreeMap<String, usize>,
    /// Constants by their content.
    constants: HashMap<Vec<u8>, GraphValue>,
}

/// The names of outputs, which no input has.
pub(crate) const OUTPUTS: [&str; 5] = ["label", "class", "probabilities", "class_losses", "weights"];

/// The size of the batch among sizes.
pub(crate) const BATCH: &str = "N";

impl GraphBuilder {
    /// Sets what the names of the nodes after begin with.
    pub(crate) fn enter(&self, scope: &str) {
        scope.clone_into(&mut self.state.borrow_mut().scope);
    }

    /// Adds an input: rows of these sizes.
    pub(crate) fn input(&self, name: &str, element: ElementType, sizes: &[usize]) -> GraphValue {
        self.state.borrow_mut().graph.input.push(value_info(name, element, sizes));
        GraphValue { name: name.into(), element }
    }

    /// Adds an output of this name: rows of these sizes.
    pub(crate) fn output(&self, name: &str, value: &GraphValue, sizes: &[usize]) {
        let mut state = self.state.borrow_mut();
        state.graph.node.push(NodeProto {
            input: vec![value.name.to_string()],
            output: vec![name.to_owned()],
            name: format!("output {name}"),
            op_type: "Identity".to_owned(),
            ..NodeProto::default()
        });
        state.graph.output.push(value_info(name, value.element, sizes));
    }

    /// Adds a node of a standard operator with one result.
    pub(crate) fn node(
        &self,
        operator: &str,
        inputs: &[&GraphValue],
        attributes: Vec<AttributeProto>,
        element: ElementType,
    ) -> GraphValue {
        let inputs = inputs.iter().map(|value| value.name.to_string()).collect();
        self.operator("", operator, inputs, attributes, element, 1).remove(0)
    }

    /// Adds a node of an operator in a domain, with inputs by name, of which an empty one is left out.
    pub(crate) fn operator(
        &self,
        domain: &str,
        operator: &str,
        inputs: Vec<String>,
        attribute: Vec<AttributeProto>,
        element: ElementType,
        results: usize,
    ) -> Vec<GraphValue> {
        let mut state = self.state.borrow_mut();
        let stem = format!("{}/{operator}", state.scope);
        let place = state.names.entry(stem.clone()).or_insert(0);
        *place += 1;
        let name = format!("{stem}_{place}");
        let output = |at: usize| if at == 0 { name.clone() } else { format!("{name}.{at}") };
        let output: Vec<String> = (0..results).map(output).collect();
        let values = output.iter().map(|name| GraphValue { name: name.as_str().into(), element }).collect();
        state.graph.node.push(NodeProto {
            input: inputs,
            output,
            name,
            op_type: operator.to_owned(),
            attribute,
            domain: domain.to_owned(),
        });
        values
    }

    /// States the type of a value that readers cannot infer, because its operator is of a domain that they do not know. The last
    /// of its sizes is not known.
    pub(crate) fn declare(&self, value: &GraphValue, sizes: &[usize]) {
        let mut info = value_info(&value.name, value.element, sizes);
        let unknown = DimensionProto { dim_value: None, dim_param: Some(format!("{} size", value.name)) };
        if let Some(shape) = info.kind.as_mut().and_then(|kind| kind.tensor_type.as_mut()?.shape.as_mut()) {
            shape.dim.push(unknown);
        }
        self.state.borrow_mut().graph.value_info.push(info);
    }

    /// A constant of these sizes.
    pub(crate) fn constant(&self, dims: &[usize], elements: &Elements) -> GraphValue {
        let tensor = elements.tensor("", dims);
        let key = prost::Message::encode_to_vec(&tensor);
        let mut state = self.state.borrow_mut();
        if let Some(known) = state.constants.get(&key) {
            return known.clone();
        }
        let name = format!("/constant_{}", state.constants.len());
        let value = GraphValue { name: name.as_str().into(), element: elements.element() };
        state.constants.insert(key, value.clone());
        state.graph.initializer.push(TensorProto { name, ..tensor });
        value
    }

    /// A constant of a name of its own, such as a weight; a name that is there already is used again.
    pub(crate) fn weight(&self, name: &str, dims: &[usize], numbers: &[f32]) -> GraphValue {
        let mut state = self.state.borrow_mut();
        let key = name.as_bytes().to_vec();
        if let Some(known) = state.constants.get(&key) {
            return known.clone();
        }
        let value = GraphValue { name: name.into(), element: ElementType::Float };
        state.graph.initializer.push(Elements::Floats(numbers.to_vec()).tensor(name, dims));
        state.constants.insert(key, value.clone());
        value
    }

    /// The graph, with this name.
    pub(crate) fn finish(self, name: &str) -> GraphProto {
        GraphProto { name: name.to_owned(), ..self.state.into_inner().graph }
    }
}

fn value_info(name: &str, element: ElementType, sizes: &[usize]) -> ValueInfoProto {
    let batch = DimensionProto { dim_value: None, dim_param: Some(BATCH.to_owned()) };
    let size = |size: &usize| DimensionProto { dim_value: Some(*size as i64), dim_param: None };
    let shape = TensorShapeProto { dim: std::iter::once(batch).chain(sizes.iter().map(size)).collect() };
    let tensor = TensorTypeProto { elem_type: element as i32, shape: Some(shape) };
    ValueInfoProto { name: name.to_owned(), kind: Some(TypeProto { tensor_type: Some(tensor) }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    #[test]
    fn each_constant_is_there_once_and_each_name_is_unique() {
        let graph = GraphBuilder::default();
        let x = graph.input("x", ElementType::Double, &[2]);
        graph.enter("sum");
        let one = graph.number(&x, 1.0);
        assert_eq!(one.name, graph.number(&x, 1.0).name);
        let y = graph.add(&graph.add(&x, &one), &one);
        assert_ne!(one.name, graph.constant(&[1], &Elements::Doubles(vec![1.0])).name);
        assert_eq!(graph.weight("w", &[2], &[1.0, 2.0]).name, graph.weight("w", &[2], &[1.0, 2.0]).name);
        graph.output("y", &y, &[2]);
        let graph = graph.finish("test");
        let names: Vec<&str> = graph.node.iter().map(|node| node.output[0].as_str()).collect();
        assert_eq!(names, ["sum/Add_1", "sum/Add_2", "y"]);
        assert_eq!(graph.initializer.len(), 3);
        assert_eq!((graph.input.len(), graph.output[0].name.as_str()), (1, "y"));
    }

    /// The bytes that the specification of protobuf gives: field numbers and wire types, lengths, little-endian numbers.
    #[test]
    fn the_bytes_of_a_tensor_are_those_of_the_format() {
        let tensor = Elements::Floats(vec![1.0]).tensor("a", &[1]);
        let expected = [0x08, 0x01, 0x10, 0x01, 0x42, 0x01, b'a', 0x4a, 0x04, 0, 0, 0x80, 0x3f];
        assert_eq!(tensor.encode_to_vec(), expected);
        let texts = Elements::Texts(vec!["é".to_owned()]).tensor("", &[1]);
        assert_eq!(texts.encode_to_vec(), [0x08, 0x01, 0x10, 0x08, 0x32, 0x02, 0xc3, 0xa9]);
    }
}
