//! What a device brings of its own: the few operations for which a backend may have a kernel. Everything else is
//! written once, over dfdx's operations, in [`super::kernels`].

use super::ExecError;
use super::kernels::{self, BatchNorm, Conv1d, Conv2d, Embedding, ImagePool, Linear, LossNode, Lstm, MaxPool, Targets};
use super::pass::{Failure, Matrix, Pass, Slope, Value};
use crate::ops::Activation;
use dfdx::tensor::{Cpu, Tape};
use dfdx::tensor_ops::Device;

/// A device and the kernels that run on it; composed of dfdx's operations unless it says otherwise.
pub(super) trait Backend: Sized + Send + Sync {
    /// The device of dfdx.
    type Device: Device<f32>;

    /// The device as people know it.
    fn name(&self) -> String;

    /// The device, for the calling thread: what dfdx gives may not be shared between threads.
    fn open(&self) -> Result<Self::Device, ExecError>;

    /// Whether to cut batches into shards and compute them on the threads of a pool.
    fn threaded(&self) -> bool;

    /// Lets the gradient of `tensor` reach `identity`, that of a value whose numbers are on the host only: such values
    /// exist where the backend's own kernels make them.
    fn bridge<T: Tape<f32, Self::Device>>(
        _pass: &mut Pass<'_, Self, T>,
        _tensor: &Matrix<Self::Device>,
        _identity: &Matrix<Self::Device>,
    ) {
    }

    /// `y = W x + b` and the activation fused onto it.
    fn linear<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Self::Device>,
        layer: &Linear,
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::linear::portable(pass, x, layer)
    }

    /// An activation by itself.
    fn activation<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Self::Device>,
        activation: Activation,
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::activation::portable(pass, x, activation)
    }

    /// Values one after the other along the features.
    fn concat<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        parts: &[&Value<Self::Device>],
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::concat::portable(pass, parts)
    }

    /// Every feature, or channel, by the mean and variance of the batch.
    fn batch_norm<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Self::Device>,
        norm: &BatchNorm<'_>,
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::batch_norm::portable(pass, x, norm)
    }

    /// A convolution over images.
    fn conv2d<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Self::Device>,
        layer: &Conv2d,
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::conv2d::portable(pass, x, layer)
    }

    /// The mean or the largest of the pixels under a frame.
    fn image_pool<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Self::Device>,
        pool: &ImagePool,
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::image_pool::portable(pass, x, pool)
    }

    /// The mean of each channel of so many pixels.
    fn global_avg_pool<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Self::Device>,
        pixels: usize,
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::image_pool::global_portable(pass, x, pixels)
    }

    /// Features of zeros before and after those there are.
    fn pad_channels<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Self::Device>,
        before: usize,
        after: usize,
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::pad_channels::portable(pass, x, before, after)
    }

    /// The sum of values of one shape.
    fn sum<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        parts: &[&Value<Self::Device>],
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::arithmetic::sum(pass, parts)
    }

    /// A row of a table for each id.
    fn embedding<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        tokens: &Value<Self::Device>,
        layer: &Embedding,
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::embedding::portable(pass, tokens, layer)
    }

    /// A long short-term memory over the steps of a sequence.
    fn lstm<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Self::Device>,
        layer: &Lstm,
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::lstm::portable(pass, x, layer)
    }

    /// A convolution over the steps of a sequence.
    fn conv1d<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Self::Device>,
        layer: &Conv1d,
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::conv1d::portable(pass, x, layer)
    }

    /// The largest values over the steps of a sequence.
    fn max_pool<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Self::Device>,
        layer: &MaxPool,
    ) -> Result<Value<Self::Device>, Failure<Self>> {
        kernels::pool::max_portable(pass, x, layer)
    }

    /// The combination loss over the logits of its components.
    fn class_loss<T: Tape<f32, Self::Device>>(
        pass: &mut Pass<'_, Self, T>,
        logits: &[&Value<Self::Device>],
        targets: &Targets<'_>,
    ) -> Result<LossNode<Self::Device>, Failure<Self>> {
        kernels::class_loss::portable(pass, logits, targets)
    }
}

/// The CPU, with kernels of this program where they are faster than dfdx's operations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Native;

impl Backend for Native {
    type Device = Cpu;

    fn name(&self) -> String {
        "cpu".into()
    }

    fn open(&self) -> Result<Cpu, ExecError> {
        Ok(Cpu::default())
    }

    fn threaded(&self) -> bool {
        true
    }

    fn bridge<T: Tape<f32, Cpu>>(pass: &mut Pass<'_, Self, T>, tensor: &Matrix<Cpu>, identity: &Matrix<Cpu>) {
        let dims = *dfdx::shapes::HasShape::shape(tensor);
        let (from, to) = (Slope::new(tensor, dims), Slope::new(identity, dims));
        pass.tape.add_backward_op(move |grads| {
            let slope = from.take(grads)?;
            to.add(grads, slope)
        });
    }

    fn linear<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Cpu>,
        layer: &Linear,
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::linear::native(pass, x, layer)
    }

    fn activation<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Cpu>,
        activation: Activation,
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::activation::native(pass, x, activation)
    }

    fn concat<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        parts: &[&Value<Cpu>],
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::concat::native(pass, parts)
    }

    fn batch_norm<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Cpu>,
        norm: &BatchNorm<'_>,
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::batch_norm::native(pass, x, norm)
    }

    fn conv2d<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Cpu>,
        layer: &Conv2d,
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::conv2d::native(pass, x, layer)
    }

    fn image_pool<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Cpu>,
        pool: &ImagePool,
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::image_pool::native(pass, x, pool)
    }

    fn global_avg_pool<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Cpu>,
        pixels: usize,
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::image_pool::global_native(pass, x, pixels)
    }

    fn pad_channels<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Cpu>,
        before: usize,
        after: usize,
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::pad_channels::native(pass, x, before, after)
    }

    fn sum<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        parts: &[&Value<Cpu>],
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::arithmetic::native_sum(pass, parts)
    }

    fn embedding<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        tokens: &Value<Cpu>,
        layer: &Embedding,
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::embedding::native(pass, tokens, layer)
    }

    fn lstm<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Cpu>,
        layer: &Lstm,
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::lstm_native::native(pass, x, layer)
    }

    fn conv1d<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Cpu>,
        layer: &Conv1d,
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::conv1d::native(pass, x, layer)
    }

    fn max_pool<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        x: &Value<Cpu>,
        layer: &MaxPool,
    ) -> Result<Value<Cpu>, Failure<Self>> {
        kernels::pool::max_native(pass, x, layer)
    }

    fn class_loss<T: Tape<f32, Cpu>>(
        pass: &mut Pass<'_, Self, T>,
        logits: &[&Value<Cpu>],
        targets: &Targets<'_>,
    ) -> Result<LossNode<Cpu>, Failure<Self>> {
        kernels::class_loss::native(pass, logits, targets)
    }
}

/// The CPU with nothing but dfdx's operations: what another device computes, where it can be tested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Composed;

impl Backend for Composed {
    type Device = Cpu;

    fn name(&self) -> String {
        "cpu (composed)".into()
    }

    fn open(&self) -> Result<Cpu, ExecError> {
        Ok(Cpu::default())
    }

    fn threaded(&self) -> bool {
        true
    }
}

/// An NVIDIA GPU, by its number.
#[cfg(feature = "cuda")]
#[derive(Clone, Copy, Debug)]
pub(super) struct CudaDevice(pub(super) usize);

#[cfg(feature = "cuda")]
impl Backend for CudaDevice {
    type Device = dfdx::tensor::Cuda;

    fn name(&self) -> String {
        format!("cuda:{}", self.0)
    }

    /// One handle for each thread and GPU, kept: opening a GPU takes long, and loads every kernel.
    fn open(&self) -> Result<dfdx::tensor::Cuda, ExecError> {
        use std::cell::RefCell;
        use std::collections::BTreeMap;
        thread_local! {
            static OPEN: RefCell<BTreeMap<usize, dfdx::tensor::Cuda>> = const { RefCell::new(BTreeMap::new()) };
        }
        OPEN.with_borrow_mut(|open| {
            if let Some(device) = open.get(&self.0) {
                return Ok(device.clone());
            }
            let device = dfdx::tensor::Cuda::try_build(self.0, 0)
                .map_err(|error| ExecError::NoDevice { device: self.name(), reason: format!("{error:?}") })?;
            open.insert(self.0, device.clone());
            Ok(device)
        })
    }

    fn threaded(&self) -> bool {
        false
    }
}
