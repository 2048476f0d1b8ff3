//! Normalisation, over the batch and over the features of a row.

mod batch_norm;
mod layer_norm;
mod standardize;
mod unit_logits;
