//! Drawings as PNG.

use crate::atomic_file::write_atomic;
use crate::chart::{RasterError, png};
use crate::diag::{Code, Problem};
use std::path::Path;

/// Pixels for each unit of a drawing.
const SCALE: f32 = 2.0;

/// Writes a drawing as PNG.
///
/// # Errors
/// Those of [`picture`], and `MMC0605` if the file cannot be written.
pub(super) fn write_png(path: &Path, svg: &str) -> Result<(), Problem> {
    let picture = picture(svg)?;
    write_atomic(path, |file| file.write_all(&picture))
}

/// The bytes of a drawing as PNG, with two pixels for each of its units.
///
/// # Errors
/// `MMC0622` if this build or this machine cannot make it.
pub(super) fn picture(svg: &str) -> Result<Vec<u8>, Problem> {
    png(svg, SCALE).map_err(|error| {
        let (message, help) = match error {
            RasterError::NotBuilt => (
                "this build of mmc cannot write PNG".to_owned(),
                "build it with `cargo build --release --features png`, or write SVG",
            ),
            RasterError::NoFont => (
                "no font is installed, so that texts would be missing in a PNG".to_owned(),
                "install a font, or write SVG",
            ),
            RasterError::Failed(reason) => (format!("the drawing cannot become a PNG: {reason}"), "write SVG"),
        };
        Problem::error(Code::NoPictures, message).help(help)
    })
}
