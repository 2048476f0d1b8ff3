//! Element-wise functions: relu, tanh, sigmoid, gelu, reciprocal.

use crate::exec::backend::Backend;
use crate::exec::backend::cpu::Native;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::pass::Pass;
use crate::exec::value::Value;
use crate::ops::Activation;
use dfdx::shapes::Shape;
use dfdx::tensor::{Cpu, Tape, Tensor};
use dfdx::tensor_ops::Device;

/// The function of dfdx.
pub(in crate::exec::kernels) fn compose<S: Shape, D: Device<f32>, T: Tape<f32, D>>(
    activation: Activation,
    x: Tensor<S, f32, D, T>,
) -> Result<Tensor<S, f32, D, T>, D::Err> {
    match activation {
        Activation::Relu => x.try_relu(),
        Activation::Tanh => x.try_tanh(),
        Activation::Sigmoid => x.try_sigmoid(),
        Activation::Gelu => x.try_fast_gelu(),
        Activation::Reciprocal => x.try_recip(),
    }
}

impl Kernel for Activation {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let (x, activation) = (call.x(), *self);
        let tensor = pass.tensor(x)?;
        let y = pass.record(&tensor, |x| compose(activation, x))?;
        Ok(Value::new(y, x.learned))
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let (x, activation) = (call.x(), *self);
        let mut y = x.host().to_vec();
        apply(activation, &mut y);
        let made = pass.made(y, x.learned)?;
        if pass.gradients.is_some() && x.learned {
            let saved = if derives_from_input(activation) { x.host() } else { made.host() };
            let (input_gradient, made) = (x.gradient(), made.gradient());
            pass.tape.add_backward_op(move |grads| {
                let mut upstream = made.take(grads)?;
                backward(activation, &mut upstream, &saved);
                input_gradient.add(grads, upstream)
            });
        }
        Ok(made)
    }
}

/// Whether the derivative is computed from the input rather than from the output.
pub(in crate::exec::kernels) fn derives_from_input(activation: Activation) -> bool {
    match activation {
        Activation::Relu | Activation::Tanh | Activation::Sigmoid | Activation::Reciprocal => false,
        Activation::Gelu => true,
    }
}

/// Applies the function in place. A NaN stays a NaN.
pub(in crate::exec::kernels) fn apply(activation: Activation, values: &mut [f32]) {
    let function: fn(f32) -> f32 = match activation {
        Activation::Relu => {
            // Written as a plain loop, so that it is vectorised.
            for value in values {
                *value = if *value < 0.0 { 0.0 } else { *value };
            }
            return;
        }
        Activation::Tanh => f32::tanh,
        Activation::Sigmoid => |x| 1.0 / (1.0 + (-x).exp()),
        Activation::Gelu => |x| 0.5 * x * (1.0 + gelu_tanh(x)),
        Activation::Reciprocal => f32::recip,
    };
    for value in values {
        *value = function(*value);
    }
}

/// Multiplies a gradient by the derivative, from the saved array that [`derives_from_input`] names.
pub(in crate::exec::kernels) fn backward(activation: Activation, gradient: &mut [f32], saved: &[f32]) {
    let pairs = gradient.iter_mut().zip(saved);
    match activation {
        Activation::Relu => pairs.for_each(|(g, y)| *g = if *y > 0.0 { *g } else { 0.0 }),
        Activation::Tanh => pairs.for_each(|(g, y)| *g *= 1.0 - y * y),
        Activation::Sigmoid => pairs.for_each(|(g, y)| *g *= y * (1.0 - y)),
        Activation::Reciprocal => pairs.for_each(|(g, y)| *g *= -y * y),
        Activation::Gelu => pairs.for_each(|(g, x)| {
            let t = gelu_tanh(*x);
            let inner = GELU_SCALE * (1.0 + 3.0 * GELU_CUBE * x * x);
            *g *= 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * inner;
        }),
    }
}

/// `sqrt(2 / pi)`
const GELU_SCALE: f32 = 0.797_884_6;
/// The factor of the cube in the approximation by tanh (Hendrycks and Gimpel, 2016).
const GELU_CUBE: f32 = 0.044_715;

fn gelu_tanh(x: f32) -> f32 {
    (GELU_SCALE * (x + GELU_CUBE * x * x * x)).tanh()
}
