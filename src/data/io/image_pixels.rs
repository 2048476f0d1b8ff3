//! The pixels of an image: decoded from a file of any format by its first bytes, turned as its camera was held, and brought
//! to a size. Independent of tables.

use crate::data::io::contained::contained;
use crate::spec::SizeStep;
use image::imageops::{FilterType, resize};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::io::{self, Cursor};

/// The formats that are read, in messages.
pub(crate) const FORMATS: &str = "PNG, JPEG, WebP, GIF, BMP or TIFF";

/// Endings of the names of such files.
pub(crate) const ENDINGS: [&str; 8] = ["bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp"];

/// Whether a file that begins with these bytes is an image of one of the formats.
pub(crate) fn is_image(start: &[u8]) -> bool {
    let format = image::guess_format(start).ok();
    format.is_some_and(|format| {
        use ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP};
        matches!(format, Png | Jpeg | WebP | Gif | Bmp | Tiff)
    })
}

/// The image in the bytes of a file, of an animation the first frame, upright.
///
/// # Errors
/// If the bytes are no whole image.
pub(crate) fn decode(bytes: &[u8]) -> Result<DynamicImage, ImageError> {
    decode_within(bytes, Limits::default())
}

/// As [`decode`], of images within limits.
fn decode_within(bytes: &[u8], limits: Limits) -> Result<DynamicImage, ImageError> {
    // A decoder may panic on a damaged file.
    contained(|| decode_whole(bytes, limits))
        .unwrap_or_else(|message| Err(ImageError::IoError(io::Error::other(message))))
}

fn decode_whole(bytes: &[u8], mut limits: Limits) -> Result<DynamicImage, ImageError> {
    let mut decoder = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?.into_decoder()?;
    // The size is what the file says it is.
    limits.reserve(decoder.total_bytes())?;
    // An image without readable metadata is as it should be seen.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// The most bytes of the pixels of an image of unknown origin.
const UNKNOWN_ORIGIN: u64 = 256 << 20;

/// The pixels of an image in memory, channel by channel, after these steps: `size` is channels, height and width.
///
/// # Errors
/// If the bytes are no whole image, one of more than 256 MiB of pixels, or of another size after the steps.
pub fn decode_image(
    bytes: &[u8],
    [channels, height, width]: [usize; 3],
    steps: &[SizeStep],
) -> Result<Vec<u8>, String> {
    if !is_image(bytes) {
        return Err(format!("not an image: images are {FORMATS} files"));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(UNKNOWN_ORIGIN);
    let image = decode_within(bytes, limits).map_err(|error| format!("not a whole image: {error}"))?;
    let planes = planes(&image, channels).ok_or_else(|| format!("there are no images of {channels} channels"))?;
    let (planes, found) = sized(planes, [image.height() as usize, image.width() as usize], steps);
    match found == [height, width] {
        true => Ok(planes),
        false => {
            let [found_height, found_width] = found;
            Err(format!("the image is {found_height} high and {found_width} wide, not {height} and {width}"))
        }
    }
}

/// The channels one after the other, each line by line; `None` for a number of channels that no image has.
pub(crate) fn planes(image: &DynamicImage, channels: usize) -> Option<Vec<u8>> {
    let mixed = match channels {
        1 => image.to_luma8().into_raw(),
        3 => image.to_rgb8().into_raw(),
        4 => image.to_rgba8().into_raw(),
        _ => return None,
    };
    Some(channels_first(&mixed, channels))
}

/// The channels one after the other, of pixels whose channels are side by side.
pub(crate) fn channels_first(mixed: &[u8], channels: usize) -> Vec<u8> {
    let plane = |channel: usize| mixed.iter().skip(channel).step_by(channels).copied();
    (0..channels).flat_map(plane).collect()
}

/// The channels of an image of a height and width after some steps, and its size then.
pub(crate) fn sized(planes: Vec<u8>, from: [usize; 2], steps: &[SizeStep]) -> (Vec<u8>, [usize; 2]) {
    let mut image = (planes, from);
    for step in steps {
        let (planes, from) = image;
        let to = step.apply(from);
        let each = planes.chunks_exact((from[0] * from[1]).max(1));
        let planes = match step {
            _ if to == from => planes,
            SizeStep::Resize(_) => each.flat_map(|plane| resized(plane, from, to)).collect(),
            SizeStep::Crop(_) | SizeStep::Pad(_) => each.flat_map(|plane| centred(plane, from, to)).collect(),
        };
        image = (planes, to);
    }
    image
}

/// One channel at another size: bilinear, and where it becomes smaller a mean over all pixels that a new one covers.
fn resized(plane: &[u8], [height, width]: [usize; 2], [new_height, new_width]: [usize; 2]) -> Vec<u8> {
    let size = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
    match GrayImage::from_raw(size(width), size(height), plane.to_vec()) {
        Some(image) => resize(&image, size(new_width), size(new_height), FilterType::Triangle).into_raw(),
        None => vec![0; new_height * new_width],
    }
}

/// The middle of one channel, or the channel in the middle of zeros, each axis separately.
fn centred(plane: &[u8], from: [usize; 2], to: [usize; 2]) -> Vec<u8> {
    // The place in the old channel of a place in the new one.
    let old = |axis: usize, at: usize| {
        let (before, after) = (from[axis].saturating_sub(to[axis]) / 2, to[axis].saturating_sub(from[axis]) / 2);
        (at + before).checked_sub(after).filter(|at| *at < from[axis])
    };
    let mut made = Vec::with_capacity(to[0] * to[1]);
    for y in 0..to[0] {
        for x in 0..to[1] {
            made.push(match (old(0, y), old(1, x)) {
                (Some(y), Some(x)) => plane[y * from[1] + x],
                _ => 0,
            });
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: [usize; 2] = [2, 3];

    #[test]
    fn crops_and_pads_keep_the_middle() {
        let image: Vec<u8> = (1..=6).collect();
        let (made, size) = sized(image.clone(), SMALL, &[SizeStep::Pad([4, 4])]);
        assert_eq!((made, size), (vec![0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0], [4, 4]));
        let (made, size) = sized(image.clone(), SMALL, &[SizeStep::Crop([5, 1])]);
        assert_eq!((made, size), (vec![2, 5], [2, 1]));
        let back = sized(image.clone(), SMALL, &[SizeStep::Pad([5, 8]), SizeStep::Crop(SMALL)]);
        assert_eq!(back, (image.clone(), SMALL));
        // In the order they are written.
        let (made, _) = sized(image, SMALL, &[SizeStep::Crop([1, 1]), SizeStep::Pad([1, 3])]);
        assert_eq!(made, [0, 2, 0]);
    }

    #[test]
    fn a_smaller_image_is_made_of_means_and_channels_stay_apart() {
        // Squares of 4 by 4 pixels of one brightness, in two channels.
        let channel = |add: u8| (0..64u8).map(move |at| add + 10 * (at / 32 * 2 + at % 8 / 4)).collect::<Vec<_>>();
        let two = [channel(0), channel(100)].concat();
        let (made, size) = sized(two, [8, 8], &[SizeStep::Resize([2, 2])]);
        assert_eq!(size, [2, 2]);
        for (at, pixel) in made.iter().enumerate() {
            let expected = [0, 10, 20, 30, 100, 110, 120, 130][at];
            assert!(pixel.abs_diff(expected) <= 5, "{made:?}");
        }
        // Alternating pixels become grey, and not one of the two: the filter is antialiased.
        let stripes: Vec<u8> = (0..64).map(|at| if at % 2 == 0 { 0 } else { 200 }).collect();
        let (made, _) = sized(stripes, [8, 8], &[SizeStep::Resize([2, 2])]);
        assert!(made.iter().all(|pixel| (80..=120).contains(pixel)), "{made:?}");
        let (same, _) = sized((0..6).collect(), SMALL, &[SizeStep::Resize(SMALL)]);
        assert_eq!(same, [0, 1, 2, 3, 4, 5]);
    }
}
