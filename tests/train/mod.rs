//! Training: optimizers, metrics, the loop and the model file.

mod balance;
mod checkpoints;
mod metrics;
mod model_file;
mod optimizer;
mod real_engine;
pub(crate) mod softmax_regression;
mod temperature;
mod trainer;
