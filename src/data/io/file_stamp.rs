//! Whether files change between two looks at them: by size, times and identity, which the system keeps.

use crate::data::io::content_hash::hash_file;
use crate::data::io::paths::DataFile;
use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A file that was written more recently than this may be written again without another time: the times of some file
/// systems are as coarse.
const COARSE: Duration = Duration::from_secs(2);

/// A file as it was at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    length: u64,
    modified: Option<SystemTime>,
    /// The device, the number of the file on it, and the time of its last change of any kind, where the system has them.
    identity: [i64; 4],
}

impl FileStamp {
    /// That of a file; `None` where there is none.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|data| Self::of_metadata(&data))
    }

    /// That of these metadata.
    pub(crate) fn of_metadata(data: &Metadata) -> Self {
        Self { length: data.len(), modified: data.modified().ok(), identity: identity(data) }
    }

    /// Adds all of it to a hash.
    pub(crate) fn hash(&self, hasher: &mut blake3::Hasher) {
        let since = self.modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        hasher.update(&self.length.to_le_bytes());
        hasher.update(&since.map_or(0, |since| since.as_nanos()).to_le_bytes());
        for number in self.identity {
            hasher.update(&number.to_le_bytes());
        }
    }

    /// Whether the file was written so recently that another write may leave the stamp as it is.
    fn is_recent(&self) -> bool {
        self.modified.is_none_or(|time| SystemTime::now().duration_since(time).map_or(true, |age| age < COARSE))
    }

    /// Whether every later change of the file changes the stamp: the system has the time of the last change of any kind,
    /// which cannot be set, and that is long enough ago.
    fn is_lasting(&self) -> bool {
        let [_, _, seconds, _] = self.identity;
        let changed = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0);
        let changed = changed.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        // The time is in whole seconds here.
        let old = |time| SystemTime::now().duration_since(time).is_ok_and(|age| age > COARSE + Duration::from_secs(1));
        changed.is_some_and(old)
    }
}

#[cfg(unix)]
fn identity(data: &Metadata) -> [i64; 4] {
    use std::os::unix::fs::MetadataExt;
    [data.dev() as i64, data.ino() as i64, data.ctime(), data.ctime_nsec()]
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> [i64; 4] {
    [0; 4]
}

/// The stamps of files before they are read, to find afterwards those that have changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileStamps(Vec<Option<(FileStamp, bool)>>);

impl FileStamps {
    /// Those of files.
    pub(crate) fn of(files: &[DataFile]) -> Self {
        let stamp = |file: &DataFile| match file.stream {
            None => {
                FileStamp::of(&file.path).map(|stamp| (stamp.is_recent(), stamp)).map(|(recent, stamp)| (stamp, recent))
            }
            Some(_) => None,
        };
        Self(files.iter().map(stamp).collect())
    }

    /// A hash of the stamps, which other contents of the files never have; `None` where that is not certain.
    pub(crate) fn lasting(&self) -> Option<blake3::Hash> {
        let mut hasher = blake3::Hasher::new();
        for stamp in &self.0 {
            let (stamp, _) = stamp.as_ref().filter(|(stamp, _)| stamp.is_lasting())?;
            stamp.hash(&mut hasher);
        }
        Some(hasher.finalize())
    }

    /// The first of the files that has changed since. `hashes` are those of the contents that were read, where they are
    /// known: they decide for files that had been written just before.
    pub(crate) fn changed<'a>(&self, files: &'a [DataFile], hashes: &[blake3::Hash]) -> Option<&'a DataFile> {
        let changed = |at: usize, file: &DataFile| match self.0.get(at) {
            Some(Some((before, recent))) => {
                let rewritten = || match hashes.get(at) {
                    Some(hash) if *recent => hash_file(&file.path).ok().as_ref() != Some(hash),
                    _ => false,
                };
                FileStamp::of(&file.path).as_ref() != Some(before) || rewritten()
            }
            _ => false,
        };
        files.iter().enumerate().find(|(at, file)| changed(*at, file)).map(|(_, file)| file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::io::paths;
    use crate::spec::Spanned;

    #[test]
    fn a_file_of_other_content_has_changed_whatever_its_times_say() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "one").unwrap();
        let written = Spanned { value: "a".to_owned(), span: Default::default() };
        let files = paths::find(&[written], folder.path()).unwrap();
        let (stamps, hash) = (FileStamps::of(&files), hash_file(&path).unwrap());
        assert_eq!(stamps.changed(&files, &[hash]), None);
        let time = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::write(&path, "two").unwrap();
        std::fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
        assert!(stamps.changed(&files, &[hash]).is_some());
        assert_eq!(FileStamps::of(&files).lasting(), None, "written just before");
        std::fs::remove_file(&path).unwrap();
        assert!(stamps.changed(&files, &[hash]).is_some());
    }
    #[cfg(unix)]
    #[test]
    fn a_lasting_stamp_is_of_a_file_that_was_written_long_ago_and_changes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "one").unwrap();
        let time = SystemTime::now() - Duration::from_secs(1000);
        let file = std::fs::File::options().append(true).open(&path).unwrap();
        file.set_modified(time).unwrap();
        // The time of the last change of any kind is that of the call above.
        let mut stamp = FileStamp::of(&path).unwrap();
        assert!(!stamp.is_lasting() && !stamp.is_recent());
        let lasting = |stamp: &FileStamp| FileStamps(vec![Some((stamp.clone(), false))]).lasting();
        assert_eq!(lasting(&stamp), None);
        stamp.identity[2] -= 10;
        let before = lasting(&stamp);
        assert!(before.is_some());
        stamp.identity[3] ^= 1;
        assert!(lasting(&stamp).is_some() && lasting(&stamp) != before);
        assert_eq!(FileStamps(vec![None]).lasting(), None);
    }
}
