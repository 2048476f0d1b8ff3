//! Modalities of numbers: the transforms of cells in 64 bits, as `data` applies them.

use super::raw_columns::RawColumns;
use crate::data::{FittedModality, FittedTransform};
use crate::export::onnx::builder::{GraphBuilder, GraphValue};
use crate::export::onnx::element::ElementType;
use crate::export::onnx::operation::InputValue;

/// The numbers of columns side by side, `[N, n]`, or as the steps of a sequence, `[N, t, d]`.
pub(super) fn numbers(
    columns: &mut RawColumns<'_>,
    graph: &GraphBuilder,
    of: (usize, &str),
    fitted: &FittedModality,
) -> InputValue {
    let mut cells = vec![];
    for (at, column) in fitted.columns.iter().enumerate() {
        let cell = columns.numbers(of, at, column);
        cells.push(without_markers(graph, &cell, &column.missing.numbers));
    }
    let mut x = graph.concat(&cells, 1);
    if let [steps, width] = fitted.shape.0[..] {
        x = graph.reshape(&x, &[0, steps as i64, width as i64]);
    }
    let x = transformed(graph, x, &fitted.transforms);
    let flat = if fitted.shape.0.len() > 1 { graph.reshape(&x, &[0, fitted.shape.size() as i64]) } else { x.clone() };
    let present = graph.not(&any_nan(graph, &flat));
    finished(graph, fitted, &x, &present)
}

/// Lists of steps, `[N, t, d]`: steps of not-a-number follow the last one.
pub(super) fn lists(
    columns: &mut RawColumns<'_>,
    graph: &GraphBuilder,
    of: (usize, &str),
    fitted: &FittedModality,
) -> InputValue {
    let [steps, width] = [fitted.shape.0[0], fitted.shape.0[1]];
    let column = &fitted.columns[0];
    let cells = columns.numbers(of, 0, column);
    let cells = without_markers(graph, &cells, &column.missing.numbers);
    let cells = graph.reshape(&cells, &[0, steps as i64, width as i64]);
    // The last step that holds a number is the last of the list.
    let numbers = graph.cast(&graph.not(&graph.is_nan(&cells)), ElementType::Int64);
    let places = graph.ints(&[1, steps, 1], 1..=steps as i64);
    let count = graph.largest(&graph.largest(&graph.mul(&numbers, &places), 2), 1);
    let real = graph.less(&graph.ints(&[1, steps, 1], 0..steps as i64), &count);
    let x = transformed(graph, cells, &fitted.transforms);
    let padded = graph.choose(&real, &x, &graph.number(&x, f64::NAN));
    let inside = graph.choose(&real, &x, &graph.number(&x, 0.0));
    let inside = graph.reshape(&inside, &[0, fitted.shape.size() as i64]);
    let some = graph.greater(&graph.squeeze(&count, 2), &graph.ints(&[], [0]));
    let present = graph.and(&some, &graph.not(&any_nan(graph, &inside)));
    finished(graph, fitted, &padded, &present)
}

/// The value in 32 bits; zeros on rows without it, where it may be missing.
fn finished(graph: &GraphBuilder, fitted: &FittedModality, x: &GraphValue, present: &GraphValue) -> InputValue {
    let x = graph.cast(x, ElementType::Float);
    if !fitted.optional {
        return InputValue { value: x, present: None };
    }
    let mut mask = present.clone();
    for axis in 1..fitted.shape.0.len() {
        mask = graph.unsqueeze(&mask, axis as i64 + 1);
    }
    InputValue { value: graph.choose(&mask, &x, &graph.number(&x, 0.0)), present: Some(present.clone()) }
}

/// Whether a row `[N, n]` holds a number that is not a number, `[N, 1]`.
fn any_nan(graph: &GraphBuilder, x: &GraphValue) -> GraphValue {
    let count = graph.largest(&graph.cast(&graph.is_nan(x), ElementType::Int64), 1);
    graph.greater(&count, &graph.ints(&[], [0]))
}

/// With not-a-number in place of the numbers that mark an empty cell.
fn without_markers(graph: &GraphBuilder, x: &GraphValue, markers: &[f64]) -> GraphValue {
    let is_one = markers.iter().map(|marker| graph.equal(x, &graph.number(x, *marker)));
    match is_one.reduce(|any, one| graph.or(&any, &one)) {
        None => x.clone(),
        Some(marked) => graph.choose(&marked, &graph.number(x, f64::NAN), x),
    }
}

/// The transforms in their order. Statistics are those of the last axis.
fn transformed(graph: &GraphBuilder, x: GraphValue, transforms: &[FittedTransform]) -> GraphValue {
    let by_column = |numbers: &[f64]| graph.doubles(&[numbers.len()], numbers);
    transforms.iter().fold(x, |x, transform| match transform {
        FittedTransform::Standardize { mean, std } => graph.div(&graph.sub(&x, &by_column(mean)), &by_column(std)),
        FittedTransform::MinMax { min, max } => {
            let range: Vec<f64> = min.iter().zip(max).map(|(min, max)| max - min).collect();
            graph.div(&graph.sub(&x, &by_column(min)), &by_column(&range))
        }
        FittedTransform::Log1p => graph.mul(&graph.sign(&x), &graph.log1p(&graph.abs(&x))),
        FittedTransform::Clip { lo, hi } => {
            // Not `Clip`, whose result for not-a-number differs between runtimes.
            let (lo, hi) = (graph.number(&x, *lo), graph.number(&x, *hi));
            let x = graph.choose(&graph.less(&x, &lo), &lo, &x);
            graph.choose(&graph.greater(&x, &hi), &hi, &x)
        }
        FittedTransform::Missing { values } => without_markers(graph, &x, values),
        FittedTransform::Impute { values } => graph.choose(&graph.is_nan(&x), &by_column(values), &x),
        // These concern texts, categories and images.
        FittedTransform::SubtractMean { .. }
        | FittedTransform::NormalizePixels
        | FittedTransform::ImputeWord { .. }
        | FittedTransform::KeepMissing
        | FittedTransform::GroupRare { .. }
        | FittedTransform::Lowercase
        | FittedTransform::Chars { .. }
        | FittedTransform::Words { .. }
        | FittedTransform::Category { .. }
        | FittedTransform::Date { .. }
        | FittedTransform::OneHot { .. }
        | FittedTransform::Size(_)
        | FittedTransform::Augment { .. } => x,
    })
}
