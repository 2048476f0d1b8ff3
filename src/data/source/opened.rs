//! The sources of a pipeline as tables: files through the cache, or rows made from a seed. One place for all readers.

use crate::data::io::bytes::Room;
use crate::data::io::open;
use crate::data::io::paths;
use crate::data::io::paths::DataFile;
use crate::data::source::cifar::Cifar;
use crate::data::source::csv::Delimited;
use crate::data::source::folder::Folder;
use crate::data::source::image_files;
use crate::data::source::join::Join;
use crate::data::source::jsonl::Jsonl;
use crate::data::source::npy::Arrays;
use crate::data::source::parquet::Parquet;
use crate::data::source::synthetic;
use crate::data::table::cache;
use crate::data::table::columns::{ColumnKind, Counted, Head, Origin, Question, Read, Table, Wanted};
use crate::data::table::errors::{table_name, unreadable};
use crate::data::table::store::Store;
use crate::diag::{Code, Problem, Problems, Span, nearest};
use crate::spec::{Source, SourceKind};
use std::path::Path;

/// A format of files: what the columns are, and the cells of those that are asked for.
pub(crate) trait Reader {
    /// The files, in order.
    fn files(&self) -> &[DataFile];

    /// What its rows are counted by.
    fn counted(&self) -> Counted;

    /// What beside the content and the question decides what is read.
    fn format(&self) -> String;

    /// The columns. Reads as little as that takes.
    fn head(&self) -> Result<Head, Problems>;

    /// Reads the columns asked for, in their order. `hashes` are the contents that the caller knows the files by.
    fn read(&self, head: &Head, question: &Question, hashes: &[blake3::Hash], room: &Room) -> Result<Store, Problems>;
}

/// A table that is there and whose columns are known; its rows are not read yet.
pub(crate) struct Found {
    /// Its columns.
    pub head: Head,
    /// What it is called where no single file is to blame.
    pub name: String,
    rows: Rows,
}

/// How the rows are read.
enum Rows {
    Files(Box<dyn Reader>),
    Collider { rows: usize, seed: u64, span: Span },
    Folder(Folder),
    Joined(Join),
}

/// Where read tables are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeping<'a> {
    /// The folder of the cache, if there is one.
    pub cache: Option<&'a Path>,
    /// How much may be in memory.
    pub room: &'a Room,
}

impl Found {
    /// Finds the files of a source and reads the names of its columns.
    pub(crate) fn find(source: &Source, base: &Path) -> Result<Self, Problems> {
        let files = |written| paths::find(written, base).map_err(Problems::from_iter);
        let reader: Box<dyn Reader> = match &source.kind {
            SourceKind::Table { paths, separator, header } => {
                let separator = u8::try_from(*separator).unwrap_or(b',');
                Box::new(Delimited { files: files(paths)?, separator, header: *header })
            }
            SourceKind::Parquet { paths } => Box::new(Parquet { files: files(paths)? }),
            SourceKind::Npz { paths } => Box::new(Arrays { files: files(paths)?, single: false }),
            SourceKind::Npy { paths } => Box::new(Arrays { files: files(paths)?, single: true }),
            SourceKind::Jsonl { paths } => Box::new(Jsonl { files: files(paths)? }),
            SourceKind::CifarBinary { paths, labels } => Box::new(Cifar { files: files(paths)?, labels: *labels }),
            SourceKind::Images { folder } => {
                let folder = Folder::find(folder, base)?;
                return Ok(Self { head: folder.head(), name: folder.name(), rows: Rows::Folder(folder) });
            }
            SourceKind::Synthetic { name, rows, seed } => return Self::synthetic(name, *rows, *seed, source.span),
            SourceKind::Join { sources, on } => {
                let join = Join::find(sources, on, base)?;
                return Ok(Self { head: join.head(), name: join.name(), rows: Rows::Joined(join) });
            }
        };
        Ok(Self { head: reader.head()?, name: table_name(reader.files()), rows: Rows::Files(reader) })
    }

    fn synthetic(name: &str, rows: usize, seed: u64, span: Span) -> Result<Self, Problems> {
        let called = format!("synthetic(\"{name}\")");
        let problem = |code, message| Problems::from(Problem::error(code, message).at(span, "asked for here"));
        if !synthetic::NAMES.contains(&name) {
            let known = nearest(name, synthetic::NAMES.iter().copied()).unwrap_or(synthetic::NAMES[0]);
            let message = format!("there is no synthetic data set `{name}`; there is `{known}`");
            return Err(problem(Code::FileUnreadable, message));
        }
        if rows == 0 {
            return Err(problem(Code::EmptyData, format!("`{called}` is asked for no rows")));
        }
        let head = synthetic::collider::head();
        Ok(Self { head, name: called, rows: Rows::Collider { rows, seed, span } })
    }

    /// Reads the columns asked for: from the cache if they are there, else from the source.
    pub(crate) fn read(&self, question: &Question, keeping: Keeping<'_>) -> Result<Read, Problems> {
        match &self.rows {
            Rows::Files(reader) => self.read_files(reader.as_ref(), question, keeping),
            Rows::Collider { rows, seed, span } => {
                let store = synthetic::collider::table(*rows, *seed, question, keeping.room, *span)?;
                let content = format!("{} {rows} rows, seed {seed}", synthetic::collider::VERSION);
                let origin = Origin { width: self.head.width, ..Origin::default() };
                Ok(self.whole(Table::whole(store), origin, blake3::hash(content.as_bytes())))
            }
            Rows::Folder(folder) => {
                let (cells, places) = self.cells(question);
                let store = folder.read(&cells, keeping.room)?;
                let mut read = self.whole(Table::whole(store).select(&places), folder.origin(), folder.listing());
                // The listing is always made anew, and nothing beside the images.
                read.cached = keeping.cache.is_some();
                self.open_photos(&mut read, question, keeping)?;
                Ok(read)
            }
            Rows::Joined(join) => join.read(question, keeping),
        }
    }

    fn read_files(&self, reader: &dyn Reader, question: &Question, keeping: Keeping<'_>) -> Result<Read, Problems> {
        let files = reader.files();
        let mut hashes = vec![];
        let mut problems = Problems::new();
        for file in files {
            match open::hash_file(&file.path) {
                Ok(hash) => hashes.push(hash),
                Err(error) => problems.push(unreadable(file, &error, 0)),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        let (cells, places) = self.cells(question);
        let entry = keeping.cache.map(|folder| cache::entry(folder, &reader.format(), &cells, &hashes));
        let kept = entry.as_deref().and_then(cache::load).map(|(store, _)| store);
        let kept = kept.filter(|kept| kept.layout.kinds.iter().eq(cells.wanted.iter().map(|wanted| &wanted.kind)));
        let cached = kept.is_some();
        let mut stored = Ok(());
        let store = match kept {
            Some(kept) => kept,
            None => {
                let read = reader.read(&self.head, &cells, &hashes, keeping.room)?;
                stored = entry.map_or(Ok(()), |entry| cache::store(&entry, &read, None));
                read
            }
        };
        let runs = store.layout.runs.clone();
        let table = Table::whole(store).select(&places);
        let origin = Origin {
            files: files.to_vec(),
            counted: reader.counted(),
            width: self.head.width,
            runs,
            ..Origin::default()
        };
        let mut read = self.whole(table, origin, fingerprint(&hashes));
        read.cached = cached;
        self.open_photos(&mut read, question, keeping)?;
        if let Err(error) = stored {
            read.notes.push(format!("the parsed table could not be kept for the next time: {error}"));
        }
        Ok(read)
    }

    /// Whether a column is asked for as images and holds their paths.
    fn is_path(&self, wanted: &Wanted) -> bool {
        matches!(wanted.kind, ColumnKind::Image(_)) && !self.head.arrays.contains_key(&wanted.position)
    }

    /// What is asked of the cells themselves, and which of these columns is which of the question.
    fn cells(&self, question: &Question) -> (Question, Vec<usize>) {
        let mut cells = Question::default();
        let places = question.wanted.iter().map(|wanted| {
            let kind = if self.is_path(wanted) { ColumnKind::Text } else { wanted.kind };
            cells.ask(wanted.position, kind, wanted.span)
        });
        let places = places.collect();
        (cells, places)
    }

    /// Puts images into the places of their paths.
    fn open_photos(&self, read: &mut Read, question: &Question, keeping: Keeping<'_>) -> Result<(), Problems> {
        let paths = question.wanted.iter().enumerate().filter(|(_, wanted)| self.is_path(wanted));
        for (column, wanted) in paths {
            image_files::open(read, column, wanted, keeping)?;
        }
        Ok(())
    }

    fn whole(&self, table: Table, origin: Origin, content: blake3::Hash) -> Read {
        let (head, name) = (self.head.clone(), self.name.clone());
        Read { table, head, origins: vec![origin], name, content, cached: false, notes: vec![] }
    }
}

/// One hash for several contents: that of a single file is the file's own, so that other tools can check it.
pub(crate) fn fingerprint(contents: &[blake3::Hash]) -> blake3::Hash {
    match contents {
        [content] => *content,
        contents => {
            let mut hasher = blake3::Hasher::new();
            for content in contents {
                hasher.update(content.as_bytes());
            }
            hasher.finalize()
        }
    }
}
