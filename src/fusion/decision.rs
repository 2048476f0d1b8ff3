//! What decisions use in place of what the training used: another `beta`, a temperature of each component before the
//! product, the prior probabilities of the classes counted once. All of it concerns held-out and new rows only.

use serde::{Deserialize, Serialize};

/// The `beta` (equation 8) of decisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionBeta {
    /// That of the training.
    #[default]
    Trained,
    /// This one.
    Fixed(f64),
    /// One that is fitted to held-out rows after the training, with a temperature of each component; see
    /// [`super::fit_decision`].
    Fitted,
}

/// How often decisions count the prior probabilities of the classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorCount {
    /// With each component: the posterior probabilities that components learn contain the prior, so that their product
    /// contains it as often as `sum_i w_i q_i^k`.
    #[default]
    Each,
    /// Once: `(sum_i w_i q_i^k - 1) log prior^k` is subtracted from the log-score `-l^k`, the sum over the components that
    /// are present. A row without a component is decided by the prior alone.
    Once,
}

/// The numbers of decisions that are fitted to data. The default decides as the training did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The fitted `beta`; `None` where it is that of the plan.
    pub beta: Option<f64>,
    /// `T_i`: what the logits of each component are divided by before the product; 1 for all where it is empty.
    pub temperatures: Vec<f64>,
    /// `log` of the share of each class among the training rows, where the prior is counted once; else empty.
    pub log_prior: Vec<f64>,
}

impl DecisionBeta {
    /// Whether decisions are made with the `beta` of the training.
    pub fn is_trained(&self) -> bool {
        *self == Self::Trained
    }

    /// The end of the sentence for `mmc plan`.
    pub(super) fn description(self) -> String {
        match self {
            Self::Trained => String::new(),
            Self::Fixed(beta) => format!(", decided with beta = {beta}"),
            Self::Fitted => ", decided with a beta and temperatures fitted to held-out rows".into(),
        }
    }

    /// The line of a drawing.
    pub(super) fn caption(self) -> Option<String> {
        match self {
            Self::Trained => None,
            Self::Fixed(beta) => Some(format!("decided with {beta}")),
            Self::Fitted => Some("decided as fitted".into()),
        }
    }
}

impl PriorCount {
    /// Whether the prior is counted with each component.
    pub fn is_each(&self) -> bool {
        *self == Self::Each
    }

    /// The end of the sentence for `mmc plan`.
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Each => "",
            Self::Once => ", the prior counted once",
        }
    }
}

impl Decision {
    /// Whether its numbers fit so many components and classes.
    pub fn fits(&self, components: usize, classes: usize) -> bool {
        let positive = |number: &f64| number.is_finite() && *number > 0.0;
        let of = |numbers: &[f64], count: usize| numbers.is_empty() || numbers.len() == count;
        self.beta.as_ref().is_none_or(|beta| beta.is_finite() && *beta >= 0.0)
            && self.temperatures.iter().all(positive)
            && self.log_prior.iter().all(|log| log.is_finite() && *log <= 0.0)
            && of(&self.temperatures, components)
            && of(&self.log_prior, classes)
    }

    /// Whether a `beta` or temperatures were fitted.
    pub fn is_fitted(&self) -> bool {
        self.beta.is_some() || !self.temperatures.is_empty()
    }
}

/// `log` of the share of each class among rows of these weights, none where each weighs 1. Each class has one row of mean
/// weight more than there are, so that no share is 0.
pub fn log_prior(classes: usize, labels: &[u32], weights: &[f64]) -> Vec<f64> {
    let weight = |row: usize| weights.get(row).copied().unwrap_or(1.0);
    let total: f64 = (0..labels.len()).map(weight).sum();
    let one = if total > 0.0 { total / labels.len() as f64 } else { 1.0 };
    let mut of_class = vec![one; classes];
    for (row, label) in labels.iter().enumerate() {
        of_class[*label as usize] += weight(row);
    }
    let all: f64 = of_class.iter().sum();
    of_class.into_iter().map(|own| (own / all).ln()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prior_is_the_weighted_share_of_a_class() {
        let found = log_prior(3, &[0, 0, 1, 0], &[]);
        for (found, expected) in found.iter().zip([4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0f64]) {
            assert!((found - expected.ln()).abs() < 1e-15);
        }
        // A row of weight 3 among four that weigh 6: the mean is 1.5.
        let weighted = log_prior(2, &[0, 1, 1, 1], &[3.0, 1.0, 1.0, 1.0]);
        assert!((weighted[0] - 0.5f64.ln()).abs() < 1e-15 && (weighted[1] - 0.5f64.ln()).abs() < 1e-15);
        assert!(log_prior(2, &[], &[]).iter().all(|log| (log - 0.5f64.ln()).abs() < 1e-15));
        assert!(log_prior(2, &[1], &[0.0]).iter().all(|log| log.is_finite()));
    }
}
