//! AGM (Li et al., ICCV 2023): the gradient of a component grows or shrinks as it falls behind or runs ahead of its usual
//! place among the others.

use crate::exec::ComponentSums;

/// The greatest exponent.
const MOST: f64 = 10.0;

/// `exp(alpha min(tau_v - r_v, 10))` with `r_v` of the losses of the batch and `tau_v` of their running means over the
/// steps before, which are brought up to date.
pub(super) fn factors(components: &[ComponentSums], means: &mut Vec<(f64, u64)>, alpha: f64) -> Vec<f64> {
    means.resize(components.len(), (0.0, 0));
    let loss = |sums: &ComponentSums| (sums.weight > 0.0).then(|| sums.neg_log_p / sums.weight);
    let losses: Vec<Option<f64>> = components.iter().map(loss).collect();
    let usual: Vec<Option<f64>> = means.iter().map(|(mean, steps)| (*steps > 0).then_some(*mean)).collect();
    let (now, usual) = (leads(&losses), leads(&usual));
    for ((mean, steps), loss) in means.iter_mut().zip(&losses) {
        if let Some(loss) = loss {
            *steps += 1;
            *mean += (loss - *mean) / *steps as f64;
        }
    }
    now.iter().zip(usual).map(|(now, usual)| (alpha * (usual - now).min(MOST)).exp()).collect()
}

/// `r_v = exp(1/(V - 1) sum over u of (s_u - s_v))` over those that have a loss; 1 where there is nothing to compare.
fn leads(losses: &[Option<f64>]) -> Vec<f64> {
    let lead = |(at, own): (usize, &Option<f64>)| {
        let Some(own) = own else { return 1.0 };
        let others = losses.iter().enumerate().filter(|(other, _)| *other != at).filter_map(|(_, loss)| *loss);
        let apart: Vec<f64> = others.map(|other| other - own).collect();
        if apart.is_empty() { 1.0 } else { (apart.iter().sum::<f64>() / apart.len() as f64).exp() }
    };
    losses.iter().enumerate().map(lead).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(neg_log_p: f64, weight: f64) -> ComponentSums {
        ComponentSums { weight, neg_log_p, p: 0.0 }
    }

    #[test]
    fn who_runs_ahead_of_its_usual_place_is_slowed() {
        let mut means = vec![];
        let near = |found: &[f64], expected: &[f64]| {
            assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-14), "{found:?}");
        };
        // Before any mean, both are expected level.
        let first = factors(&[sums(0.4, 1.0), sums(2.0, 2.0)], &mut means, 0.5);
        near(&first, &[(0.5 * (1.0 - 0.6f64.exp())).exp(), (0.5 * (1.0 - (-0.6f64).exp())).exp()]);
        assert_eq!(means, [(0.4, 1), (1.0, 1)]);
        let second = factors(&[sums(0.8, 1.0), sums(0.6, 1.0)], &mut means, 0.5);
        near(
            &second,
            &[(0.5 * (0.6f64.exp() - (-0.2f64).exp())).exp(), (0.5 * ((-0.6f64).exp() - 0.2f64.exp())).exp()],
        );
        near(&[means[0].0, means[1].0], &[0.6, 0.8]);
    }

    #[test]
    fn who_is_absent_keeps_its_mean() {
        let mut means = vec![(0.4, 3), (1.0, 3), (2.0, 1)];
        let found = factors(&[sums(0.5, 1.0), sums(0.0, 0.0), sums(0.0, 0.0)], &mut means, 0.5);
        assert_eq!(means[1..], [(1.0, 3), (2.0, 1)]);
        // Alone on its rows, it is level; its usual place is the lead.
        let usual = ((1.0 - 0.4 + 2.0 - 0.4) / 2.0f64).exp();
        assert!((found[0] - (0.5 * (usual - 1.0)).exp()).abs() < 1e-14, "{found:?}");
    }

    #[test]
    fn no_factor_is_beyond_its_bound() {
        let mut means = vec![(0.0, 1), (50.0, 1)];
        let found = factors(&[sums(9.0, 1.0), sums(0.0, 1.0)], &mut means, 0.3);
        assert_eq!(found[0], (0.3f64 * 10.0).exp());
    }
}
