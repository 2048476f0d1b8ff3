//! Arithmetic on plain arrays, without tensors: products, convolutions, sums, sigmoids.

pub(in crate::exec) mod convolve;
pub(in crate::exec) mod gemm;
pub(in crate::exec) mod image;
pub(in crate::exec) mod product_rate;
pub(in crate::exec) mod sigmoid;
pub(in crate::exec) mod sums;
