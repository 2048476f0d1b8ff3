//! The combination loss as the last node of a pass: fused on the CPU, and composed of dfdx's operations elsewhere.
//! Both are [`crate::exec::class_loss`] over the rows of a pass.

use crate::exec::backend::cpu::Native;
use crate::exec::backend::{Backend, Failure};
use crate::exec::class_loss::ClassLoss;
use crate::exec::pass::Pass;
use crate::exec::value::{Matrix, Value};
use crate::plan::LossSpec;
use crate::spec::{Combination, QGradient};
use dfdx::shapes::{Axis, Rank0};
use dfdx::tensor::{Cpu, Tape, Tensor};
use dfdx::tensor_ops::{BroadcastTo, Device, LogSumExpTo, SumTo, TryAdd, TryMul, TrySub};
use std::sync::Arc;

/// What the rows of a pass are to be.
#[derive(Clone, Debug)]
pub(in crate::exec) struct Targets<'a> {
    /// The combination.
    pub(in crate::exec) loss: &'a LossSpec,
    /// The class of each row.
    pub(in crate::exec) labels: &'a [u32],
    /// One per component: on which rows it has a say; `None` for all of them.
    pub(in crate::exec) present: Vec<Option<Vec<bool>>>,
    /// Rows of the whole batch, whose mean the loss is.
    pub(in crate::exec) batch: usize,
}

/// The loss of the rows of a pass: their part of the mean over the batch.
pub(in crate::exec) struct LossNode<D: Device<f32>> {
    /// What the backward pass starts from.
    pub(in crate::exec) tensor: Tensor<Rank0, f32, D>,
    /// The loss, as exactly as the node knows it.
    pub(in crate::exec) loss: f64,
    /// Rows predicted wrongly.
    pub(in crate::exec) errors: usize,
    /// Rows that count.
    pub(in crate::exec) violations: usize,
}

/// What walking the rows found.
struct Walk {
    loss: f64,
    errors: usize,
    violations: usize,
    counts: Vec<bool>,
    /// One per component, classes x rows; empty where no gradient was asked for.
    gradients: Vec<Vec<f32>>,
}

impl Targets<'_> {
    fn weights(&self) -> Vec<f64> {
        self.loss.components.iter().map(|component| component.weight).collect()
    }

    fn present(&self, component: usize, row: usize) -> bool {
        self.present[component].as_ref().is_none_or(|present| present[row])
    }

    /// Goes through the rows of logits that lie classes x rows.
    fn walk(&self, logits: &[Arc<Vec<f32>>], with_gradients: bool) -> Walk {
        let (rows, classes) = (self.labels.len(), self.loss.classes.len());
        let scale = 1.0 / self.batch as f64;
        let mut node = ClassLoss::new(&self.loss.combination, &self.weights(), classes);
        let zeros = || if with_gradients { vec![0.0; classes * rows] } else { Vec::new() };
        let gradients = logits.iter().map(|_| zeros()).collect();
        let mut walk = Walk { loss: 0.0, errors: 0, violations: 0, counts: Vec::with_capacity(rows), gradients };
        for row in 0..rows {
            for (component, values) in logits.iter().enumerate() {
                node.present[component] = self.present(component, row);
                for class in 0..classes {
                    node.logits[component * classes + class] = f64::from(values[class * rows + row]);
                }
            }
            let label = self.labels[row] as usize;
            node.forward();
            let found = node.row_loss(label);
            walk.loss += found.loss * scale;
            walk.errors += usize::from(node.decision() != label);
            walk.violations += usize::from(found.counts);
            walk.counts.push(found.counts);
            if with_gradients {
                node.backward(label);
                for (component, gradient) in walk.gradients.iter_mut().enumerate() {
                    for class in 0..classes {
                        gradient[class * rows + row] = (node.gradient[component * classes + class] * scale) as f32;
                    }
                }
            }
        }
        walk
    }
}

/// On the CPU: one node with a forward and a backward of its own, in double precision.
pub(in crate::exec) fn native<T: Tape<f32, Cpu>>(
    pass: &mut Pass<'_, Native, T>,
    logits: &[&Value<Cpu>],
    targets: &Targets<'_>,
) -> Result<LossNode<Cpu>, Failure<Native>> {
    let numbers: Vec<Arc<Vec<f32>>> = logits.iter().map(|value| value.host()).collect();
    let walk = targets.walk(&numbers, pass.gradients.is_some());
    let tensor = pass.constant(vec![walk.loss as f32], ())?;
    if pass.gradients.is_some() {
        let wanted: Vec<_> = logits.iter().map(|value| value.gradient()).collect();
        // The backward pass starts here, with a slope of 1.
        pass.tape.add_backward_op(move |grads| {
            for (wanted, gradient) in wanted.iter().zip(walk.gradients) {
                wanted.add(grads, gradient)?;
            }
            Ok(())
        });
    }
    Ok(LossNode { tensor, loss: walk.loss, errors: walk.errors, violations: walk.violations })
}

/// Of dfdx's operations, in single precision. What is constant to the gradient (which class is largest, which rows
/// count, who is present) is found on the host, where errors are counted too.
pub(in crate::exec) fn portable<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    logits: &[&Value<B::Device>],
    targets: &Targets<'_>,
) -> Result<LossNode<B::Device>, Failure<B>> {
    let (rows, classes) = (targets.labels.len(), targets.loss.classes.len());
    let numbers: Vec<Arc<Vec<f32>>> = logits.iter().map(|value| value.host()).collect();
    let walk = targets.walk(&numbers, false);

    let mut components = Vec::with_capacity(logits.len());
    for (value, numbers) in logits.iter().zip(&numbers) {
        let tensor = pass.tensor(value)?;
        components.push(log_probabilities(pass, &tensor, numbers, classes)?);
    }
    // The label of each row, on the rows that count, in parts of the batch.
    let mut chosen = vec![0.0; classes * rows];
    for (row, label) in targets.labels.iter().enumerate().filter(|(row, _)| walk.counts[*row]) {
        chosen[*label as usize * rows + row] = 1.0 / targets.batch as f32;
    }
    let mut total = pass.constant(vec![0.0; classes * rows], (classes, rows))?;
    for (index, component) in components.iter().enumerate() {
        let mut scale = vec![0.0; rows];
        let mut weight = 1.0;
        let mut q = None;
        if let Combination::Multiplicative { beta, gradient, .. } = targets.loss.combination {
            weight = targets.loss.components[index].weight as f32;
            q = factor(pass, targets, &components, index, beta, gradient)?;
        }
        for (row, scale) in scale.iter_mut().enumerate() {
            *scale = if targets.present(index, row) { weight } else { 0.0 };
        }
        let scale = pass.constant(scale, (rows,))?.try_broadcast_like::<_, Axis<0>>(&(classes, rows))?;
        let mut term = pass.record(&component.surprise, |surprise| surprise.try_mul(scale))?;
        if let Some(q) = q {
            term = pass.record(&term, |term| term.try_mul(q))?;
        }
        total = pass.record(&term, |term| term.try_add(total))?;
    }
    // Of a normalized loss, the logarithm of the sum over all classes too.
    let normalized = matches!(targets.loss.combination, Combination::Multiplicative { normalize: true, .. });
    let mass = match normalized {
        true => Some(log_mass(pass, targets, &total, &chosen)?),
        false => None,
    };
    let chosen = pass.constant(chosen, (classes, rows))?;
    let mut tensor = pass.record(&total, |total| total.try_mul(chosen)?.try_sum::<Rank0, _>())?;
    if let Some(mass) = mass {
        tensor = pass.record(&tensor, |tensor| tensor.try_add(mass))?;
    }
    let loss = f64::from(tensor.as_vec()[0]);
    Ok(LossNode { tensor, loss, errors: walk.errors, violations: walk.violations })
}

/// The sum over rows of `log sum_k exp(-l^k)`, on the rows and in the parts of the batch that `chosen` has.
fn log_mass<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    targets: &Targets<'_>,
    losses: &Matrix<B::Device>,
    chosen: &[f32],
) -> Result<Tensor<Rank0, f32, B::Device>, Failure<B>> {
    let rows = targets.labels.len();
    let somebody = |row: usize| (0..targets.present.len()).any(|component| targets.present(component, row));
    let share = |row: usize| chosen.iter().skip(row).step_by(rows).sum::<f32>();
    let shares = (0..rows).map(|row| if somebody(row) { share(row) } else { 0.0 }).collect();
    let shares = pass.constant(shares, (rows,))?;
    pass.record(losses, |losses| {
        losses.try_negate()?.try_logsumexp::<(usize,), Axis<0>>()?.try_mul(shares)?.try_sum::<Rank0, _>()
    })
}

/// `-log p` and `log (1 - p)`, classes x rows.
struct LogProbabilities<D: Device<f32>> {
    surprise: Matrix<D>,
    log_rest: Matrix<D>,
}

/// `q` of one component: `exp` of the weighted sum of `log (1 - p)` of the others; `None` where it is 1 everywhere.
fn factor<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    targets: &Targets<'_>,
    components: &[LogProbabilities<B::Device>],
    index: usize,
    beta: f64,
    gradient: QGradient,
) -> Result<Option<Matrix<B::Device>>, Failure<B>> {
    let (rows, classes) = (targets.labels.len(), targets.loss.classes.len());
    let mut sum: Option<Matrix<B::Device>> = None;
    for (other, component) in components.iter().enumerate().filter(|(other, _)| *other != index && beta != 0.0) {
        // beta / (C - 1) where the other is present, with C the components present on the row.
        let exponent = (0..rows).map(|row| {
            let present = (0..components.len()).filter(|component| targets.present(*component, row)).count();
            if targets.present(other, row) && present > 1 { (beta / (present - 1) as f64) as f32 } else { 0.0 }
        });
        let exponent = pass.constant(exponent.collect(), (rows,))?;
        let exponent = exponent.try_broadcast_like::<_, Axis<0>>(&(classes, rows))?;
        let part = match gradient {
            QGradient::Attached => pass.record(&component.log_rest, |rest| rest.try_mul(exponent))?,
            QGradient::Detached => component.log_rest.clone().try_mul(exponent)?,
        };
        sum = Some(match (sum, gradient) {
            (None, _) => part,
            (Some(sum), QGradient::Attached) => pass.record(&sum, |sum| sum.try_add(part))?,
            (Some(sum), QGradient::Detached) => sum.try_add(part)?,
        });
    }
    match (sum, gradient) {
        (None, _) => Ok(None),
        (Some(sum), QGradient::Attached) => Ok(Some(pass.record(&sum, |sum| sum.try_exp())?)),
        (Some(sum), QGradient::Detached) => Ok(Some(sum.try_exp()?)),
    }
}

/// As [`crate::exec::class_loss`] has it: with `e^k` the log-sum-exp over all classes but `k`, `softplus(e^k - z^k)`
/// and `-softplus(z^k - e^k)`.
fn log_probabilities<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    logits: &Matrix<B::Device>,
    numbers: &[f32],
    classes: usize,
) -> Result<LogProbabilities<B::Device>, Failure<B>> {
    let rows = pass.rows;
    let shape = (classes, rows);
    let mut others = vec![1.0; classes * rows];
    let (mut top, mut second) = (vec![0.0; rows], vec![0.0; rows]);
    for row in 0..rows {
        let at = |class: usize| numbers[class * rows + row];
        let first = (1..classes).fold(0, |best, class| if at(class) > at(best) { class } else { best });
        others[first * rows + row] = 0.0;
        top[row] = at(first);
        second[row] = (0..classes).filter(|class| *class != first).map(at).fold(f32::MIN, f32::max);
    }
    let largest = others.iter().map(|other| 1.0 - other).collect();
    let (others, largest) = (pass.constant(others, shape)?, pass.constant(largest, shape)?);
    let top = pass.constant(top, (rows,))?;
    let second = pass.constant(second, (rows,))?;
    let spread = |line: Tensor<(usize,), f32, B::Device>| line.try_broadcast_like::<_, Axis<0>>(&shape);
    let (top, second) = (spread(top)?, spread(second)?);

    // Leaving out a class other than the largest: at least the 1 of the largest stays in the sum.
    let powers = pass.record(logits, |z| z.try_sub(top.clone())?.try_exp())?;
    let sum = pass.record(&powers, |powers| powers.try_sum::<(usize,), Axis<0>>())?;
    let sum = spread(sum)?;
    let left_out = pass.record(&powers, |powers| powers.try_mul(others.clone()))?;
    let rest = pass.record(&sum, |sum| sum.try_sub(left_out)?.try_ln()?.try_add(top))?;
    let rest = pass.record(&rest, |rest| rest.try_mul(others.clone()))?;
    // Leaving out the largest: at least the 1 of the second stays.
    let powers = pass
        .record(logits, |z| z.try_sub(second.clone())?.try_mul(others.clone())?.try_exp()?.try_mul(others.clone()))?;
    let sum = pass.record(&powers, |powers| powers.try_sum::<(usize,), Axis<0>>())?;
    let sum = spread(sum)?;
    let rest_of_largest = pass.record(&sum, |sum| sum.try_ln()?.try_add(second)?.try_mul(largest))?;
    let rest = pass.record(&rest, |rest| rest.try_add(rest_of_largest))?;

    let gap = pass.record(logits, |z| z.try_sub(rest))?;
    let negative = pass.record(&gap, |gap| gap.try_negate())?;
    let surprise = softplus(pass, &negative)?;
    let log_rest = softplus(pass, &gap)?;
    let log_rest = pass.record(&log_rest, |log_rest| log_rest.try_negate())?;
    Ok(LogProbabilities { surprise, log_rest })
}

/// `log (1 + exp x) = m + log (exp (x - m) + exp (-m))` with `m = max(x, 0)`, which is constant to the gradient.
fn softplus<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Matrix<B::Device>,
) -> Result<Matrix<B::Device>, Failure<B>> {
    let most = x.clone().try_relu()?;
    let least = most.clone().try_negate()?.try_exp()?;
    pass.record(x, |x| x.try_sub(most.clone())?.try_exp()?.try_add(least)?.try_ln()?.try_add(most))
}
