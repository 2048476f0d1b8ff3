//! The sources of a pipeline as tables: files through the cache, or rows made from a seed. One place for all readers.

use super::delimited::{self, Delimited};
use super::table::{Head, Question, Read, Table};
use super::{cache, open, paths, synthetic};
use crate::diag::{Code, Problem, Problems, nearest};
use crate::spec::{Source, SourceKind};
use std::path::Path;

/// A table that is there and whose columns are known; its rows are not read yet.
pub(crate) struct Found {
    /// Its columns.
    pub head: Head,
    /// What it is called where no single file is to blame.
    pub name: String,
    reader: Reader,
}

/// How the rows are read.
enum Reader {
    Delimited(Delimited),
    Collider { rows: usize, seed: u64 },
}

impl Found {
    /// Finds the files of a source and reads the names of its columns.
    pub(crate) fn find(source: &Source, base: &Path) -> Result<Self, Problems> {
        match &source.kind {
            SourceKind::Table { paths, separator, header } => {
                let files = paths::find(paths, base).map_err(Problems::from_iter)?;
                let separator = u8::try_from(*separator).unwrap_or(b',');
                let table = Delimited { files, separator, header: *header };
                let (head, name) = (table.head()?, delimited::table_name(&table.files));
                Ok(Self { head, name, reader: Reader::Delimited(table) })
            }
            SourceKind::Synthetic { name, rows, seed } => {
                let called = format!("synthetic(\"{name}\")");
                let problem =
                    |code, message| Problems::from(Problem::error(code, message).at(source.span, "asked for here"));
                if !synthetic::NAMES.contains(&name.as_str()) {
                    let known = nearest(name, synthetic::NAMES.iter().copied()).unwrap_or(synthetic::NAMES[0]);
                    let message = format!("there is no synthetic data set `{name}`; there is `{known}`");
                    return Err(problem(Code::FileUnreadable, message));
                }
                if *rows == 0 {
                    return Err(problem(Code::EmptyData, format!("`{called}` is asked for no rows")));
                }
                let reader = Reader::Collider { rows: *rows, seed: *seed };
                Ok(Self { head: synthetic::collider::head(), name: called, reader })
            }
        }
    }

    /// Reads the columns asked for: from the cache in `folder` if they are there, else from the source.
    pub(crate) fn read(&self, question: &Question, folder: Option<&Path>) -> Result<Read, Problems> {
        match &self.reader {
            Reader::Delimited(table) => self.read_files(table, question, folder),
            Reader::Collider { rows, seed } => {
                let table = synthetic::collider::table(*rows, *seed, question)?;
                let content = format!("{} {rows} rows, seed {seed}", synthetic::collider::VERSION);
                Ok(self.whole(table, vec![], blake3::hash(content.as_bytes()), false, vec![]))
            }
        }
    }

    fn read_files(&self, table: &Delimited, question: &Question, folder: Option<&Path>) -> Result<Read, Problems> {
        let mut hashes = vec![];
        let mut problems = Problems::new();
        for file in &table.files {
            match open::hash_file(&file.path) {
                Ok(hash) => hashes.push(hash),
                Err(error) => problems.push(delimited::unreadable(file, &error, 0)),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        let content = fingerprint(&hashes);
        let format = format!("delimited {} {}", table.separator, table.header);
        let entry = folder.map(|folder| cache::entry(folder, &format, question, &hashes));
        if let Some(kept) = entry.as_deref().and_then(cache::load).filter(|kept| kept.answers(question)) {
            return Ok(self.whole(kept, table.files.clone(), content, true, vec![]));
        }
        let read = table.read(&self.head, question, &hashes)?;
        let stored = entry.map_or(Ok(()), |entry| cache::store(&entry, &read));
        let notes = match stored {
            Ok(()) => vec![],
            Err(error) => vec![format!("the parsed table could not be kept for the next time: {error}")],
        };
        Ok(self.whole(read, table.files.clone(), content, false, notes))
    }

    fn whole(
        &self,
        table: Table,
        files: Vec<paths::DataFile>,
        content: blake3::Hash,
        cached: bool,
        notes: Vec<String>,
    ) -> Read {
        let (head, name) = (self.head.clone(), self.name.clone());
        Read { table, head, files, name, content, cached, notes }
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
