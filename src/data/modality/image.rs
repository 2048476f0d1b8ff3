//! Modalities of images: pixels are kept as they are read, and become numbers when a batch is filled. Nothing of what
//! is done to them but random changes differs between training and what comes after.

use crate::data::io::bytes::Room;
use crate::data::modality::augment::Augment;
use crate::data::modality::numeric::missing;
use crate::data::modality::prepare::{Source, columns_of};
use crate::data::modality::rows::ModalityRows;
use crate::data::modality::rows::{Draw, Prepared, RowsWriter};
use crate::data::modality::text::without_leave;
use crate::data::modality::transform::Fitted;
use crate::data::table::errors::no_room;
use crate::diag::{Code, Problem, Problems};
use crate::spec::{ModalitySpec, TransformKind};
use std::sync::Arc;

/// How the cells of an image become numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pixels {
    /// Whether cells are bytes; else numbers.
    bytes: bool,
    /// A number is multiplied by this, one for each of the image, and then
    scale: Vec<f32>,
    /// this is added to it.
    shift: Vec<f32>,
    augment: Option<Augment>,
}

impl Pixels {
    /// How many bytes a number of an image takes as it is kept.
    pub(crate) fn cell_length(&self) -> usize {
        if self.bytes { 1 } else { 4 }
    }

    /// Adds the numbers of a row, whose cells these are.
    pub(crate) fn extend(&self, numbers: &mut Vec<f32>, cells: &[u8], row: u32, draw: Option<Draw>) {
        let start = numbers.len();
        let affine = self.scale.iter().zip(&self.shift);
        if self.bytes {
            numbers.extend(cells.iter().zip(affine).map(|(byte, (scale, shift))| f32::from(*byte) * scale + shift));
        } else {
            let cells = cells.as_chunks::<4>().0.iter().map(|cell| f32::from_le_bytes(*cell));
            numbers.extend(cells.zip(affine).map(|(cell, (scale, shift))| cell * scale + shift));
        }
        if let (Some(augment), Some(draw)) = (&self.augment, draw) {
            augment.change(&mut numbers[start..], row, draw);
        }
    }
}

/// `x * scale + shift` for each number of an image.
struct Affine {
    scale: Vec<f64>,
    shift: Vec<f64>,
}

/// Fits the transforms on the first part, which is train, and makes the rows of every part.
pub(crate) fn build(spec: &ModalitySpec, parts: &[Source<'_>], room: &Room) -> Result<Prepared, Problems> {
    let size = spec.shape.size();
    let plane = spec.shape.0.iter().skip(1).product::<usize>().max(1);
    let mut affine = Affine { scale: vec![1.0; size], shift: vec![0.0; size] };
    let mut transforms = vec![];
    let mut augment = None;
    let mut notes = vec![];
    let made = keep(spec, parts, room)?;
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
                let mean = mean_image(parts, size);
                for (at, mean) in mean.iter().enumerate() {
                    affine.shift[at] -= affine.scale[at] * mean;
                }
                Fitted::SubtractMean { mean: mean.iter().map(|mean| *mean as f32).collect(), reference: *reference }
            }
            TransformKind::NormalizePixels => {
                affine.divide(|_| 255.0);
                Fitted::NormalizePixels
            }
            TransformKind::Standardize => {
                let (mean, std) = moments(&parts[..1], &affine, plane);
                if let Some(channel) = std.iter().position(|std| std.is_nan() || *std <= f64::EPSILON) {
                    let message =
                        format!("channel {channel} of `{}` never varies and cannot be standardized", spec.name);
                    let problem = Problem::error(Code::ConstantColumn, message).at(transform.span, "fitted here");
                    return Err(problem.also(columns_of(spec), "to these images").into());
                }
                for (at, shift) in affine.shift.iter_mut().enumerate() {
                    *shift -= mean[at / plane];
                }
                affine.divide(|at| std[at / plane]);
                Fitted::Standardize { mean, std }
            }
            TransformKind::Augment { flip, pad } => {
                augment = Some(Augment::new(&spec.name, &spec.shape, *flip, *pad));
                Fitted::Augment { flip: *flip, pad: *pad }
            }
            _ => continue,
        };
        transforms.push(fitted);
    }
    let number = |numbers: &[f64]| numbers.iter().map(|number| *number as f32).collect();
    let bytes = parts.first().is_some_and(Source::is_pixels);
    let pixels = Pixels { bytes, scale: number(&affine.scale), shift: number(&affine.shift), augment };
    let pixels = Arc::new(pixels);
    let rows = made.into_iter().map(|rows| rows.with_pixels(Arc::clone(&pixels))).collect();
    Ok(Prepared { transforms, rows, notes })
}

impl Affine {
    fn divide(&mut self, by: impl Fn(usize) -> f64) {
        for (at, (scale, shift)) in self.scale.iter_mut().zip(&mut self.shift).enumerate() {
            *scale /= by(at);
            *shift /= by(at);
        }
    }
}

/// The cells of every part as they are, one row after the other.
fn keep(spec: &ModalitySpec, parts: &[Source<'_>], room: &Room) -> Result<Vec<ModalityRows>, Problems> {
    let size = spec.shape.size();
    let mut empty: Option<(Problem, usize)> = None;
    let mut made = vec![];
    let mut numbers = vec![];
    for part in parts {
        let mut writer = RowsWriter::new(size, spec.optional, room);
        for (at, row) in part.rows.iter().enumerate() {
            let (there, pushed) = if part.is_pixels() {
                let pixels = part.pixels(*row);
                (pixels.is_some(), writer.push_bytes(pixels))
            } else {
                numbers.clear();
                numbers.extend((0..size).map(|at| part.number(at, *row as usize) as f32));
                let there = numbers.iter().all(|number| number.is_finite());
                (there, writer.push(there.then_some(&numbers)))
            };
            if !there && !spec.optional {
                empty.get_or_insert_with(|| (missing(spec, part, part.positions[0], at), 0)).1 += 1;
            }
            pushed.map_err(|error| no_room(columns_of(spec), &error))?;
        }
        made.push(writer.finish().map_err(|error| no_room(columns_of(spec), &error))?);
    }
    match empty {
        Some((problem, count)) => Err(without_leave(spec, problem, count).into()),
        None => Ok(made),
    }
}

/// Shows every image of some parts that is there, as numbers.
fn each(parts: &[Source<'_>], size: usize, mut see: impl FnMut(&[f64])) {
    let mut image = vec![0.0; size];
    for part in parts {
        for row in part.rows {
            if part.is_pixels() {
                let Some(pixels) = part.pixels(*row) else { continue };
                image.iter_mut().zip(pixels).for_each(|(number, pixel)| *number = f64::from(*pixel));
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
fn mean_image(parts: &[Source<'_>], size: usize) -> Vec<f64> {
    let mut sums = vec![0.0; size];
    let mut count = 0u64;
    each(parts, size, |image| {
        sums.iter_mut().zip(image).for_each(|(sum, number)| *sum += number);
        count += 1;
    });
    sums.iter().map(|sum| sum / count.max(1) as f64).collect()
}

/// Mean and population standard deviation of every channel, after what was done to the numbers so far.
fn moments(parts: &[Source<'_>], affine: &Affine, plane: usize) -> (Vec<f64>, Vec<f64>) {
    let size = affine.scale.len();
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
