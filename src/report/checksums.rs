//! `checksums.txt`: the BLAKE3 sum of every file of a run, in the form that `b3sum --check` reads.

use super::RunDir;
use crate::atomic_file::is_temporary;
use crate::diag::Problem;
use blake3::{Hash, Hasher};
use indexmap::IndexMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// The name of the file.
pub const CHECKSUMS: &str = "checksums.txt";

/// The page of a run or of a study. It is made of the other files and can be made again, so that it has no sum.
pub const PAGE: &str = "report.html";

/// What was measured of a run on corrupted rows and without modalities, after its end, so that it has no sum either.
pub const ROBUSTNESS: &str = "robustness.json";

/// How the files of a run agree with their sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedSums {
    /// Files that have their sum.
    pub unchanged: usize,
    /// Files that have another one.
    pub changed: Vec<String>,
    /// Files that are absent or cannot be read.
    pub missing: Vec<String>,
}

impl RunDir {
    /// Writes the sums of all files in the folder, and of the content that is about to be written as the file `last`.
    ///
    /// # Errors
    /// `MMC0605`, if a file cannot be read or the sums cannot be written.
    pub(super) fn write_checksums(&self, last: &str, content: &[u8]) -> Result<(), Problem> {
        self.write(CHECKSUMS, |file| {
            let mut sums = folder_sums(self.path())?;
            sums.insert(last.to_owned(), blake3::hash(content));
            sums.sort_keys();
            sums.iter().try_for_each(|(name, sum)| writeln!(file, "{}  {name}", sum.to_hex()))
        })
    }
}

/// Compares the files in the folder of a run with their sums; `None` where it has none, because it did not end or is of an
/// earlier version.
///
/// # Errors
/// Of the system, if the sums are there and cannot be read; `InvalidData` for a line that is not a sum and a name.
pub fn check_sums(folder: &Path) -> io::Result<Option<CheckedSums>> {
    let text = match fs::read_to_string(folder.join(CHECKSUMS)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    let mut checked = CheckedSums::default();
    for line in text.lines() {
        let sum = line.split_once("  ").and_then(|(sum, name)| Some((Hash::from_hex(sum).ok()?, name)));
        let Some((sum, name)) = sum else { return Err(io::Error::new(io::ErrorKind::InvalidData, "a damaged line")) };
        match file_sum(&folder.join(name)) {
            Ok(found) if found == sum => checked.unchanged += 1,
            Ok(_) => checked.changed.push(name.into()),
            Err(_) => checked.missing.push(name.into()),
        }
    }
    Ok(Some(checked))
}

/// The sums of the files in a folder by name; not of folders in it, of the sums themselves, of temporary files,
/// and of what is made after the run.
fn folder_sums(folder: &Path) -> io::Result<IndexMap<String, Hash>> {
    let mut sums = IndexMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_file() && ![CHECKSUMS, PAGE, ROBUSTNESS].contains(&name.as_str()) && !is_temporary(&name) {
            sums.insert(name, file_sum(&entry.path())?);
        }
    }
    Ok(sums)
}

fn file_sum(path: &Path) -> io::Result<Hash> {
    let mut hasher = Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_sum_and_changes_are_found() {
        let out = tempfile::tempdir().unwrap();
        let folder = RunDir::create(out.path(), "x").unwrap();
        let path = folder.path();
        assert_eq!(check_sums(path).unwrap(), None);
        for name in ["a.txt", "b.txt", "c.txt"] {
            fs::write(path.join(name), name).unwrap();
        }
        fs::create_dir(path.join("inner")).unwrap();
        folder.write_checksums("last.json", b"{}").unwrap();
        fs::write(path.join("last.json"), "{}").unwrap();
        assert_eq!(check_sums(path).unwrap().unwrap(), CheckedSums { unchanged: 4, ..CheckedSums::default() });

        fs::write(path.join("a.txt"), "b.txt").unwrap();
        fs::remove_file(path.join("b.txt")).unwrap();
        fs::write(path.join("mine.txt"), "not of the run").unwrap();
        let checked = check_sums(path).unwrap().unwrap();
        assert_eq!(
            (checked.unchanged, checked.changed, checked.missing),
            (2, vec!["a.txt".into()], vec!["b.txt".into()])
        );
        fs::write(path.join(CHECKSUMS), "12  a.txt\n").unwrap();
        assert_eq!(check_sums(path).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
