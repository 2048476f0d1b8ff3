//! The computation graph of one combine, on petgraph: built from the resolved pipeline, rewritten by ordered passes.
//! Does not depend on tensors or syntax.

mod build;
mod computation;
mod pass;
mod passes;
mod reach;

pub use build::build;
pub use computation::{Graph, Node};
pub use pass::{GraphPass, PASSES, optimize};
pub use reach::reachable;
