//! Images that a table names by path: PNG and JPEG files, decoded to pixels of the declared size, and cached.
//! A path starts at the folder of the file it is written in. Independent of the content of images.

use crate::data::source::storage::{Storage, fingerprint};
use crate::data::table::cache;
use crate::data::table::columns::Column;
use crate::data::table::errors::{CellErrors, out_of_space, shown};
use crate::data::table::loaded::LoadedTable;
use crate::data::table::schema::{CellType, ColumnQuery, Schema, TableQuery};
use crate::data::table::store::{Store, StoreWriter};
use crate::diag::{Code, Problem, Problems};
use image::{DynamicImage, ImageFormat, ImageReader};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// Whether the cells of a column are read as images and hold their paths.
fn is_path(schema: &Schema, column: &ColumnQuery) -> bool {
    matches!(column.kind, CellType::Image(_)) && !schema.arrays.contains_key(&column.position)
}

/// The query of the cells themselves, with paths as texts, and for each column of `query` its place in that.
pub(crate) fn cell_query(schema: &Schema, query: &TableQuery) -> (TableQuery, Vec<usize>) {
    let mut cells = TableQuery::new(query.missing.clone());
    let places = query.columns.iter().map(|column| {
        let kind = if is_path(schema, column) { CellType::Text } else { column.kind };
        cells.add_marked(column.position, kind, column.span, &column.missing)
    });
    let places = places.collect();
    (cells, places)
}

/// Replaces paths by their images in all columns of `query` that are paths. Images that cannot be read go to `errors`.
pub(crate) fn open_all(
    read: &mut LoadedTable,
    query: &TableQuery,
    storage: Storage<'_>,
    errors: &mut CellErrors,
) -> Result<(), Problems> {
    for (place, column) in query.columns.iter().enumerate() {
        if is_path(&read.schema, column) {
            open(read, place, column, storage, errors)?;
        }
    }
    Ok(())
}

/// As [`open_all`], where an image that cannot be read is an error of the table.
pub(crate) fn open_whole(read: &mut LoadedTable, query: &TableQuery, storage: Storage<'_>) -> Result<(), Problems> {
    let mut errors = CellErrors::default();
    open_all(read, query, storage, &mut errors)?;
    errors.finish().map_or(Ok(()), Err)
}

/// Replaces a column of paths by the images.
///
/// The cache key of pixels is the paths, sizes and times of the files, so that not all of them are read to find that
/// none has changed; the hash of their content is part of the fingerprint of the table.
fn open(
    read: &mut LoadedTable,
    column: usize,
    wanted: &ColumnQuery,
    storage: Storage<'_>,
    errors: &mut CellErrors,
) -> Result<(), Problems> {
    let CellType::Image(size) = wanted.kind else { return Ok(()) };
    let cells = read.table.columns[column].clone();
    let paths: Vec<Option<PathBuf>> = (0..read.table.rows)
        .map(|row| match cells.text(row) {
            "" => None,
            path => Some(folder_of(read, row).join(path)),
        })
        .collect();
    let query = TableQuery::of([ColumnQuery { position: 0, ..wanted.clone() }]);
    let entry = storage.cache.map(|folder| cache::entry(folder, "photos", &query, &[stamp(&paths)]));
    let (store, content) = match entry.as_deref().and_then(cache::load) {
        Some((store, Some(content))) if store.layout.rows == paths.len() => (store, content),
        _ => {
            read.cached = false;
            let images = ImageColumn { cells: &cells, wanted, paths: &paths, query: &query, size };
            let (store, content) = decode(read, &images, storage, errors)?;
            if !errors.is_empty() {
                return Ok(());
            }
            if let Some(Err(error)) = entry.map(|entry| cache::store(&entry, &store, Some(content))) {
                read.notes.push(format!("the decoded images could not be kept for the next time: {error}"));
            }
            (store, content)
        }
    };
    read.content = fingerprint(&[read.content, content]);
    read.table.columns[column] = Column { store: Arc::new(store), place: 0, rows: None };
    Ok(())
}

/// The folder of the file of a row.
fn folder_of(read: &LoadedTable, row: usize) -> PathBuf {
    let Some(origin) = read.origins.first() else { return PathBuf::new() };
    if let Some(folder) = &origin.folder {
        return folder.clone();
    }
    let after = origin.runs.partition_point(|run| run.row <= row as u64);
    let file = after.checked_sub(1).and_then(|run| origin.files.get(origin.runs[run].file as usize));
    file.and_then(|file| Some(file.path.parent()?.to_owned())).unwrap_or_default()
}

/// The hash of the paths, sizes and times of files: it differs if any of them has changed.
fn stamp(paths: &[Option<PathBuf>]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for path in paths {
        let path = path.as_deref().unwrap_or(Path::new(""));
        hasher.update(path.as_os_str().as_encoded_bytes()).update(&[0]);
        if let Ok(data) = std::fs::metadata(path) {
            let since = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            hasher.update(&data.len().to_le_bytes());
            hasher.update(&since.map_or(0, |since| since.as_nanos()).to_le_bytes());
        }
    }
    hasher.finalize()
}

/// A column of images that are not read yet.
struct ImageColumn<'a> {
    /// The paths as they are written.
    cells: &'a Column,
    wanted: &'a ColumnQuery,
    /// The files of the rows.
    paths: &'a [Option<PathBuf>],
    query: &'a TableQuery,
    size: [usize; 3],
}

fn decode(
    read: &LoadedTable,
    images: &ImageColumn<'_>,
    storage: Storage<'_>,
    errors: &mut CellErrors,
) -> Result<(Store, blake3::Hash), Problems> {
    let ImageColumn { cells, wanted, paths, query, size } = *images;
    let mut writer = StoreWriter::new(query, storage.budget);
    let mut contents = blake3::Hasher::new();
    for (row, path) in paths.iter().enumerate() {
        let pixels = match path {
            None => None,
            Some(path) => match pixels(path, size, &mut contents) {
                Ok(pixels) => Some(pixels),
                Err(wrong) => {
                    let name = shown(cells.text(row));
                    errors.push_row(
                        row,
                        Problem::error(Code::BadImage, format!("`{name}`: {}", wrong.0))
                            .at(wanted.span, "read as an image here")
                            .in_data(read.place(Some(row), Some(wanted.position)))
                            .help(wrong.1),
                    );
                    None
                }
            },
        };
        writer.pixels(0, pixels.as_deref());
        writer.end_rows(1, 0, row as u64).map_err(|error| out_of_space(wanted.span, &error))?;
    }
    Ok((writer.finish().map_err(|error| out_of_space(wanted.span, &error))?, contents.finalize()))
}

/// The error with an image, and the help for it.
struct ImageError(String, String);

/// The pixels of an image file, channel by channel.
fn pixels(
    path: &Path,
    [channels, height, width]: [usize; 3],
    contents: &mut blake3::Hasher,
) -> Result<Vec<u8>, ImageError> {
    let bytes = std::fs::read(path).map_err(|error| {
        let help = "a path in a table starts at the folder of that table";
        ImageError(format!("the image cannot be read: {error}"), help.to_owned())
    })?;
    contents.update(&bytes);
    let formats = "images are PNG or JPEG files";
    let reader = ImageReader::new(Cursor::new(&bytes)).with_guessed_format();
    let reader = reader.map_err(|error| ImageError(format!("not an image: {error}"), formats.to_owned()))?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(ImageError("not an image".to_owned(), formats.to_owned()));
    }
    let image =
        reader.decode().map_err(|error| ImageError(format!("not a whole image: {error}"), formats.to_owned()))?;
    let (found_width, found_height) = (image.width() as usize, image.height() as usize);
    if (found_height, found_width) != (height, width) {
        return Err(ImageError(
            format!("the image is {found_height} high and {found_width} wide, not {height} and {width}"),
            format!(
                "bring all images to one size first, or declare `image[{channels}, {found_height}, {found_width}]`"
            ),
        ));
    }
    planes(&image, channels).ok_or_else(|| {
        let help = "an image has 1 channel of grey, 3 of red, green and blue, or 4 with how opaque it is".to_owned();
        ImageError(format!("there are no images of {channels} channels"), help)
    })
}

/// The channels one after the other, each row by row.
fn planes(image: &DynamicImage, channels: usize) -> Option<Vec<u8>> {
    let mixed = match channels {
        1 => image.to_luma8().into_raw(),
        3 => image.to_rgb8().into_raw(),
        4 => image.to_rgba8().into_raw(),
        _ => return None,
    };
    let plane = |channel: usize| mixed.iter().skip(channel).step_by(channels).copied();
    Some((0..channels).flat_map(plane).collect())
}
