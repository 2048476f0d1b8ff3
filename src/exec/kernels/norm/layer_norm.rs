//! Normalisation of every row over its features (Ba, Kiros and Hinton, 2016).

use crate::exec::backend::Backend;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::kernels::norm::standardize::{scale_and_shift, standardize};
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::LayerNorm;
use dfdx::shapes::Axis;
use dfdx::tensor::Tape;

/// By the mean and the biased variance of the features of a row.
impl Kernel for LayerNorm {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let x = call.x();
        let x = pass.tensor(x)?;
        let normal = standardize::<B, T, Axis<0>>(pass, &x, self.eps, None)?;
        let y = scale_and_shift(pass, &normal.values, call.step)?;
        Ok(Value::new(y, true))
    }
}
