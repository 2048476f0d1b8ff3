//! A model that stays in memory and answers row by row, as a server needs it: what it reads of a row, the rows of a
//! request as a table, its predictions for them and how they were decided.

pub(crate) mod cell;
pub(crate) mod column;
pub(crate) mod model;
pub(crate) mod predictor;
