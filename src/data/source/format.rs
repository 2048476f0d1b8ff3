//! Tables in files: a reader for each format, with a cache in front of all of them.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::content_hash::hash_file;
use crate::data::io::file_stamp::FileStamps;
use crate::data::io::paths::DataFile;
use crate::data::marked_cells::marked_note;
use crate::data::source::image_files;
use crate::data::source::opened::{OpenTable, RowReader};
use crate::data::source::row_block::{BlockQuery, BlockReader, ReadProgress, RowBlock};
use crate::data::source::storage::{Storage, fingerprint};
use crate::data::table::cache::{self, Entries};
use crate::data::table::columns::Table;
use crate::data::table::errors::{changed, table_name, too_wide, unreadable};
use crate::data::table::loaded::LoadedTable;
use crate::data::table::origin::{RowUnit, TableOrigin};
use crate::data::table::schema::{Schema, TableQuery};
use crate::data::table::store::Store;
use crate::diag::Problems;
use arrow_schema::Field;

/// A format of files: its columns, and the cells of those that are queried.
pub(crate) trait FormatReader {
    /// The files, in order.
    fn files(&self) -> &[DataFile];

    /// The unit that its rows are counted in.
    fn row_unit(&self) -> RowUnit;

    /// The part of the cache key besides content and query: the format and its options.
    fn format(&self) -> String;

    /// The columns. Reads as little as that takes.
    fn schema(&self) -> Result<Schema, Problems>;

    /// Reads the columns of the query, in their order.
    fn read(&self, schema: &Schema, query: &TableQuery, budget: &MemoryBudget) -> Result<ReadFiles, Problems>;

    /// Reads the files block after block; `None` for a format whose files have to be read as a whole.
    fn blocks(&self, _: &BlockQuery) -> Option<Result<Box<dyn BlockReader>, Problems>> {
        None
    }
}

/// What was read of files.
pub(crate) struct ReadFiles {
    /// The cells.
    pub store: Store,
    /// The hashes of the content of the files, where they were hashed as they were read.
    pub hashes: Option<Vec<blake3::Hash>>,
}

/// The table of these files, its schema read.
pub(crate) fn open_files(reader: impl FormatReader + 'static) -> Result<OpenTable, Problems> {
    // Before anything is read: all of it is to be of the same content.
    let stamps = FileStamps::of(reader.files());
    let (schema, name) = (reader.schema()?, table_name(reader.files()));
    if let Some(file) = reader.files().first().filter(|file| schema.width > file.most_columns()) {
        return Err(too_wide(file, schema.width, file.most_columns()).into());
    }
    Ok(OpenTable::new(schema, name, CachedFiles { reader, stamps }))
}

/// Files that are read once for each content and query, if there is a cache.
struct CachedFiles<R> {
    reader: R,
    stamps: FileStamps,
}

impl<R: FormatReader> RowReader for CachedFiles<R> {
    fn read(&self, open: &OpenTable, query: &TableQuery, storage: Storage<'_>) -> Result<LoadedTable, Problems> {
        let files = self.reader.files();
        let (cells, places) = image_files::cell_query(&open.schema, query);
        let format = self.reader.format();
        let entries = storage.cache.map(|folder| Entries::new(folder, &format, &cells, &lengths(files)));
        // The content is hashed beforehand only if there may be an entry for it, and the files are not those it was made of.
        let stamps = self.stamps.lasting();
        let noted = entries.as_ref().zip(stamps).and_then(|(entries, stamps)| entries.known(stamps));
        let is_noted = noted.is_some();
        let known = match entries.as_ref().filter(|entries| entries.any()) {
            Some(_) => Some(noted.map_or_else(|| hash_files(files), Ok)?),
            None => None,
        };
        let entry = entries.as_ref().zip(known.as_deref()).map(|(entries, hashes)| entries.of(hashes));
        let kept = entry.as_deref().and_then(cache::load).map(|(store, _)| store);
        let kept = kept.filter(|kept| kept.layout.kinds.iter().eq(cells.columns.iter().map(|column| &column.kind)));
        let cached = kept.is_some();
        let mut stored = Ok(());
        let (store, hashes) = match (kept, known) {
            (Some(kept), Some(hashes)) => {
                self.unchanged(&hashes)?;
                self.note(entries.as_ref().filter(|_| !is_noted), &hashes);
                (kept, hashes)
            }
            (_, known) => {
                let read = self.reader.read(&open.schema, &cells, storage.budget);
                // Of a file that changed, the problems may be those of neither content.
                let ReadFiles { store, hashes } = match read {
                    Ok(read) => read,
                    Err(problems) => {
                        return Err(self.unchanged(known.as_deref().unwrap_or_default()).err().unwrap_or(problems));
                    }
                };
                let hashes = match (hashes, &known) {
                    (Some(hashes), _) => hashes,
                    (None, Some(known)) => known.clone(),
                    (None, None) => hash_files(files)?,
                };
                let differs = known.and_then(|known| (0..files.len()).find(|at| known.get(*at) != hashes.get(*at)));
                if let Some(at) = differs {
                    return Err(changed(&files[at]).into());
                }
                self.unchanged(&hashes)?;
                let entry = entries.as_ref().map(|entries| entries.of(&hashes));
                stored = entry.map_or(Ok(()), |entry| cache::store(&entry, &store, None));
                self.note(entries.as_ref().filter(|_| stored.is_ok()), &hashes);
                (store, hashes)
            }
        };
        let runs = store.layout.runs.clone();
        let marked = marked_note(&store.layout.marked, &open.schema, &cells, &open.name);
        let table = Table::whole(store).select(&places);
        let origin = TableOrigin {
            files: files.to_vec(),
            row_unit: self.reader.row_unit(),
            width: open.schema.width,
            runs,
            ..TableOrigin::default()
        };
        let mut read = open.loaded(table, origin, fingerprint(&hashes));
        read.cached = cached;
        read.notes.extend(marked);
        image_files::open_whole(&mut read, query, storage)?;
        if let Err(error) = stored {
            read.notes.push(format!("the parsed table could not be kept for the next time: {error}"));
        }
        Ok(read)
    }

    fn files(&self) -> (Vec<DataFile>, RowUnit) {
        (self.reader.files().to_vec(), self.reader.row_unit())
    }

    fn blocks(&self, query: &BlockQuery) -> Option<Result<Box<dyn BlockReader>, Problems>> {
        let (files, stamps) = (self.reader.files().to_vec(), self.stamps.clone());
        let blocks = self.reader.blocks(query)?;
        Some(blocks.map(|blocks| Box::new(UnchangedBlocks { blocks, files, stamps }) as Box<dyn BlockReader>))
    }
}

impl<R: FormatReader> CachedFiles<R> {
    /// Notes the contents of the files beside the entry for them, where that will hold as long as the files do not change.
    fn note(&self, entries: Option<&Entries<'_>>, hashes: &[blake3::Hash]) {
        if let Some((entries, stamps)) = entries.zip(self.stamps.lasting()) {
            // Without the note, the files are hashed the next time.
            let _ = entries.note(stamps, hashes);
        }
    }

    /// An error if a file has changed since its columns were read; `hashes` are those of the contents that were read.
    fn unchanged(&self, hashes: &[blake3::Hash]) -> Result<(), Problems> {
        match self.stamps.changed(self.reader.files(), hashes) {
            Some(file) => Err(changed(file).into()),
            None => Ok(()),
        }
    }
}

/// The hashes of the contents of files.
fn hash_files(files: &[DataFile]) -> Result<Vec<blake3::Hash>, Problems> {
    let mut problems = Problems::new();
    let mut hashes = vec![];
    for file in files {
        match hash_file(&file.path) {
            Ok(hash) => hashes.push(hash),
            Err(error) => problems.push(unreadable(file, &error, 0)),
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(hashes) }
}

/// The lengths of files, 0 of one that is not there.
fn lengths(files: &[DataFile]) -> Vec<u64> {
    files.iter().map(|file| std::fs::metadata(&file.path).map_or(0, |data| data.len())).collect()
}

/// Blocks of files, an error at their end if a file has changed since it was opened.
struct UnchangedBlocks {
    blocks: Box<dyn BlockReader>,
    files: Vec<DataFile>,
    stamps: FileStamps,
}

impl BlockReader for UnchangedBlocks {
    fn next_block(&mut self, rows: usize) -> Result<Option<RowBlock>, Problems> {
        let block = self.blocks.next_block(rows)?;
        let at_end = || self.stamps.changed(&self.files, &[]);
        match if block.is_none() { at_end() } else { None } {
            Some(file) => Err(changed(file).into()),
            None => Ok(block),
        }
    }

    fn is_waiting(&self) -> bool {
        self.blocks.is_waiting()
    }

    fn kept_fields(&self) -> Vec<Field> {
        self.blocks.kept_fields()
    }

    fn progress(&self) -> ReadProgress {
        self.blocks.progress()
    }
}
