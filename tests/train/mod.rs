//! Training from outside: optimizers, metrics, the loop and the model file.

mod checkpoint;
mod metrics;
mod optimizer;
pub(crate) mod softmax_regression;
mod trainer;
