//! `max_pool`, over an image or over the steps of a sequence.

use crate::exec::backend::Backend;
use crate::exec::backend::cpu::Native;
use crate::exec::kernels::kernel::{Computed, Kernel, KernelCall};
use crate::exec::kernels::pool::image::{self, ImagePool, Pooling};
use crate::exec::kernels::pool::sequence::{self, SequencePool};
use crate::exec::pass::Pass;
use crate::ops::{MaxPool, Window};
use crate::plan::Step;
use dfdx::tensor::{Cpu, Tape};

/// The window over the pixels of an image; `None` where the input is a sequence.
fn over_image(pool: &MaxPool, step: &Step) -> Option<Window> {
    pool.window.filter(|_| step.takes.0.len() == 3)
}

impl Kernel for MaxPool {
    fn portable<B: Backend, T: Tape<f32, B::Device>>(
        &self,
        pass: &mut Pass<'_, B, T>,
        call: &KernelCall<'_, B::Device>,
    ) -> Computed<B> {
        let x = call.x();
        match over_image(self, call.step) {
            Some(window) => image::portable(pass, x, &ImagePool::new(Pooling::Max, &window, call.step, pass.rows)),
            None => sequence::max_portable(pass, x, &SequencePool::new(x, call.length(), call.step, self.window)),
        }
    }

    fn native<T: Tape<f32, Cpu>>(
        &self,
        pass: &mut Pass<'_, Native, T>,
        call: &KernelCall<'_, Cpu>,
    ) -> Computed<Native> {
        let x = call.x();
        match over_image(self, call.step) {
            Some(window) => image::native(pass, x, &ImagePool::new(Pooling::Max, &window, call.step, pass.rows)),
            None => sequence::max_native(pass, x, &SequencePool::new(x, call.length(), call.step, self.window)),
        }
    }
}
