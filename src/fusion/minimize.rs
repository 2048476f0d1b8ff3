//! The least value of a smooth function of a few numbers, by limited-memory BFGS (Nocedal, 1980) with a line search that only
//! accepts a sufficient decrease. Deterministic, without bounds.

use std::collections::VecDeque;

const ITERATIONS: usize = 80;
/// Steps that the curvature is estimated from.
const MEMORY: usize = 8;
/// The share of the decrease predicted by the gradient that a step must reach (Armijo).
const SUFFICIENT: f64 = 1e-4;
/// The search ends where no partial derivative is larger.
const FLAT: f64 = 1e-7;

/// One step with the change of the gradient along it.
struct StepPair {
    step: Vec<f64>,
    change: Vec<f64>,
}

/// A point no worse than `start` where the gradient vanishes, or no step against it lowers the function. `function` gives a value
/// and its gradient. Where the value of the start is not finite it is returned as it is.
pub(super) fn minimize(start: Vec<f64>, function: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> Vec<f64> {
    let mut here = start;
    let (mut value, mut gradient) = function(&here);
    let mut pairs: VecDeque<StepPair> = VecDeque::new();
    for _ in 0..ITERATIONS {
        let finite = value.is_finite() && gradient.iter().all(|derivative| derivative.is_finite());
        if !finite || gradient.iter().all(|derivative| derivative.abs() < FLAT) {
            break;
        }
        let mut direction = descent(&gradient, &pairs);
        let mut derivative = dot(&direction, &gradient);
        if derivative >= 0.0 {
            pairs.clear();
            direction = gradient.iter().map(|derivative| -derivative).collect();
            derivative = dot(&direction, &gradient);
        }
        // Without curvature the length of the gradient says nothing about that of a step.
        let longest = direction.iter().fold(0.0, |most: f64, part| most.max(part.abs()));
        let mut length = if pairs.is_empty() { (0.5 / longest).min(1.0) } else { (2.0 / longest).min(1.0) };
        let found = loop {
            let next: Vec<f64> = here.iter().zip(&direction).map(|(at, part)| at + length * part).collect();
            let (next_value, next_gradient) = function(&next);
            if next_value <= value + SUFFICIENT * length * derivative && next_value < value {
                break Some((next, next_value, next_gradient));
            }
            length /= 2.0;
            if length < 1e-10 {
                break None;
            }
        };
        let Some((next, next_value, next_gradient)) = found else { break };
        let step = next.iter().zip(&here).map(|(to, from)| to - from).collect();
        let change = next_gradient.iter().zip(&gradient).map(|(to, from)| to - from).collect();
        let pair = StepPair { step, change };
        // The estimate stays positive definite only where the derivative grows along the step.
        if dot(&pair.step, &pair.change) > 1e-12 * dot(&pair.change, &pair.change) {
            pairs.push_back(pair);
            if pairs.len() > MEMORY {
                pairs.pop_front();
            }
        }
        (here, value, gradient) = (next, next_value, next_gradient);
    }
    here
}

/// `-H g` with the inverse `H` of the curvature as estimated from the pairs, by the recursion of two loops.
fn descent(gradient: &[f64], pairs: &VecDeque<StepPair>) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|derivative| -derivative).collect();
    let mut shares = vec![];
    for StepPair { step, change } in pairs.iter().rev() {
        let share = dot(step, &direction) / dot(step, change);
        add(&mut direction, change, -share);
        shares.push(share);
    }
    if let Some(StepPair { step, change }) = pairs.back() {
        let scale = dot(step, change) / dot(change, change);
        direction.iter_mut().for_each(|part| *part *= scale);
    }
    for (StepPair { step, change }, share) in pairs.iter().zip(shares.into_iter().rev()) {
        let correction = dot(change, &direction) / dot(step, change);
        add(&mut direction, step, share - correction);
    }
    direction
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], from: &[f64], factor: f64) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_in_a_curved_valley_and_of_a_quadratic() {
        // Rosenbrock's function, least at (1, 1).
        let valley = |x: &[f64]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            (a * a + 100.0 * b * b, vec![-2.0 * a - 400.0 * x[0] * b, 200.0 * b])
        };
        let found = minimize(vec![-1.2, 1.0], valley);
        assert!(found.iter().all(|at| (at - 1.0).abs() < 1e-5), "{found:?}");
        let bowl = |x: &[f64]| {
            let scaled = |at: usize| x[at] - at as f64;
            let curvature = |at: usize| 10f64.powi(at as i32 - 2);
            let value = (0..5).map(|at| 0.5 * curvature(at) * scaled(at).powi(2)).sum();
            (value, (0..5).map(|at| curvature(at) * scaled(at)).collect())
        };
        let found = minimize(vec![3.0; 5], bowl);
        assert!(found.iter().enumerate().all(|(at, found)| (found - at as f64).abs() < 1e-3), "{found:?}");
    }

    #[test]
    fn what_is_not_finite_is_not_entered() {
        let wall = |x: &[f64]| if x[0] > 1.0 { (f64::NAN, vec![f64::NAN]) } else { (-x[0], vec![-1.0]) };
        let found = minimize(vec![0.0], wall);
        assert!(found[0] <= 1.0 && found[0] > 0.9, "{found:?}");
        assert_eq!(minimize(vec![2.0], wall), [2.0]);
    }
}
