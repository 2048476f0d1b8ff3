//! Convolutions, over the steps of a sequence and over images.

mod conv1d;
mod conv2d;
