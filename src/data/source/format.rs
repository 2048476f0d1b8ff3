//! Tables in files: a reader for each format, with a cache in front of all of them.

use crate::data::io::bytes::MemoryBudget;
use crate::data::io::file_stamp::FileStamps;
use crate::data::io::paths::DataFile;
use crate::data::io::reader;
use crate::data::marked_cells::marked_note;
use crate::data::source::image_files;
use crate::data::source::opened::{OpenTable, RowReader};
use crate::data::source::row_block::{BlockQuery, BlockReader, ReadProgress, RowBlock};
use crate::data::source::storage::{Storage, fingerprint};
use crate::data::table::cache;
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

    /// Reads the columns of the query, in their order. `hashes` are the content hashes of the files.
    fn read(
        &self,
        schema: &Schema,
        query: &TableQuery,
        hashes: &[blake3::Hash],
        budget: &MemoryBudget,
    ) -> Result<Store, Problems>;

    /// Reads the files block after block; `None` for a format whose files have to be read as a whole.
    fn blocks(&self, _: &BlockQuery) -> Option<Result<Box<dyn BlockReader>, Problems>> {
        None
    }
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
        let Self { reader, stamps } = self;
        let files = reader.files();
        let mut hashes = vec![];
        let mut problems = Problems::new();
        for file in files {
            match reader::hash_file(&file.path) {
                Ok(hash) => hashes.push(hash),
                Err(error) => problems.push(unreadable(file, &error, 0)),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        let unchanged = || match stamps.changed(files, &hashes) {
            Some(file) => Err(Problems::from(changed(file))),
            None => Ok(()),
        };
        let (cells, places) = image_files::cell_query(&open.schema, query);
        let entry = storage.cache.map(|folder| cache::entry(folder, &reader.format(), &cells, &hashes));
        let kept = entry.as_deref().and_then(cache::load).map(|(store, _)| store);
        let kept = kept.filter(|kept| kept.layout.kinds.iter().eq(cells.columns.iter().map(|column| &column.kind)));
        let cached = kept.is_some();
        let mut stored = Ok(());
        let store = match kept {
            Some(kept) => {
                unchanged()?;
                kept
            }
            None => {
                let read = reader.read(&open.schema, &cells, &hashes, storage.budget);
                // Of a file that changed, the other problems may be those of neither content.
                unchanged()?;
                let read = read?;
                stored = entry.map_or(Ok(()), |entry| cache::store(&entry, &read, None));
                read
            }
        };
        let runs = store.layout.runs.clone();
        let marked = marked_note(&store.layout.marked, &open.schema, &cells, &open.name);
        let table = Table::whole(store).select(&places);
        let origin = TableOrigin {
            files: files.to_vec(),
            row_unit: reader.row_unit(),
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
