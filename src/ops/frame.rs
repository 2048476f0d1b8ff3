//! Frames that slide over an image: convolutions and pools.

use super::layer::ShapeError;
use crate::shape::Shape;
use serde::{Deserialize, Serialize};

/// A square frame and how it moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Pixels along one side.
    pub size: usize,
    /// Pixels from one place to the next.
    pub stride: usize,
    /// What surrounds the image.
    pub padding: Padding,
}

/// Zeros around an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// As few as give `ceil(length / stride)` places, half of them before the image and the odd one behind it. With a
    /// stride of 1 the image keeps its size.
    Same,
    /// None: the frame stays inside.
    Valid,
    /// So many on each side.
    Zeros(usize),
}

impl Frame {
    /// A frame that stays inside of the image, as pools have it.
    pub fn inside(size: usize, stride: usize) -> Self {
        Self { size, stride, padding: Padding::Valid }
    }

    /// How many places the frame has along a side of so many pixels, and how many zeros come before the first pixel;
    /// `None` where it fits nowhere.
    pub fn along(&self, length: usize) -> Option<(usize, usize)> {
        let (before, both) = match self.padding {
            Padding::Same => {
                let places = length.div_ceil(self.stride);
                let reach = places.saturating_sub(1).saturating_mul(self.stride).saturating_add(self.size);
                let missing = reach.saturating_sub(length);
                return (places > 0).then_some((places, missing / 2));
            }
            Padding::Valid => (0, 0),
            Padding::Zeros(each) => (each, each.saturating_mul(2)),
        };
        let room = length.saturating_add(both).checked_sub(self.size)?;
        Some((room / self.stride + 1, before))
    }

    /// The places of the frame over an image: `[c, h, w] -> [channels, h', w']`.
    pub(super) fn shape(&self, name: &str, channels: usize, inputs: &[&Shape]) -> Result<Shape, ShapeError> {
        let [_, height, width] = image(name, inputs)?;
        match (self.along(height), self.along(width)) {
            (Some((down, _)), Some((across, _))) => Ok(Shape(vec![channels, down, across])),
            _ => Err(ShapeError {
                message: format!("a window of {0} x {0} does not fit on an image of {height} x {width}", self.size),
                inputs: vec![0],
                help: Some(match name {
                    "conv2d" => "a smaller `kernel`, or `padding: same`".into(),
                    _ => format!("a smaller `size`, or fewer steps that halve the image before `{name}`"),
                }),
            }),
        }
    }
}

/// Channels, height and width of a single image, or why there is none.
pub(super) fn image(name: &str, inputs: &[&Shape]) -> Result<[usize; 3], ShapeError> {
    match inputs {
        [shape] => match shape.0.as_slice() {
            [channels, height, width] => Ok([*channels, *height, *width]),
            _ => Err(ShapeError {
                message: format!("`{name}` takes an image, found {shape}"),
                inputs: vec![0],
                help: Some(format!("`{name}` works on values of shape [channels, height, width]")),
            }),
        },
        _ => Err(ShapeError {
            message: format!("`{name}` takes one input, found {}", inputs.len()),
            inputs: (0..inputs.len()).collect(),
            help: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_elsewhere() {
        let along = |size, stride, padding, length| Frame { size, stride, padding }.along(length);
        // What TensorFlow calls SAME: at stride 2 an even side has its one zero behind.
        assert_eq!(along(3, 1, Padding::Same, 32), Some((32, 1)));
        assert_eq!(along(3, 2, Padding::Same, 32), Some((16, 0)));
        assert_eq!(along(3, 2, Padding::Same, 7), Some((4, 1)));
        assert_eq!(along(1, 2, Padding::Same, 8), Some((4, 0)));
        // What PyTorch makes of a number.
        assert_eq!(along(3, 2, Padding::Zeros(1), 32), Some((16, 1)));
        assert_eq!(along(2, 2, Padding::Valid, 5), Some((2, 0)));
        assert_eq!(along(4, 1, Padding::Valid, 3), None);
        assert_eq!(along(4, 1, Padding::Zeros(1), 2), Some((1, 1)));
        assert_eq!(along(usize::MAX, usize::MAX, Padding::Same, 1), Some((1, (usize::MAX - 1) / 2)));
    }
}
