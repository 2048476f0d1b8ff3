//! Relativistic kinematics in natural units: energies, momenta and masses in GeV. Draws only through the given stream.
//!
//! Functions of real numbers come from `libm`, so that they give the same bits on every platform.

use crate::data::random::uniform;
use rand_chacha::ChaCha8Rng;
use std::f64::consts::PI;
use std::ops::Add;

/// Energy and momentum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct FourVector {
    /// Energy.
    pub e: f64,
    /// Momentum across the beam.
    pub x: f64,
    /// Momentum across the beam.
    pub y: f64,
    /// Momentum along the beam.
    pub z: f64,
}

impl FourVector {
    /// From momentum across the beam, pseudorapidity, azimuth and mass.
    pub(super) fn from_pt_eta_phi_m(pt: f64, eta: f64, phi: f64, m: f64) -> Self {
        Self::from_momentum(pt * libm::cos(phi), pt * libm::sin(phi), pt * libm::sinh(eta), m)
    }

    /// From momentum and mass.
    pub(super) fn from_momentum(x: f64, y: f64, z: f64, m: f64) -> Self {
        Self { e: (x * x + y * y + z * z + m * m).sqrt(), x, y, z }
    }

    /// Invariant mass; 0 where rounding would make it imaginary.
    pub(super) fn mass(self) -> f64 {
        (self.e * self.e - self.x * self.x - self.y * self.y - self.z * self.z).max(0.0).sqrt()
    }

    /// Momentum across the beam.
    pub(super) fn pt(self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }

    /// Pseudorapidity; 0 for something at rest.
    pub(super) fn eta(self) -> f64 {
        let pt = self.pt();
        if pt > 0.0 { libm::asinh(self.z / pt) } else { 0.0 }
    }

    /// Azimuth in [-pi, pi].
    pub(super) fn phi(self) -> f64 {
        libm::atan2(self.y, self.x)
    }

    /// Distance in pseudorapidity and azimuth.
    pub(super) fn distance(self, other: Self) -> f64 {
        let eta = self.eta() - other.eta();
        let apart = (self.phi() - other.phi()).abs();
        let phi = if apart > PI { 2.0 * PI - apart } else { apart };
        (eta * eta + phi * phi).sqrt()
    }

    /// Boosts a momentum from the rest frame of `parent` to the frame in which `parent` moves.
    pub(super) fn boosted_with(self, parent: Self) -> Self {
        let m = parent.mass();
        if m <= 0.0 {
            return self;
        }
        let along = self.x * parent.x + self.y * parent.y + self.z * parent.z;
        let e = (self.e * parent.e + along) / m;
        let factor = (self.e + e) / (parent.e + m);
        Self { e, x: self.x + factor * parent.x, y: self.y + factor * parent.y, z: self.z + factor * parent.z }
    }
}

impl Add for FourVector {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { e: self.e + other.e, x: self.x + other.x, y: self.y + other.y, z: self.z + other.z }
    }
}

/// Decays `parent` into two particles of these masses, in any direction of its rest frame with equal probability.
pub(super) fn decay(parent: FourVector, masses: [f64; 2], random: &mut ChaCha8Rng) -> [FourVector; 2] {
    let cos = 2.0 * uniform(random) - 1.0;
    decay_at(parent, masses, cos, 2.0 * PI * uniform(random))
}

/// Decays `parent` into two particles; the first leaves under this polar angle's cosine to the beam and this azimuth.
pub(super) fn decay_at(parent: FourVector, [first, second]: [f64; 2], cos: f64, phi: f64) -> [FourVector; 2] {
    let m = parent.mass();
    let (sum, difference) = (first + second, first - second);
    let p = ((m * m - sum * sum) * (m * m - difference * difference)).max(0.0).sqrt() / (2.0 * m);
    let across = p * (1.0 - cos * cos).max(0.0).sqrt();
    let (x, y, z) = (across * libm::cos(phi), across * libm::sin(phi), p * cos);
    [FourVector::from_momentum(x, y, z, first), FourVector::from_momentum(-x, -y, -z, second)]
        .map(|daughter| daughter.boosted_with(parent))
}

/// A mass from the Breit-Wigner (Cauchy) distribution around `mass` with full width `width`, within `lo..hi`.
pub(super) fn breit_wigner(mass: f64, width: f64, lo: f64, hi: f64, random: &mut ChaCha8Rng) -> f64 {
    let half = width / 2.0;
    let (from, to) = (libm::atan((lo - mass) / half), libm::atan((hi - mass) / half));
    (mass + half * libm::tan(from + (to - from) * uniform(random))).clamp(lo, hi.max(lo))
}

/// A standard normal number (Box and Muller 1958).
pub(super) fn normal(random: &mut ChaCha8Rng) -> f64 {
    let radius = (2.0 * exponential(random)).sqrt();
    radius * libm::cos(2.0 * PI * uniform(random))
}

/// An exponential number of mean 1.
pub(super) fn exponential(random: &mut ChaCha8Rng) -> f64 {
    -libm::log(1.0 - uniform(random))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::random::{Purpose, stream};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_decay_conserves_momentum_and_makes_the_masses(seed: u64, pt in 0.0..300.0f64, eta in -3.0..3.0f64, m in 100.0..500.0f64) {
            let mut random = stream(Purpose::Synthetic, seed, 0);
            let parent = FourVector::from_pt_eta_phi_m(pt, eta, 1.0, m);
            prop_assert!((parent.mass() - m).abs() < 1e-6 * parent.e);
            let [a, b] = decay(parent, [80.0, 5.0], &mut random);
            let sum = a + b;
            for (part, whole) in [(sum.e, parent.e), (sum.x, parent.x), (sum.y, parent.y), (sum.z, parent.z)] {
                prop_assert!((part - whole).abs() < 1e-9 * parent.e);
            }
            prop_assert!((a.mass() - 80.0).abs() < 1e-6 * parent.e && (b.mass() - 5.0).abs() < 1e-4 * parent.e);
        }

        #[test]
        fn angles_are_those_given(pt in 1.0..300.0f64, eta in -3.0..3.0f64, phi in -3.1..3.1f64) {
            let v = FourVector::from_pt_eta_phi_m(pt, eta, phi, 0.0);
            prop_assert!((v.pt() - pt).abs() < 1e-9 && (v.eta() - eta).abs() < 1e-9 && (v.phi() - phi).abs() < 1e-9);
        }

        #[test]
        fn masses_stay_within_their_bounds(seed: u64) {
            let m = breit_wigner(80.4, 2.1, 60.0, 100.0, &mut stream(Purpose::Synthetic, seed, 0));
            prop_assert!((60.0..=100.0).contains(&m));
        }
    }

    #[test]
    fn draws_have_the_moments_of_their_distributions() {
        let mut random = stream(Purpose::Synthetic, 3, 0);
        let n = 40_000;
        let normals: Vec<f64> = (0..n).map(|_| normal(&mut random)).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        assert!(mean(&normals).abs() < 0.02);
        assert!((mean(&normals.iter().map(|x| x * x).collect::<Vec<_>>()) - 1.0).abs() < 0.03);
        let exponentials: Vec<f64> = (0..n).map(|_| exponential(&mut random)).collect();
        assert!((mean(&exponentials) - 1.0).abs() < 0.03);
    }
}
