//! The only writer of files: a file holds all of its new content or what it held before. Independent of the content.

use crate::diag::{Code, Problem};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whether the content has to survive a loss of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Content and name have reached the disk when the write returns.
    Synced,
    /// The system writes them to the disk in its own time: for files that can be made again.
    Unsynced,
}

/// Writes the content that `fill` produces to `path`, atomically and synced, as `replace_file` does.
///
/// # Errors
/// `MMC0605`, naming the file and the error of the system.
pub fn write_atomic(path: &Path, fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> Result<(), Problem> {
    replace_file(path, Durability::Synced, fill).map_err(|error| write_failed(path, &error))
}

/// Writes the content that `fill` produces to `path`, atomically.
///
/// The content goes to a temporary file beside `path`, which is renamed once it is complete: a reader of `path` finds
/// the old content or all of the new. A failed write leaves the old content and no temporary file. A file that exists
/// keeps its permissions; of a symbolic link the file it names is replaced, and the link stays. Devices and pipes, such
/// as `/dev/stdout`, cannot be replaced and are written to directly.
///
/// # Errors
/// The error of the system, or of `fill`.
pub(crate) fn replace_file(
    path: &Path,
    durability: Durability,
    fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> io::Result<()> {
    let existing = match fs::metadata(path) {
        Ok(existing) if existing.is_file() => Some(existing),
        Ok(_) => return fill_buffered(&OpenOptions::new().write(true).open(path)?, fill),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let path = link_target(path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new();
    temporary.prefix(TEMPORARY[0]).suffix(TEMPORARY[1]);
    // The default of a temporary file is its owner's access alone; a new file gets what the umask allows.
    #[cfg(unix)]
    temporary.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // A file is made and entered under the lock: none is left behind by a process that ends, see `remove_unfinished`.
    let mut files = unfinished();
    let temporary = temporary.tempfile_in(folder)?;
    let _unfinished = Unfinished::new(temporary.path(), &mut files);
    drop(files);
    let file = temporary.as_file();
    // Where the system cannot lock a file, no other process removes it as abandoned either.
    let _ = file.try_lock();
    fill_buffered(file, fill)?;
    if let Some(permissions) = existing.map(|existing| existing.permissions())
        && file.metadata()?.permissions() != permissions
    {
        file.set_permissions(permissions)?;
    }
    if durability == Durability::Synced {
        file.sync_all()?;
    }
    temporary.persist(&path).map_err(|error| error.error)?;
    // The new name is part of the folder. Not every system can sync a folder.
    #[cfg(unix)]
    if durability == Durability::Synced
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// What the name of a temporary file begins and ends with.
const TEMPORARY: [&str; 2] = [".mmc-", ".part"];

/// Whether a file of this name is a temporary one.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY[0]) && name.ends_with(TEMPORARY[1])
}

/// Removes the temporary files that writes into `folder` left behind because their process was killed. No other process
/// may be writing into it.
pub(crate) fn remove_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(is_temporary) {
            // A file that stays takes room and does no other harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Removes the temporary files in `folder` that no process writes any more, and none that one does.
pub(crate) fn remove_abandoned(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name().to_str().is_some_and(is_temporary)
            && File::open(&path).is_ok_and(|file| file.try_lock().is_ok())
        {
            let _ = fs::remove_file(path);
        }
    }
}

/// The temporary files that are being written.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the temporary files of all writes that have not ended: for a process that ends before them. No write begins
/// after this.
pub(crate) fn remove_unfinished() {
    // The lock is held to the end of the process, so that no write ends between this and that.
    let files = std::mem::ManuallyDrop::new(unfinished());
    files.iter().for_each(|path| drop(fs::remove_file(path)));
}

/// A temporary file that is being written.
struct Unfinished(PathBuf);

impl Unfinished {
    fn new(path: &Path, files: &mut Vec<PathBuf>) -> Self {
        files.push(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        unfinished().retain(|path| *path != self.0);
    }
}

fn fill_buffered(file: &File, fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> io::Result<()> {
    let mut writer = BufWriter::new(file);
    fill(&mut writer)?;
    writer.flush()
}

/// The path behind all symbolic links of the last component. The file it names need not exist.
fn link_target(path: &Path) -> io::Result<PathBuf> {
    // A cycle of links has no metadata, so the caller has failed already.
    let mut path = path.to_path_buf();
    while fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) {
        let target = fs::read_link(&path)?;
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    Ok(path)
}

fn write_failed(path: &Path, error: &io::Error) -> Problem {
    let problem = Problem::error(Code::WriteFailed, format!("`{}` could not be written: {error}", path.display()));
    problem.help(match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space, or choose a folder on another disk with `--out DIR`"
        }
        _ => "choose a folder that can be written with `--out DIR`",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        write_atomic(path, |file| file.write_all(text.as_bytes())).unwrap();
    }

    #[test]
    fn writes_and_replaces_the_atomic_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        for text in ["a longer first text", "second"] {
            for durability in [Durability::Synced, Durability::Unsynced] {
                replace_file(&path, durability, |file| file.write_all(text.as_bytes())).unwrap();
                assert_eq!(fs::read_to_string(&path).unwrap(), text);
            }
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_leaves_the_old_content_and_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "before").unwrap();
        let problem = write_atomic(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        })
        .unwrap_err();
        assert_eq!(problem.code, Code::WriteFailed);
        assert!(problem.message.contains("a.txt") && problem.help.unwrap().contains("free some space"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_being_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".mmc-a.part");
        fs::write(&left, "half").unwrap();
        let path = folder.path().join("a");
        write_atomic(&path, |file| {
            file.write_all(b"whole")?;
            remove_abandoned(folder.path());
            Ok(())
        })
        .unwrap();
        assert!(!left.exists());
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn a_folder_that_is_a_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let problem = write_atomic(&file.join("a.txt"), |_| Ok(())).unwrap_err();
        assert!(problem.message.contains("a.txt"), "{}", problem.message);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_has_the_permissions_of_any_other_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        write(&ours, "");
        fs::write(&plain, "").unwrap();
        let permissions = |path| fs::metadata(path).unwrap().permissions();
        assert_eq!(permissions(ours), permissions(plain));
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "before").unwrap();
        for mode in [0o600, 0o751, 0o444] {
            fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            write(&path, "after");
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "after");
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_stays_and_the_file_it_names_is_written() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("deep")).unwrap();
        symlink("second", at("first")).unwrap();
        symlink("deep/file", at("second")).unwrap();
        // The link is dangling at first.
        for text in ["one", "two"] {
            write(&at("first"), text);
            assert_eq!(fs::read_to_string(at("deep/file")).unwrap(), text);
            assert!(at("first").is_symlink() && at("second").is_symlink() && !at("deep/file").is_symlink());
        }
        symlink("circle", at("circle")).unwrap();
        write_atomic(&at("circle"), |_| Ok(())).unwrap_err();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_written_to_and_an_error_of_the_last_flush_is_reported() {
        write(Path::new("/dev/null"), "text");
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        let problem = write_atomic(Path::new("/dev/full"), |file| file.write_all(b"less than a buffer")).unwrap_err();
        assert!(problem.help.unwrap().contains("free some space"));
    }
}
