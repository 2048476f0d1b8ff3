//! From the stored cells of an image to the numbers of a batch: scaled and shifted, and changed at random in training.

use crate::data::modality::augment::Augment;
use crate::data::random::Draw;

/// The scale and shift that turn the cells of an image into numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PixelScale {
    /// Whether cells are bytes; else numbers.
    pub bytes: bool,
    /// A number is multiplied by this, one for each of the image, and then
    pub scale: Vec<f32>,
    /// this is added to it.
    pub shift: Vec<f32>,
    /// Random changes of training images.
    pub augment: Option<Augment>,
}

impl PixelScale {
    /// Bytes of one stored number of an image.
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
