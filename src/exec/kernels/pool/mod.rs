//! Pools, over the steps of a sequence and over the pixels of an image.

mod attention;
mod image;
mod max;
mod sequence;
