//! Multiplicative combination (equations 8 to 10): a confident component reduces the weight of the others.
//!
//! `z_i^k` is the logit of class `k` of component `i`, `p_i = softmax(z_i)`,
//! `q_i^k = prod_{j != i} (1 - p_j^k)^(beta / (C - 1))` (equation 8) and `l^k = -sum_i w_i q_i^k log p_i^k` (equation
//! 9). A component that is absent on a row has no term there, and `C` counts those present. The loss of a row with
//! label `y` is `l^y`, or where it is normalized `l^y + log sum_k exp(-l^k)`.
//!
//! With generalized cross-entropy of exponent `r`, `g(x) = (1 - exp(-r x)) / r` takes the place of `x = -log p` in the
//! training loss: `sum_i w_i q_i^y g(-log p_i^y)`, or where it is normalized `g` of the whole loss. Decisions read the class
//! losses, which stay as they are.

use super::decision::{DecisionBeta, PriorCount};
use super::row::{LossRow, RowLoss};
use super::rule::CombinationRule;
use super::tensors::{LabelledTensors, Tensors};
use serde::{Deserialize, Serialize};

/// Equations 8 and 9 of the paper: `l^k = -sum_i w_i q_i^k log p_i^k`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Multiplicative {
    /// The exponent of the geometric mean; 0 is an average, 1 the full effect.
    pub beta: f64,
    /// Whether `q` is a constant to the gradient, as in the authors' code.
    pub gradient: QGradient,
    /// `margin(delta)`: rows already right by more than delta count nothing (equation 10).
    pub boost: Option<f64>,
    /// Whether the loss of a row is the cross-entropy of `softmax(-l)`: `l^y + log sum_k exp(-l^k)` in place of `l^y`
    /// (section 3.2).
    #[serde(default)]
    pub normalize: bool,
    /// Over how many epochs `beta` grows from 0 to its value; 0 where it has it from the first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub anneal: u64,
    /// The exponent `r` of the generalized cross-entropy, above 0 and at most 1; `None` for `-log p` itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gce: Option<f64>,
    /// The `beta` that decisions are made with.
    #[serde(default, skip_serializing_if = "DecisionBeta::is_trained")]
    pub decide: DecisionBeta,
    /// How often decisions count the prior probabilities of the classes.
    #[serde(default, skip_serializing_if = "PriorCount::is_each")]
    pub prior: PriorCount,
}

/// For serde, which passes a reference.
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Whether the gradient flows through `q`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QGradient {
    /// `q` is a constant weight.
    Detached,
    /// `q` is differentiated too.
    Attached,
}

impl Multiplicative {
    /// Plain cross-entropy, which every rule is equal to where there is one component.
    pub const CROSS_ENTROPY: Self = Self {
        beta: 0.0,
        gradient: QGradient::Detached,
        boost: None,
        normalize: false,
        anneal: 0,
        gce: None,
        decide: DecisionBeta::Trained,
        prior: PriorCount::Each,
    };

    /// The rule as it is in an epoch of a training, counted from 1: `beta` is 0 in the first, and has its full value after
    /// `anneal` epochs and outside of a training.
    fn in_epoch(&self, epoch: Option<u64>) -> Self {
        let share = match epoch {
            Some(epoch) if epoch <= self.anneal => (epoch.saturating_sub(1)) as f64 / self.anneal as f64,
            _ => 1.0,
        };
        Self { beta: self.beta * share, anneal: 0, ..*self }
    }

    /// `beta / (C - 1)`, and 0 where there are no others.
    fn exponent(&self, row: &LossRow) -> f64 {
        let others = row.count_present().saturating_sub(1);
        if others == 0 { 0.0 } else { self.beta / others as f64 }
    }

    /// Adds `factor` times the gradient of `sum_i w_i q_i g(-log p_i)` of one class, with `g(x) = x` for `None`, which makes
    /// it `l^class`, and that of the generalized cross-entropy for an exponent.
    ///
    /// Both modes of `q` are written without a division by `1 - p`, so that they stay finite where it vanishes.
    fn add_class(&self, row: &mut LossRow, class: usize, factor: f64, gce: Option<f64>) {
        let neg_log_p: Vec<f64> = row.neg_log_p.iter().skip(class).step_by(row.classes).copied().collect();
        // w_i q_i^y of every component.
        let scale: Vec<f64> =
            row.weights.iter().enumerate().map(|(i, weight)| weight * row.q[i * row.classes + class]).collect();
        // The derivative of g by x.
        let slope = |component: usize| gce.map_or(1.0, |r| (-r * neg_log_p[component]).exp());
        if self.gradient == QGradient::Detached {
            row.add_gradient(class, |component| factor * scale[component] * slope(component), |_| 0.0);
            return;
        }
        let exponent = self.exponent(row);
        let terms: Vec<f64> = scale.iter().zip(&neg_log_p).map(|(w, x)| w * generalized(*x, gce)).collect();
        row.sum_without_each(|component| terms[component]);
        let pull: Vec<f64> = (0..terms.len())
            .map(|component| {
                let own = (-neg_log_p[component]).exp();
                factor * exponent * own * (row.before[component] + row.after[component])
            })
            .collect();
        row.add_gradient(class, |component| factor * scale[component] * slope(component), |component| pull[component]);
    }

    /// `l^y + log sum_k exp(-l^k)`, after [`CombinationRule::forward`].
    fn normalized(row: &LossRow, label: usize) -> f64 {
        row.losses[label] + row.log_sum_exp()
    }

    /// Counts the prior once (see [`PriorCount::Once`]), where the row has one.
    fn count_prior_once(row: &mut LossRow) {
        for (class, log_prior) in row.log_prior.iter().enumerate() {
            let cells = row.q.iter().skip(class).step_by(row.classes).zip(&row.weights);
            let counted: f64 = cells.map(|(q, weight)| q * weight).sum();
            row.losses[class] += (counted - 1.0) * log_prior;
        }
    }

    /// The portable form of `g(x)`; 0 on rows where no component is present.
    fn portable_gce<T: Tensors>(tensors: &mut T, x: &T::Tensor, r: f64, classes: usize) -> Result<T::Tensor, T::Error> {
        let negative = tensors.by_class(&vec![-r; classes])?;
        let powers = tensors.mul(x, &negative)?;
        let powers = tensors.exp(&powers)?;
        let inverse = tensors.by_class(&vec![1.0 / r; classes])?;
        let powers = tensors.mul(&powers, &inverse)?;
        let powers = tensors.negate(&powers)?;
        tensors.add(&powers, &inverse)
    }

    /// The portable form of `sum_i w_i q_i^k g(-log p_i^k)` for every class: with `g(x) = x` for `None` the class losses.
    fn portable_sum<T: Tensors>(&self, tensors: &mut T, gce: Option<f64>) -> Result<T::Tensor, T::Error> {
        let mut total = tensors.zeros()?;
        let classes = tensors.classes();
        for component in 0..tensors.components() {
            let q = self.q(tensors, component)?;
            let weight = tensors.weight(component);
            let scale = tensors.where_present(component, weight)?;
            let mut term = tensors.neg_log_p(component)?;
            if let Some(r) = gce {
                term = Self::portable_gce(tensors, &term, r, classes)?;
            }
            term = tensors.mul(&term, &scale)?;
            if let Some(q) = q {
                term = tensors.mul(&term, &q)?;
            }
            total = tensors.add(&term, &total)?;
        }
        Ok(total)
    }

    /// `q` of one component: `exp` of the weighted sum of `log (1 - p)` of the others; `None` where it is 1 everywhere.
    fn q<T: Tensors>(&self, tensors: &mut T, component: usize) -> Result<Option<T::Tensor>, T::Error> {
        let mut sum: Option<T::Tensor> = None;
        for other in (0..tensors.components()).filter(|other| *other != component && self.beta != 0.0) {
            let exponent = tensors.per_other(other, self.beta)?;
            let mut log_rest = tensors.log_rest(other)?;
            if self.gradient == QGradient::Detached {
                log_rest = tensors.detach(&log_rest)?;
            }
            let part = tensors.mul(&log_rest, &exponent)?;
            sum = Some(match sum {
                None => part,
                Some(sum) => tensors.add(&sum, &part)?,
            });
        }
        sum.map(|sum| tensors.exp(&sum)).transpose()
    }
}

/// `g(x) = (1 - exp(-r x)) / r`, and `x` without an exponent.
fn generalized(x: f64, gce: Option<f64>) -> f64 {
    gce.map_or(x, |r| -(-r * x).exp_m1() / r)
}

impl CombinationRule for Multiplicative {
    fn forward(&self, row: &mut LossRow) {
        let exponent = self.in_epoch(row.epoch).exponent(row);
        row.losses.fill(0.0);
        for class in 0..row.classes {
            // At exponent 0 every factor is 1, even where log(1 - p) is infinite.
            if exponent == 0.0 {
                row.before.fill(0.0);
                row.after.fill(0.0);
            } else {
                let (log_rest, classes) = (std::mem::take(&mut row.log_rest), row.classes);
                row.sum_without_each(|component| log_rest[component * classes + class]);
                row.log_rest = log_rest;
            }
            for component in 0..row.components() {
                let at = component * row.classes + class;
                if !row.present[component] {
                    row.q[at] = 0.0;
                    continue;
                }
                let others = row.before[component] + row.after[component];
                row.q[at] = if exponent == 0.0 { 1.0 } else { (exponent * others).exp() };
                row.losses[class] += row.weights[component] * row.q[at] * row.neg_log_p[at];
            }
        }
        Self::count_prior_once(row);
    }

    fn decision(&self, row: &LossRow) -> usize {
        row.smallest_loss()
    }

    fn row_loss(&self, row: &LossRow, label: usize) -> RowLoss {
        let loss = row.losses[label];
        let others = row.losses.iter().enumerate().filter(|(class, _)| *class != label);
        let nearest = others.fold(f64::INFINITY, |least, (_, other)| least.min(*other));
        let counts = !self.boost.is_some_and(|delta| nearest - loss > delta);
        let whole = match (self.normalize, self.gce) {
            (true, gce) => generalized(Self::normalized(row, label), gce),
            (false, None) => loss,
            (false, gce) => {
                let cells = (0..row.components()).map(|i| (i, i * row.classes + label));
                cells.map(|(i, at)| row.weights[i] * row.q[at] * generalized(row.neg_log_p[at], gce)).sum()
            }
        };
        RowLoss { loss: if counts { whole } else { 0.0 }, counts }
    }

    fn backward(&self, row: &mut LossRow, label: usize) {
        let rule = self.in_epoch(row.epoch);
        if !self.normalize {
            rule.add_class(row, label, 1.0, self.gce);
            return;
        }
        // dL = g'(L) sum_k ([k = y] - softmax(-l)^k) dl^k, where the share of the label is the sum of the others' shares.
        let mass = row.log_sum_exp();
        let slope = self.gce.map_or(1.0, |r| (-r * Self::normalized(row, label)).exp());
        let mut of_others = 0.0;
        for class in (0..row.classes).filter(|class| *class != label) {
            let share = (-row.losses[class] - mass).exp();
            of_others += share;
            rule.add_class(row, class, -share * slope, None);
        }
        rule.add_class(row, label, of_others * slope, None);
    }

    fn class_losses<T: Tensors>(&self, tensors: &mut T) -> Result<T::Tensor, T::Error> {
        self.portable_sum(tensors, None)
    }

    fn training_loss<T: LabelledTensors>(&self, tensors: &mut T) -> Result<T::Loss, T::Error> {
        let rule = self.in_epoch(tensors.epoch());
        if let Some(r) = self.gce {
            let total = if self.normalize {
                let total = rule.portable_sum(tensors, None)?;
                let negative = tensors.negate(&total)?;
                let mass = tensors.log_sum_exp(&negative)?;
                let whole = tensors.add_row(&total, &mass)?;
                let classes = tensors.classes();
                Self::portable_gce(tensors, &whole, r, classes)?
            } else {
                rule.portable_sum(tensors, Some(r))?
            };
            return tensors.mean_of_label(&total);
        }
        let total = rule.portable_sum(tensors, None)?;
        // Of a normalized loss, the logarithm of the sum over all classes too.
        let mass = match self.normalize {
            true => {
                let negative = tensors.negate(&total)?;
                let mass = tensors.log_sum_exp(&negative)?;
                Some(tensors.mean_of_rows(&mass)?)
            }
            false => None,
        };
        let loss = tensors.mean_of_label(&total)?;
        match mass {
            Some(mass) => tensors.add_losses(loss, mass),
            None => Ok(loss),
        }
    }

    fn alternative(&self) -> &'static str {
        "a smaller `beta`, or `late(..., by: learned)`, which weighs the components by held-out rows"
    }

    fn description(&self) -> String {
        let gradient = match self.gradient {
            QGradient::Detached => "detached",
            QGradient::Attached => "attached",
        };
        let boost = self.boost.map_or(String::new(), |delta| format!(", boosted by margin({delta})"));
        let normalized = if self.normalize { ", normalized over the classes" } else { "" };
        let anneal = match self.anneal {
            0 => String::new(),
            epochs => format!(" annealed over {epochs} epochs"),
        };
        let gce = self.gce.map_or(String::new(), |r| format!(", generalized cross-entropy with exponent {r}"));
        let (decide, prior) = (self.decide.description(), self.prior.description());
        let beta = self.beta;
        format!("multiplicative, beta = {beta}{anneal}, gradient = {gradient}{boost}{normalized}{gce}{decide}{prior}")
    }

    fn caption(&self) -> Vec<String> {
        let mut lines = vec!["multiplicative".to_owned(), format!("beta = {}", self.beta)];
        lines.extend(self.boost.map(|delta| format!("margin({delta})")));
        lines.extend(self.normalize.then(|| "normalized".into()));
        lines.extend(self.gce.map(|r| format!("gce = {r}")));
        lines.extend(self.decide.caption());
        lines
    }
}
