//! Random changes of training images: a flip from left to right, and a crop out of a frame of zeros. The change of a
//! row is drawn from the seed, the epoch, the row and the name of the modality alone.

use crate::data::random::{Draw, Purpose, below, stream};
use crate::shape::Shape;
use rand_chacha::rand_core::RngCore;

/// The possible changes of the images of a modality.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Augment {
    flip: bool,
    pad: usize,
    height: usize,
    width: usize,
    /// Makes the draws of modalities independent.
    name: u64,
}

impl Augment {
    /// For images of this shape: channels, height, width.
    pub(crate) fn new(name: &str, shape: &Shape, flip: bool, pad: usize) -> Self {
        let [height, width] = [1, 2].map(|axis| shape.0.get(axis).copied().unwrap_or(1));
        let name =
            blake3::hash(name.as_bytes()).as_bytes().first_chunk::<8>().map_or(0, |name| u64::from_le_bytes(*name));
        Self { flip, pad, height, width, name }
    }

    /// Changes the image of a row.
    pub(crate) fn change(&self, image: &mut [f32], row: u32, draw: Draw) {
        let mut random = stream(Purpose::Augment, draw.seed ^ self.name, draw.epoch << 32 | u64::from(row));
        let flip = self.flip && random.next_u64() & 1 == 1;
        let places = 2 * self.pad as u64 + 1;
        // Where the crop begins in the frame; `pad` is the image itself.
        let (top, left) = (below(&mut random, places) as usize, below(&mut random, places) as usize);
        if !flip && (top, left) == (self.pad, self.pad) {
            return;
        }
        let (height, width, pad) = (self.height, self.width, self.pad);
        let before = image.to_vec();
        for (plane, from) in image.chunks_mut(height * width).zip(before.chunks(height * width)) {
            for y in 0..height {
                for x in 0..width {
                    let across = if flip { width - 1 - x } else { x };
                    let (row, column) = ((y + top).checked_sub(pad), (across + left).checked_sub(pad));
                    plane[y * width + x] = match (row, column) {
                        (Some(row), Some(column)) if row < height && column < width => from[row * width + column],
                        _ => 0.0,
                    };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_shift_and_a_flip_of_every_channel_alike() {
        let (height, width, pad) = (3, 4, 2);
        let image: Vec<f32> = (1..=24).map(|pixel| pixel as f32).collect();
        let at = |y: i64, x: i64, channel: usize| match (0..3).contains(&y) && (0..4).contains(&x) {
            true => image[channel * 12 + (y * 4 + x) as usize],
            false => 0.0,
        };
        // Every possible result, by the definition: 5 shifts down, 5 across, flipped or not.
        let mut all = vec![];
        for (down, across, flip) in (-2..=2).flat_map(|y| (-2..=2).flat_map(move |x| [(y, x, false), (y, x, true)])) {
            let mut made = vec![];
            for channel in 0..2 {
                for (y, x) in (0..3).flat_map(|y| (0..4).map(move |x| (y, x))) {
                    made.push(at(y + down, if flip { 3 - x } else { x } + across, channel));
                }
            }
            all.push(made);
        }
        let augment = Augment::new("photo", &Shape(vec![2, height, width]), true, pad);
        let mut met = vec![0; all.len()];
        for row in 0..5000 {
            let mut changed = image.clone();
            augment.change(&mut changed, row, Draw { seed: 3, epoch: 1 });
            met[all.iter().position(|made| *made == changed).expect("one of them")] += 1;
        }
        // 100 of each are expected; six standard deviations are 60.
        assert!(met.iter().all(|count| (40..=160).contains(count)), "{met:?}");
    }

    #[test]
    fn seed_epoch_row_and_name_decide() {
        let changed = |name: &str, seed, epoch, row| {
            let augment = Augment::new(name, &Shape(vec![1, 8, 8]), true, 4);
            let mut image: Vec<f32> = (1..=64).map(|pixel| pixel as f32).collect();
            augment.change(&mut image, row, Draw { seed, epoch });
            image
        };
        let first = changed("a", 1, 1, 1);
        assert_eq!(changed("a", 1, 1, 1), first);
        let others = [changed("b", 1, 1, 1), changed("a", 2, 1, 1), changed("a", 1, 2, 1), changed("a", 1, 1, 2)];
        assert!(others.iter().filter(|other| **other != first).count() >= 3);
    }
}
