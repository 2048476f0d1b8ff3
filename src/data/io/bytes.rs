//! Long arrays of bytes: in memory within the budget, else in an unnamed temporary file that is mapped into
//! memory, so that the system pages it in and out. Independent of the content.

use memmap2::Mmap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes with random access.
#[derive(Debug)]
pub(crate) enum Bytes {
    /// In memory.
    Held(Vec<u8>),
    /// In a file.
    Mapped(Mmap),
}

impl Default for Bytes {
    fn default() -> Self {
        Bytes::Held(vec![])
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Held(bytes) => bytes,
            Bytes::Mapped(map) => map,
        }
    }
}

/// The file as bytes. Only for files of this program that are never modified after they are written: unnamed files,
/// and cache entries, which are written to a temporary file, renamed, and afterwards only removed.
#[allow(unsafe_code, reason = "the mapping of a file is safe as long as nobody changes or shortens the file")]
pub(crate) fn map(file: &File) -> io::Result<Bytes> {
    if file.metadata()?.len() == 0 {
        return Ok(Bytes::default());
    }
    // SAFETY: see above; a file that is removed while it is mapped stays until it is unmapped.
    Ok(Bytes::Mapped(unsafe { Mmap::map(file)? }))
}

/// The memory budget of the data, and the folder for the rest.
#[derive(Clone, Debug)]
pub(crate) struct MemoryBudget {
    folder: PathBuf,
    left: Arc<AtomicUsize>,
}

impl MemoryBudget {
    /// For `memory` bytes; the rest is in files in `folder`, or in the system's folder of temporary files.
    pub(crate) fn new(memory: usize, folder: Option<&Path>) -> Self {
        let folder = folder.map_or_else(std::env::temp_dir, Path::to_owned);
        Self { folder, left: Arc::new(AtomicUsize::new(memory)) }
    }

    /// Reserves memory, if that much is left.
    fn take(&self, bytes: usize) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.left.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A writer of bytes, one after the other.
#[derive(Debug)]
pub(crate) struct Growing {
    budget: MemoryBudget,
    held: Vec<u8>,
    file: Option<BufWriter<File>>,
    length: u64,
}

impl Growing {
    /// No bytes yet.
    pub(crate) fn new(budget: &MemoryBudget) -> Self {
        Self { budget: budget.clone(), held: vec![], file: None, length: 0 }
    }

    /// Their number.
    pub(crate) fn len(&self) -> u64 {
        self.length
    }

    /// Adds some.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        if let Some(file) = &mut self.file {
            return file.write_all(bytes);
        }
        if self.budget.take(bytes.len()) {
            self.held.extend_from_slice(bytes);
            return Ok(());
        }
        std::fs::create_dir_all(&self.budget.folder)?;
        let mut file = BufWriter::with_capacity(1 << 20, tempfile::tempfile_in(&self.budget.folder)?);
        file.write_all(&self.held)?;
        self.budget.give_back(self.held.len());
        self.held = vec![];
        file.write_all(bytes)?;
        self.file = Some(file);
        Ok(())
    }

    /// All of them.
    pub(crate) fn finish(mut self) -> io::Result<Bytes> {
        match self.file.take() {
            None => Ok(Bytes::Held(std::mem::take(&mut self.held))),
            Some(file) => map(&file.into_inner().map_err(io::IntoInnerError::into_error)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_goes_to_a_file_and_reads_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let all: Vec<u8> = (0..=255).cycle().take(5000).collect();
        for (memory, held) in [(10_000, true), (4_000, false), (0, false)] {
            let budget = MemoryBudget::new(memory, Some(folder.path()));
            let mut growing = Growing::new(&budget);
            all.chunks(700).for_each(|bytes| growing.write(bytes).unwrap());
            assert_eq!(growing.len(), 5000);
            let bytes = growing.finish().unwrap();
            assert_eq!(*bytes, *all);
            assert_eq!(matches!(bytes, Bytes::Held(_)), held, "{memory}");
        }
        // The files have no names: the system removes them with the process.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
