//! A folder of images as a table: a row for each, its class the name of the sub-folder that it is in. Opens none of
//! them.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::image_pixels::{ENDINGS, FORMATS, is_image};
use crate::data::io::paths::{DataFile, MEMORY};
use crate::data::io::regular::open_regular;
use crate::data::source::image_files;
use crate::data::source::opened::{OpenTable, RowReader};
use crate::data::source::storage::Storage;
use crate::data::table::columns::Table;
use crate::data::table::errors::{out_of_space, shown};
use crate::data::table::loaded::LoadedTable;
use crate::data::table::origin::{RowRun, RowUnit, TableOrigin};
use crate::data::table::schema::{CellType, Schema, TableQuery};
use crate::data::table::store::{Store, StoreWriter};
use crate::diag::{Code, DataPlace, Problem, Problems, Span};
use crate::spec::Spanned;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// How many files that are no images are named.
const NAMED: usize = 3;

/// A folder whose images have been listed.
struct Folder {
    folder: PathBuf,
    name: String,
    span: Span,
    /// Class, and path from the folder on.
    images: Vec<(String, String)>,
    /// The files that are no images, and those that are in no sub-folder: paths from the folder on.
    others: Vec<String>,
}

/// The columns of every folder.
fn schema() -> Schema {
    Schema::named(["image", "label", "path"].map(str::to_owned).to_vec())
}

/// Lists the images of a folder as a table.
pub(crate) fn open(written: &Spanned<String>, base: &Path) -> Result<OpenTable, Problems> {
    let folder = Folder::find(written, base)?;
    Ok(OpenTable::new(schema(), folder.name.clone(), folder))
}

impl RowReader for Folder {
    fn read(&self, open: &OpenTable, query: &TableQuery, storage: Storage<'_>) -> Result<LoadedTable, Problems> {
        let (cells, places) = image_files::cell_query(&open.schema, query);
        let store = self.cells(&cells, storage.budget)?;
        let mut read = open.loaded(Table::whole(store).select(&places), self.origin(), self.listing());
        // The listing is never cached; only decoded images are.
        read.cached = storage.cache.is_some();
        image_files::open_whole(&mut read, query, storage)?;
        read.notes.extend(passed_over(&self.others).map(|found| format!("`{}`: {found}", self.name)));
        Ok(read)
    }
}

impl Folder {
    /// Lists the images of all sub-folders, in alphabetical order.
    fn find(written: &Spanned<String>, base: &Path) -> Result<Self, Problems> {
        let folder = base.join(&written.value);
        let name = written.value.clone();
        let problem = |code, message: String, help: String| {
            let place = DataPlace { file: name.clone(), line: None, row: None, column: None };
            Problems::from(Problem::error(code, message).at(written.span, "read here").in_data(place).help(help))
        };
        let (mut images, mut others) = (vec![], vec![]);
        let classes = entries(&folder).map_err(|error| {
            let message = format!("there is no folder `{name}`: {error}");
            problem(Code::FileUnreadable, message, "relative paths start at the folder of the pipeline file".into())
        })?;
        // A link may lead back to a folder above it, or to one that has been listed.
        let place = |inner: &str| std::fs::canonicalize(folder.join(inner)).ok();
        let known: BTreeSet<PathBuf> =
            std::iter::once("").chain(classes.iter().map(String::as_str)).filter_map(place).collect();
        for class in classes.iter().filter(|class| folder.join(class).is_dir()) {
            let mut folders = vec![class.clone()];
            let mut visited = BTreeSet::new();
            while let Some(inner) = folders.pop() {
                if inner != *class && !place(&inner).is_some_and(|path| !known.contains(&path) && visited.insert(path))
                {
                    continue;
                }
                for entry in entries(&folder.join(&inner)).unwrap_or_default() {
                    let path = format!("{inner}/{entry}");
                    if folder.join(&path).is_dir() {
                        folders.push(path);
                    } else if may_be_image(&folder.join(&path)) {
                        images.push((class.clone(), path));
                    } else {
                        others.push(path);
                    }
                }
            }
        }
        images.sort();
        others.extend(classes.into_iter().filter(|entry| !folder.join(entry).is_dir()));
        others.sort();
        if images.is_empty() {
            let message = format!("there are no images in the sub-folders of `{name}`");
            let help = format!("each class has a sub-folder of its name, with {FORMATS} files in it");
            let found = passed_over(&others).map_or_else(String::new, |found| format!("; {found}"));
            return Err(problem(Code::EmptyData, message, help + &found));
        }
        Ok(Self { folder, name, span: written.span, images, others })
    }

    /// The columns before any image is read: the classes and the paths.
    fn listing(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for (class, path) in &self.images {
            hasher.update(class.as_bytes()).update(&[0]).update(path.as_bytes()).update(&[0]);
        }
        hasher.finalize()
    }

    /// Where the rows come from: each is a file.
    fn origin(&self) -> TableOrigin {
        let file = |(_, path): &(String, String)| DataFile {
            path: self.folder.join(path),
            name: format!("{}/{path}", self.name.trim_end_matches('/')),
            span: self.span,
            stream: None,
            memory: MEMORY,
        };
        let runs = (0..self.images.len() as u64).map(|row| RowRun { row, file: row as u32, line: 0 });
        TableOrigin {
            files: self.images.iter().map(file).collect(),
            row_unit: RowUnit::Files,
            folder: Some(self.folder.clone()),
            width: 3,
            runs: runs.collect(),
            rows: None,
        }
    }

    /// The columns of the query; an image is the path to it.
    fn cells(&self, query: &TableQuery, budget: &MemoryBudget) -> Result<Store, Problems> {
        let mut writer = StoreWriter::new(query, budget);
        for (row, (class, path)) in self.images.iter().enumerate() {
            for (column, wanted) in query.columns.iter().enumerate() {
                let cell = if wanted.position == 1 { class } else { path };
                match (wanted.kind, cell.parse::<f64>()) {
                    (CellType::Number(_), Ok(number)) if number.is_finite() => writer.number(column, number),
                    (CellType::Number(_), _) => {
                        let name = schema().column(wanted.position);
                        let message = format!("column `{name}` of a folder of images holds words, not numbers");
                        let problem = Problem::error(Code::ColumnType, message).at(wanted.span, "read as numbers here");
                        return Err(problem.into());
                    }
                    _ => writer.put_words(column, cell),
                }
            }
            writer.end_rows(1, row, 0).map_err(|error| out_of_space(self.span, &error))?;
        }
        writer.finish().map_err(|error| out_of_space(self.span, &error).into())
    }
}

/// Whether a file is an image by the ending of its name, or by its first bytes where the ending is another one.
fn may_be_image(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    if ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) {
        return true;
    }
    let mut start = vec![];
    let read = open_regular(path).and_then(|file| file.take(32).read_to_end(&mut start));
    read.is_ok() && is_image(&start)
}

/// The note on files that are no images or are in no sub-folder: their number, and the names of the first.
fn passed_over(others: &[String]) -> Option<String> {
    let names: Vec<String> = others.iter().take(NAMED).map(|name| format!("`{}`", shown(name))).collect();
    let more = if others.len() > NAMED { ", ..." } else { "" };
    let files = match others.len() {
        0 => return None,
        1 => "1 file is no image in a sub-folder".to_owned(),
        count => format!("{count} files are no images in sub-folders"),
    };
    Some(format!("{files}, and passed over: {}{more}", names.join(", ")))
}

/// The names in a folder, in order.
fn entries(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder)?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}
