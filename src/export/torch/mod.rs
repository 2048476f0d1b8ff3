//! A module of PyTorch as text: the layers of a plan, its combination with the numbers that were fitted, and the preparation
//! of rows by `preprocessing.json`.

mod layers;
mod literal;
mod module;
mod operation;

pub(crate) use module::torch_module;
