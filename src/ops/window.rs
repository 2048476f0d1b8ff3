//! Windows that slide over the steps of a sequence or the pixels of an image: size, stride and padding.

use serde::{Deserialize, Serialize};

/// A window, square where it slides over an image. Its JSON is that of an operation on images; operations on sequences
/// write it by `sequence_json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Steps, or pixels along one side.
    pub size: usize,
    /// Steps or pixels from one position to the next.
    pub stride: usize,
    /// Zeros around the sequence or image.
    pub padding: Padding,
}

/// Zeros around a sequence or an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// As few as give `ceil(length / stride)` positions, half of them before, the odd one after, as in TensorFlow.
    /// With a stride of 1 the size stays.
    Same,
    /// None: the window stays inside.
    Valid,
    /// This number on each side, as in PyTorch.
    Zeros(usize),
}

impl Window {
    /// A window that stays inside of an image, as in pools.
    pub fn inside(size: usize, stride: usize) -> Self {
        Self { size, stride, padding: Padding::Valid }
    }

    /// A window over the steps of a sequence, with a number of zeros on each side.
    pub fn over_steps(size: usize, stride: usize, zeros: usize) -> Self {
        Self { size, stride, padding: Padding::Zeros(zeros) }
    }

    /// Number of positions along a side of `length` steps or pixels, and number of zeros before the first of them;
    /// `None` where the window fits nowhere.
    pub fn along(&self, length: usize) -> Option<(usize, usize)> {
        let (before, both) = match self.padding {
            Padding::Same => {
                let positions = length.div_ceil(self.stride);
                let reach = positions.saturating_sub(1).saturating_mul(self.stride).saturating_add(self.size);
                let missing = reach.saturating_sub(length);
                return (positions > 0).then_some((positions, missing / 2));
            }
            Padding::Valid => (0, 0),
            Padding::Zeros(each) => (each, each.saturating_mul(2)),
        };
        let room = length.saturating_add(both).checked_sub(self.size)?;
        Some((room / self.stride + 1, before))
    }

    /// Number of windows in a sequence of `steps` steps; 0 for an empty one.
    pub fn count(&self, steps: usize) -> usize {
        if steps == 0 { 0 } else { self.along(steps).map_or(0, |(positions, _)| positions) }
    }

    /// Zeros on each side, where their number is given.
    pub fn zeros(&self) -> usize {
        match self.padding {
            Padding::Zeros(each) => each,
            Padding::Same | Padding::Valid => 0,
        }
    }
}

/// The JSON of a window over steps, whose padding is a plain number: for serde's `with`.
pub(super) mod sequence_json {
    use super::Window;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// A window with its padding as a number.
    #[derive(Serialize, Deserialize)]
    struct PlainWindow {
        size: usize,
        stride: usize,
        padding: usize,
    }

    impl From<&Window> for PlainWindow {
        fn from(window: &Window) -> Self {
            Self { size: window.size, stride: window.stride, padding: window.zeros() }
        }
    }

    impl From<PlainWindow> for Window {
        fn from(plain: PlainWindow) -> Self {
            Window::over_steps(plain.size, plain.stride, plain.padding)
        }
    }

    /// Writes a window.
    pub(in crate::ops) fn serialize<S: Serializer>(window: &Window, serializer: S) -> Result<S::Ok, S::Error> {
        PlainWindow::from(window).serialize(serializer)
    }

    /// Reads a window.
    pub(in crate::ops) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Window, D::Error> {
        PlainWindow::deserialize(deserializer).map(Window::from)
    }

    /// The same for a window that may be left out.
    pub(in crate::ops) mod optional {
        use super::{PlainWindow, Window};
        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        /// Writes a window or nothing.
        pub(in crate::ops) fn serialize<S: Serializer>(
            window: &Option<Window>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            window.as_ref().map(PlainWindow::from).serialize(serializer)
        }

        /// Reads a window or nothing.
        pub(in crate::ops) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Window>, D::Error> {
            Ok(Option::<PlainWindow>::deserialize(deserializer)?.map(Window::from))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_counted_as_elsewhere() {
        let along = |size, stride, padding, length| Window { size, stride, padding }.along(length);
        // TensorFlow's SAME: at stride 2 an even side has its one zero after.
        assert_eq!(along(3, 1, Padding::Same, 32), Some((32, 1)));
        assert_eq!(along(3, 2, Padding::Same, 32), Some((16, 0)));
        assert_eq!(along(3, 2, Padding::Same, 7), Some((4, 1)));
        assert_eq!(along(1, 2, Padding::Same, 8), Some((4, 0)));
        // PyTorch's padding by a number.
        assert_eq!(along(3, 2, Padding::Zeros(1), 32), Some((16, 1)));
        assert_eq!(along(2, 2, Padding::Valid, 5), Some((2, 0)));
        assert_eq!(along(4, 1, Padding::Valid, 3), None);
        assert_eq!(along(4, 1, Padding::Zeros(1), 2), Some((1, 1)));
        assert_eq!(along(usize::MAX, usize::MAX, Padding::Same, 1), Some((1, (usize::MAX - 1) / 2)));
    }

    #[test]
    fn no_window_fits_into_an_empty_sequence() {
        assert_eq!(Window::over_steps(2, 1, 4).count(0), 0);
        assert_eq!(Window::over_steps(2, 1, 4).count(1), 8);
        assert_eq!(Window::over_steps(4, 1, 0).count(3), 0);
    }
}
