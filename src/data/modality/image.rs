//! Modalities of images: pixels are stored as read, and converted to numbers when a batch is filled. Apart
//! from random changes, training and evaluation prepare them in the same way.

use crate::data::io::bytes::MemoryBudget;
use crate::data::modality::augment::Augment;
use crate::data::modality::columns::{MissingRows, ModalityColumns, columns_of};
use crate::data::modality::fitted::FittedModality;
use crate::data::modality::pixel_scale::PixelScale;
use crate::data::modality::rows::{ModalityParts, ModalityRows, RowsWriter};
use crate::data::modality::tally::Tally;
use crate::data::modality::transform::{FittedTransform, PixelAffine};
use crate::data::table::errors::{CellErrors, out_of_space};
use crate::diag::{Code, Problem, Problems};
use crate::spec::{ModalitySpec, TransformKind};
use std::sync::Arc;

/// Fits the transforms on the first part, which is train, and makes the rows of every part.
pub(crate) fn fit_and_apply(
    spec: &ModalitySpec,
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
) -> Result<(Vec<FittedTransform>, ModalityParts), Problems> {
    // An image that is missing is reported before anything is fitted.
    let (rows, tally) = stored(spec, parts, budget, None)?;
    let (transforms, notes) = fit(spec, parts)?;
    let rows = with_scale(rows, spec, &transforms, parts);
    Ok((transforms, ModalityParts { rows, notes, tally }))
}

/// Makes the rows of every part with transforms that have been fitted.
pub(crate) fn apply(
    spec: &ModalitySpec,
    transforms: &[FittedTransform],
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
    errors: Option<&mut CellErrors>,
) -> Result<ModalityParts, Problems> {
    let (rows, tally) = stored(spec, parts, budget, errors)?;
    Ok(ModalityParts::counted(with_scale(rows, spec, transforms, parts), tally, spec, false))
}

/// Fits the transforms on the first part, which is train; the second of the results are notes.
fn fit(spec: &ModalitySpec, parts: &[ModalityColumns<'_>]) -> Result<(Vec<FittedTransform>, Vec<String>), Problem> {
    let mut affine = PixelAffine::identity(&spec.shape);
    let mut transforms = vec![];
    let mut notes = vec![];
    for transform in &spec.transforms {
        let fitted = match &transform.kind {
            TransformKind::SubtractMean { reference } => {
                let parts = if *reference { parts } else { &parts[..1] };
                if *reference {
                    let name = &spec.name;
                    notes.push(format!(
                        "`{name}`: the mean image is that of all rows, those of validation and test too, as in the authors' code"
                    ));
                }
                FittedTransform::SubtractMean { mean: mean_image(parts, spec.shape.size()), reference: *reference }
            }
            TransformKind::Standardize => {
                let (mean, std) = moments(&parts[..1], &affine);
                if let Some(channel) = std.iter().position(|std| std.is_nan() || *std <= f64::EPSILON) {
                    let message =
                        format!("channel {channel} of `{}` never varies and cannot be standardized", spec.name);
                    let problem = Problem::error(Code::ConstantColumn, message).at(transform.span, "fitted here");
                    return Err(problem.also(columns_of(spec), "to these images"));
                }
                FittedTransform::Standardize { mean, std }
            }
            kind => FittedTransform::new(kind),
        };
        affine.then(&fitted);
        transforms.push(fitted);
    }
    Ok((transforms, notes))
}

/// Rows of stored cells, with how these become numbers.
fn with_scale(
    rows: Vec<ModalityRows>,
    spec: &ModalitySpec,
    transforms: &[FittedTransform],
    parts: &[ModalityColumns<'_>],
) -> Vec<ModalityRows> {
    let mut affine = PixelAffine::identity(&spec.shape);
    transforms.iter().for_each(|transform| affine.then(transform));
    let augment = transforms.iter().find_map(|transform| match transform {
        FittedTransform::Augment { flip, pad } => Some(Augment::new(&spec.name, &spec.shape, *flip, *pad)),
        _ => None,
    });
    let numbers = |numbers: &[f64]| numbers.iter().map(|number| *number as f32).collect();
    let bytes = parts.first().is_some_and(ModalityColumns::is_pixels);
    let scale = Arc::new(PixelScale { bytes, scale: numbers(&affine.scale), shift: numbers(&affine.shift), augment });
    rows.into_iter().map(|rows| rows.with_pixels(Arc::clone(&scale))).collect()
}

/// The factor and the summand that make a number of each pixel of a fitted modality of images.
pub fn pixel_scale_and_shift(fitted: &FittedModality) -> (Vec<f32>, Vec<f32>) {
    let mut affine = PixelAffine::identity(&fitted.shape);
    fitted.transforms.iter().for_each(|transform| affine.then(transform));
    let numbers = |numbers: &[f64]| numbers.iter().map(|number| *number as f32).collect();
    (numbers(&affine.scale), numbers(&affine.shift))
}

/// The unchanged cells of every part, one row after the other.
fn stored(
    spec: &ModalitySpec,
    parts: &[ModalityColumns<'_>],
    budget: &MemoryBudget,
    mut errors: Option<&mut CellErrors>,
) -> Result<(Vec<ModalityRows>, Tally), Problems> {
    let mut tally = Tally::default();
    let size = spec.shape.size();
    let mut missing = MissingRows::default();
    let mut made = vec![];
    let mut numbers = vec![];
    for part in parts {
        let mut writer = RowsWriter::new(size, spec.optional, budget);
        for (at, row) in part.rows.iter().enumerate() {
            let (there, pushed) = if part.is_pixels() {
                let pixels = part.pixels(*row);
                (pixels.is_some(), writer.push_bytes(pixels.as_deref()))
            } else {
                numbers.clear();
                numbers.extend((0..size).map(|at| part.number(at, *row as usize) as f32));
                let there = numbers.iter().all(|number| number.is_finite());
                (there, writer.push(there.then_some(&numbers)))
            };
            tally.rows += 1;
            tally.missing += usize::from(!there);
            if !there && !spec.optional {
                missing.add(spec, part, at, errors.as_deref_mut());
            }
            pushed.map_err(|error| out_of_space(columns_of(spec), &error))?;
        }
        made.push(writer.finish().map_err(|error| out_of_space(columns_of(spec), &error))?);
    }
    missing.finish(spec)?;
    Ok((made, tally))
}

/// Passes every image that some parts have to a visitor, as numbers.
fn each(parts: &[ModalityColumns<'_>], size: usize, mut see: impl FnMut(&[f64])) {
    let mut image = vec![0.0; size];
    for part in parts {
        for row in part.rows {
            if part.is_pixels() {
                let Some(pixels) = part.pixels(*row) else { continue };
                image.iter_mut().zip(pixels.iter()).for_each(|(number, pixel)| *number = f64::from(*pixel));
            } else {
                (image.iter_mut().enumerate()).for_each(|(at, number)| *number = part.number(at, *row as usize));
                if image.iter().any(|number| number.is_nan()) {
                    continue;
                }
            }
            see(&image);
        }
    }
}

/// The mean of each number of an image; of bytes it is exact to the last bit of the division.
fn mean_image(parts: &[ModalityColumns<'_>], size: usize) -> Vec<f64> {
    let mut sums = vec![0.0; size];
    let mut count = 0u64;
    each(parts, size, |image| {
        sums.iter_mut().zip(image).for_each(|(sum, number)| *sum += number);
        count += 1;
    });
    sums.iter().map(|sum| sum / count.max(1) as f64).collect()
}

/// Mean and population standard deviation of every channel, after the transforms so far.
fn moments(parts: &[ModalityColumns<'_>], affine: &PixelAffine) -> (Vec<f64>, Vec<f64>) {
    let (size, plane) = (affine.scale.len(), affine.plane);
    let value = |at: usize, number: f64| number * affine.scale[at] + affine.shift[at];
    let channels = size / plane;
    let mut count = 0.0;
    let mut mean = vec![0.0; channels];
    each(parts, size, |image| {
        image.iter().enumerate().for_each(|(at, number)| mean[at / plane] += value(at, *number));
        count += plane as f64;
    });
    mean.iter_mut().for_each(|mean| *mean /= count);
    let mut squares = vec![0.0; channels];
    each(parts, size, |image| {
        for (at, number) in image.iter().enumerate() {
            squares[at / plane] += (value(at, *number) - mean[at / plane]).powi(2);
        }
    });
    let std = squares.iter().map(|sum: &f64| (sum / count).sqrt()).collect();
    (mean, std)
}
