//! Operations on images: gradients against finite differences, both backends against each other and against sums
//! written out by hand, and the same bits on any number of threads.

use super::gradients::{ATTACHED, DETACHED, check, weights};
use super::{BOTH, KEY, batch, close, gradient, noise, start};
use crate::support::network::Network;
use mmc::exec::{DeviceChoice, Params};
use mmc::fusion::Combination;
use mmc::ops::{Activation, AvgPool, BatchNorm, Conv2d, MaxPool, Op, PadChannels, Padding, Window};
use mmc::plan::{Batch, Plan};
use mmc::spec::Init;
use std::sync::Arc;

fn window(size: usize, stride: usize, padding: Padding) -> Window {
    Window { size, stride, padding }
}

fn max_pool(size: usize, stride: usize) -> Op {
    Op::MaxPool(MaxPool { window: Some(Window::over_steps(size, stride, 0)) })
}

fn conv(channels: usize, window: Window, bias: bool) -> Op {
    Op::Conv2d(Conv2d { channels, window, bias, init: None })
}

/// A 1 x 1 convolution with a bias before the operation in question, so that its input has a gradient, and a linear layer
/// behind it.
fn around(image: [usize; 3], channels: usize, operation: Op) -> Plan {
    let mut net = Network::new(3);
    net.init(Init::Torch);
    let x = net.image("x", image);
    let x = net.drawn(x, conv(channels, window(1, 1, Padding::Valid), true));
    let y = net.drawn(x, operation);
    let y = net.drawn(y, Op::Flatten);
    let logits = net.linear(y, 3, None);
    net.component(logits, 1.0);
    net.finish(DETACHED)
}

fn check_operation(what: &str, image: [usize; 3], channels: usize, operation: Op) {
    let plan = around(image, channels, operation);
    check(&plan, &batch(&plan, 5, 41), what);
}

#[test]
fn convolutions() {
    for (size, stride, padding) in [
        (3, 1, Padding::Same),
        (3, 2, Padding::Same),
        (3, 2, Padding::Zeros(1)),
        (2, 1, Padding::Valid),
        (2, 3, Padding::Zeros(2)),
        (1, 1, Padding::Same),
        (1, 2, Padding::Valid),
    ] {
        let operation = conv(3, window(size, stride, padding), stride == 1);
        check_operation(&format!("conv2d {size}, {stride}, {padding:?}"), [2, 4, 5], 2, operation);
    }
}

#[test]
fn norms_of_images() {
    for activation in [None, Some(Activation::Tanh)] {
        let operation = Op::BatchNorm(BatchNorm { eps: 1e-3, momentum: 0.1, activation });
        check_operation(&format!("batch_norm and {activation:?}"), [2, 3, 4], 3, operation);
    }
}

#[test]
fn pools() {
    let [wide, close] = [window(2, 2, Padding::Valid), window(3, 1, Padding::Valid)];
    for window in [wide, close] {
        check_operation("avg_pool", [2, 5, 4], 2, Op::AvgPool(AvgPool(window)));
        check_operation("max_pool", [2, 5, 4], 2, max_pool(window.size, window.stride));
    }
    check_operation("global_avg_pool", [2, 3, 4], 3, Op::GlobalAvgPool);
    check_operation("pad_channels", [2, 3, 2], 2, Op::PadChannels(PadChannels { channels: 5 }));
    check_operation("pad_channels to as many", [2, 3, 2], 2, Op::PadChannels(PadChannels { channels: 2 }));
}

/// Rows without the image count nothing in the statistics of their batch, and get no gradient from them.
#[test]
fn norms_of_images_that_may_be_missing() {
    let mut net = Network::new(3);
    net.init(Init::Torch);
    let x = net.image("x", [2, 3, 4]);
    let x = net.drawn(x, conv(3, window(1, 1, Padding::Valid), true));
    let x = net.drawn(x, Op::BatchNorm(BatchNorm { eps: 1e-3, momentum: 0.1, activation: Some(Activation::Tanh) }));
    let x = net.drawn(x, Op::Flatten);
    let y = net.input("y", 4);
    for value in [x, y] {
        let logits = net.linear(value, 3, None);
        net.component(logits, 1.0);
    }
    let plan = net.finish(ATTACHED);
    let mut rows = batch(&plan, 6, 45);
    rows.present[0] = Some(vec![true, false, true, true, false, true]);
    check(&plan, &rows, "batch_norm of images with rows missing");
}

/// Among equal pixels the first has the gradient, as in PyTorch, on every device.
#[test]
fn of_equal_pixels_the_first_wins() {
    let mut net = Network::new(2);
    let x = net.image("x", [1, 4, 4]);
    // A weight of 0 makes all pixels equal, and its gradient shows which of them were chosen.
    let x = net.drawn(x, conv(1, window(1, 1, Padding::Valid), false));
    let x = net.drawn(x, max_pool(2, 2));
    let x = net.drawn(x, Op::Flatten);
    let logits = net.linear(x, 2, None);
    net.component(logits, 1.0);
    let plan = net.finish(DETACHED);
    let mut params = Params::zeros(&plan);
    let linear = params.range(1);
    params.values[linear].copy_from_slice(&[1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0]);
    let image = (0..16).map(|pixel| (pixel * pixel) as f32).collect();
    let rows =
        Batch { rows: 1, inputs: vec![image], present: vec![None], labels: vec![1], weights: vec![], past: vec![] };
    // Both classes have probability 1/2: the logit of the first has the gradient 1/2, and the first pixels of the four
    // windows are 0, 2, 8 and 10.
    let expected = 0.5 * (1.0 * 0.0 + 2.0 * 4.0 + 3.0 * 64.0 + 4.0 * 100.0);
    for device in BOTH {
        let (_, found) = gradient(start(&plan, device, 1).as_mut(), &params, &rows);
        close(f64::from(found[0]), expected, 1e-3, "the weight's gradient");
    }
}

/// A residual block: what is read in two places gets the gradients of both.
#[test]
fn a_sum_of_two_ways_through_an_image() {
    let mut net = Network::new(3);
    net.init(Init::Torch);
    let x = net.image("x", [2, 4, 4]);
    let x = net.drawn(x, conv(2, window(3, 1, Padding::Same), true));
    let norm = net.drawn(x, Op::BatchNorm(BatchNorm { eps: 1e-3, momentum: 0.1, activation: Some(Activation::Tanh) }));
    let way = net.drawn(norm, conv(4, window(3, 2, Padding::Same), false));
    let short = net.drawn(x, Op::AvgPool(AvgPool(window(2, 2, Padding::Valid))));
    let short = net.drawn(short, Op::PadChannels(PadChannels { channels: 4 }));
    let sum = net.sum(&[way, short]);
    let y = net.drawn(sum, Op::Flatten);
    let logits = net.linear(y, 3, None);
    net.component(logits, 1.0);
    let plan = net.finish(DETACHED);
    check(&plan, &batch(&plan, 5, 42), "a residual block");
}

/// Shapes that leave remainders in every loop of the kernels, on the native kernels and on dfdx's operations.
#[test]
fn kernels_agree_with_dfdx_on_odd_shapes() {
    for (image, channels, rows) in [([3, 7, 9], 13, 37), ([1, 5, 5], 8, 16), ([9, 4, 3], 1, 100), ([2, 1, 1], 17, 3)] {
        let mut net = Network::new(4);
        net.init(Init::Torch);
        let x = net.image("x", image);
        let x = net.drawn(x, conv(11, window(3, 1, Padding::Same), true));
        let x = net.drawn(x, Op::BatchNorm(BatchNorm { eps: 1e-3, momentum: 0.1, activation: Some(Activation::Relu) }));
        let x = net.drawn(x, conv(channels, window(3, 2, Padding::Same), false));
        let x = net.drawn(x, Op::BatchNorm(BatchNorm { eps: 1e-3, momentum: 0.1, activation: None }));
        let x = net.drawn(x, conv(6, window(1, 1, Padding::Valid), false));
        let y = net.drawn(x, Op::GlobalAvgPool);
        let logits = net.linear(y, 4, None);
        net.component(logits, 1.0);
        let plan = net.finish(DETACHED);
        let (params, rows) = (weights(&plan), batch(&plan, rows, 43));
        let mut results = Vec::new();
        for device in BOTH {
            let mut engine = start(&plan, device, 2);
            let moments = engine.step(&Arc::new(params.clone()), &rows, KEY).unwrap().moments;
            results.push((gradient(engine.as_mut(), &params, &rows), moments));
        }
        let [((loss, ours), moments), ((other_loss, composed), others)] = [&results[0], &results[1]];
        close(*other_loss, *loss, 1e-5, "loss");
        let largest = ours.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        for (ours, composed) in ours.iter().zip(composed) {
            close(f64::from(*composed), f64::from(*ours), 1e-4 * f64::from(largest) + 1e-6, "gradient");
        }
        for (ours, other) in moments.iter().zip(others) {
            assert_eq!(ours.0, other.0);
            for (ours, other) in ours.1.iter().zip(&other.1) {
                close(f64::from(*other), f64::from(*ours), 1e-4, "moment");
            }
        }
    }
}

/// One convolution against the sum of its definition, in double precision.
#[test]
fn a_convolution_is_what_its_definition_says() {
    let (channels, height, width, outputs, rows) = (3, 6, 5, 10, 21);
    for (size, stride, pad) in [(3, 1, 1), (3, 2, 1), (2, 2, 0), (4, 1, 2)] {
        let mut net = Network::new(2);
        let x = net.image("x", [channels, height, width]);
        let y = net.drawn(x, conv(outputs, window(size, stride, Padding::Zeros(pad)), true));
        let y = net.drawn(y, Op::Flatten);
        let (down, across) = ((height + 2 * pad - size) / stride + 1, (width + 2 * pad - size) / stride + 1);
        let features = outputs * down * across;
        // One number of the image at a time is let through.
        let picked = [0, features / 3, features - 1];
        let logits = net.linear(y, picked.len(), None);
        net.component(logits, 1.0);
        let mut plan = net.finish(Combination::Average);
        plan.loss.classes = (0..picked.len()).map(|class| class.to_string()).collect();
        let mut params = Params::zeros(&plan);
        let weight = noise(outputs * channels * size * size, 1);
        let range = params.range(0);
        params.values[range].copy_from_slice(&weight);
        let bias = noise(outputs, 2);
        let range = params.range(1);
        params.values[range].copy_from_slice(&bias);
        let start_of_linear = params.range(2).start;
        for (class, feature) in picked.iter().enumerate() {
            params.values[start_of_linear + class * features + feature] = 1.0;
        }
        let images = noise(rows * channels * height * width, 3);
        let batch = Batch {
            rows,
            inputs: vec![images.clone()],
            present: vec![None],
            labels: vec![0; rows],
            weights: vec![],
            past: vec![],
        };
        for device in BOTH {
            let found = start(&plan, device, 2).logits(&Arc::new(params.clone()), &batch).unwrap();
            for row in 0..rows {
                for (class, feature) in picked.iter().enumerate() {
                    let (output, y, x) = (feature / (down * across), feature / across % down, feature % across);
                    let mut sum = f64::from(bias[output]);
                    for channel in 0..channels {
                        for (ky, kx) in (0..size * size).map(|cell| (cell / size, cell % size)) {
                            let (y, x) = ((y * stride + ky).wrapping_sub(pad), (x * stride + kx).wrapping_sub(pad));
                            if y < height && x < width {
                                let pixel = images[((row * channels + channel) * height + y) * width + x];
                                let weight = weight[((output * channels + channel) * size + ky) * size + kx];
                                sum += f64::from(pixel) * f64::from(weight);
                            }
                        }
                    }
                    close(f64::from(found.components[0][row * picked.len() + class]), sum, 1e-5, "a place");
                }
            }
        }
    }
}

/// Work is cut by the shapes alone.
#[test]
fn threads_change_no_bit_of_an_image() {
    let mut net = Network::new(3);
    net.init(Init::Torch);
    let x = net.image("x", [3, 9, 9]);
    let mut x = net.drawn(x, conv(12, window(3, 1, Padding::Same), true));
    for stride in [1, 2] {
        let norm =
            net.drawn(x, Op::BatchNorm(BatchNorm { eps: 1e-3, momentum: 0.1, activation: Some(Activation::Relu) }));
        x = net.drawn(norm, conv(12, window(3, stride, Padding::Same), false));
    }
    let x = net.drawn(x, max_pool(2, 1));
    let x = net.drawn(x, Op::AvgPool(AvgPool(window(2, 2, Padding::Valid))));
    let y = net.drawn(x, Op::GlobalAvgPool);
    let logits = net.linear(y, 3, None);
    net.component(logits, 1.0);
    let plan = net.finish(DETACHED);
    let (params, rows) = (Arc::new(weights(&plan)), batch(&plan, 50, 44));
    let mut seen = Vec::new();
    for threads in [1, 2, 3] {
        let mut engine = start(&plan, DeviceChoice::Cpu, threads);
        let result = engine.step(&params, &rows, KEY).unwrap();
        assert_eq!(result.gradients.len(), 1, "the statistics are those of the batch");
        let found = (result.loss, result.gradients.to_vec(), result.moments);
        seen.push((found, engine.logits(&params, &rows).unwrap()));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}

/// A NaN passes through a pool and a relu.
#[test]
fn a_nan_is_not_hidden() {
    let mut net = Network::new(2);
    let x = net.image("x", [1, 2, 2]);
    let x = net.drawn(x, conv(2, window(1, 1, Padding::Valid), true));
    let x = net.drawn(x, max_pool(2, 2));
    let y = net.drawn(x, Op::Flatten);
    net.component(y, 1.0);
    let plan = net.finish(Combination::Average);
    let params = Arc::new(weights(&plan));
    let rows = Batch {
        rows: 1,
        inputs: vec![vec![1.0, f32::NAN, 2.0, 3.0]],
        present: vec![None],
        labels: vec![0],
        weights: vec![],
        past: vec![],
    };
    let logits = start(&plan, DeviceChoice::Cpu, 1).logits(&params, &rows).unwrap();
    assert!(logits.components[0].iter().all(|logit| logit.is_nan()));
}
