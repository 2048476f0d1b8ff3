//! Modalities of images: pixels of the size that the model reads, scaled and shifted.

use super::raw_columns::RawColumns;
use crate::data::{FittedModality, pixel_scale_and_shift};
use crate::export::onnx::builder::{GraphBuilder, GraphValue};
use crate::export::onnx::element::{ElementType, Elements};
use crate::export::onnx::operation::InputValue;

/// The numbers of an image, `[N, c, h, w]`. An image that may be missing has an input that says which rows have it.
pub(super) fn image(
    columns: &mut RawColumns<'_>,
    graph: &GraphBuilder,
    of: (usize, &str),
    fitted: &FittedModality,
) -> InputValue {
    let pixels = columns.images(of, &fitted.columns[0], &fitted.shape.0);
    let x = graph.cast(&pixels, ElementType::Float);
    let (scale, shift) = pixel_scale_and_shift(fitted);
    let x = graph.mul(&x, &by_pixel(graph, &fitted.shape.0, &scale));
    let x = graph.add(&x, &by_pixel(graph, &fitted.shape.0, &shift));
    if !fitted.optional {
        return InputValue { value: x, present: None };
    }
    let present = columns.presence(of);
    let mask = graph.unsqueeze(&graph.unsqueeze(&present, 2), 3);
    InputValue { value: graph.choose(&mask, &x, &graph.number(&x, 0.0)), present: Some(present) }
}

/// A number for each pixel, or for each channel where its pixels have the same.
fn by_pixel(graph: &GraphBuilder, shape: &[usize], numbers: &[f32]) -> GraphValue {
    let plane = shape.iter().skip(1).product::<usize>().max(1);
    let same = numbers.chunks(plane).all(|channel| channel.iter().all(|number| *number == channel[0]));
    let mut dims = vec![1];
    dims.extend(shape);
    if !same {
        return graph.constant(&dims, &Elements::Floats(numbers.to_vec()));
    }
    let channels: Vec<f32> = numbers.chunks(plane).map(|channel| channel[0]).collect();
    dims = std::iter::once(1).chain([channels.len()]).chain(shape.iter().skip(1).map(|_| 1)).collect();
    graph.constant(&dims, &Elements::Floats(channels))
}
