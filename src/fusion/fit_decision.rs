//! Fits the `beta` of decisions and a temperature of each component to held-out rows: numbers of least log loss of
//! `softmax(-l / T)`, with the logits of component `i` divided by `T_i` in both `p_i` and `q_i`. They are kept where they
//! lower the log loss of rows that they were not fitted to by more than its standard error, and where enough of the rows are
//! decided wrongly.

use super::calibration::{neg_log_softmin, softmin};
use super::class_loss::ClassLoss;
use super::combination::Combination;
use super::decision::Decision;
use super::minimize::minimize;
use super::multiplicative::Multiplicative;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Number of folds of the cross-fitting.
const FOLDS: usize = 5;
/// Fewer held-out rows than this say nothing.
const FEWEST_ROWS: usize = 4 * FOLDS;
/// So many numbers of rows, components and classes are read; of more, evenly spaced rows.
const MOST_CELLS: usize = 400_000;
/// So many rows have to be decided wrongly for each number that is fitted: ten events a variable, as for logistic regressions
/// (Peduzzi et al., 1996). The rows that are right say little else than that logits may grow.
const ERRORS_A_NUMBER: usize = 10;
/// The search for `beta` begins here where that of the training is smaller.
const LEAST_BETA: f64 = 0.05;

/// Held-out rows as decisions see them: what each component alone makes of them.
#[derive(Clone, Debug)]
pub struct DecisionRows<'a> {
    /// Number of classes.
    pub classes: usize,
    /// `-log p_i^k` of each component, `rows * classes`.
    pub neg_log_p: Vec<&'a [f64]>,
    /// The rows on which each component is present; `None` for all of them.
    pub present: Vec<Option<&'a [bool]>>,
    /// The class of each row.
    pub labels: &'a [u32],
    /// See [`Decision::log_prior`].
    pub log_prior: &'a [f64],
}

/// Which numbers of a decision are fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionForm {
    /// None: as the training left it.
    Trained,
    /// `beta`.
    Beta,
    /// `beta` and a temperature of each component.
    Temperatures,
}

impl DecisionForm {
    /// How many numbers it fits over so many components, besides a temperature of the whole.
    fn numbers(self, components: usize) -> usize {
        match self {
            DecisionForm::Trained => 0,
            DecisionForm::Beta => 1,
            DecisionForm::Temperatures => 1 + components,
        }
    }
}

/// A decision with the measurements that chose it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionFit {
    /// Which numbers are fitted.
    pub form: DecisionForm,
    /// The numbers.
    #[serde(flatten)]
    pub decision: Decision,
    /// Held-out rows that were used.
    pub rows: usize,
    /// How many of them are decided wrongly as trained.
    pub errors: usize,
    /// The log loss of these rows under each form that there are errors enough for, every row by numbers that were fitted to the other rows (cross-fitted in 5
    /// folds). Empty where there are too few rows.
    pub log_loss: IndexMap<DecisionForm, f64>,
    /// The standard error of the difference between the log loss as trained and the least one, by the differences of the rows.
    pub standard_error: Option<f64>,
}

/// Fits the decision of `rule` over components of these weights. With `calibrated`, each form is measured with a
/// temperature of the whole, as it would be reported; without, as it is.
pub fn fit_decision(rows: &DecisionRows<'_>, rule: &Multiplicative, weights: &[f64], calibrated: bool) -> DecisionFit {
    let cells = (weights.len() * rows.classes).max(1);
    let step = (rows.labels.len() * cells).div_ceil(MOST_CELLS).max(1);
    let which: Vec<usize> = (0..rows.labels.len()).step_by(step).collect();
    let trained = Decision { log_prior: rows.log_prior.to_vec(), ..Decision::default() };
    let mut fit = DecisionFit {
        form: DecisionForm::Trained,
        decision: trained,
        rows: which.len(),
        errors: 0,
        log_loss: IndexMap::new(),
        standard_error: None,
    };
    if which.len() < FEWEST_ROWS || weights.len() < 2 {
        return fit;
    }
    let fitting = |form| FormFit { rows, rule, weights, form, calibrated };
    fit.errors = fitting(DecisionForm::Trained).errors(&which);
    let mut forms = vec![DecisionForm::Trained, DecisionForm::Beta, DecisionForm::Temperatures];
    forms.retain(|form| fit.errors >= ERRORS_A_NUMBER * form.numbers(weights.len()));
    let losses: Vec<Vec<f64>> = forms.iter().map(|form| fitting(*form).cross_fitted(&which)).collect();
    fit.log_loss.extend(forms.iter().copied().zip(losses.iter().map(|losses| mean(losses))));
    let least = least(&losses);
    fit.standard_error = Some(difference(&losses[0], &losses[least]).1);
    fit.form = forms[simplest(&losses, least)];
    if fit.form != DecisionForm::Trained {
        let fitting = fitting(fit.form);
        fit.decision = fitting.decision(&fitting.fitted(&which));
    }
    fit
}

fn mean(losses: &[f64]) -> f64 {
    losses.iter().sum::<f64>() / losses.len() as f64
}

/// The mean of the differences `a - b` of the same rows, and the standard error of that mean.
fn difference(a: &[f64], b: &[f64]) -> (f64, f64) {
    let apart: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let center = mean(&apart);
    let squares: f64 = apart.iter().map(|apart| (apart - center).powi(2)).sum();
    let count = apart.len() as f64;
    (center, (squares / (count - 1.0) / count).sqrt())
}

/// The place of the least mean loss; the first where none is a number.
fn least(losses: &[Vec<f64>]) -> usize {
    let (mut best, mut value) = (0, f64::INFINITY);
    for (at, losses) in losses.iter().enumerate() {
        if mean(losses) < value {
            (best, value) = (at, mean(losses));
        }
    }
    best
}

/// The first form, from the one with nothing fitted on, whose mean loss is beyond the least by no more than the standard error of
/// the difference: the rule of one standard error (Breiman et al., 1984), by paired differences. Of few rows that are decided
/// wrongly each has a large loss, and a gain that two or three of them make is within the error.
fn simplest(losses: &[Vec<f64>], least: usize) -> usize {
    let within = |form: &usize| {
        let (apart, error) = difference(&losses[*form], &losses[least]);
        apart <= error
    };
    (0..least).find(within).unwrap_or(least)
}

/// A form of decision over some held-out rows. Its numbers are, as logarithms, the temperature of the whole, `beta`, and the
/// temperature of each component; the derivative of those that are not fitted is 0.
struct FormFit<'a> {
    rows: &'a DecisionRows<'a>,
    rule: &'a Multiplicative,
    weights: &'a [f64],
    form: DecisionForm,
    calibrated: bool,
}

/// The numbers before those of the components.
const SHARED: usize = 2;

impl FormFit<'_> {
    fn start(&self) -> Vec<f64> {
        let mut start = vec![0.0; SHARED + self.weights.len()];
        start[1] = self.rule.beta.max(LEAST_BETA).ln();
        start
    }

    /// Whether a number is fitted, by its place.
    fn is_free(&self, at: usize) -> bool {
        match at {
            0 => self.calibrated,
            1 => self.form != DecisionForm::Trained,
            _ => self.form == DecisionForm::Temperatures,
        }
    }

    fn beta(&self, numbers: &[f64]) -> f64 {
        if self.is_free(1) { numbers[1].exp() } else { self.rule.beta }
    }

    fn decision(&self, numbers: &[f64]) -> Decision {
        let temperatures = numbers[SHARED..].iter().map(|log| log.exp());
        Decision {
            beta: self.is_free(1).then(|| self.beta(numbers)),
            temperatures: if self.is_free(SHARED) { temperatures.collect() } else { vec![] },
            log_prior: self.rows.log_prior.to_vec(),
        }
    }

    fn fitted(&self, which: &[usize]) -> Vec<f64> {
        minimize(self.start(), |numbers| self.objective(which, numbers))
    }

    /// The log loss of each row with numbers fitted to the rows of the other folds, fold by fold.
    fn cross_fitted(&self, which: &[usize]) -> Vec<f64> {
        let mut losses = Vec::with_capacity(which.len());
        for fold in 0..FOLDS {
            let of = |own: bool| {
                let places = which.iter().enumerate().filter(move |(at, _)| (at % FOLDS == fold) == own);
                places.map(|(_, row)| *row).collect::<Vec<usize>>()
            };
            let numbers = self.fitted(&of(false));
            let factor = (-numbers[0]).exp();
            let loss = |node: &ClassLoss, label: usize| neg_log_softmin(&node.row.losses, factor, label);
            self.visit(&of(true), &numbers, |node, label| losses.push(loss(node, label)));
        }
        losses
    }

    /// How many of the rows are decided wrongly before anything is fitted.
    fn errors(&self, which: &[usize]) -> usize {
        let mut errors = 0;
        self.visit(which, &self.start(), |node, label| errors += usize::from(node.decision() != label));
        errors
    }

    /// Computes each of the rows under these numbers.
    fn visit(&self, which: &[usize], numbers: &[f64], mut seen: impl FnMut(&ClassLoss, usize)) {
        let classes = self.rows.classes;
        let combination = Combination::Multiplicative(*self.rule);
        let mut node = ClassLoss::deciding(&combination, &self.decision(numbers), self.weights, classes);
        for row in which.iter().copied() {
            let components = self.rows.neg_log_p.iter().zip(&self.rows.present).enumerate();
            for (component, (neg_log_p, present)) in components {
                // log p are logits of the same probabilities.
                let own = &neg_log_p[row * classes..(row + 1) * classes];
                node.row.logits[component * classes..].iter_mut().zip(own).for_each(|(to, from)| *to = -from);
                node.row.present[component] = present.is_none_or(|present| present[row]);
            }
            node.forward();
            seen(&node, self.rows.labels[row] as usize);
        }
    }

    /// The mean log loss of the rows and its gradient in the logarithms of all numbers.
    ///
    /// Labels are smoothed as by Platt (1999), or rows that are all decided correctly would send the temperature to 0. `beta`
    /// and the temperatures of components are held near those of the training by a normal prior of deviation 1 on their
    /// logarithms, which weighs as much as one row: many components have few rows each.
    fn objective(&self, which: &[usize], numbers: &[f64]) -> (f64, Vec<f64>) {
        let (classes, count) = (self.rows.classes, which.len() as f64);
        let smoothing = 1.0 / (count + 2.0);
        let inverse = (-numbers[0]).exp();
        let beta = self.beta(numbers);
        let (mut value, mut gradient) = (0.0, vec![0.0; numbers.len()]);
        let (mut p, mut derivatives) = (vec![0.0; classes], LossDerivatives::new(self.weights.len(), classes));
        self.visit(which, numbers, |node, label| {
            let losses = &node.row.losses;
            softmin(losses, inverse, &mut p);
            let target = |class: usize| smoothing / classes as f64 + if class == label { 1.0 - smoothing } else { 0.0 };
            let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
            let mut log_sum = 0.0;
            for (class, loss) in losses.iter().enumerate() {
                let (above, pull) = (inverse * (loss - least), target(class) - p[class]);
                value += target(class) * above;
                log_sum += (-above).exp();
                gradient[0] -= pull * above;
                // The derivative by the class loss.
                p[class] = inverse * pull;
            }
            value += log_sum.ln();
            if self.is_free(1) {
                derivatives.add(node, beta, &p, &mut gradient[1..]);
            }
        });
        value /= count;
        let start = self.start();
        for (at, derivative) in gradient.iter_mut().enumerate() {
            let away = if at == 0 { 0.0 } else { numbers[at] - start[at] };
            value += 0.5 * away * away / count;
            *derivative = if self.is_free(at) { (*derivative + away) / count } else { 0.0 };
        }
        (value, gradient)
    }
}

/// The derivatives of the class losses of a row by `log beta` and the `log T_i`, for any `q`.
struct LossDerivatives {
    /// `w_i q_i^k (-log p_i^k + log prior^k)`, components x classes.
    terms: Vec<f64>,
    /// Of each class, the sum of `log (1 - p_i^k)`.
    rest: Vec<f64>,
    /// Of each class, the sum of the terms.
    sums: Vec<f64>,
}

impl LossDerivatives {
    fn new(components: usize, classes: usize) -> Self {
        Self { terms: vec![0.0; components * classes], rest: vec![0.0; classes], sums: vec![0.0; classes] }
    }

    /// Adds `sum_k by_loss^k dl^k` by `log beta` and by each `log T_i` to `gradient`, after [`ClassLoss::forward`].
    ///
    /// With `x = log p` over the temperature: `d(-log p^k) / dlog T = x^k - E[x]` and `dlog(1 - p^k) / dlog T =
    /// E[x] - E[x | not k]`.
    fn add(&mut self, node: &ClassLoss, beta: f64, by_loss: &[f64], gradient: &mut [f64]) {
        let (row, classes) = (&node.row, node.row.classes);
        let others = row.count_present().saturating_sub(1);
        let exponent = if others == 0 { 0.0 } else { 1.0 / others as f64 };
        self.rest.fill(0.0);
        self.sums.fill(0.0);
        for (at, term) in self.terms.iter_mut().enumerate() {
            let class = at % classes;
            let log_prior = row.log_prior.get(class).copied().unwrap_or(0.0);
            *term = row.weights[at / classes] * row.q[at] * (row.neg_log_p[at] + log_prior);
            self.rest[class] += row.log_rest[at];
            self.sums[class] += *term;
        }
        for component in (0..row.components()).filter(|component| row.present[*component]) {
            let cells = component * classes..(component + 1) * classes;
            let (neg_log_p, log_rest) = (&row.neg_log_p[cells.clone()], &row.log_rest[cells.clone()]);
            let p: Vec<f64> = neg_log_p.iter().map(|own| (-own).exp()).collect();
            let mean: f64 = p.iter().zip(neg_log_p).map(|(p, own)| -p * own).sum();
            let first = (1..classes).fold(0, |best, class| if p[class] > p[best] { class } else { best });
            for class in 0..classes {
                let term = self.terms[cells.start + class];
                gradient[0] += by_loss[class] * term * beta * exponent * (self.rest[class] - log_rest[class]);
                // Of the most probable class 1 - p may vanish: its others are added up by themselves.
                let without: f64 = if class == first {
                    let others = (0..classes).filter(|other| *other != class);
                    others.map(|other| -(-neg_log_p[other] - log_rest[class]).exp() * neg_log_p[other]).sum()
                } else {
                    (mean + p[class] * neg_log_p[class]) / (1.0 - p[class])
                };
                let own = row.weights[component] * row.q[cells.start + class] * (-neg_log_p[class] - mean);
                let pull = beta * exponent * (mean - without) * (self.sums[class] - term);
                gradient[1 + component] += by_loss[class] * (own + pull);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number of a low-discrepancy sequence, in 0 to 1.
    fn number(row: usize, by: f64) -> f64 {
        ((row + 1) as f64 * by).fract()
    }

    /// `-log softmax` of logits.
    fn neg_log_p(logits: &[f64]) -> Vec<f64> {
        let sum: f64 = logits.iter().map(|z| z.exp()).sum();
        logits.iter().map(|z| sum.ln() - z).collect()
    }

    /// Rows of three components over three classes: `knows` has the logits that the labels are drawn from; the second, which
    /// is missing on every fourth row, is wrong as often as right and `sure` times as sure; the third is nearly flat.
    struct Drawn {
        components: [Vec<f64>; 3],
        present: Vec<bool>,
        labels: Vec<u32>,
    }

    fn drawn(rows: usize, sure: f64) -> Drawn {
        let (mut components, mut labels) = ([vec![], vec![], vec![]], vec![]);
        for row in 0..rows {
            let logits = [0.754_877_666, 0.569_840_290, 0.430_159_709].map(|by| 4.0 * number(row, by));
            let noise = [0.618_033_988, 0.324_717_957, 0.214_079_302].map(|by| sure * number(row * 7 + 3, by));
            let flat = [0.1, 0.2, 0.3].map(|by| by * number(row, 0.819_172_513));
            let own = neg_log_p(&logits);
            let at = number(row, 0.732_050_807);
            let (first, second) = ((-own[0]).exp(), (-own[1]).exp());
            labels.push(if at < first { 0 } else { u32::from(at >= first + second) + 1 });
            components[0].extend(own);
            components[1].extend(neg_log_p(&noise));
            components[2].extend(neg_log_p(&flat));
        }
        Drawn { components, present: (0..rows).map(|row| row % 4 != 0).collect(), labels }
    }

    impl Drawn {
        fn rows<'a>(&'a self, log_prior: &'a [f64]) -> DecisionRows<'a> {
            DecisionRows {
                classes: 3,
                neg_log_p: self.components.iter().map(Vec::as_slice).collect(),
                present: vec![None, Some(&self.present), None],
                labels: &self.labels,
                log_prior,
            }
        }
    }

    const RULE: Multiplicative = Multiplicative { beta: 0.5, ..Multiplicative::CROSS_ENTROPY };

    #[test]
    fn derivatives_are_those_of_finite_differences() {
        let drawn = drawn(40, 6.0);
        let weights = [1.0, 0.5, 2.0];
        for log_prior in [vec![], [0.2f64, 0.5, 0.3].map(f64::ln).to_vec()] {
            let rows = drawn.rows(&log_prior);
            let form = DecisionForm::Temperatures;
            let fitting = FormFit { rows: &rows, rule: &RULE, weights: &weights, form, calibrated: true };
            let which: Vec<usize> = (0..40).collect();
            for point in [[0.0; 5], [0.4, -0.7, 0.3, -1.1, 0.6], [-0.5, 0.4, -2.0, 1.5, 0.1]] {
                let (_, gradient) = fitting.objective(&which, &point);
                for at in 0..5 {
                    let value = |by: f64| {
                        let mut moved = point;
                        moved[at] += by;
                        fitting.objective(&which, &moved).0
                    };
                    let difference = (value(1e-5) - value(-1e-5)) / 2e-5;
                    let apart = (difference - gradient[at]).abs();
                    assert!(apart < 1e-8 * difference.abs().max(1.0), "{point:?} {at}: {difference} {}", gradient[at]);
                }
            }
        }
    }

    /// A component that is sure of noise gets a high temperature, and rows that the numbers were not fitted to are decided
    /// better.
    #[test]
    fn noise_is_cooled_down_and_fresh_rows_gain() {
        let (all, weights) = (drawn(1200, 9.0), [1.0; 3]);
        let fit = fit_decision(&all.rows(&[]), &RULE, &weights, true);
        assert_eq!((fit.form, fit.rows), (DecisionForm::Temperatures, 1200));
        let [trained, fitted] = [DecisionForm::Trained, DecisionForm::Temperatures].map(|form| fit.log_loss[&form]);
        assert!(fitted < 0.9 * trained, "{:?}", fit.log_loss);
        assert!(fit.decision.temperatures[1] > 2.0 * fit.decision.temperatures[0], "{:?}", fit.decision);
        assert!(fit.decision.fits(3, 3) && fit.decision.is_fitted());
        assert!(fit.standard_error.is_some_and(|error| trained - fitted > 3.0 * error), "{fit:?}");
        assert_eq!(fit, fit_decision(&all.rows(&[]), &RULE, &weights, true));
    }

    #[test]
    fn a_gain_within_its_standard_error_fits_nothing() {
        let trained = vec![0.1; 100];
        let slightly: Vec<f64> = trained.iter().map(|loss| loss - 1e-4).collect();
        let choose = |losses: &[Vec<f64>]| simplest(losses, least(losses));
        // A gain that one row of a hundred makes: its mean is 0.0185, the standard error of it 0.019.
        let one = [vec![2.0], vec![0.1; 99]].concat();
        let without = [vec![0.1; 99], vec![0.15]].concat();
        assert_eq!(least(&[one.clone(), without.clone()]), 1);
        assert_eq!(choose(&[one.clone(), without.clone(), one.clone()]), 0);
        assert_eq!(choose(&[one.clone(), one, without]), 0);
        // A small gain on every row is none of chance.
        assert_eq!(choose(&[trained.clone(), slightly.clone(), trained.clone()]), 1);
        // Of two with a gain on every row, the later has to be beyond the earlier too.
        let mut mixed = slightly.clone();
        mixed[0] -= 0.02;
        mixed[1] += 0.005;
        assert_eq!(least(&[trained.clone(), slightly.clone(), mixed.clone()]), 2);
        assert_eq!(choose(&[trained.clone(), slightly, mixed]), 1);
        assert_eq!(choose(&[vec![f64::NAN; 9], vec![f64::NAN; 9], vec![f64::NAN; 9]]), 0);
        assert_eq!(choose(&[vec![f64::INFINITY; 9], vec![1.0; 9], vec![2.0; 9]]), 1);
    }

    /// Rows that are nearly all right: temperatures that cross-fitting would prefer are not fitted to a handful of errors.
    #[test]
    fn few_errors_stay_as_trained() {
        let mut sure = drawn(300, 1.0);
        for (row, label) in sure.labels.iter().enumerate() {
            let other = if row % 100 == 7 { (*label as usize + 1) % 3 } else { *label as usize };
            for component in &mut sure.components {
                component[3 * row..3 * row + 3].fill(2.5);
                component[3 * row + other] = 0.2;
            }
        }
        let fit = fit_decision(&sure.rows(&[]), &RULE, &[1.0; 3], true);
        assert_eq!((fit.form, fit.errors, fit.log_loss.len()), (DecisionForm::Trained, 3, 1));
        let numbers =
            [DecisionForm::Trained, DecisionForm::Beta, DecisionForm::Temperatures].map(|form| form.numbers(3));
        assert_eq!(numbers, [0, 1, 4]);
    }

    #[test]
    fn few_rows_and_one_component_stay_as_trained() {
        let few = drawn(FEWEST_ROWS - 1, 9.0);
        let fit = fit_decision(&few.rows(&[]), &RULE, &[1.0; 3], true);
        assert!(fit.form == DecisionForm::Trained && !fit.decision.is_fitted() && fit.log_loss.is_empty());
        let many = drawn(200, 9.0);
        let whole = many.rows(&[]);
        let alone = DecisionRows { neg_log_p: whole.neg_log_p[..1].to_vec(), present: vec![None], ..whole };
        assert_eq!(fit_decision(&alone, &RULE, &[1.0], true).form, DecisionForm::Trained);
    }

    #[test]
    fn losses_that_are_no_numbers_leave_it_as_trained() {
        let mut bad = drawn(60, 2.0);
        bad.components[0][5] = f64::INFINITY;
        bad.components[1].fill(f64::NAN);
        let fit = fit_decision(&bad.rows(&[]), &RULE, &[1.0; 3], true);
        assert_eq!(fit.form, DecisionForm::Trained);
        assert!(!fit.decision.is_fitted());
    }
}
