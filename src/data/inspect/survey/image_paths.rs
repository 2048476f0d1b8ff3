//! A column whose cells are paths of images: what the images are like.

use crate::data::inspect::survey::column::{ColumnSurvey, ImageSurvey};
use crate::data::io::contained::contained;
use crate::data::io::paths;
use crate::data::io::regular::open_regular;
use crate::spec::{Source, SourceKind};
use image::{ImageDecoder, ImageReader};
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// The images that the examples of a column name; nothing where fewer than half of them are images.
pub(super) fn survey_images(source: &Source, base: &Path, column: &ColumnSurvey) -> Option<ImageSurvey> {
    if column.examples.is_empty() || column.numeric > 0 || column.image_names == 0 {
        return None;
    }
    let folders = folders(source, base);
    let mut found: Vec<(bool, (usize, usize))> = vec![];
    for example in &column.examples {
        found.extend(folders.iter().find_map(|folder| measure(&folder.join(example))));
    }
    if found.len() * 2 < column.examples.len() {
        return None;
    }
    let (height, width) = found.iter().map(|(_, size)| *size).fold((0, 0), |a, b| (a.0.max(b.0), a.1.max(b.1)));
    Some(ImageSurvey {
        color: found.iter().any(|(color, _)| *color),
        size: (height, width),
        one_size: found.iter().all(|(_, size)| *size == (height, width)),
    })
}

/// The folders that paths in the cells of a source may start at: those of its files.
fn folders(source: &Source, base: &Path) -> Vec<PathBuf> {
    if let SourceKind::Images { folder } = &source.kind {
        return vec![base.join(&folder.value)];
    }
    let files = paths::find(source.kind.files(), base).unwrap_or_default();
    let mut folders: Vec<PathBuf> = vec![];
    for folder in files.iter().filter_map(|file| file.path.parent()) {
        if !folders.iter().any(|known| known == folder) {
            folders.push(folder.to_owned());
        }
    }
    folders.extend(source.kind.joined().iter().flat_map(|source| self::folders(source, base)));
    folders
}

/// Whether an image has colors, its height and its width; nothing for a file that is no image.
fn measure(path: &Path) -> Option<(bool, (usize, usize))> {
    let file = BufReader::new(open_regular(path).ok()?);
    let measured = || {
        let decoder = ImageReader::new(file).with_guessed_format().ok()?.into_decoder().ok()?;
        let (width, height) = decoder.dimensions();
        Some((decoder.color_type().has_color(), (height as usize, width as usize)))
    };
    contained(measured).ok()?
}
