//! From raw cells to the inputs of a plan: one input of the graph for each column, and the fitted transforms as operators.

mod image;
mod letters;
mod modality;
mod numbers;
mod raw_columns;
mod words;

pub(crate) use modality::prepared_name;
pub(super) use modality::{prepared_input, raw_input};
pub(crate) use raw_columns::RawColumn;
pub(super) use raw_columns::RawColumns;
