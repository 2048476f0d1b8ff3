//! Images that a table names by path, decoded to pixels of the declared size, and cached.
//! A path starts at the folder of the file it is written in. Independent of the content of images.

use crate::data::io::file_stamp::FileStamp;
use crate::data::io::image_pixels::{self, FORMATS, is_image, sized};
use crate::data::io::regular::read_regular;
use crate::data::source::storage::{Storage, fingerprint};
use crate::data::table::cache;
use crate::data::table::columns::Column;
use crate::data::table::errors::{CellErrors, out_of_space, shown};
use crate::data::table::loaded::LoadedTable;
use crate::data::table::schema::{CellType, ColumnQuery, Schema, TableQuery};
use crate::data::table::store::{Store, StoreWriter};
use crate::diag::{Code, DataPlace, Problem, Problems, Span};
use crate::spec::SizeStep;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most bytes of a file of an image.
const LARGEST: u64 = 1 << 30;

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
/// The cache key of pixels is the paths, sizes, times and identities of the files, so that not all of them are read to find that
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
    // Raised whenever the pixels of the same file change.
    let format = format!("photos 2 {:?} {}", wanted.image.steps, wanted.image.skip);
    let before = stamp(&paths);
    let entry = storage.cache.map(|folder| cache::entry(folder, &format, &query, &[before]));
    let (store, content) = match entry.as_deref().and_then(cache::load) {
        Some((store, Some(content))) if store.layout.rows == paths.len() => (store, content),
        _ => {
            read.cached = false;
            let images = ImageColumn { cells: &cells, wanted, paths: &paths, query: &query, size };
            let (store, content) = decode(read, &images, storage, errors)?;
            if stamp(&paths) != before {
                let problem = Problem::error(Code::FileUnreadable, "an image changed while it was read");
                let problem =
                    problem.at(wanted.span, "read as an image here").in_data(read.place(None, Some(wanted.position)));
                return Err(problem.help("run again when all of them are complete").into());
            }
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

/// The hash of the paths, sizes, times and identities of files: it differs if any of them has changed.
fn stamp(paths: &[Option<PathBuf>]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for path in paths {
        let path = path.as_deref().unwrap_or(Path::new(""));
        hasher.update(path.as_os_str().as_encoded_bytes()).update(&[0]);
        if let Some(stamp) = FileStamp::of(path) {
            stamp.hash(&mut hasher);
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
            Some(path) => match pixels(path, size, wanted, &mut contents) {
                Ok(pixels) => Some(pixels),
                Err(_) if wanted.image.skip => None,
                Err(fault) => {
                    let place = read.place(Some(row), Some(wanted.position));
                    errors.push_row(row, fault.problem(&shown(cells.text(row)), wanted, place));
                    None
                }
            },
        };
        writer.pixels(0, pixels.as_deref());
        writer.end_rows(1, 0, row as u64).map_err(|error| out_of_space(wanted.span, &error))?;
    }
    Ok((writer.finish().map_err(|error| out_of_space(wanted.span, &error))?, contents.finalize()))
}

/// The pixels of an image file, channel by channel.
fn pixels(
    path: &Path,
    [channels, height, width]: [usize; 3],
    wanted: &ColumnQuery,
    contents: &mut blake3::Hasher,
) -> Result<Vec<u8>, Fault> {
    let bytes = read_regular(path, LARGEST).map_err(|error| {
        let help = "a path in a table starts at the folder of that table";
        Fault::unreadable(format!("the image cannot be read: {error}"), help, wanted)
    })?;
    contents.update(&bytes);
    let formats = format!("images are {FORMATS} files");
    if !is_image(&bytes) {
        return Err(Fault::unreadable("not an image".to_owned(), &formats, wanted));
    }
    let image = image_pixels::decode(&bytes)
        .map_err(|error| Fault::unreadable(format!("not a whole image: {error}"), &formats, wanted))?;
    let Some(planes) = image_pixels::planes(&image, channels) else {
        let help = "an image has 1 channel of grey, 3 of red, green and blue, or 4 with how opaque it is";
        return Err(Fault {
            what: format!("there are no images of {channels} channels"),
            help: help.to_owned(),
            edit: None,
        });
    };
    let (planes, found) = sized(planes, [image.height() as usize, image.width() as usize], &wanted.image.steps);
    if found != [height, width] {
        return Err(Fault::of_size(found, [channels, height, width], wanted));
    }
    Ok(planes)
}

/// The fault of an image, and what to do about it.
struct Fault {
    what: String,
    help: String,
    edit: Option<(Span, String)>,
}

impl Fault {
    /// Of an image that is none, or cannot be read.
    fn unreadable(what: String, help: &str, wanted: &ColumnQuery) -> Self {
        // In a pipeline the rows can be left out.
        let end = Span { start: wanted.span.end, ..wanted.span };
        let edit = (wanted.image.place.is_some()).then(|| (end, ", on_error: skip".to_owned()));
        let more = if edit.is_some() { "; `column(.., on_error: skip)` leaves such rows out" } else { "" };
        Self { what, help: format!("{help}{more}"), edit }
    }

    /// Of an image of another size.
    fn of_size(found: [usize; 2], [channels, height, width]: [usize; 3], wanted: &ColumnQuery) -> Self {
        let [found_height, found_width] = found;
        let resize = SizeStep::Resize([height, width]).show();
        let after = if wanted.image.steps.is_empty() { "" } else { " after these steps" };
        let edit = wanted.image.place.map(|(place, before)| match before {
            true => (Span { end: place.start, ..place }, format!("{resize} |> ")),
            false => (Span { start: place.end, ..place }, format!(" |> {resize}")),
        });
        Self {
            what: format!("the image is {found_height} high and {found_width} wide{after}, not {height} and {width}"),
            help: format!(
                "bring images of any size to this one with `|> {resize}`, or declare \
                 `image[{channels}, {found_height}, {found_width}]` if all are of that size"
            ),
            edit,
        }
    }

    /// The problem with the image at a place of the data.
    fn problem(self, name: &str, wanted: &ColumnQuery, place: DataPlace) -> Problem {
        let problem = Problem::error(Code::BadImage, format!("`{name}`: {}", self.what))
            .at(wanted.span, "read as an image here")
            .in_data(place)
            .help(self.help);
        match self.edit {
            Some((span, text)) => problem.edit(span, text, false),
            None => problem,
        }
    }
}
