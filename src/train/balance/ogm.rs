//! OGM-GE (Peng et al., CVPR 2022): the encoder of the component that leads learns slower, and noise as large as its own
//! gradient is added to each.

use crate::data::Draws;
use crate::exec::ComponentSums;
use std::ops::Range;

/// `k_v = 1 - tanh(alpha r_v)` where `r_v > 1`, else 1, with `r_v` the mean of `p_v^y` over that of the others. A component
/// that no row of the batch has leads nobody.
pub(super) fn factors(components: &[ComponentSums], alpha: f64) -> Vec<f64> {
    let score = |sums: &ComponentSums| (sums.weight > 0.0).then(|| sums.p / sums.weight);
    let scores: Vec<Option<f64>> = components.iter().map(score).collect();
    let factor = |(at, own): (usize, &Option<f64>)| {
        let others: Vec<f64> =
            scores.iter().enumerate().filter(|(other, _)| *other != at).filter_map(|(_, score)| *score).collect();
        let lead = own.map_or(0.0, |own| own * others.len() as f64 / others.iter().sum::<f64>());
        if lead > 1.0 { 1.0 - (alpha * lead).tanh() } else { 1.0 }
    };
    scores.iter().enumerate().map(factor).collect()
}

/// Scales the matrices of each encoder and, with a seed and a step, adds normal noise to each with the standard deviation
/// of its gradient before it is scaled.
pub(super) fn modulate(
    gradient: &mut [f32],
    matrices: &[Vec<Range<usize>>],
    factors: &[f64],
    noise: Option<(u64, u64)>,
) {
    let mut draws = noise.map(|(seed, step)| Draws::of_gradients(seed, step));
    for (ranges, factor) in matrices.iter().zip(factors) {
        for range in ranges {
            let numbers = &mut gradient[range.clone()];
            let deviation = deviation(numbers) + 1e-8;
            for number in numbers {
                let noise = draws.as_mut().map_or(0.0, |draws| deviation * draws.normal());
                *number = (f64::from(*number) * factor + noise) as f32;
            }
        }
    }
}

/// The standard deviation, with the number less one as the divisor; 0 of one number.
fn deviation(numbers: &[f32]) -> f64 {
    let count = numbers.len() as f64;
    if count < 2.0 {
        return 0.0;
    }
    let mean = numbers.iter().map(|number| f64::from(*number)).sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|number| (f64::from(*number) - mean).powi(2)).sum();
    (squares / (count - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(p: f64, weight: f64) -> ComponentSums {
        ComponentSums { weight, neg_log_p: 0.0, p }
    }

    #[test]
    fn only_who_leads_is_slowed() {
        let found = factors(&[sums(6.0, 10.0), sums(1.5, 5.0)], 0.4);
        assert!((found[0] - (1.0 - 0.8f64.tanh())).abs() < 1e-15, "{found:?}");
        assert_eq!(found[1], 1.0);
        // Against the mean of two others.
        let found = factors(&[sums(0.9, 1.0), sums(0.5, 1.0), sums(0.1, 1.0)], 0.4);
        assert!((found[0] - (1.0 - 1.2f64.tanh())).abs() < 1e-15 && found[1..] == [1.0, 1.0], "{found:?}");
    }

    #[test]
    fn who_is_absent_is_left_out() {
        assert_eq!(factors(&[sums(0.0, 0.0), sums(3.0, 4.0)], 0.5), [1.0, 1.0]);
    }

    #[test]
    fn noise_has_the_deviation_of_the_gradient_and_repeats() {
        let count = 40_000;
        let before: Vec<f32> = (0..count).map(|at| if at % 2 == 0 { 0.25 } else { -0.15 }).collect();
        let noisy = |step| {
            let mut gradient = before.clone();
            gradient.push(7.0);
            modulate(&mut gradient, &[std::iter::once(0..count).collect()], &[0.5], Some((3, step)));
            assert_eq!(gradient[count], 7.0);
            gradient
        };
        assert_eq!(noisy(1), noisy(1));
        assert_ne!(noisy(1), noisy(2));
        let noise: Vec<f32> = noisy(1).iter().zip(&before).map(|(after, before)| after - 0.5 * before).collect();
        let found = deviation(&noise);
        // The deviation of a deviation is about itself over sqrt(2 n).
        assert!((found / 0.2 - 1.0).abs() < 5.0 / (2.0 * count as f64).sqrt(), "{found}");
    }
}
