//! Images in the arrays of a table: where the channels are, and the type that an array has.

use crate::data::table::schema::ArrayType;
use crate::shape::Shape;
use crate::spec::{ModalitySpec, SizeStep, TransformKind};

/// How an array holds an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ImageLayout {
    /// Channels, height and width.
    pub size: [usize; 3],
    /// Whether the channels of a pixel are side by side; else each channel is whole.
    pub channels_last: bool,
}

impl ImageLayout {
    /// The layout of an array of this shape as an image that is declared so; `None` where it can be none.
    pub(crate) fn of(array: &Shape, spec: &ModalitySpec) -> Option<Self> {
        let [channels, height, width] = *spec.shape.0.as_slice() else { return None };
        let fits = |layout: &Self| {
            let [_, found_height, found_width] = layout.size;
            let steps = size_steps(spec);
            steps.fold([found_height, found_width], |size, step| step.apply(size)) == [height, width]
        };
        let candidates = match *array.0.as_slice() {
            [h, w] if channels == 1 => vec![([1, h, w], false)],
            [a, b, c] => {
                let first = (a == channels).then_some(([a, b, c], false));
                first.into_iter().chain((c == channels).then_some(([c, a, b], true))).collect()
            }
            [size] if size == spec.shape.size() => vec![([channels, height, width], false)],
            _ => vec![],
        };
        candidates.into_iter().map(|(size, channels_last)| Self { size, channels_last }).find(fits)
    }

    /// The place in the array of each number of the image, channel by channel and line by line.
    pub(crate) fn places(&self) -> Vec<usize> {
        let [channels, height, width] = self.size;
        let pixels = height * width;
        let place = |at: usize| match self.channels_last {
            true => at % pixels * channels + at / pixels,
            false => at,
        };
        (0..channels * pixels).map(place).collect()
    }
}

/// The steps that bring the images of a modality to their size.
pub(crate) fn size_steps(spec: &ModalitySpec) -> impl Iterator<Item = SizeStep> {
    spec.transforms.iter().filter_map(|transform| match transform.kind {
        TransformKind::Size(step) => Some(step),
        _ => None,
    })
}

/// The type to declare for an array as an image or a sequence; `None` where it can be neither.
pub(crate) fn image_type(array: &ArrayType) -> Option<String> {
    let few = |channels: usize| [1, 3, 4].contains(&channels);
    match *array.shape.0.as_slice() {
        [height, width] => Some(format!("image[1, {height}, {width}]")),
        [channels, height, width] if few(channels) || !few(width) => {
            Some(format!("image[{channels}, {height}, {width}]"))
        }
        [height, width, channels] => Some(format!("image[{channels}, {height}, {width}]")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Span;
    use crate::spec::{ModalityKind, Transform};

    fn layout(array: &[usize], declared: [usize; 3], steps: &[SizeStep]) -> Option<([usize; 3], bool)> {
        let span = Span::default();
        let spec = ModalitySpec {
            name: "x".into(),
            doc: vec![],
            kind: ModalityKind::Image,
            shape: Shape(declared.to_vec()),
            optional: false,
            columns: vec![],
            skip_unreadable: false,
            transforms: steps.iter().map(|step| Transform { kind: TransformKind::Size(*step), span }).collect(),
            span,
            type_span: span,
        };
        ImageLayout::of(&Shape(array.to_vec()), &spec).map(|layout| (layout.size, layout.channels_last))
    }

    #[test]
    fn channels_are_where_their_number_says() {
        assert_eq!(layout(&[28, 28], [1, 28, 28], &[]), Some(([1, 28, 28], false)));
        assert_eq!(layout(&[1, 28, 28], [1, 28, 28], &[]), Some(([1, 28, 28], false)));
        assert_eq!(layout(&[28, 28, 1], [1, 28, 28], &[]), Some(([1, 28, 28], true)));
        assert_eq!(layout(&[28, 20, 3], [3, 28, 20], &[]), Some(([3, 28, 20], true)));
        assert_eq!(layout(&[3, 28, 3], [3, 28, 3], &[]), Some(([3, 28, 3], false)));
        assert_eq!(layout(&[3, 28, 3], [3, 3, 28], &[]), Some(([3, 3, 28], true)));
        assert_eq!(layout(&[784], [1, 28, 28], &[]), Some(([1, 28, 28], false)));
        assert_eq!(layout(&[28, 28], [3, 28, 28], &[]), None);
        assert_eq!(layout(&[20, 28], [1, 28, 20], &[]), None);
        assert_eq!(layout(&[20, 28, 3], [3, 8, 8], &[SizeStep::Resize([8, 8])]), Some(([3, 20, 28], true)));
        assert_eq!(layout(&[20, 28, 3], [3, 8, 8], &[SizeStep::Crop([8, 40])]), None);
    }

    #[test]
    fn places_are_a_permutation_by_channel() {
        let layout = ImageLayout { size: [2, 1, 3], channels_last: true };
        assert_eq!(layout.places(), [0, 2, 4, 1, 3, 5]);
        assert_eq!(ImageLayout { channels_last: false, ..layout }.places(), [0, 1, 2, 3, 4, 5]);
    }
}
