//! The learned combiner of late fusion: `score^k = b^k + sum_i w_i log p_i^k`, a weight for every component and a bias
//! for every class, fitted to held-out rows by Newton's method. The problem is convex: the optimum is unique.

use super::combiner::Combiner;

/// Held-out rows as a combination that is fitted sees them: what the components decide on each, and its class.
#[derive(Clone, Debug)]
pub struct HeldOutRows<'a> {
    /// Number of classes.
    pub classes: usize,
    /// `-log p_i^k` of each component, `rows * classes`; 0 on a row where the component is absent.
    pub neg_log_p: Vec<&'a [f64]>,
    /// The class of each row.
    pub labels: &'a [u32],
    /// The weight of each row; empty where every row weighs 1.
    pub weights: &'a [f64],
}

/// Lower bound of log probabilities: one confident and wrong decision would outweigh all other rows.
const FLOOR: f64 = -30.0;
/// Ridge that pulls weights to 1 and biases to 0, so that the optimum is unique for few rows or components that always
/// agree.
const RIDGE: f64 = 1e-3;
const ITERATIONS: usize = 100;

/// The combiner with a weight for each component and a bias for each class, as fitted to these rows.
pub(super) fn fit_combiner(held_out: &HeldOutRows<'_>) -> Combiner {
    let problem = Regression { held_out, components: held_out.neg_log_p.len() };
    let start: Vec<f64> =
        (0..problem.components + held_out.classes).map(|at| if at < problem.components { 1.0 } else { 0.0 }).collect();
    let mut answer = start;
    let mut value = problem.objective(&answer);
    for _ in 0..ITERATIONS {
        let (gradient, hessian) = problem.derivatives(&answer);
        if gradient.iter().all(|slope| slope.abs() < 1e-10) {
            break;
        }
        let step = solve(hessian, &gradient);
        // A full step, or the largest fraction of it that decreases the loss.
        let mut length = 1.0;
        let found = loop {
            let next: Vec<f64> = answer.iter().zip(&step).map(|(at, step)| at - length * step).collect();
            let next_value = problem.objective(&next);
            if next_value < value {
                break Some((next, next_value));
            }
            length /= 2.0;
            if length < 1e-9 {
                break None;
            }
        };
        let Some((next, next_value)) = found else { break };
        (answer, value) = (next, next_value);
    }
    let bias = answer.split_off(problem.components);
    Combiner { weights: answer, bias }
}

struct Regression<'a> {
    held_out: &'a HeldOutRows<'a>,
    components: usize,
}

impl Regression<'_> {
    /// `log p_i^k` of a row; 0 where the component is absent, which leaves it out.
    fn log_p(&self, component: usize, row: usize, class: usize) -> f64 {
        (-self.held_out.neg_log_p[component][row * self.held_out.classes + class]).max(FLOOR)
    }

    /// The probabilities of a row, and minus the logarithm of that of its label.
    fn row(&self, answer: &[f64], row: usize) -> (Vec<f64>, f64) {
        let (weights, bias) = answer.split_at(self.components);
        let mut scores: Vec<f64> = bias.to_vec();
        for (component, weight) in weights.iter().enumerate() {
            for (class, score) in scores.iter_mut().enumerate() {
                *score += weight * self.log_p(component, row, class);
            }
        }
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = scores.iter().map(|score| (score - most).exp()).sum();
        let neg_log_p = most + sum.ln() - scores[self.held_out.labels[row] as usize];
        (scores.iter().map(|score| (score - most).exp() / sum).collect(), neg_log_p)
    }

    fn weight(&self, row: usize) -> f64 {
        self.held_out.weights.get(row).copied().unwrap_or(1.0)
    }

    /// The sum of the weights of the rows.
    fn total_weight(&self) -> f64 {
        (0..self.held_out.labels.len()).map(|row| self.weight(row)).sum()
    }

    fn objective(&self, answer: &[f64]) -> f64 {
        let rows = 0..self.held_out.labels.len();
        let mean = rows.map(|row| self.weight(row) * self.row(answer, row).1).sum::<f64>() / self.total_weight();
        mean + RIDGE / 2.0
            * answer.iter().enumerate().map(|(at, value)| self.deviation(at, *value).powi(2)).sum::<f64>()
    }

    /// The difference of a number from the value it is pulled to.
    fn deviation(&self, at: usize, value: f64) -> f64 {
        if at < self.components { value - 1.0 } else { value }
    }

    fn derivatives(&self, answer: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
        let (components, classes) = (self.components, self.held_out.classes);
        let size = answer.len();
        let (mut gradient, mut hessian) = (vec![0.0; size], vec![vec![0.0; size]; size]);
        let total = self.total_weight();
        for (row, label) in self.held_out.labels.iter().enumerate() {
            let share = self.weight(row) / total;
            let (p, _) = self.row(answer, row);
            let log_p: Vec<Vec<f64>> =
                (0..components).map(|i| (0..classes).map(|class| self.log_p(i, row, class)).collect()).collect();
            let mean: Vec<f64> = log_p.iter().map(|of| of.iter().zip(&p).map(|(x, p)| x * p).sum()).collect();
            for i in 0..components {
                gradient[i] += share * (mean[i] - log_p[i][*label as usize]);
                for j in 0..components {
                    let both: f64 = (0..classes).map(|class| p[class] * log_p[i][class] * log_p[j][class]).sum();
                    hessian[i][j] += share * (both - mean[i] * mean[j]);
                }
                for class in 0..classes {
                    let cross = share * p[class] * (log_p[i][class] - mean[i]);
                    hessian[i][components + class] += cross;
                    hessian[components + class][i] += cross;
                }
            }
            for class in 0..classes {
                gradient[components + class] += share * (p[class] - f64::from(u8::from(class == *label as usize)));
                hessian[components + class][components + class] += share * p[class];
                for other in 0..classes {
                    hessian[components + class][components + other] -= share * p[class] * p[other];
                }
            }
        }
        for at in 0..size {
            gradient[at] += RIDGE * self.deviation(at, answer[at]);
            hessian[at][at] += RIDGE;
        }
        (gradient, hessian)
    }
}

/// `H^-1 g` of a symmetric positive definite matrix, by Cholesky factorisation.
fn solve(mut factor: Vec<Vec<f64>>, gradient: &[f64]) -> Vec<f64> {
    let size = gradient.len();
    for column in 0..size {
        for row in column..size {
            let sum: f64 = (0..column).map(|k| factor[row][k] * factor[column][k]).sum();
            let left = factor[row][column] - sum;
            factor[row][column] = if row == column { left.max(1e-12).sqrt() } else { left / factor[column][column] };
        }
    }
    let mut x = gradient.to_vec();
    for row in 0..size {
        let sum: f64 = (0..row).map(|k| factor[row][k] * x[k]).sum();
        x[row] = (x[row] - sum) / factor[row][row];
    }
    for row in (0..size).rev() {
        let sum: f64 = (row + 1..size).map(|k| factor[k][row] * x[k]).sum();
        x[row] = (x[row] - sum) / factor[row][row];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `-log p` of components that have these probabilities of class 1 of two.
    fn neg_log_p(components: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let of = |p: &Vec<f64>| p.iter().flat_map(|p| [-(1.0 - p).ln(), -p.ln()]).collect();
        components.iter().map(of).collect()
    }

    fn held_out<'a>(neg_log_p: &'a [Vec<f64>], labels: &'a [u32]) -> HeldOutRows<'a> {
        HeldOutRows { classes: 2, neg_log_p: neg_log_p.iter().map(Vec::as_slice).collect(), labels, weights: &[] }
    }

    #[test]
    fn it_is_where_no_derivative_is_left_and_differences_agree() {
        let noise = |row: usize, by: usize| 0.05 + 0.9 * ((row * by % 97) as f64 / 97.0);
        let components = [(0..60).map(|row| noise(row, 13)).collect(), (0..60).map(|row| noise(row, 41)).collect()];
        let neg_log_p = neg_log_p(&components);
        let labels: Vec<u32> = (0..60).map(|row| u32::from(noise(row, 13) + 0.3 * noise(row, 7) > 0.6)).collect();
        let weights: Vec<f64> = (0..60).map(|row| f64::from(row % 4)).collect();
        let held_out = HeldOutRows { weights: &weights, ..held_out(&neg_log_p, &labels) };
        let problem = Regression { held_out: &held_out, components: 2 };
        let Combiner { weights: mut answer, bias } = fit_combiner(&held_out);
        answer.extend(bias);
        assert!(problem.derivatives(&answer).0.iter().all(|slope| slope.abs() < 1e-8));
        let elsewhere = [0.7, -0.2, 0.1, 0.4];
        let (gradient, hessian) = problem.derivatives(&elsewhere);
        for at in 0..4 {
            let moved = |by: f64| {
                let mut moved = elsewhere;
                moved[at] += by;
                moved
            };
            let difference = (problem.objective(&moved(1e-5)) - problem.objective(&moved(-1e-5))) / 2e-5;
            assert!((difference - gradient[at]).abs() < 1e-8, "{difference} {}", gradient[at]);
            let (up, down) = (problem.derivatives(&moved(1e-5)).0, problem.derivatives(&moved(-1e-5)).0);
            for (other, expected) in hessian[at].iter().enumerate() {
                assert!(((up[other] - down[other]) / 2e-5 - expected).abs() < 1e-7);
            }
        }
    }

    #[test]
    fn a_weight_is_as_many_rows() {
        let p = |row: u32| vec![0.1 + 0.8 * f64::from(row * 7 % 11) / 11.0, 0.1 + 0.8 * f64::from(row * 3 % 13) / 13.0];
        let times = |row: u32| row as usize % 3;
        let component = |at: usize, rows: &[u32]| rows.iter().map(|row| p(*row)[at]).collect::<Vec<f64>>();
        let once: Vec<u32> = (0..40).collect();
        let repeated: Vec<u32> = (0..40).flat_map(|row| std::iter::repeat_n(row, times(row))).collect();
        let of = |rows: &[u32], weights: &[f64]| {
            let labels: Vec<u32> = rows.iter().map(|row| row * 5 % 7 % 2).collect();
            let neg_log_p = neg_log_p(&[component(0, rows), component(1, rows)]);
            fit_combiner(&HeldOutRows { weights, ..held_out(&neg_log_p, &labels) })
        };
        let weights: Vec<f64> = once.iter().map(|row| times(*row) as f64).collect();
        let (weighted, repeated, plain) = (of(&once, &weights), of(&repeated, &[]), of(&once, &[]));
        let all = |of: &Combiner| of.weights.iter().chain(&of.bias).copied().collect::<Vec<f64>>();
        let apart =
            |a: &Combiner, b: &Combiner| all(a).iter().zip(all(b)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart(&weighted, &repeated) < 1e-9 && apart(&weighted, &plain) > 1e-3);
    }

    #[test]
    fn who_knows_counts_and_who_guesses_does_not() {
        let labels: Vec<u32> = (0..200).map(|row| (row % 2) as u32).collect();
        let knows = (0..200).map(|row| if row % 20 == 0 { 0.5 } else { 0.1 + 0.8 * f64::from(row % 2) }).collect();
        let guesses = (0..200).map(|row| if row * 7 % 11 < 5 { 0.2 } else { 0.8 }).collect();
        let Combiner { weights, .. } = fit_combiner(&held_out(&neg_log_p(&[knows, guesses]), &labels));
        assert!(weights[0] > 1.0 && weights[1].abs() < 0.3, "{weights:?}");
    }
}
