//! The inputs of a whole graph: one for each column that is read, and one for the presence of each image that may be missing.

use crate::data::{CellType, InputColumn};
use crate::export::onnx::builder::{GraphBuilder, GraphValue, OUTPUTS};
use crate::export::onnx::element::ElementType;
use std::collections::BTreeMap;

/// A column that a graph reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RawColumn {
    /// The name of the input.
    pub(crate) input: String,
    /// The type of its elements.
    pub(crate) element: ElementType,
    /// The sizes of one row.
    pub(crate) sizes: Vec<usize>,
    /// The modality, by its place among the plan's inputs, and the column of it; no column where the input is the presence
    /// of the modality.
    pub(crate) source: (usize, Option<usize>),
}

/// The columns that a graph reads, each once.
pub(crate) struct RawColumns<'a> {
    graph: &'a GraphBuilder,
    /// The columns in the order they were added.
    pub(crate) columns: Vec<RawColumn>,
    /// The values by the name of the column and the type of its elements.
    known: BTreeMap<(String, i32, Vec<usize>), GraphValue>,
}

impl<'a> RawColumns<'a> {
    /// No columns.
    pub(crate) fn new(graph: &'a GraphBuilder) -> Self {
        Self { graph, columns: vec![], known: BTreeMap::new() }
    }

    /// The input of a column of numbers, `[N, width]`, or of lists, `[N, t, d]`.
    pub(crate) fn numbers(&mut self, modality: (usize, &str), at: usize, column: &InputColumn) -> GraphValue {
        let sizes = match column.cells {
            CellType::Number(width) => vec![width],
            CellType::Steps([steps, width]) => vec![steps, width],
            CellType::Word | CellType::Text | CellType::Image(_) => vec![1],
        };
        self.add(modality, Some(at), &column_name(column), ElementType::Double, sizes)
    }

    /// The input of a column of texts, `[N, 1]`.
    pub(crate) fn texts(&mut self, modality: (usize, &str), at: usize, column: &InputColumn) -> GraphValue {
        self.add(modality, Some(at), &column_name(column), ElementType::Text, vec![1])
    }

    /// The input of a column of images, `[N, c, h, w]`: bytes, or numbers where the column holds arrays of them.
    pub(crate) fn images(&mut self, modality: (usize, &str), column: &InputColumn, sizes: &[usize]) -> GraphValue {
        let element = match column.cells {
            CellType::Image(_) => ElementType::Uint8,
            _ => ElementType::Float,
        };
        self.add(modality, Some(0), &column_name(column), element, sizes.to_vec())
    }

    /// The input that says which rows have a modality, `[N, 1]`.
    pub(crate) fn presence(&mut self, modality: (usize, &str)) -> GraphValue {
        let name = format!("{}.present", modality.1);
        self.add(modality, None, &name, ElementType::Bool, vec![1])
    }

    fn add(
        &mut self,
        (place, modality): (usize, &str),
        at: Option<usize>,
        name: &str,
        element: ElementType,
        sizes: Vec<usize>,
    ) -> GraphValue {
        let key = (name.to_owned(), element as i32, sizes.clone());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        // A column that is read in two ways is two inputs, and none is called as an output.
        let taken = |name: &str| OUTPUTS.contains(&name) || self.columns.iter().any(|column| column.input == name);
        let mut input = name.to_owned();
        if taken(&input) {
            input = format!("{modality}.{name}");
        }
        while taken(&input) {
            input.push('_');
        }
        let value = self.graph.input(&input, element, &sizes);
        self.columns.push(RawColumn { input, element, sizes, source: (place, at) });
        self.known.insert(key, value.clone());
        value
    }
}

/// The name of a column, or its position where it has none.
fn column_name(column: &InputColumn) -> String {
    column.name.clone().unwrap_or_else(|| format!("column_{}", column.position))
}
