//! Seeded randomness: named streams that never overlap, and the uniform draws made from them. Independent of the data.
//!
//! Everything is built on ChaCha8, whose output is fixed by its definition, and on draws written out here, so that the
//! same seed gives the same bits on every platform and with every version of the libraries.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The purpose of a random stream. Streams of different purposes are independent for equal seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The order of the training rows in an epoch.
    Order,
    /// The rows of a `fraction`.
    Split,
    /// The rows of a synthetic data set.
    Synthetic,
    /// Changes of the training rows.
    Augment,
    /// The modalities that a training step leaves out.
    Modalities,
    /// The noise in the gradient of a training step.
    Gradients,
    /// Corruptions of measured rows.
    Corruption,
}

/// The stream number `counter` of this purpose and seed.
pub(crate) fn stream(purpose: Purpose, seed: u64, counter: u64) -> ChaCha8Rng {
    let tag: &[u8; 8] = match purpose {
        Purpose::Order => b"order   ",
        Purpose::Split => b"split   ",
        Purpose::Synthetic => b"synthet ",
        Purpose::Augment => b"augment ",
        Purpose::Modalities => b"modality",
        Purpose::Gradients => b"gradient",
        Purpose::Corruption => b"corrupt ",
    };
    let mut key = [0u8; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(tag);
    let mut stream = ChaCha8Rng::from_seed(key);
    stream.set_stream(counter);
    stream
}

/// A uniform number in `0..bound`, without bias (Lemire 2019, "Fast random integer generation in an interval").
/// 0 where `bound` is 0.
pub(crate) fn below(random: &mut impl RngCore, bound: u64) -> u64 {
    if bound == 0 {
        return 0;
    }
    let rejected = bound.wrapping_neg() % bound;
    loop {
        let product = u128::from(random.next_u64()) * u128::from(bound);
        if product as u64 >= rejected {
            return (product >> 64) as u64;
        }
    }
}

/// A uniform number in [0, 1), a multiple of 2^-53.
pub(crate) fn uniform(random: &mut impl RngCore) -> f64 {
    (random.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// Brings the items into a uniformly random order (Fisher-Yates).
pub(crate) fn shuffle<T>(items: &mut [T], random: &mut impl RngCore) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(random, last as u64 + 1) as usize);
    }
}

/// The order in which epoch `epoch` visits `rows` rows: a uniformly random permutation of `0..rows`, decided by `seed`
/// and `epoch` alone.
///
/// It is a Fisher-Yates shuffle drawn from stream `epoch` of ChaCha8 keyed by the seed. `rows` must fit in 32 bits.
pub fn order(rows: usize, seed: u64, epoch: u64) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..rows as u32).collect();
    shuffle(&mut rows, &mut stream(Purpose::Order, seed, epoch));
    rows
}

/// The source of random changes of a training row. The same draw changes the same row in the same way, whatever
/// other rows are in its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// The seed of the training.
    pub seed: u64,
    /// The epoch, counted from 1.
    pub epoch: u64,
}

/// Uniform draws, one after the other.
#[derive(Debug)]
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// The draws that decide which modalities step `step` of a training leaves out.
    pub fn of_modalities(seed: u64, step: u64) -> Self {
        Self(stream(Purpose::Modalities, seed, step))
    }

    /// The draws of the noise in the gradient of step `step` of a training.
    pub fn of_gradients(seed: u64, step: u64) -> Self {
        Self(stream(Purpose::Gradients, seed, step))
    }

    /// The next number of the standard normal distribution (Box and Muller, 1958); it takes two uniform ones.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// The next number, in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        uniform(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Purpose, below, order, stream};
    use proptest::prelude::*;
    use rand_chacha::rand_core::RngCore as _;

    proptest! {
        #[test]
        fn an_order_is_a_permutation(rows in 0usize..300, seed: u64, epoch: u64) {
            let mut order = order(rows, seed, epoch);
            order.sort_unstable();
            prop_assert_eq!(order, (0..rows as u32).collect::<Vec<_>>());
        }

        #[test]
        fn draws_stay_below_their_bound(seed: u64, bound in 1u64..) {
            prop_assert!(below(&mut stream(Purpose::Split, seed, 0), bound) < bound);
        }
    }

    #[test]
    fn seeds_epochs_and_purposes_differ_and_repeat() {
        assert_eq!(order(50, 1, 3), order(50, 1, 3));
        assert_ne!(order(50, 1, 3), order(50, 1, 4));
        assert_ne!(order(50, 1, 3), order(50, 2, 3));
        let first = |purpose| stream(purpose, 7, 0).next_u64();
        assert_ne!(first(Purpose::Order), first(Purpose::Split));
    }

    #[test]
    fn every_order_of_three_is_equally_likely() {
        let mut counts = std::collections::BTreeMap::new();
        for epoch in 0..6000 {
            *counts.entry(order(3, 11, epoch)).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 6);
        // Chi-square with 5 degrees of freedom: 20.5 is exceeded with probability 0.001.
        let chi_square: f64 = counts.values().map(|n| (f64::from(*n) - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi_square < 20.5, "{chi_square}");
    }
}
