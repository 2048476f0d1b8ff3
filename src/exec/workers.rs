//! The threads that compute: the calling one, or those of its pool. The division of work never depends on their number.

use rayon::prelude::*;

/// The threads that compute an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Workers {
    /// The calling thread.
    One,
    /// The threads of the pool it is called in; a product in bands of so many rows of its result.
    Bands(usize),
}

impl Workers {
    /// The results of `work` for each part, in the order of the parts.
    pub(super) fn map<P: Send, R: Send>(self, parts: Vec<P>, work: impl Fn(usize, P) -> R + Send + Sync) -> Vec<R> {
        match self {
            Workers::One => parts.into_iter().enumerate().map(|(index, part)| work(index, part)).collect(),
            Workers::Bands(_) => parts.into_par_iter().enumerate().map(|(index, part)| work(index, part)).collect(),
        }
    }

    /// The results of `work` for each piece of `length` numbers, in their order.
    pub(super) fn pieces<R: Send>(
        self,
        numbers: &mut [f32],
        length: usize,
        work: impl Fn(usize, &mut [f32]) -> R + Send + Sync,
    ) -> Vec<R> {
        self.map(numbers.chunks_mut(length.max(1)).collect(), work)
    }
}
