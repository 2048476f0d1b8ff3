//! The columns that a model reads, as a signature states them.

use crate::data::{CellType, Preprocessing};
use crate::plan::Plan;

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputColumnType {
    /// Numbers.
    Number,
    /// Several numbers, or steps of them.
    Numbers,
    /// Texts, words, dates.
    Text,
    /// Images: paths of files.
    Image,
}

/// A column that a model reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ModelColumn {
    /// Its name, or its position where it has none.
    pub(crate) name: String,
    /// What its cells are.
    pub(crate) cells: InputColumnType,
    /// Whether a row may lack it: every modality that reads it may be missing.
    pub(crate) optional: bool,
    /// The first modality that reads it, by its place among the plan's inputs, and the place of the column in it.
    pub(crate) source: (usize, usize),
}

/// The columns of the inputs of a plan, each once, in order.
pub(crate) fn model_columns(plan: &Plan, preprocessing: &Preprocessing) -> Vec<ModelColumn> {
    let mut columns: Vec<ModelColumn> = vec![];
    for (place, input) in plan.inputs.iter().enumerate() {
        let Some(fitted) = preprocessing.modality(&input.name) else { continue };
        for (at, column) in fitted.columns.iter().enumerate() {
            let name = column.shown();
            if let Some(known) = columns.iter_mut().find(|known| known.name == name) {
                known.optional &= fitted.optional;
                continue;
            }
            let cells = match column.cells {
                CellType::Number(1) => InputColumnType::Number,
                CellType::Number(_) | CellType::Steps(_) => InputColumnType::Numbers,
                CellType::Word | CellType::Text => InputColumnType::Text,
                CellType::Image(_) => InputColumnType::Image,
            };
            columns.push(ModelColumn { name, cells, optional: fitted.optional, source: (place, at) });
        }
    }
    columns
}
