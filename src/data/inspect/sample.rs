//! The first rows of tables that are too large to be read whole, copied into smaller tables.

use crate::atomic_file::{Durability, replace_file};
use crate::data::io::paths;
use crate::data::io::reader;
use crate::data::load::LoadRequest;
use crate::data::source::text_layout::TextLayout;
use crate::diag::Problem;
use crate::spec::{FirstRows, Origin, Source, SourceKind, Spanned, TextFormat, UTF_8};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Number of the first rows of a large table that are read.
pub const SAMPLE_ROWS: usize = 100_000;

/// A table of more bytes than this is large; a quarter of it if compressed.
const LARGE: u64 = 64 << 20;

/// Largest size of the copied text, in bytes, whatever the number of rows.
const MOST_TEXT: usize = 64 << 20;

/// Copies of the first rows; they are removed with this.
pub(super) struct Sample {
    folder: tempfile::TempDir,
    /// The tables as they are read from the copies.
    pub(super) origin: Origin,
    /// For each table its name, and whether the copy holds all of it.
    pub(super) tables: Vec<(String, bool)>,
}

impl Sample {
    /// The folder that the paths of [`Sample::origin`] start at.
    pub(super) fn base(&self) -> &Path {
        self.folder.path()
    }

    /// A problem with a copy, as a problem with the original.
    pub(super) fn renamed(&self, mut problem: Problem) -> Problem {
        for (copy, (name, _)) in self.origin.sources().into_iter().zip(&self.tables) {
            for path in copy.kind.files() {
                problem.message = problem.message.replace(&path.value, name);
                if let Some(place) = problem.data.as_mut().filter(|place| place.file == path.value) {
                    place.file.clone_from(name);
                }
            }
        }
        problem
    }
}

/// The first rows of the tables of `request`, if one of them is large.
///
/// # Errors
/// If a table cannot be read or a copy not be written. A missing file is not reported here.
pub(super) fn of_large(request: &LoadRequest<'_>) -> io::Result<Option<Sample>> {
    let sources = request.data.origin.sources();
    // Only formats of text lines and synthetic sources can be sampled.
    let copied = sources.iter().all(|source| match source.kind.first_rows(SAMPLE_ROWS) {
        FirstRows::Lines(_) => !files(source.kind.files(), request.base).is_empty(),
        FirstRows::Generated { .. } => true,
        FirstRows::Unavailable => false,
    });
    if !copied || !sources.iter().any(|source| is_large(source, request.base)) {
        return Ok(None);
    }
    let folder = tempfile::tempdir()?;
    let mut tables = vec![];
    let mut copies = vec![];
    for (at, source) in sources.into_iter().enumerate() {
        let (copy, name, whole) = copy(source, request.base, folder.path(), at)?;
        copies.push(copy);
        tables.push((name, whole));
    }
    let mut copies = copies.into_iter();
    let origin = match (&request.data.origin, copies.next()) {
        (_, None) => return Ok(None),
        (Origin::Whole(_), Some(copy)) => Origin::Whole(copy),
        (Origin::Parts { valid, calib, test, .. }, Some(train)) => {
            let mut next = |source: &Option<Source>| source.as_ref().and_then(|_| copies.next());
            Origin::Parts { train, valid: next(valid), calib: next(calib), test: next(test) }
        }
    };
    Ok(Some(Sample { folder, origin, tables }))
}

/// A source that is too large to be read whole and cannot be sampled.
pub(super) fn too_large(request: &LoadRequest<'_>) -> Option<String> {
    let mut sources = request.data.origin.sources();
    let mut at = 0;
    while at < sources.len() {
        sources.extend(sources[at].kind.joined());
        at += 1;
    }
    let alone = sources.iter().all(|source| source.kind.joined().is_empty());
    sources.into_iter().find_map(|source| {
        // Of tables that are joined no first rows are read.
        let copied = alone && source.kind.first_rows(SAMPLE_ROWS) != FirstRows::Unavailable;
        let paths = source.kind.files();
        let large = !copied && bytes(paths, request.base) > LARGE;
        paths.first().filter(|_| large).map(|path| path.value.clone())
    })
}

/// Approximate size of files in bytes, after decompression.
fn bytes(paths: &[Spanned<String>], base: &Path) -> u64 {
    let sizes = files(paths, base).into_iter().map(|(path, _)| {
        let bytes = std::fs::metadata(&path).map_or(0, |data| data.len());
        if reader::is_compressed(&path) { 4 * bytes } else { bytes }
    });
    sizes.sum()
}

fn is_large(source: &Source, base: &Path) -> bool {
    match source.kind.first_rows(SAMPLE_ROWS) {
        FirstRows::Lines(_) => bytes(source.kind.files(), base) > LARGE,
        FirstRows::Generated { whole, .. } => !whole,
        FirstRows::Unavailable => false,
    }
}

/// The files of a table and their names, none if one of them does not exist.
fn files(written: &[Spanned<String>], base: &Path) -> Vec<(PathBuf, String)> {
    let found = paths::find(written, base).unwrap_or_default();
    found.into_iter().map(|file| (file.path, file.name)).collect()
}

/// A source that reads the first rows of another, the name of that, and whether these are all rows.
fn copy(source: &Source, base: &Path, folder: &Path, at: usize) -> io::Result<(Source, String, bool)> {
    match source.kind.first_rows(SAMPLE_ROWS) {
        FirstRows::Generated { name, source: kind, whole } => Ok((Source { kind, span: source.span }, name, whole)),
        FirstRows::Lines(format) => {
            let paths = source.kind.files();
            let (mut files, place) = (files(paths, base).into_iter(), folder.join(format!("{at}")));
            let (path, name) = files.next().ok_or(io::ErrorKind::NotFound)?;
            // The copy has the name of the file, so that problems name the file.
            std::fs::create_dir(&place)?;
            let file = Path::new(&name).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let file = file.trim_end_matches(".gz").trim_end_matches(".zst").to_owned();
            let lines = SAMPLE_ROWS + format.skip + usize::from(format.header);
            let whole = copy_rows(&path, &place.join(&file), lines, &format)? && files.next().is_none();
            let span = paths.first().map_or(source.span, |path| path.span);
            let mut copy = source.clone();
            if let SourceKind::Table { format, .. } = &mut copy.kind {
                UTF_8.clone_into(&mut format.encoding);
            }
            if let Some(paths) = copy.kind.files_mut() {
                *paths = vec![Spanned { value: format!("{at}/{file}"), span }];
            }
            Ok((copy, name, whole))
        }
        FirstRows::Unavailable => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Copies the first lines of a file in UTF-8; `true` if there are no more. A line within quotes may be cut off only where the
/// text becomes too long.
fn copy_rows(from: &Path, to: &Path, lines: usize, format: &TextFormat) -> io::Result<bool> {
    let (layout, mut hasher) = (TextLayout::of(format), blake3::Hasher::new());
    let mut from = BufReader::with_capacity(1 << 16, reader::open(from, layout.encoding, &mut hasher)?);
    let mut whole = false;
    replace_file(to, Durability::Unsynced, |to| {
        let (mut count, mut bytes, mut quoted, mut line) = (0, 0, false, vec![]);
        while count < lines && bytes < MOST_TEXT {
            line.clear();
            if from.read_until(b'\n', &mut line)? == 0 {
                whole = true;
                return Ok(());
            }
            quoted ^= line.iter().filter(|byte| Some(**byte) == layout.quote).count() % 2 == 1;
            count += usize::from(!quoted);
            bytes += line.len();
            to.write_all(&line)?;
        }
        whole = from.fill_buf()?.is_empty();
        Ok(())
    })?;
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rows_are_copied_and_a_row_over_several_lines_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["from.csv", "to.csv"].map(|name| folder.path().join(name));
        std::fs::write(&from, "a,b\n1,\"x\ny\"\n2,z\n").unwrap();
        let copy_rows = |rows| super::copy_rows(&from, &to, rows, &TextFormat::csv()).unwrap();
        assert!(!copy_rows(2));
        assert_eq!(std::fs::read_to_string(&to).unwrap(), "a,b\n1,\"x\ny\"\n");
        assert!(copy_rows(3));
        assert!(copy_rows(30));
    }
}
