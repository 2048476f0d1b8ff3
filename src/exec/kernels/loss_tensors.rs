//! The tensor operations of the portable class loss in dfdx, in single precision. What is constant to the gradient
//! (which class is largest, which rows count, which components are present) is found on the host.

use super::loss_targets::Targets;
use crate::exec::backend::{Backend, DeviceError};
use crate::exec::pass::Pass;
use crate::exec::value::Matrix;
use crate::fusion::{LabelledTensors, Tensors};
use dfdx::shapes::{Axis, Rank0};
use dfdx::tensor::{Tape, Tensor};
use dfdx::tensor_ops::{BroadcastTo, Device, LogSumExpTo, SumTo, TryAdd, TryMul, TrySub};
use std::sync::Arc;

/// The logits of a pass as tensors that a combination computes with.
pub(super) struct LossTensors<'a, 'p, B: Backend, T> {
    /// The pass that computes and records.
    pub(super) pass: &'a mut Pass<'p, B, T>,
    /// The labels, and which components are present.
    pub(super) targets: &'a Targets<'a>,
    /// One per component; none where components have scores.
    pub(super) components: Vec<LogProbabilities<B::Device>>,
    /// The logits of each component, classes x rows.
    pub(super) of_logits: Vec<Matrix<B::Device>>,
    /// The same on the host.
    pub(super) logits: &'a [Arc<Vec<f32>>],
    /// Which rows count.
    pub(super) counts: &'a [bool],
}

/// A matrix of classes x rows.
#[derive(Clone)]
pub(super) struct Term<D: Device<f32>> {
    matrix: Matrix<D>,
    /// Whether a gradient flows through it, so that operations on it are recorded.
    differentiable: bool,
}

/// One number for each row.
#[derive(Clone)]
pub(super) struct RowTerm<D: Device<f32>> {
    line: Tensor<(usize,), f32, D>,
    differentiable: bool,
}

/// `-log p` and `log (1 - p)` of a component, classes x rows.
pub(super) struct LogProbabilities<D: Device<f32>> {
    neg_log_p: Matrix<D>,
    log_rest: Matrix<D>,
}

/// An operation on a tensor, recorded only where a gradient flows through it.
macro_rules! apply {
    ($pass:expr, $differentiable:expr, $x:expr, |$tensor:ident| $operation:expr) => {
        if $differentiable {
            $pass.record(&$x, |$tensor| $operation)
        } else {
            let $tensor = $x.clone();
            $operation
        }
    };
}

impl<B: Backend, T: Tape<f32, B::Device>> LossTensors<'_, '_, B, T> {
    fn rows(&self) -> usize {
        self.targets.labels.len()
    }

    /// Number of components present on a row.
    fn count_present(&self, row: usize) -> usize {
        (0..self.targets.present.len()).filter(|component| self.targets.present(*component, row)).count()
    }

    /// The rows where no component is present, as ones among zeros; `None` where there are none.
    fn empty_rows(&self) -> Option<Vec<f32>> {
        let empty: Vec<f32> =
            (0..self.rows()).map(|row| if self.count_present(row) == 0 { 1.0 } else { 0.0 }).collect();
        empty.contains(&1.0).then_some(empty)
    }

    /// A constant of one number a row, the same for all classes.
    fn spread(&self, numbers: Vec<f32>) -> Result<Matrix<B::Device>, DeviceError<B>> {
        let shape = (self.classes(), self.rows());
        self.pass.constant(numbers, (shape.1,))?.try_broadcast_like::<_, Axis<0>>(&shape)
    }

    /// The constant `number(row)`, the same for all classes.
    fn by_row(&self, number: impl Fn(usize) -> f32) -> Result<Term<B::Device>, DeviceError<B>> {
        Ok(Term { matrix: self.spread((0..self.rows()).map(number).collect())?, differentiable: false })
    }

    fn matrix(&self, numbers: Vec<f32>) -> Result<Term<B::Device>, DeviceError<B>> {
        let matrix = self.pass.constant(numbers, (self.classes(), self.rows()))?;
        Ok(Term { matrix, differentiable: false })
    }
}

impl<B: Backend, T: Tape<f32, B::Device>> Tensors for LossTensors<'_, '_, B, T> {
    type Tensor = Term<B::Device>;
    type Row = RowTerm<B::Device>;
    type Error = DeviceError<B>;

    fn components(&self) -> usize {
        self.of_logits.len()
    }

    fn classes(&self) -> usize {
        self.targets.loss.classes.len()
    }

    fn weight(&self, component: usize) -> f64 {
        self.targets.component_weight(component)
    }

    fn neg_log_p(&mut self, component: usize) -> Result<Self::Tensor, Self::Error> {
        Ok(Term { matrix: self.components[component].neg_log_p.clone(), differentiable: true })
    }

    fn log_rest(&mut self, component: usize) -> Result<Self::Tensor, Self::Error> {
        Ok(Term { matrix: self.components[component].log_rest.clone(), differentiable: true })
    }

    fn most_probable(&mut self, component: usize) -> Result<Self::Tensor, Self::Error> {
        let (rows, classes) = (self.rows(), self.classes());
        let logits = &self.logits[component];
        let mut chosen = vec![0.0; classes * rows];
        for row in 0..rows {
            let at = |class: usize| logits[class * rows + row];
            let first = (1..classes).fold(0, |best, class| if at(class) > at(best) { class } else { best });
            chosen[first * rows + row] = 1.0;
        }
        self.matrix(chosen)
    }

    fn where_present(&mut self, component: usize, factor: f64) -> Result<Self::Tensor, Self::Error> {
        self.by_row(|row| if self.targets.present(component, row) { factor as f32 } else { 0.0 })
    }

    fn per_other(&mut self, component: usize, factor: f64) -> Result<Self::Tensor, Self::Error> {
        self.by_row(|row| {
            let present = self.count_present(row);
            if self.targets.present(component, row) && present > 1 {
                (factor / (present - 1) as f64) as f32
            } else {
                0.0
            }
        })
    }

    fn log_count(&mut self, more: f64) -> Result<Self::Row, Self::Error> {
        let log = |row| match self.count_present(row) {
            0 => 0.0,
            present => (present as f64 + more).ln() as f32,
        };
        let numbers = (0..self.rows()).map(log).collect();
        Ok(RowTerm { line: self.pass.constant(numbers, (self.rows(),))?, differentiable: false })
    }

    fn by_class(&mut self, numbers: &[f64]) -> Result<Self::Tensor, Self::Error> {
        let rows = 0..self.rows();
        let cells = numbers
            .iter()
            .flat_map(|number| rows.clone().map(|row| if self.count_present(row) > 0 { *number as f32 } else { 0.0 }));
        let cells = cells.collect();
        self.matrix(cells)
    }

    fn exact_class_losses(&mut self) -> Result<Self::Tensor, Self::Error> {
        let losses = self.targets.walk(self.logits, false).class_losses;
        self.matrix(losses)
    }

    fn zeros(&mut self) -> Result<Self::Tensor, Self::Error> {
        self.matrix(vec![0.0; self.classes() * self.rows()])
    }

    fn detach(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, Self::Error> {
        // Multiplication by 1 makes a new tensor, whose gradient is not read.
        Ok(Term { matrix: x.matrix.clone().try_mul(1.0f32)?, differentiable: false })
    }

    fn add(&mut self, x: &Self::Tensor, y: &Self::Tensor) -> Result<Self::Tensor, Self::Error> {
        let differentiable = x.differentiable || y.differentiable;
        let y = y.matrix.clone();
        Ok(Term { matrix: apply!(self.pass, differentiable, x.matrix, |x| x.try_add(y))?, differentiable })
    }

    fn mul(&mut self, x: &Self::Tensor, y: &Self::Tensor) -> Result<Self::Tensor, Self::Error> {
        let differentiable = x.differentiable || y.differentiable;
        let y = y.matrix.clone();
        Ok(Term { matrix: apply!(self.pass, differentiable, x.matrix, |x| x.try_mul(y))?, differentiable })
    }

    fn exp(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, Self::Error> {
        let differentiable = x.differentiable;
        Ok(Term { matrix: apply!(self.pass, differentiable, x.matrix, |x| x.try_exp())?, differentiable })
    }

    fn log(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, Self::Error> {
        let mut x = x.clone();
        if let Some(empty) = self.empty_rows() {
            // The logarithm of 1 on rows without a component.
            let ones = Term { matrix: self.spread(empty)?, differentiable: false };
            x = self.add(&x, &ones)?;
        }
        let differentiable = x.differentiable;
        Ok(Term { matrix: apply!(self.pass, differentiable, x.matrix, |x| x.try_ln())?, differentiable })
    }

    fn negate(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, Self::Error> {
        let differentiable = x.differentiable;
        Ok(Term { matrix: apply!(self.pass, differentiable, x.matrix, |x| x.try_negate())?, differentiable })
    }

    fn log_sum_exp(&mut self, x: &Self::Tensor) -> Result<Self::Row, Self::Error> {
        let differentiable = x.differentiable;
        let mut line = apply!(self.pass, differentiable, x.matrix, |x| x.try_logsumexp::<(usize,), Axis<0>>())?;
        if let Some(empty) = self.empty_rows() {
            let numbers = empty.iter().map(|empty| 1.0 - empty).collect();
            let present = self.pass.constant(numbers, (self.rows(),))?;
            line = apply!(self.pass, differentiable, line, |line| line.try_mul(present))?;
        }
        Ok(RowTerm { line, differentiable })
    }

    fn add_row(&mut self, x: &Self::Tensor, y: &Self::Row) -> Result<Self::Tensor, Self::Error> {
        let shape = (self.classes(), self.rows());
        let differentiable = y.differentiable;
        let matrix = apply!(self.pass, differentiable, y.line, |y| y.try_broadcast_like::<_, Axis<0>>(&shape))?;
        self.add(x, &Term { matrix, differentiable })
    }
}

impl<B: Backend, T: Tape<f32, B::Device>> LabelledTensors for LossTensors<'_, '_, B, T> {
    type Loss = Tensor<Rank0, f32, B::Device>;

    fn epoch(&self) -> Option<u64> {
        Some(self.targets.epoch)
    }

    fn mean_of_label(&mut self, x: &Self::Tensor) -> Result<Self::Loss, Self::Error> {
        let rows = self.rows();
        let mut chosen = vec![0.0; self.classes() * rows];
        for (row, label) in self.targets.labels.iter().enumerate().filter(|(row, _)| self.counts[*row]) {
            chosen[*label as usize * rows + row] = self.targets.share(row) as f32;
        }
        let chosen = self.matrix(chosen)?.matrix;
        self.pass.record(&x.matrix, |x| x.try_mul(chosen)?.try_sum::<Rank0, _>())
    }

    fn mean_of_rows(&mut self, x: &Self::Row) -> Result<Self::Loss, Self::Error> {
        let share = |(row, counts): (usize, &bool)| if *counts { self.targets.share(row) as f32 } else { 0.0 };
        let shares = self.counts.iter().enumerate().map(share).collect();
        let shares = self.pass.constant(shares, (self.rows(),))?;
        self.pass.record(&x.line, |x| x.try_mul(shares)?.try_sum::<Rank0, _>())
    }

    fn exact_loss(&mut self) -> Result<Self::Loss, Self::Error> {
        let walk = self.targets.walk(self.logits, true);
        let mut total = self.pass.constant(vec![walk.loss as f32], ())?;
        // The sum of gradient times (logits - logits) is 0 and has this gradient.
        for (component, gradient) in walk.gradients.into_iter().enumerate() {
            let shape = (self.targets.loss.width(), self.rows());
            let here = self.pass.constant(self.logits[component].to_vec(), shape)?;
            let gradient = self.pass.constant(gradient, shape)?;
            let logits = self.of_logits[component].clone();
            let term = self.pass.record(&logits, |z| z.try_sub(here)?.try_mul(gradient)?.try_sum::<Rank0, _>())?;
            total = self.pass.record(&term, |term| term.try_add(total))?;
        }
        Ok(total)
    }

    fn add_losses(&mut self, x: Self::Loss, y: Self::Loss) -> Result<Self::Loss, Self::Error> {
        self.pass.record(&x, |x| x.try_add(y))
    }
}

impl<D: Device<f32>> LogProbabilities<D> {
    /// Of logits, classes x rows, on the device and on the host: with `e^k` the log-sum-exp over all classes but `k`,
    /// `softplus(e^k - z^k)` and `-softplus(z^k - e^k)`, as in the exact form.
    pub(super) fn new<B: Backend<Device = D>, T: Tape<f32, D>>(
        pass: &mut Pass<'_, B, T>,
        logits: &Matrix<D>,
        numbers: &[f32],
        classes: usize,
    ) -> Result<Self, DeviceError<B>> {
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
        let spread = |line: Tensor<(usize,), f32, D>| line.try_broadcast_like::<_, Axis<0>>(&shape);
        let (top, second) = (spread(top)?, spread(second)?);

        // Leaving out a class other than the largest: at least the 1 of the largest stays in the sum.
        let powers = pass.record(logits, |z| z.try_sub(top.clone())?.try_exp())?;
        let sum = pass.record(&powers, |powers| powers.try_sum::<(usize,), Axis<0>>())?;
        let sum = spread(sum)?;
        let left_out = pass.record(&powers, |powers| powers.try_mul(others.clone()))?;
        let rest = pass.record(&sum, |sum| sum.try_sub(left_out)?.try_ln()?.try_add(top))?;
        let rest = pass.record(&rest, |rest| rest.try_mul(others.clone()))?;
        // Leaving out the largest: at least the 1 of the second stays.
        let powers = pass.record(logits, |z| {
            z.try_sub(second.clone())?.try_mul(others.clone())?.try_exp()?.try_mul(others.clone())
        })?;
        let sum = pass.record(&powers, |powers| powers.try_sum::<(usize,), Axis<0>>())?;
        let sum = spread(sum)?;
        let rest_of_largest = pass.record(&sum, |sum| sum.try_ln()?.try_add(second)?.try_mul(largest))?;
        let rest = pass.record(&rest, |rest| rest.try_add(rest_of_largest))?;

        let gap = pass.record(logits, |z| z.try_sub(rest))?;
        let negative = pass.record(&gap, |gap| gap.try_negate())?;
        let neg_log_p = softplus(pass, &negative)?;
        let log_rest = softplus(pass, &gap)?;
        let log_rest = pass.record(&log_rest, |log_rest| log_rest.try_negate())?;
        Ok(Self { neg_log_p, log_rest })
    }
}

/// `log (1 + exp x) = m + log (exp (x - m) + exp (-m))` with `m = max(x, 0)`, which is constant to the gradient.
fn softplus<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    x: &Matrix<B::Device>,
) -> Result<Matrix<B::Device>, DeviceError<B>> {
    let most = x.clone().try_relu()?;
    let least = most.clone().try_negate()?.try_exp()?;
    pass.record(x, |x| x.try_sub(most.clone())?.try_exp()?.try_add(least)?.try_ln()?.try_add(most))
}
