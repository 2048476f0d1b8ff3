//! What a pipeline asks for, as plain data: the data set, the modalities, the training. No behaviour, a leaf.
//!
//! `sema` makes these from the file; `data`, `plan` and `train` act on them. Each part keeps the span it came from, so
//! that a problem found much later can point at the line that asked for it.

mod data;
mod facts;
mod loss;
mod optimizer;
mod train;

pub use data::*;
pub use facts::*;
pub use loss::*;
pub use optimizer::*;
pub use train::*;
