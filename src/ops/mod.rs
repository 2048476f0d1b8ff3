//! The operations a pipeline is made of: what each takes, what shape it makes, what it costs. Knows no tensors.

mod op;

pub use op::{Activation, Arithmetic, Op};
