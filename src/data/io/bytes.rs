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
    /// All of it.
    memory: usize,
    left: Arc<AtomicUsize>,
    /// Bytes of words, which are always in memory.
    words: Arc<AtomicUsize>,
}

/// The different words of all columns take more than all of the memory.
#[derive(Debug, thiserror::Error)]
#[error("the different words of its columns take more than {} MiB, the memory for data", .0 >> 20)]
pub(crate) struct TooManyWords(usize);

/// So many bytes of words are kept however small the memory is.
const LEAST_WORDS: usize = 64 << 20;

impl MemoryBudget {
    /// For `memory` bytes; the rest is in files in `folder`, or in the system's folder of temporary files.
    pub(crate) fn new(memory: usize, folder: Option<&Path>) -> Self {
        let folder = folder.map_or_else(std::env::temp_dir, Path::to_owned);
        Self { folder, memory, left: Arc::new(AtomicUsize::new(memory)), words: Arc::default() }
    }

    /// Counts bytes of words, for which cells make room: they are in memory whatever is left.
    ///
    /// # Errors
    /// [`TooManyWords`] if they take more than all of the memory.
    pub(crate) fn take_words(&self, bytes: usize) -> io::Result<()> {
        let all = bytes.saturating_add(self.words.fetch_add(bytes, Ordering::Relaxed));
        if all > self.memory.max(LEAST_WORDS) {
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, TooManyWords(self.memory.max(LEAST_WORDS))));
        }
        let saturating = |left: usize| Some(left.saturating_sub(bytes));
        // The result is what was left before.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, saturating);
        Ok(())
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

    /// Counts bytes of words, which are kept beside these.
    pub(crate) fn take_words(&self, bytes: usize) -> io::Result<()> {
        self.budget.take_words(bytes)
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

    /// So many zeros as the first bytes, to be written in place, if all of them may be in memory.
    pub(crate) fn claim(&mut self, length: usize) -> Option<&mut [u8]> {
        if self.length > 0 || self.file.is_some() || !self.budget.take(length) {
            return None;
        }
        self.length = length as u64;
        // The system gives pages of zeros when they are first written, on the thread that writes them.
        self.held = vec![0; length];
        Some(&mut self.held)
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
    fn words_take_the_room_of_cells_and_no_more_than_all_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let budget = MemoryBudget::new(100 << 20, Some(folder.path()));
        budget.take_words(99 << 20).unwrap();
        let mut growing = Growing::new(&budget);
        growing.write(&vec![1; 2 << 20]).unwrap();
        assert!(matches!(growing.finish().unwrap(), Bytes::Mapped(_)));
        let error = budget.take_words(2 << 20).unwrap_err();
        assert!(error.to_string().contains("100 MiB"), "{error}");
        // A small budget is for cells: a few words are always there.
        assert!(MemoryBudget::new(0, None).take_words(1 << 20).is_ok());
    }

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
        // Bytes that are claimed take their room, and others may follow them.
        let budget = MemoryBudget::new(5_000, Some(folder.path()));
        let mut growing = Growing::new(&budget);
        assert!(growing.claim(5_001).is_none());
        growing.claim(4_000).unwrap().copy_from_slice(&all[..4_000]);
        assert!(Growing::new(&budget).claim(1_001).is_none());
        assert!(growing.claim(10).is_none());
        growing.write(&all[4_000..]).unwrap();
        assert_eq!(*growing.finish().unwrap(), *all);
        // The files have no names: the system removes them with the process.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
