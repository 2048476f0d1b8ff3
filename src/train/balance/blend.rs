//! Weights after Gradient-Blending (Wang et al., CVPR 2020): each component's loss counts by its generalization over the
//! square of its overfitting since the last estimate, `G / O^2`. The paper estimates them from separate trainings; here they
//! are those of the components as they train together.

use crate::exec::{Engine, ExecError, Params};
use crate::plan::LossSpec;
use crate::train::{BatchSource, evaluate};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The least overfitting that is divided by.
const LEAST: f64 = 0.01;

/// The mean losses of a component.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// On the training rows that have it.
    pub train: f64,
    /// On the validation rows that have it.
    pub valid: f64,
}

/// The losses of every component.
pub(super) fn measure(
    engine: &dyn Engine,
    params: &Arc<Params>,
    loss: &LossSpec,
    train: &dyn BatchSource,
    valid: &dyn BatchSource,
) -> Result<Vec<Losses>, ExecError> {
    let train = evaluate(engine, params, loss, train)?.scores.components;
    let valid = evaluate(engine, params, loss, valid)?.scores.components;
    let pairs = train.iter().zip(&valid);
    Ok(pairs.map(|(train, valid)| Losses { train: train.cross_entropy, valid: valid.cross_entropy }).collect())
}

/// The factors of the components, whose sum is their number; `None` where none of them generalized.
pub(super) fn factors(before: &[Losses], now: &[Losses]) -> Option<Vec<f64>> {
    let factor = |(before, now): (&Losses, &Losses)| {
        let generalization = before.valid - now.valid;
        let overfitting = (now.valid - now.train) - (before.valid - before.train);
        let factor = generalization.max(0.0) / overfitting.abs().max(LEAST).powi(2);
        if factor.is_finite() { factor } else { 0.0 }
    };
    let factors: Vec<f64> = before.iter().zip(now).map(factor).collect();
    let sum: f64 = factors.iter().sum();
    (sum > 0.0).then(|| factors.iter().map(|factor| factor / sum * factors.len() as f64).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overfits_counts_less() {
        let at = |train, valid| Losses { train, valid };
        let before = [at(1.0, 1.0), at(1.0, 1.0), at(1.0, 1.0)];
        // The same fall of the validation loss, with overfitting of 0.1 and 0.2; and one that got worse.
        let found = factors(&before, &[at(0.4, 0.5), at(0.3, 0.5), at(0.2, 1.1)]).unwrap();
        let expected = [3.0 * 4.0 / 5.0, 3.0 / 5.0, 0.0];
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?}");
        assert_eq!(factors(&before, &[at(0.4, 1.5), at(0.3, 1.5), at(0.2, 1.1)]), None);
        assert_eq!(factors(&[], &before), None);
    }
}
