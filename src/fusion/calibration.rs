//! From class losses to reported probabilities: `p = softmax(-l / (s T))` with a temperature `T` that is fitted to held-out
//! rows (Guo et al., 2017) and a scale `s` that puts rows with different components present on one footing.
//!
//! `softmax(-l)` of a multiplicative combination adds up the evidence of all components as if they were independent, and
//! is far too sure. Dividing by a positive number keeps the order of the classes: the decision never changes.

use serde::{Deserialize, Serialize};

/// What a class loss is divided by before the temperature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceScale {
    /// 1 on every row.
    #[default]
    One,
    /// The number of components that are present on the row.
    Count,
    /// The sum of the weights of the components that are present on the row.
    Weights,
}

/// How probabilities are computed from class losses. The default leaves them as they are: `softmax(-l)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// What class losses are divided by, beside the temperature.
    pub scale: EvidenceScale,
    /// `T` of the combination; above 1 where the class losses are too sure.
    pub temperature: f64,
    /// `T` of each component's own probabilities, in their order; 1 for all where it is empty.
    pub components: Vec<f64>,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { scale: EvidenceScale::One, temperature: 1.0, components: vec![] }
    }
}

impl EvidenceScale {
    /// Every scale, the plain one first.
    pub const ALL: [EvidenceScale; 3] = [EvidenceScale::One, EvidenceScale::Count, EvidenceScale::Weights];

    /// The divisor of a row with these components present. 1 where none is, and where their weights sum to 0.
    pub fn of_row(self, weights: &[f64], present: &[bool]) -> f64 {
        let there = || weights.iter().zip(present).filter(|(_, present)| **present).map(|(weight, _)| *weight);
        let scale = match self {
            EvidenceScale::One => 1.0,
            EvidenceScale::Count => there().count() as f64,
            EvidenceScale::Weights => there().sum(),
        };
        if scale > 0.0 { scale } else { 1.0 }
    }
}

impl Calibration {
    /// Whether it leaves every probability as it is.
    pub fn is_identity(&self) -> bool {
        *self == Self::default()
    }

    /// Whether its numbers fit a combination of so many components.
    pub fn fits(&self, components: usize) -> bool {
        let positive = |temperature: &f64| temperature.is_finite() && *temperature > 0.0;
        positive(&self.temperature)
            && self.components.iter().all(positive)
            && (self.components.is_empty() || self.components.len() == components)
    }

    /// `1 / (s T)`: the factor of a row's class losses.
    pub fn factor(&self, weights: &[f64], present: &[bool]) -> f64 {
        1.0 / (self.scale.of_row(weights, present) * self.temperature)
    }

    /// `1 / T` of one component.
    pub fn component_factor(&self, component: usize) -> f64 {
        1.0 / self.components.get(component).copied().unwrap_or(1.0)
    }
}

/// `softmax(-factor l)`, written to `probabilities`.
pub fn softmin(losses: &[f64], factor: f64, probabilities: &mut [f64]) {
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let mut sum = 0.0;
    for (probability, loss) in probabilities.iter_mut().zip(losses) {
        *probability = (factor * (least - loss)).exp();
        sum += *probability;
    }
    for probability in probabilities {
        *probability /= sum;
    }
}

/// `-log softmax(-factor l)` of one class, finite where the probability itself is too small for a number.
pub fn neg_log_softmin(losses: &[f64], factor: f64, class: usize) -> f64 {
    let own = losses.get(class).copied().unwrap_or(f64::NAN);
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    factor * (own - least) + losses.iter().map(|loss| (factor * (least - loss)).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_softmax_of_the_negative_losses() {
        let losses = [0.5, 2.0, 7.25];
        let mut found = [0.0; 3];
        softmin(&losses, Calibration::default().factor(&[1.0, 1.0], &[true, true]), &mut found);
        let sum: f64 = losses.iter().map(|loss| (-loss).exp()).sum();
        for (class, (found, loss)) in found.iter().zip(losses).enumerate() {
            assert!((found - (-loss).exp() / sum).abs() < 1e-15);
            assert!((neg_log_softmin(&losses, 1.0, class) - (loss + sum.ln())).abs() < 1e-14);
        }
    }

    #[test]
    fn a_temperature_keeps_the_order_and_goes_to_the_limits() {
        let losses = [3.0, 1.0, 900.0];
        for temperature in [1e-3, 0.5, 1.0, 40.0, 1e6] {
            let calibration = Calibration { temperature, ..Calibration::default() };
            let mut p = [0.0; 3];
            softmin(&losses, calibration.factor(&[], &[]), &mut p);
            assert!(p[1] >= p[0] && p[0] >= p[2] && (p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
        let mut p = [0.0; 3];
        softmin(&losses, 1e-9, &mut p);
        assert!(p.iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-6));
        assert!((neg_log_softmin(&losses, 1.0, 2) - 899.0).abs() < 0.2);
    }

    #[test]
    fn a_scale_counts_what_is_present() {
        let (weights, present) = ([1.0, 0.5, 2.0], [true, false, true]);
        let of = |scale: EvidenceScale| scale.of_row(&weights, &present);
        assert_eq!(EvidenceScale::ALL.map(of), [1.0, 2.0, 3.0]);
        assert_eq!(EvidenceScale::Count.of_row(&weights, &[false; 3]), 1.0);
        assert_eq!(EvidenceScale::Weights.of_row(&[0.0], &[true]), 1.0);
    }
}
