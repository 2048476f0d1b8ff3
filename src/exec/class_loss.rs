//! The class loss of one row, its gradient and everything a decision needs of it, in double precision. Pure arithmetic:
//! knows no tensors, no batches and no layout.
//!
//! Names follow the paper: `z_i^k` the logit of class `k` of component `i`, `p_i = softmax(z_i)`,
//! `q_i^k = prod_{j != i} (1 - p_j^k)^(beta / (C - 1))` (equation 8) and `l^k = -sum_i w_i q_i^k log p_i^k` (equation 9).
//! A component that is absent on a row has no term there, and `C` counts those present. The loss of a row with label `y` is
//! `l^y`, or where it is normalized `l^y + log sum_k exp(-l^k)`.

use crate::spec::{Combination, Combiner, QGradient};

/// The class loss of one row at a time, with room for its intermediate values.
///
/// Arrays over components and classes are laid out `C * K`, the classes of one component side by side.
#[derive(Clone, Debug)]
pub struct ClassLoss {
    combination: Combination,
    weights: Vec<f64>,
    classes: usize,
    /// `z`: set by the caller before [`ClassLoss::forward`].
    pub logits: Vec<f64>,
    /// Which components have a say on this row: set by the caller before [`ClassLoss::forward`].
    pub present: Vec<bool>,
    /// `-log p_i^k`: 0 where the component is absent.
    pub surprise: Vec<f64>,
    /// `q_i^k`: 0 where the component is absent.
    pub q: Vec<f64>,
    /// `l^k`: 0 for every class where no component is present.
    pub losses: Vec<f64>,
    /// What [`ClassLoss::backward`] found: the gradient with respect to `z`, 0 where the component is absent.
    pub gradient: Vec<f64>,
    /// `log (1 - p_i^k)`
    log_rest: Vec<f64>,
    /// One number for each component, one way and the other.
    before: Vec<f64>,
    after: Vec<f64>,
}

/// What training makes of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowLoss {
    /// The loss of the label.
    pub loss: f64,
    /// Whether the row counts: no where boosting finds it right by more than the margin (equation 10). A row that does
    /// not count has loss 0 and no gradient.
    pub counts: bool,
}

impl ClassLoss {
    /// A loss of `weights.len()` components with `classes` logits each, all of them present.
    pub fn new(combination: &Combination, weights: &[f64], classes: usize) -> Self {
        let (components, cells) = (weights.len(), weights.len() * classes);
        Self {
            combination: combination.clone(),
            weights: weights.to_vec(),
            classes,
            logits: vec![0.0; cells],
            present: vec![true; components],
            surprise: vec![0.0; cells],
            q: vec![0.0; cells],
            losses: vec![0.0; classes],
            gradient: vec![0.0; cells],
            log_rest: vec![0.0; cells],
            before: vec![0.0; components],
            after: vec![0.0; components],
        }
    }

    /// How many components there are, present or not.
    pub fn components(&self) -> usize {
        self.weights.len()
    }

    /// Computes surprise, `q` and the class losses of the row from its logits.
    pub fn forward(&mut self) {
        let classes = self.classes;
        for component in 0..self.components() {
            let cells = component * classes..(component + 1) * classes;
            if self.present[component] {
                log_probabilities(
                    &self.logits[cells.clone()],
                    &mut self.surprise[cells.clone()],
                    &mut self.log_rest[cells],
                );
            } else {
                self.surprise[cells.clone()].fill(0.0);
                self.log_rest[cells].fill(0.0);
            }
        }
        match &self.combination {
            Combination::Multiplicative { beta, .. } => self.multiply(*beta),
            Combination::Average => self.average(),
            Combination::Vote => self.vote(),
            Combination::Learned(combiner) => self.weigh(&combiner.clone()),
        }
    }

    /// The class of smallest loss (equation 7); the first of several.
    pub fn decision(&self) -> usize {
        let mut best = 0;
        for (class, loss) in self.losses.iter().enumerate() {
            if *loss < self.losses[best] {
                best = class;
            }
        }
        best
    }

    /// The loss of the row for training, after [`ClassLoss::forward`].
    pub fn row_loss(&self, label: usize) -> RowLoss {
        match self.combination {
            Combination::Average | Combination::Vote | Combination::Learned(_) => {
                let loss = (0..self.components()).map(|component| self.surprise[component * self.classes + label]);
                RowLoss { loss: loss.sum(), counts: true }
            }
            Combination::Multiplicative { boost, normalize, .. } => {
                let loss = self.losses[label];
                let others = self.losses.iter().enumerate().filter(|(class, _)| *class != label);
                let nearest = others.fold(f64::INFINITY, |least, (_, other)| least.min(*other));
                let counts = !boost.is_some_and(|delta| nearest - loss > delta);
                let whole = if normalize { loss + self.log_mass() } else { loss };
                RowLoss { loss: if counts { whole } else { 0.0 }, counts }
            }
        }
    }

    /// `log sum_k exp(-l^k)`, and 0 where no component is present.
    fn log_mass(&self) -> f64 {
        if !self.present.contains(&true) {
            return 0.0;
        }
        let least = self.losses.iter().copied().fold(f64::INFINITY, f64::min);
        self.losses.iter().map(|loss| (least - loss).exp()).sum::<f64>().ln() - least
    }

    /// The gradient of [`ClassLoss::row_loss`] with respect to the logits, after [`ClassLoss::forward`].
    ///
    /// Both modes of `q` are written without a division by `1 - p`, so that they stay finite where it vanishes.
    pub fn backward(&mut self, label: usize) {
        self.gradient.fill(0.0);
        if !self.row_loss(label).counts {
            return;
        }
        match self.combination {
            Combination::Average | Combination::Vote | Combination::Learned(_) => self.push(label, |_| 1.0, |_| 0.0),
            Combination::Multiplicative { beta, gradient, normalize: false, .. } => {
                self.push_class(label, 1.0, beta, gradient);
            }
            // dL = sum_k ([k = y] - softmax(-l)^k) dl^k, where the share of the label is the sum of the others' shares.
            Combination::Multiplicative { beta, gradient, normalize: true, .. } => {
                let mass = self.log_mass();
                let mut of_others = 0.0;
                for class in (0..self.classes).filter(|class| *class != label) {
                    let share = (-self.losses[class] - mass).exp();
                    of_others += share;
                    self.push_class(class, -share, beta, gradient);
                }
                self.push_class(label, of_others, beta, gradient);
            }
        }
    }

    /// Adds `factor` times the gradient of `l^class`.
    fn push_class(&mut self, class: usize, factor: f64, beta: f64, gradient: QGradient) {
        let scale = self.own_scale(class);
        if gradient == QGradient::Detached {
            self.push(class, |component| factor * scale[component], |_| 0.0);
            return;
        }
        let exponent = self.exponent(beta);
        let terms: Vec<f64> =
            scale.iter().enumerate().map(|(i, w)| w * self.surprise[i * self.classes + class]).collect();
        self.sum_without_each(|component| terms[component]);
        let pull: Vec<f64> = (0..terms.len())
            .map(|component| {
                let own = (-self.surprise[component * self.classes + class]).exp();
                factor * exponent * own * (self.before[component] + self.after[component])
            })
            .collect();
        self.push(class, |component| factor * scale[component], |component| pull[component]);
    }

    /// Adds `own_i (p_i - e_y) + pull_i (r_i - e_y)` to the gradient, where `r_i` is the softmax over the other classes.
    fn push(&mut self, label: usize, own: impl Fn(usize) -> f64, pull: impl Fn(usize) -> f64) {
        for component in (0..self.present.len()).filter(|component| self.present[*component]) {
            let at = component * self.classes;
            let (own, pull) = (own(component), pull(component));
            let log_rest = self.log_rest[at + label];
            for class in 0..self.classes {
                let surprise = self.surprise[at + class];
                self.gradient[at + class] += if class == label {
                    -(own * log_rest.exp() + pull)
                } else if pull == 0.0 {
                    own * (-surprise).exp()
                } else {
                    own * (-surprise).exp() + pull * (-surprise - log_rest).exp()
                };
            }
        }
    }

    /// `w_i q_i^y` of every component.
    fn own_scale(&self, label: usize) -> Vec<f64> {
        self.weights.iter().enumerate().map(|(i, weight)| weight * self.q[i * self.classes + label]).collect()
    }

    /// `beta / (C - 1)`, and 0 where there are no others.
    fn exponent(&self, beta: f64) -> f64 {
        let others = self.present.iter().filter(|present| **present).count().saturating_sub(1);
        if others == 0 { 0.0 } else { beta / others as f64 }
    }

    fn multiply(&mut self, beta: f64) {
        let exponent = self.exponent(beta);
        self.losses.fill(0.0);
        for class in 0..self.classes {
            // At exponent 0 every factor is 1, even where log(1 - p) is infinite.
            if exponent == 0.0 {
                self.before.fill(0.0);
                self.after.fill(0.0);
            } else {
                let (log_rest, classes) = (std::mem::take(&mut self.log_rest), self.classes);
                self.sum_without_each(|component| log_rest[component * classes + class]);
                self.log_rest = log_rest;
            }
            for component in 0..self.components() {
                let at = component * self.classes + class;
                if !self.present[component] {
                    self.q[at] = 0.0;
                    continue;
                }
                let others = self.before[component] + self.after[component];
                self.q[at] = if exponent == 0.0 { 1.0 } else { (exponent * others).exp() };
                self.losses[class] += self.weights[component] * self.q[at] * self.surprise[at];
            }
        }
    }

    /// `l^k = -log mean_i p_i^k` over the components present.
    fn average(&mut self) {
        let count = self.present.iter().filter(|present| **present).count();
        for class in 0..self.classes {
            let cells = (0..self.components()).map(|component| component * self.classes + class);
            let least = cells
                .clone()
                .filter(|at| self.present[at / self.classes])
                .fold(f64::INFINITY, |least, at| least.min(self.surprise[at]));
            let mut sum = 0.0;
            for at in cells {
                let present = self.present[at / self.classes];
                self.q[at] = f64::from(u8::from(present));
                if present {
                    sum += (least - self.surprise[at]).exp();
                }
            }
            self.losses[class] = if count == 0 { 0.0 } else { least - (sum / count as f64).ln() };
        }
    }

    /// `l^k = -log ((votes for k + mean_i p_i^k) / (C + 1))` over the components present, each of which votes for its most
    /// probable class, the first of several.
    fn vote(&mut self) {
        self.average();
        let count = self.present.iter().filter(|present| **present).count();
        let mut votes = vec![0.0; self.classes];
        for component in (0..self.present.len()).filter(|component| self.present[*component]) {
            let own = &self.surprise[component * self.classes..(component + 1) * self.classes];
            let best = (1..own.len()).fold(0, |best, class| if own[class] < own[best] { class } else { best });
            votes[best] += 1.0;
        }
        for (loss, votes) in self.losses.iter_mut().zip(votes).filter(|_| count > 0) {
            *loss = (count as f64 + 1.0).ln() - (votes + (-*loss).exp()).ln();
        }
    }

    /// `l^k = -log softmax_k(b^k + sum_i w_i log p_i^k)` over the components present; `q_i^k` is `w_i`.
    fn weigh(&mut self, combiner: &Combiner) {
        let any = self.present.contains(&true);
        for class in 0..self.classes {
            let mut loss = -combiner.bias.get(class).copied().unwrap_or(0.0);
            for component in 0..self.present.len() {
                let at = component * self.classes + class;
                let weight = combiner.weights.get(component).copied().unwrap_or(1.0);
                self.q[at] = if self.present[component] { weight } else { 0.0 };
                loss += self.q[at] * self.surprise[at];
            }
            self.losses[class] = if any { loss } else { 0.0 };
        }
        let least = self.losses.iter().copied().fold(f64::INFINITY, f64::min);
        let sum: f64 = self.losses.iter().map(|loss| (least - loss).exp()).sum();
        for loss in self.losses.iter_mut().filter(|_| any) {
            *loss += sum.ln() - least;
        }
    }

    /// Sums `value` over the components that come before and after each, so that their sum leaves out only itself:
    /// the total less one's own would lose what is small beside it.
    fn sum_without_each(&mut self, value: impl Fn(usize) -> f64) {
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
fn log_probabilities(logits: &[f64], surprise: &mut [f64], log_rest: &mut [f64]) {
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
        surprise[class] = (-gap).max(0.0) + both;
        log_rest[class] = -(gap.max(0.0) + both);
    }
}
