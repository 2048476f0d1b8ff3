//! One row of the class loss: the logits of its components, their log-probabilities, the class losses and the
//! gradient, in double precision. Arrays are reused from row to row.

/// The numbers of one row. Arrays over components and classes are laid out `C * K`, the classes of one component side
/// by side.
#[derive(Clone, Debug)]
pub struct LossRow {
    /// `w_i`: the weight of each component in the class losses.
    pub weights: Vec<f64>,
    /// `K`: the number of classes.
    pub classes: usize,
    /// `z`: set by the caller before [`LossRow::log_probabilities`].
    pub logits: Vec<f64>,
    /// The score of each component, set by the caller where components have one.
    pub scores: Vec<f64>,
    /// Which components are present on this row: set by the caller before [`LossRow::log_probabilities`].
    pub present: Vec<bool>,
    /// The epoch of the training, counted from 1, for losses that change with it; `None` outside of a training: as after
    /// the last. Set by the caller.
    pub epoch: Option<u64>,
    /// `T_i`: the positive number that the logits of each component are divided by; 1 in training, whose gradient knows no
    /// other. Set by the caller.
    pub temperatures: Vec<f64>,
    /// `log` of the prior probability of each class, where the decision counts it once; else empty, as in training. Set by
    /// the caller.
    pub log_prior: Vec<f64>,
    /// `-log p_i^k`: 0 where the component is absent.
    pub neg_log_p: Vec<f64>,
    /// `log (1 - p_i^k)`: 0 where the component is absent.
    pub log_rest: Vec<f64>,
    /// `q_i^k`: 0 where the component is absent.
    pub q: Vec<f64>,
    /// `l^k`; where no component is present 0 for every class, or with [`LossRow::log_prior`] its negative.
    pub losses: Vec<f64>,
    /// The gradient with respect to `z`, 0 where the component is absent.
    pub gradient: Vec<f64>,
    /// The gradient with respect to the scores, 0 where the component is absent.
    pub score_gradient: Vec<f64>,
    /// The loss of a label, where the gradient has made it since the logits were set.
    pub(super) known_loss: Option<(usize, f64)>,
    /// Numbers on the tape of the last gradient.
    pub(super) tape_length: usize,
    /// For each component, the sum over those before it; see [`LossRow::sum_without_each`].
    pub(super) before: Vec<f64>,
    /// For each component, the sum over those after it.
    pub(super) after: Vec<f64>,
}

/// The training loss of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowLoss {
    /// The loss of the label.
    pub loss: f64,
    /// Whether the row counts: no where boosting finds it right by more than the margin (equation 10). A row that does
    /// not count has loss 0 and no gradient.
    pub counts: bool,
}

impl LossRow {
    /// A row of `weights.len()` components with `classes` logits each, all of them present.
    pub fn new(weights: &[f64], classes: usize) -> Self {
        let (components, cells) = (weights.len(), weights.len() * classes);
        Self {
            weights: weights.to_vec(),
            classes,
            logits: vec![0.0; cells],
            scores: vec![0.0; components],
            present: vec![true; components],
            epoch: None,
            temperatures: vec![1.0; components],
            log_prior: vec![],
            neg_log_p: vec![0.0; cells],
            log_rest: vec![0.0; cells],
            q: vec![0.0; cells],
            losses: vec![0.0; classes],
            gradient: vec![0.0; cells],
            score_gradient: vec![0.0; components],
            known_loss: None,
            tape_length: 0,
            before: vec![0.0; components],
            after: vec![0.0; components],
        }
    }

    /// Number of components, present or not.
    pub fn components(&self) -> usize {
        self.weights.len()
    }

    /// Number of components present on this row.
    pub fn count_present(&self) -> usize {
        self.present.iter().filter(|present| **present).count()
    }

    /// Computes `-log p` and `log (1 - p)` of every component from its logits over its temperature.
    pub fn log_probabilities(&mut self) {
        let classes = self.classes;
        for component in 0..self.components() {
            let cells = component * classes..(component + 1) * classes;
            if self.present[component] {
                let temperature = self.temperatures[component];
                let (neg_log_p, log_rest) = (&mut self.neg_log_p[cells.clone()], &mut self.log_rest[cells.clone()]);
                if temperature == 1.0 {
                    log_probabilities(&self.logits[cells], neg_log_p, log_rest);
                } else {
                    let divided: Vec<f64> = self.logits[cells].iter().map(|logit| logit / temperature).collect();
                    log_probabilities(&divided, neg_log_p, log_rest);
                }
            } else {
                self.neg_log_p[cells.clone()].fill(0.0);
                self.log_rest[cells].fill(0.0);
            }
        }
    }

    /// The class of smallest loss (equation 7); the first of several.
    pub fn smallest_loss(&self) -> usize {
        let mut best = 0;
        for (class, loss) in self.losses.iter().enumerate() {
            if *loss < self.losses[best] {
                best = class;
            }
        }
        best
    }

    /// The sum of the cross-entropies of all components present.
    pub fn cross_entropies(&self, label: usize) -> f64 {
        (0..self.components()).map(|component| self.neg_log_p[component * self.classes + label]).sum()
    }

    /// `log sum_k exp(-l^k)`, and 0 where no component is present.
    pub fn log_sum_exp(&self) -> f64 {
        if !self.present.contains(&true) {
            return 0.0;
        }
        let least = self.losses.iter().copied().fold(f64::INFINITY, f64::min);
        self.losses.iter().map(|loss| (least - loss).exp()).sum::<f64>().ln() - least
    }

    /// Adds `own_i (p_i - e_y) + pull_i (r_i - e_y)` to the gradient, where `r_i` is the softmax over the other
    /// classes.
    pub fn add_gradient(&mut self, label: usize, own: impl Fn(usize) -> f64, pull: impl Fn(usize) -> f64) {
        for component in (0..self.present.len()).filter(|component| self.present[*component]) {
            let at = component * self.classes;
            let (own, pull) = (own(component), pull(component));
            let log_rest = self.log_rest[at + label];
            for class in 0..self.classes {
                let neg_log_p = self.neg_log_p[at + class];
                self.gradient[at + class] += if class == label {
                    -(own * log_rest.exp() + pull)
                } else if pull == 0.0 {
                    own * (-neg_log_p).exp()
                } else {
                    own * (-neg_log_p).exp() + pull * (-neg_log_p - log_rest).exp()
                };
            }
        }
    }

    /// Sums `value` over the components that come before and after each, so that their sum leaves out only itself:
    /// subtraction from the total would lose small terms.
    pub(super) fn sum_without_each(&mut self, value: impl Fn(usize) -> f64) {
        let mut sum = 0.0;
        for component in 0..self.present.len() {
            self.before[component] = sum;
            sum += value(component);
        }
        sum = 0.0;
        for component in (0..self.present.len()).rev() {
            self.after[component] = sum;
            sum += value(component);
        }
    }
}

/// `-log p^k` and `log (1 - p^k)` of the softmax of `logits`, to full relative precision at both ends.
///
/// With `e^k` the logarithm of the sum of exponentials over all classes but `k`, they are `softplus(e^k - z^k)` and
/// `-softplus(z^k - e^k)`.
fn log_probabilities(logits: &[f64], neg_log_p: &mut [f64], log_rest: &mut [f64]) {
    let mut first = 0;
    for (class, logit) in logits.iter().enumerate() {
        if *logit > logits[first] {
            first = class;
        }
    }
    let top = logits.get(first).copied().unwrap_or(0.0);
    let others = || logits.iter().enumerate().filter(|(class, _)| *class != first).map(|(_, logit)| *logit);
    let second = others().fold(f64::NEG_INFINITY, f64::max);
    let sum = 1.0 + others().map(|logit| (logit - top).exp()).sum::<f64>();
    for (class, logit) in logits.iter().enumerate() {
        // Leaving out a class other than the largest leaves the 1 of the largest in the sum.
        let rest = if class != first {
            top + (sum - (logit - top).exp()).ln()
        } else if second == f64::NEG_INFINITY {
            f64::NEG_INFINITY
        } else {
            second + others().map(|logit| (logit - second).exp()).sum::<f64>().ln()
        };
        let gap = logit - rest;
        let both = (-gap.abs()).exp().ln_1p();
        neg_log_p[class] = (-gap).max(0.0) + both;
        log_rest[class] = -(gap.max(0.0) + both);
    }
}
