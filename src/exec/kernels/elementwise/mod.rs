//! Functions of each number, and arithmetic of values of one shape.

pub(super) mod activation;
mod arithmetic;
mod dropout;
