//! Rows from all over tables that are too large to be read whole, copied into smaller tables.

use crate::atomic_file::{Durability, replace_file};
use crate::data::inspect::row_copies::{CopySize, copy_rows, unpacked_size};
use crate::data::inspect::row_ranges::RowRanges;
use crate::data::inspect::spread::{SpreadRecords, SpreadSize, spread};
use crate::data::io::paths::{self, DataFile};
use crate::data::io::reader;
use crate::data::io::regular::{open_regular, read_regular};
use crate::data::load::LoadRequest;
use crate::data::source::excel_separator::with_declared_separator;
use crate::data::source::text_layout::TextLayout;
use crate::diag::Problem;
use crate::spec::{FirstRows, Origin, Source, SourceKind, Spanned, TextFormat, UTF_8};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// The most rows of a large table that are read.
pub const SAMPLE_ROWS: usize = 100_000;

/// A table of more bytes than this is large; a quarter of it if compressed.
const LARGE: u64 = 64 << 20;

/// About the largest size of the copied text, in bytes, whatever the number of rows.
pub(super) const MOST_TEXT: usize = 64 << 20;

/// Lines at the beginning that are read in any case where the columns are the keys in them.
const HEAD: usize = 1000;

/// Copies of some rows; they are removed with this.
pub(super) struct Sample {
    folder: tempfile::TempDir,
    /// The tables as they are read from the copies.
    pub(super) origin: Origin,
    /// For each table its name, and whether the copy holds all of it.
    pub(super) tables: Vec<(String, bool)>,
    /// The files that were copied.
    copies: Vec<CopiedFile>,
}

/// A file that was copied in part.
struct CopiedFile {
    /// The path of the copy, as [`Sample::origin`] names it.
    path: String,
    /// The name of the file.
    name: String,
    rows: CopiedRecords,
}

/// The records of a file that were copied.
enum CopiedRecords {
    /// All of them, from the file itself.
    All,
    /// Lines of text.
    Lines(SpreadRecords),
    /// Rows by their numbers.
    Rows(RowRanges),
}

impl CopiedRecords {
    fn is_whole(&self) -> bool {
        match self {
            CopiedRecords::All => true,
            CopiedRecords::Lines(records) => records.whole,
            CopiedRecords::Rows(rows) => rows.is_whole(),
        }
    }
}

/// A source that reads some rows of another.
struct CopiedSource {
    source: Source,
    /// The name of the other.
    name: String,
    /// The files that were copied; none of a synthetic source.
    files: Option<Vec<CopiedFile>>,
}

/// Why there is no copy of some rows of a large table.
pub(super) enum NoSample {
    /// This source cannot be read in part, or is damaged.
    Unavailable(Source),
    /// A table of text cannot be read, or a copy not be written.
    Failed(io::Error),
}

impl From<io::Error> for NoSample {
    fn from(error: io::Error) -> Self {
        NoSample::Failed(error)
    }
}

impl Sample {
    /// The folder that the paths of [`Sample::origin`] start at.
    pub(super) fn base(&self) -> &Path {
        self.folder.path()
    }

    /// A problem with a copy, as a problem with the original. The line is that of the original, where it is known.
    pub(super) fn renamed(&self, mut problem: Problem) -> Problem {
        for copy in &self.copies {
            problem.message = problem.message.replace(&copy.path, &copy.name);
            if let Some(place) = problem.data.as_mut().filter(|place| place.file == copy.path) {
                place.file.clone_from(&copy.name);
                match &copy.rows {
                    CopiedRecords::All => {}
                    CopiedRecords::Lines(records) => place.line = place.line.and_then(|line| records.line(line)),
                    CopiedRecords::Rows(rows) => place.row = place.row.and_then(|row| rows.original(row)),
                }
            }
        }
        problem
    }
}

/// Rows from all over the tables of `request`, if one of them is large.
///
/// # Errors
/// If a table cannot be read or a copy not be written. A missing file is not reported here.
pub(super) fn of_large(request: &LoadRequest<'_>) -> Result<Option<Sample>, NoSample> {
    let sources = request.data.origin.sources();
    // Folders of images are not sampled.
    let copied = |source: &Source| match source.kind.first_rows(SAMPLE_ROWS) {
        FirstRows::Lines(_) | FirstRows::Numbered => !files(source.kind.files(), request.base).is_empty(),
        FirstRows::Generated { .. } => true,
        FirstRows::Unavailable => false,
    };
    let copied = sources.iter().all(|source| match source.kind.joined() {
        [] => copied(source),
        joined => joined.iter().all(copied),
    });
    if !copied || !sources.iter().any(|source| is_large(source, request.base)) {
        return Ok(None);
    }
    let folder = tempfile::tempdir()?;
    let (mut tables, mut copies, mut files) = (vec![], vec![], vec![]);
    for (at, source) in sources.into_iter().enumerate() {
        let copy = copy(source, request.base, folder.path(), at)?;
        copies.push(copy.source);
        let all = |files: &Vec<CopiedFile>| files.iter().all(|file| file.rows.is_whole());
        let whole = copy.files.as_ref().map_or_else(|| !is_large(source, request.base), all);
        tables.push((copy.name, whole));
        files.extend(copy.files.into_iter().flatten());
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
    Ok(Some(Sample { folder, origin, tables, copies: files }))
}

/// A source that reads rows from all over a large one, and the folder that its paths start at.
pub(super) struct SampledSource {
    folder: tempfile::TempDir,
    /// The source.
    pub(super) source: Source,
    /// How many rows the large one has, where that is known.
    pub(super) all_rows: Option<usize>,
}

impl SampledSource {
    /// The folder that the paths of the source start at.
    pub(super) fn base(&self) -> &Path {
        self.folder.path()
    }
}

/// Rows from all over a source; nothing if it is small.
///
/// # Errors
/// As [`of_large`].
pub(super) fn of_large_source(source: &Source, base: &Path) -> Result<Option<SampledSource>, NoSample> {
    if !is_large(source, base) {
        return Ok(None);
    }
    let folder = tempfile::tempdir()?;
    let copy = copy(source, base, folder.path(), 0)?;
    let rows = |file: &CopiedFile| match &file.rows {
        CopiedRecords::Rows(rows) => usize::try_from(rows.all).ok(),
        CopiedRecords::Lines(_) | CopiedRecords::All => None,
    };
    let files = copy.files.unwrap_or_default();
    // The columns of `npy` have the same rows, and those of a join are the rows of its first table.
    let all_rows = match source.kind {
        SourceKind::Npy { .. } => files.first().and_then(rows),
        SourceKind::Join { .. } => None,
        _ => files.iter().map(rows).sum(),
    };
    Ok(Some(SampledSource { folder, source: copy.source, all_rows }))
}

/// A source that is too large to be read whole and cannot be sampled.
pub(super) fn too_large(request: &LoadRequest<'_>) -> Option<String> {
    let paths = |source: &Source| source.kind.files().first().map(|path| path.value.clone());
    let too_large = |source: &Source| match source.kind.joined() {
        // Of a join, rows of the first table are read, and the others are read whole to look up their keys.
        [first, others @ ..] => std::iter::once(first)
            .filter(|first| first.kind.first_rows(SAMPLE_ROWS) == FirstRows::Unavailable)
            .chain(others)
            .find(|source| holds_large(source, request.base))
            .map(|source| paths(source).unwrap_or_else(|| "a join".to_owned())),
        [] => Some(source)
            .filter(|source| source.kind.first_rows(SAMPLE_ROWS) == FirstRows::Unavailable)
            .filter(|source| holds_large(source, request.base))
            .and_then(paths),
    };
    request.data.origin.sources().into_iter().find_map(too_large)
}

/// Whether a source, or a table that it joins, has large files.
fn holds_large(source: &Source, base: &Path) -> bool {
    is_large(source, base)
        || bytes(source.kind.files(), base) > LARGE
        || source.kind.joined().iter().any(|source| holds_large(source, base))
}

/// Approximate size of the cells of a source whose rows are found by their numbers, in bytes.
fn numbered_bytes(source: &Source, base: &Path) -> u64 {
    let found = paths::find(source.kind.files(), base).unwrap_or_default();
    found.iter().map(|file| unpacked_size(&source.kind, file)).sum()
}

/// Approximate size of files in bytes, after decompression.
fn bytes(paths: &[Spanned<String>], base: &Path) -> u64 {
    files(paths, base).into_iter().map(|(path, _)| size(&path)).sum()
}

/// Approximate size of a file in bytes, after decompression.
fn size(path: &Path) -> u64 {
    let bytes = std::fs::metadata(path).map_or(0, |data| data.len());
    if reader::is_compressed(path) { 4 * bytes } else { bytes }
}

fn is_large(source: &Source, base: &Path) -> bool {
    match source.kind.first_rows(SAMPLE_ROWS) {
        FirstRows::Lines(_) => bytes(source.kind.files(), base) > LARGE,
        FirstRows::Generated { whole, .. } => !whole,
        FirstRows::Numbered => numbered_bytes(source, base) > LARGE,
        // The rows of a join are those of its first table.
        FirstRows::Unavailable => source.kind.joined().first().is_some_and(|first| is_large(first, base)),
    }
}

/// The files of a table and their names, none if one of them does not exist.
fn files(written: &[Spanned<String>], base: &Path) -> Vec<(PathBuf, String)> {
    let found = paths::find(written, base).unwrap_or_default();
    found.into_iter().map(|file| (file.path, file.name)).collect()
}

/// A source that reads some rows of another, in files of `folder`; it is the one of this number.
fn copy(source: &Source, base: &Path, folder: &Path, at: usize) -> Result<CopiedSource, NoSample> {
    if let SourceKind::Join { sources, on } = &source.kind {
        return copy_join(source, (sources, on), base, folder, at);
    }
    match source.kind.first_rows(SAMPLE_ROWS) {
        FirstRows::Generated { name, source: kind, .. } => {
            Ok(CopiedSource { source: Source { kind, span: source.span }, name, files: None })
        }
        FirstRows::Numbered => copy_numbered(source, base, folder, at),
        FirstRows::Lines(format) => {
            let paths = source.kind.files();
            let (found, mut copied, mut written) = (files(paths, base), vec![], vec![]);
            let all = bytes(paths, base).max(1);
            let format = with_declared_separator(&paths::find(paths, base).unwrap_or_default(), &format);
            let layout = match source.kind {
                SourceKind::Table { .. } => TextLayout::of(&format),
                _ => TextLayout::json(),
            };
            let span = paths.first().map_or(source.span, |path| path.span);
            for (number, (path, name)) in found.into_iter().enumerate() {
                // Each file has its share of the rows.
                let share = |most: usize| (most as u128 * u128::from(size(&path)) / u128::from(all)) as usize;
                let head = if layout.is_json() { HEAD } else { 1 };
                let size =
                    SpreadSize { head, rows: share(SAMPLE_ROWS - head.min(SAMPLE_ROWS)), bytes: share(MOST_TEXT) };
                let (file, place) = new_file(folder, at, number, &name)?;
                let mut rows = spread_file(&path, layout, size)?;
                replace_file(&place, Durability::Unsynced, |file| file.write_all(&rows.bytes))?;
                rows.bytes = vec![];
                written.push(Spanned { value: file.clone(), span });
                copied.push(CopiedFile { path: file, name, rows: CopiedRecords::Lines(rows) });
            }
            let name = copied.first().map(|file| file.name.clone()).ok_or(io::Error::from(io::ErrorKind::NotFound))?;
            let mut copy = source.clone();
            if let SourceKind::Table { format: own, .. } = &mut copy.kind {
                **own = TextFormat { encoding: UTF_8.to_owned(), skip: 0, ..format };
            }
            if let Some(paths) = copy.kind.files_mut() {
                *paths = written;
            }
            Ok(CopiedSource { source: copy, name, files: Some(copied) })
        }
        FirstRows::Unavailable => Err(NoSample::Unavailable(source.clone())),
    }
}

/// The same for a join: rows from all over its first table, and all rows of the others, in which their keys are looked up.
fn copy_join(
    source: &Source,
    (sources, on): (&[Source], &[Spanned<String>]),
    base: &Path,
    folder: &Path,
    at: usize,
) -> Result<CopiedSource, NoSample> {
    let [first, others @ ..] = sources else { return Err(NoSample::Unavailable(source.clone())) };
    let copied = copy(first, base, folder, at)?;
    let (mut members, mut files) = (vec![copied.source], copied.files.unwrap_or_default());
    for other in others {
        let mut whole = other.clone();
        if let Some(paths) = whole.kind.files_mut() {
            let found = paths::find(paths, base).map_err(|_| NoSample::Unavailable(source.clone()))?;
            paths.clear();
            for file in found {
                let path = whole_file(&file, folder)?;
                paths.push(Spanned { value: path.clone(), span: file.span });
                files.push(CopiedFile { path, name: file.name, rows: CopiedRecords::All });
            }
        }
        members.push(whole);
    }
    let kind = SourceKind::Join { sources: members, on: on.to_vec() };
    Ok(CopiedSource { source: Source { kind, span: source.span }, name: copied.name, files: Some(files) })
}

/// The path of a file that is read whole, from a folder of copies on. A copy has the same path as the file has from the
/// folder of the pipeline, because the columns of a join may be named after it.
fn whole_file(file: &DataFile, folder: &Path) -> io::Result<String> {
    let inside = Path::new(&file.name).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside || is_large_file(&file.path) {
        return Ok(std::path::absolute(&file.path)?.to_string_lossy().into_owned());
    }
    let place = folder.join(&file.name);
    std::fs::create_dir_all(place.parent().unwrap_or(folder))?;
    let bytes = read_regular(&file.path, LARGE)?;
    replace_file(&place, Durability::Unsynced, |file| file.write_all(&bytes))?;
    Ok(file.name.clone())
}

/// The same for rows that are found by their numbers.
fn copy_numbered(source: &Source, base: &Path, folder: &Path, at: usize) -> Result<CopiedSource, NoSample> {
    let found = paths::find(source.kind.files(), base).unwrap_or_default();
    let size = CopySize { rows: SAMPLE_ROWS as u64, bytes: MOST_TEXT as u64 };
    // Why it failed is reported by the reader of the source.
    let copies = copy_rows(&source.kind, &found, size).map_err(|_| NoSample::Unavailable(source.clone()))?;
    let (mut copied, mut written) = (vec![], vec![]);
    for (number, (file, copy)) in found.into_iter().zip(copies).enumerate() {
        let (path, place) = new_file(folder, at, number, &file.name)?;
        replace_file(&place, Durability::Unsynced, |file| file.write_all(&copy.bytes))?;
        written.push(Spanned { value: path.clone(), span: file.span });
        copied.push(CopiedFile { path, name: file.name, rows: CopiedRecords::Rows(copy.rows) });
    }
    let name = copied.first().map(|file| file.name.clone()).ok_or(io::Error::from(io::ErrorKind::NotFound))?;
    let mut copy = source.clone();
    if let Some(paths) = copy.kind.files_mut() {
        *paths = written;
    }
    Ok(CopiedSource { source: copy, name, files: Some(copied) })
}

/// The path of a copy in a folder, and where it is. It has the name of the file, so that problems name the file.
fn new_file(folder: &Path, at: usize, number: usize, name: &str) -> io::Result<(String, PathBuf)> {
    let file = Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let file = format!("{at}/{number}/{}", file.trim_end_matches(".gz").trim_end_matches(".zst"));
    let place = folder.join(&file);
    std::fs::create_dir_all(place.parent().unwrap_or(folder))?;
    Ok((file, place))
}

/// Records from all over a file of text.
pub(super) fn spread_file(path: &Path, layout: TextLayout, size: SpreadSize) -> io::Result<SpreadRecords> {
    let mut hasher = blake3::Hasher::new();
    let plain = Some(path).filter(|path| layout.encoding == encoding_rs::UTF_8 && is_plain(path));
    spread(reader::open(path, layout.encoding, &mut hasher)?, plain, layout, size)
}

/// Whether a file holds the lines of its text as they are: not packed, in no encoding of two bytes for a character, and no
/// array of JSON.
fn is_plain(path: &Path) -> bool {
    let mut start = [0; 4];
    let read = open_regular(path).and_then(|mut file| file.read(&mut start));
    read.is_ok() && start.is_ascii() && !start.contains(&0) && start[0] != b'['
}

/// Whether a file is too large to be read whole.
pub(super) fn is_large_file(path: &Path) -> bool {
    size(path) > LARGE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, DataPlace};

    #[test]
    fn a_problem_with_a_copy_names_the_file_and_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let text: String = (0..40_000).map(|row| format!("{row},{}\n", "x".repeat(20))).collect();
        std::fs::write(&path, format!("a,b\n{text}")).unwrap();
        let size = SpreadSize { head: 1, rows: 4000, bytes: 1 << 20 };
        let rows = spread_file(&path, TextLayout::of(&TextFormat::csv()), size).unwrap();
        assert!(!rows.whole);
        let line = 3000;
        let original = rows.line(line).unwrap();
        assert!(original > line);
        let copies =
            vec![CopiedFile { path: "0/0/a.csv".into(), name: "data/a.csv".into(), rows: CopiedRecords::Lines(rows) }];
        let span = Default::default();
        let origin = Origin::Whole(Source::csv("0/0/a.csv"));
        let sample = Sample { folder, origin, tables: vec![], copies };
        let place = DataPlace { file: "0/0/a.csv".into(), line: Some(line), row: None, column: None };
        let problem = Problem::error(Code::BadCell, "`0/0/a.csv` is odd").at(span, "here").in_data(place);
        let renamed = sample.renamed(problem);
        assert_eq!(renamed.message, "`data/a.csv` is odd");
        assert_eq!(renamed.data.unwrap().line, Some(original));
    }
}
