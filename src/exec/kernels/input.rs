//! Values that need no arithmetic: the modalities of a row, the number of its real steps, and the same numbers as a vector.

use super::kernel::{Computed, Kernel, KernelCall};
use crate::exec::backend::{Backend, DeviceError};
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::{Flatten, InputIndex, RealSteps, StepCount, TokenCount, WindowCount};
use dfdx::tensor::Tape;
use std::sync::Arc;

impl Kernel for InputIndex {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let host = Arc::new(std::mem::take(&mut pass.inputs[self.0]));
        let tensor = pass.constant(host.to_vec(), (call.step.shape.size(), pass.rows))?;
        Ok(Value::with_host(tensor, false, host))
    }
}

/// Everything up to the last token that is not padding.
impl Kernel for TokenCount {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let tokens = call.x();
        let (steps, rows) = tokens.dims();
        let ids = tokens.host();
        let real = |row: usize| (0..steps).rev().find(|step| ids[step * rows + row] != 0.0).map_or(0, |step| step + 1);
        lengths(pass, (0..rows).map(real).collect())
    }
}

/// The steps before the first one that is not-a-number.
impl Kernel for StepCount {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let sequence = call.x();
        let (numbers, rows) = sequence.dims();
        let width = call.step.takes.0.last().copied().unwrap_or(1).max(1);
        let host = sequence.host();
        let is_padding = |row: usize, step: &usize| host[step * width * rows + row].is_nan();
        let real = |row: usize| (0..numbers / width).find(|step| is_padding(row, step)).unwrap_or(numbers / width);
        lengths(pass, (0..rows).map(real).collect())
    }
}

impl Kernel for RealSteps {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let sequence = call.x();
        let host = sequence.host();
        let real: Vec<f32> = host.iter().map(|number| if number.is_nan() { 0.0 } else { *number }).collect();
        let tensor = pass.constant(real.clone(), sequence.dims())?;
        Ok(Value::with_host(tensor, false, Arc::new(real)))
    }
}

impl Kernel for WindowCount {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        lengths(pass, call.x().host().iter().map(|length| self.0.count(*length as usize)).collect())
    }
}

/// A number for each row.
fn lengths<B: Backend, T: Tape<f32, B::Device>>(
    pass: &mut Pass<'_, B, T>,
    lengths: Vec<usize>,
) -> Result<Value<B::Device>, DeviceError<B>> {
    let lengths: Vec<f32> = lengths.into_iter().map(|length| length as f32).collect();
    let tensor = pass.constant(lengths.clone(), (1, lengths.len()))?;
    Ok(Value::with_host(tensor, false, Arc::new(lengths)))
}

impl Kernel for Flatten {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        _pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        Ok(call.x().clone())
    }
}
