//! Parsed tables kept on disk, keyed by the content they were read from and by the query, so that an entry
//! is never stale. A truncated entry is not used. Independent of how tables are parsed.
//!
//! An entry is a magic number, the chunks of a store, its layout as JSON, the length of that, and the blake3 hash of
//! all before it. It is mapped rather than read, so that a table may be larger than the memory. The folder holds no
//! more than [`LARGEST`] bytes: least recently used entries are removed. It can be emptied at any time.

use crate::atomic_file::{Durability, remove_abandoned, replace_file};
use crate::data::io::bytes;
use crate::data::io::content_hash::{hash_bytes, hash_part};
use crate::data::table::schema::{CellType, TableQuery};
use crate::data::table::store::{Store, StoreLayout};
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Raised whenever parsing or the layout changes.
const MAGIC: &[u8; 8] = b"mmctbl05";

/// How many bytes a folder of entries holds at most, not counting the entry that was stored last.
const LARGEST: u64 = 32 << 30;

/// The metadata of an entry.
#[derive(Serialize, Deserialize)]
struct Footer {
    layout: StoreLayout,
    /// The content of files that the entry was not named by.
    content: Option<String>,
}

/// The ending of the names of notes beside entries.
const SEEN: &str = "seen";

/// The note beside an entry: the files it was made of, so that their contents need not be hashed again while they do not
/// change.
#[derive(Serialize, Deserialize)]
struct SeenFiles {
    stamps: String,
    contents: Vec<String>,
}

fn seen_beside(entry: &Path) -> PathBuf {
    entry.with_extension(SEEN)
}

/// The entries for a query on files of certain lengths, whatever their content.
pub(crate) struct Entries<'a> {
    folder: &'a Path,
    /// Of the format, the query and the lengths of the files.
    key: blake3::Hasher,
    prefix: String,
}

impl<'a> Entries<'a> {
    /// Those in a folder. `format` describes how the files are parsed.
    pub(crate) fn new(folder: &'a Path, format: &str, query: &TableQuery, lengths: &[u64]) -> Self {
        let mut key = query_key(format, query);
        for length in lengths {
            key.update(&length.to_le_bytes());
        }
        let prefix = key.finalize().to_hex()[..16].to_owned();
        Self { folder, key, prefix }
    }

    /// Whether there is any: if not, the content need not be known to know that it has none.
    pub(crate) fn any(&self) -> bool {
        let Ok(entries) = fs::read_dir(self.folder) else { return false };
        let is_own = |name: &str| name.starts_with(&self.prefix) && name.ends_with(".table");
        entries.flatten().any(|entry| is_own(&entry.file_name().to_string_lossy()))
    }

    /// The contents of the files that an entry was made of when they had these lasting stamps.
    pub(crate) fn known(&self, stamps: blake3::Hash) -> Option<Vec<blake3::Hash>> {
        let entries = fs::read_dir(self.folder).ok()?.flatten().map(|entry| entry.path());
        entries.filter(|path| path.extension() == Some(OsStr::new(SEEN))).find_map(|path| {
            path.file_name()?.to_str()?.strip_prefix(&self.prefix)?;
            let seen: SeenFiles = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
            let contents: Option<Vec<_>> =
                seen.contents.iter().map(|content| blake3::Hash::from_hex(content).ok()).collect();
            // An entry is named by the contents.
            let same = |contents: &Vec<blake3::Hash>| seen_beside(&self.of(contents)) == path;
            contents.filter(same).filter(|_| seen.stamps == stamps.to_hex().as_str())
        })
    }

    /// Notes that files with these lasting stamps have these contents. The note is removed with the entry.
    pub(crate) fn note(&self, stamps: blake3::Hash, contents: &[blake3::Hash]) -> io::Result<()> {
        let contents_hex = contents.iter().map(|content| content.to_hex().to_string()).collect();
        let seen = SeenFiles { stamps: stamps.to_hex().to_string(), contents: contents_hex };
        let bytes = serde_json::to_vec(&seen)?;
        replace_file(&seen_beside(&self.of(contents)), Durability::Unsynced, |file| file.write_all(&bytes))
    }

    /// The path of the entry for these contents.
    pub(crate) fn of(&self, contents: &[blake3::Hash]) -> PathBuf {
        let mut key = self.key.clone();
        for content in contents {
            key.update(content.as_bytes());
        }
        self.folder.join(format!("{}-{}.table", self.prefix, key.finalize().to_hex()))
    }
}

/// The path of the entry for `query` on these contents. `format` describes how the text is parsed.
pub(crate) fn entry(folder: &Path, format: &str, query: &TableQuery, contents: &[blake3::Hash]) -> PathBuf {
    Entries::new(folder, format, query, &[]).of(contents)
}

/// What an entry depends on besides the content.
fn query_key(format: &str, query: &TableQuery) -> blake3::Hasher {
    let mut key = blake3::Hasher::new();
    key.update(MAGIC).update(format.as_bytes()).update(&[0]);
    key.update(&(query.columns.len() as u64).to_le_bytes());
    for wanted in &query.columns {
        let numbers = match wanted.kind {
            CellType::Number(width) => [0, width, 0, 0],
            CellType::Word => [1, 0, 0, 0],
            CellType::Text => [2, 0, 0, 0],
            CellType::Steps([steps, width]) => [4, steps, width, 0],
            CellType::Image([channels, height, width]) => [3, channels, height, width],
        };
        for number in numbers.into_iter().chain([wanted.position]) {
            key.update(&(number as u64).to_le_bytes());
        }
        key.update(wanted.missing.show().as_bytes()).update(&[0]);
    }
    key
}

/// The table of an entry, if it exists and is complete, and the content of other files it was made of.
pub(crate) fn load(entry: &Path) -> Option<(Store, Option<blake3::Hash>)> {
    let file = File::open(entry).ok()?;
    let bytes = bytes::map(&file).ok()?;
    let (content, checksum) = bytes.split_at_checked(bytes.len().checked_sub(blake3::OUT_LEN)?)?;
    if hash_bytes(content) != blake3::Hash::from_slice(checksum).ok()? {
        return None;
    }
    let (rest, length) = content.strip_prefix(MAGIC)?.split_last_chunk::<8>()?;
    let footer = rest.len().checked_sub(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let footer: Footer = serde_json::from_slice(rest.get(footer..)?).ok()?;
    // If the access time cannot be updated, only the order of eviction is affected.
    let _ = File::options().append(true).open(entry).and_then(|file| file.set_modified(SystemTime::now()));
    let made_of = footer.content.and_then(|content| blake3::Hash::from_hex(content).ok());
    Some((Store::new(footer.layout, bytes, MAGIC.len()), made_of))
}

/// Stores a table as an entry. `content` is that of files outside of the key. The write is not synced: an entry
/// truncated by a loss of power does not match its hash.
pub(crate) fn store(entry: &Path, store: &Store, content: Option<blake3::Hash>) -> io::Result<()> {
    let folder = entry.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let content = content.map(|content| content.to_hex().to_string());
    let footer = serde_json::to_vec(&Footer { layout: store.layout.clone(), content })?;
    replace_file(entry, Durability::Unsynced, |file| {
        let mut hasher = blake3::Hasher::new();
        for part in [&MAGIC[..], store.chunks(), &footer, &(footer.len() as u64).to_le_bytes()] {
            for part in part.chunks(1 << 20) {
                hash_part(&mut hasher, part);
                file.write_all(part)?;
            }
        }
        file.write_all(hasher.finalize().as_bytes())
    })?;
    make_way(folder, entry, LARGEST)
}

/// Removes from a folder of entries what processes left that were killed while they stored one.
pub(crate) fn sweep(folder: &Path) {
    remove_abandoned(folder);
}

/// Removes least recently used entries until the rest is no larger than `largest`.
fn make_way(folder: &Path, newest: &Path, largest: u64) -> io::Result<()> {
    let mut entries = vec![];
    for entry in fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "table") && path != newest {
            let data = entry.metadata()?;
            entries.push((data.modified()?, path, data.len()));
        }
    }
    entries.sort();
    let mut all: u64 = entries.iter().map(|(_, _, length)| length).sum();
    for (_, path, length) in entries {
        if all <= largest {
            break;
        }
        fs::remove_file(&path)?;
        let _ = fs::remove_file(seen_beside(&path));
        all -= length;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::io::bytes::MemoryBudget;
    use crate::data::table::schema::ColumnQuery;
    use crate::data::table::store::StoreWriter;
    use crate::diag::Span;
    use proptest::prelude::*;

    fn table() -> Store {
        let wanted = [CellType::Number(1), CellType::Word, CellType::Text];
        let wanted = wanted.map(|kind| ColumnQuery::new(0, kind, Span::default()));
        let mut writer = StoreWriter::new(&TableQuery::of(wanted), &MemoryBudget::new(1 << 20, None));
        for (row, (number, word)) in [(1.5, "a"), (-0.0, "é\n"), (1e-300, "a")].into_iter().enumerate() {
            writer.number(0, number);
            writer.word(1, word);
            writer.text(2, word);
            writer.end_rows(1, row / 2, 2).unwrap();
        }
        writer.finish().unwrap()
    }

    #[test]
    fn what_is_stored_is_loaded_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let entry = folder.path().join("deep/x.table");
        assert!(load(&entry).is_none());
        let hash = Some(blake3::hash(b"x"));
        store(&entry, &table(), hash).unwrap();
        let (loaded, content) = load(&entry).unwrap();
        assert_eq!((loaded.chunks(), &loaded.layout, content), (table().chunks(), &table().layout, hash));
        assert_eq!(std::fs::read_dir(entry.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn entries_are_found_by_query_and_lengths_and_told_apart_by_content() {
        let folder = tempfile::tempdir().unwrap();
        let query = TableQuery::of([ColumnQuery::new(0, CellType::Word, Span::default())]);
        let entries = |format: &str, length: u64| Entries::new(folder.path(), format, &query, &[length]).any();
        assert!(!entries("csv", 7));
        let some = Entries::new(folder.path(), "csv", &query, &[7]);
        store(&some.of(&[blake3::hash(b"content")]), &table(), None).unwrap();
        assert_eq!([entries("csv", 7), entries("csv", 8), entries("tsv", 7)], [true, false, false]);
        assert!(load(&some.of(&[blake3::hash(b"content")])).is_some());
        assert!(load(&some.of(&[blake3::hash(b"another")])).is_none());
    }

    #[test]
    fn contents_are_known_by_the_stamps_of_files_as_long_as_the_note_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let query = TableQuery::of([ColumnQuery::new(0, CellType::Word, Span::default())]);
        let entries = Entries::new(folder.path(), "csv", &query, &[7]);
        let [stamps, other, content] = ["stamps", "other", "content"].map(|text| blake3::hash(text.as_bytes()));
        let entry = entries.of(&[content]);
        store(&entry, &table(), None).unwrap();
        assert_eq!(entries.known(stamps), None);
        entries.note(stamps, &[content]).unwrap();
        assert_eq!((entries.known(stamps), entries.known(other)), (Some(vec![content]), None));
        assert_eq!(Entries::new(folder.path(), "csv", &query, &[8]).known(stamps), None);
        // Files that were written again with the same content.
        entries.note(other, &[content]).unwrap();
        assert_eq!((entries.known(stamps), entries.known(other)), (None, Some(vec![content])));
        let note = seen_beside(&entry);
        let damaged = fs::read_to_string(&note).unwrap().replace(content.to_hex().as_str(), stamps.to_hex().as_str());
        fs::write(&note, damaged).unwrap();
        assert_eq!(entries.known(other), None);
        fs::write(&note, "{").unwrap();
        assert_eq!(entries.known(other), None);
        make_way(folder.path(), Path::new(""), 0).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_was_used_longest_ago_makes_way() {
        let folder = tempfile::tempdir().unwrap();
        let entry = |name: &str| folder.path().join(format!("{name}.table"));
        for (age, name) in ["a", "b", "c"].into_iter().enumerate() {
            store(&entry(name), &table(), None).unwrap();
            let then = SystemTime::now() - std::time::Duration::from_secs(100 - age as u64);
            File::options().append(true).open(entry(name)).unwrap().set_modified(then).unwrap();
        }
        fs::write(folder.path().join("other"), b"no entry").unwrap();
        let length = fs::metadata(entry("a")).unwrap().len();
        // `a` has been used since.
        load(&entry("a")).unwrap();
        make_way(folder.path(), &entry("c"), length).unwrap();
        assert_eq!(["a", "b", "c"].map(|name| entry(name).exists()), [true, false, true]);
        make_way(folder.path(), &entry("c"), length - 1).unwrap();
        assert_eq!(["a", "b", "c"].map(|name| entry(name).exists()), [false, false, true]);
        assert!(folder.path().join("other").exists());
    }

    proptest! {
        #[test]
        fn a_damaged_entry_is_not_used(at in 0usize..10_000, flip in 1u8.., cut in 0usize..10_000) {
            let folder = tempfile::tempdir().unwrap();
            let entry = folder.path().join("x.table");
            store(&entry, &table(), None).unwrap();
            let whole = fs::read(&entry).unwrap();
            let mut damaged = whole.clone();
            damaged[at % whole.len()] ^= flip;
            fs::write(&entry, damaged).unwrap();
            prop_assert!(load(&entry).is_none());
            fs::write(&entry, &whole[..cut % whole.len()]).unwrap();
            prop_assert!(load(&entry).is_none());
        }
    }
}
