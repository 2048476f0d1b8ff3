//! Fits a [`Calibration`] to held-out rows: one temperature by Newton's method on its logarithm, a scale for rows with
//! different components present, and on request a temperature for each component's own probabilities. Each is kept only
//! where it lowers the log loss of rows that it was not fitted to.

use crate::exec::Decisions;
use crate::fusion::{Calibration, DecisionFit, EvidenceScale, neg_log_softmin, softmin};
use crate::plan::LossSpec;
use crate::spec::{CalibrationMethod, Part};
use indexmap::IndexMap;
use serde::Serialize;

/// Number of folds of the cross-fitting.
const FOLDS: usize = 5;
/// Fewer held-out rows than this say nothing about a temperature.
const FEWEST_ROWS: usize = 2 * FOLDS;
const ITERATIONS: usize = 50;
/// Limit of `|log T|`: beyond, all classes are equally probable, or one is certain.
const LIMIT: f64 = 12.0;

/// How the calibration of a run was fitted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CalibrationRecord {
    /// The part of the data whose rows it was fitted to.
    pub part: Part,
    /// The calibration and its measurements.
    #[serde(flatten)]
    pub fit: CalibrationFit,
}

/// How the decisions of a run were fitted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionRecord {
    /// The part of the data whose rows they were fitted to.
    pub part: Part,
    /// The decision and its measurements.
    #[serde(flatten)]
    pub fit: DecisionFit,
}

/// A calibration and the measurements that decided for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CalibrationFit {
    /// The calibration of the model: the identity where none lowers the log loss.
    #[serde(flatten)]
    pub calibration: Calibration,
    /// Held-out rows that were used.
    pub rows: usize,
    /// Log loss of these rows without calibration.
    pub log_loss_before: f64,
    /// Log loss with a temperature for each scale that was tried, every row by a temperature fitted to the other rows
    /// (cross-fitted in 5 folds).
    pub log_loss_after: IndexMap<EvidenceScale, f64>,
}

/// Fits a calibration to what was decided on held-out rows without one.
pub fn fit_calibration(
    method: CalibrationMethod,
    loss: &LossSpec,
    decisions: &Decisions,
    labels: &[u32],
) -> CalibrationFit {
    let classes = decisions.classes;
    let whole = Evidence { losses: &decisions.class_losses, classes, labels, divisors: None, rows: None };
    let log_loss_before = whole.log_loss(|_| 1.0);
    let mut fit = CalibrationFit {
        calibration: Calibration::default(),
        rows: labels.len(),
        log_loss_before,
        log_loss_after: IndexMap::new(),
    };
    if method == CalibrationMethod::None || labels.len() < FEWEST_ROWS {
        return fit;
    }
    let weights: Vec<f64> = loss.components.iter().map(|component| component.weight).collect();
    let complete =
        decisions.components.iter().all(|component| component.present.iter().flatten().all(|present| *present));
    // Where all components are present on every row, a scale is the same number everywhere and part of the temperature.
    let scales = if complete { &EvidenceScale::ALL[..1] } else { &EvidenceScale::ALL[..] };
    let mut least = log_loss_before;
    for scale in scales {
        let divisors: Vec<f64> = (0..labels.len())
            .map(|row| {
                let present: Vec<bool> = decisions.components.iter().map(|of| of.is_present(row)).collect();
                scale.of_row(&weights, &present)
            })
            .collect();
        let evidence = Evidence { divisors: Some(&divisors), ..whole };
        let after = evidence.cross_fitted();
        fit.log_loss_after.insert(*scale, after);
        if after < least {
            least = after;
            fit.calibration =
                Calibration { scale: *scale, temperature: evidence.temperature(|_| true), ..Default::default() };
        }
    }
    if method == CalibrationMethod::PerComponent {
        let temperatures: Vec<f64> = decisions
            .components
            .iter()
            .map(|component| {
                let rows: Vec<usize> = (0..labels.len()).filter(|row| component.is_present(*row)).collect();
                let own = Evidence { losses: &component.neg_log_p, rows: Some(&rows), ..whole };
                let helps = rows.len() >= FEWEST_ROWS && own.cross_fitted() < own.log_loss(|_| 1.0);
                if helps { own.temperature(|_| true) } else { 1.0 }
            })
            .collect();
        if temperatures.iter().any(|temperature| *temperature != 1.0) {
            fit.calibration.components = temperatures;
        }
    }
    fit
}

/// Class losses of held-out rows with their labels.
#[derive(Clone, Copy)]
struct Evidence<'a> {
    /// Rows x classes.
    losses: &'a [f64],
    classes: usize,
    labels: &'a [u32],
    /// What the losses of each row are divided by; 1 for `None`.
    divisors: Option<&'a [f64]>,
    /// The rows that count; all for `None`.
    rows: Option<&'a [usize]>,
}

impl Evidence<'_> {
    fn count(&self) -> usize {
        self.rows.map_or(self.labels.len(), <[usize]>::len)
    }

    /// The class losses of the `at`-th row that counts, its divisor, its label.
    fn row(&self, at: usize) -> (&[f64], f64, usize) {
        let row = self.rows.map_or(at, |rows| rows[at]);
        let losses = &self.losses[row * self.classes..(row + 1) * self.classes];
        (losses, self.divisors.map_or(1.0, |divisors| divisors[row]), self.labels[row] as usize)
    }

    /// Mean `-log p` of the label, with a temperature for each row.
    fn log_loss(&self, temperature: impl Fn(usize) -> f64) -> f64 {
        let of_row = |at| {
            let (losses, divisor, label) = self.row(at);
            neg_log_softmin(losses, 1.0 / (divisor * temperature(at)), label)
        };
        (0..self.count()).map(of_row).sum::<f64>() / self.count() as f64
    }

    /// The log loss with temperatures fitted to the rows of the other folds.
    fn cross_fitted(&self) -> f64 {
        let folds: Vec<f64> = (0..FOLDS).map(|fold| self.temperature(|at| at % FOLDS != fold)).collect();
        self.log_loss(|at| folds[at % FOLDS])
    }

    /// The temperature of least log loss over some of the rows, by Newton's method on `u = log T`, so that it stays
    /// positive.
    ///
    /// Labels are smoothed as by Platt (1999): of `n` rows, a label has `(n + 1) / (n + 2)` and the rest is divided among all
    /// classes. So rows that are all predicted correctly do not send the temperature to 0.
    fn temperature(&self, fold: impl Fn(usize) -> bool) -> f64 {
        let rows: Vec<usize> = (0..self.count()).filter(|at| fold(*at)).collect();
        let smoothing = 1.0 / (rows.len() as f64 + 2.0);
        let mut u = 0.0;
        let mut best = self.objective(&rows, smoothing, u);
        for _ in 0..ITERATIONS {
            // Losses of a training that has diverged may be infinite: no temperature is better than another.
            if !best.value.is_finite() || !best.gradient.is_finite() || best.gradient.abs() < 1e-10 {
                break;
            }
            // The loss is convex in 1 / T and need not be in log T: where it is not, a step along the gradient.
            let newton = -best.gradient / best.curvature;
            let mut step = if best.curvature > 0.0 { newton } else { -best.gradient.signum() };
            step = step.clamp(-2.0, 2.0);
            let improved = loop {
                let next = (u + step).clamp(-LIMIT, LIMIT);
                let found = self.objective(&rows, smoothing, next);
                if found.value < best.value {
                    break Some((next, found));
                }
                step /= 2.0;
                if step.abs() < 1e-12 {
                    break None;
                }
            };
            let Some((next, found)) = improved else { break };
            (u, best) = (next, found);
        }
        u.exp()
    }

    /// Smoothed log loss over `rows` with its first and second derivative in `u = log T`.
    fn objective(&self, rows: &[usize], smoothing: f64, u: f64) -> Objective {
        let inverse = (-u).exp();
        let mut p = vec![0.0; self.classes];
        let (mut value, mut first, mut second) = (0.0, 0.0, 0.0);
        for at in rows {
            let (losses, divisor, label) = self.row(*at);
            let factor = inverse / divisor;
            softmin(losses, factor, &mut p);
            // With x = losses / divisor and a = 1 / T: d/da = E_target[x] - E_p[x], d2/da2 = Var_p[x]. Differences to the
            // least loss, so that nothing is lost where losses are large.
            let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
            let x = |class: usize| (losses[class] - least) / divisor;
            let target: f64 =
                (1.0 - smoothing) * x(label) + smoothing * (0..self.classes).map(x).sum::<f64>() / self.classes as f64;
            let mean: f64 = p.iter().enumerate().map(|(class, p)| p * x(class)).sum();
            let variance: f64 = p.iter().enumerate().map(|(class, p)| p * (x(class) - mean).powi(2)).sum();
            let log_sum = (0..self.classes).map(|class| (-inverse * x(class)).exp()).sum::<f64>().ln();
            value += inverse * target + log_sum;
            first += target - mean;
            second += variance;
        }
        let rows = rows.len().max(1) as f64;
        let (value, first, second) = (value / rows, first / rows, second / rows);
        // By the chain rule with a = exp(-u).
        Objective { value, gradient: -inverse * first, curvature: inverse * first + inverse * inverse * second }
    }
}

/// A value with its first and second derivative.
#[derive(Clone, Copy, Debug)]
struct Objective {
    value: f64,
    gradient: f64,
    curvature: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Class losses whose classes are drawn from `softmax(-l / T)`, by a low-discrepancy sequence.
    fn drawn(rows: usize, temperature: f64) -> (Vec<f64>, Vec<u32>) {
        let number = |row: usize, by: f64| ((row + 1) as f64 * by).fract();
        let (mut losses, mut labels) = (vec![], vec![]);
        for row in 0..rows {
            let own = [0.754_877_666, 0.569_840_290, 0.430_159_709].map(|by| 6.0 * number(row, by));
            let mut p = [0.0; 3];
            softmin(&own, 1.0 / temperature, &mut p);
            let at = number(row, 0.618_033_988_75);
            labels.push(if at < p[0] {
                0
            } else if at < p[0] + p[1] {
                1
            } else {
                2
            });
            losses.extend(own);
        }
        (losses, labels)
    }

    fn evidence<'a>(losses: &'a [f64], labels: &'a [u32]) -> Evidence<'a> {
        Evidence { losses, classes: 3, labels, divisors: None, rows: None }
    }

    #[test]
    fn the_temperature_that_made_the_labels_is_found_again() {
        for temperature in [0.4, 1.0, 2.5, 8.0] {
            let (losses, labels) = drawn(20_000, temperature);
            let found = evidence(&losses, &labels).temperature(|_| true);
            assert!((found / temperature).ln().abs() < 0.06, "{found} for {temperature}");
        }
    }

    #[test]
    fn losses_that_are_no_numbers_have_no_temperature() {
        let (mut losses, labels) = drawn(30, 2.0);
        for bad in [f64::NAN, f64::INFINITY] {
            losses[4] = bad;
            losses[5] = bad;
            losses[3] = bad;
            assert_eq!(evidence(&losses, &labels).temperature(|_| true), 1.0, "{bad}");
        }
    }

    #[test]
    fn derivatives_are_those_of_finite_differences() {
        let (losses, labels) = drawn(200, 2.0);
        let divisors: Vec<f64> = (0..200).map(|row| 1.0 + (row % 3) as f64).collect();
        let evidence = Evidence { divisors: Some(&divisors), ..evidence(&losses, &labels) };
        let rows: Vec<usize> = (0..200).collect();
        for u in [-1.5, 0.0, 0.7, 3.0] {
            let of = |u| evidence.objective(&rows, 0.01, u);
            let (low, here, high) = (of(u - 1e-5), of(u), of(u + 1e-5));
            assert!(((high.value - low.value) / 2e-5 - here.gradient).abs() < 1e-7, "{u}");
            assert!(((high.gradient - low.gradient) / 2e-5 - here.curvature).abs() < 1e-6, "{u}");
        }
    }

    #[test]
    fn rows_that_are_all_right_have_a_positive_temperature() {
        let losses: Vec<f64> = (0..40).flat_map(|row| [f64::from(row % 2), f64::from((row + 1) % 2), 2.0]).collect();
        let labels: Vec<u32> = (0..40).map(|row| row % 2).collect();
        let found = evidence(&losses, &labels).temperature(|_| true);
        assert!(found > 0.05 && found < 1.0, "{found}");
    }
}
