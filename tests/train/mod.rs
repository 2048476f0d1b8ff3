//! Training from outside: optimizers, metrics, the loop and the model file.

mod checkpoint;
mod metrics;
mod optimizer;
mod real_engine;
pub(crate) mod softmax_regression;
mod trainer;
