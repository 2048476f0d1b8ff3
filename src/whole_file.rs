//! Files that are written whole or not at all. A leaf beside `diag`: knows nothing of what is written.

use crate::diag::{Code, Problem};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Makes `path` hold what `fill` writes.
///
/// The text goes to a hidden file beside it, which takes its name once every byte has reached the disk: whoever reads
/// `path` finds what was there before, or all of the new. On a failure nothing is left behind.
///
/// # Errors
/// `MMC0605`, naming the file and what the system says.
pub fn write_whole(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Problem> {
    try_write_whole(path, fill).map_err(|error| write_failed(path, &error))
}

fn try_write_whole(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut hidden = tempfile::Builder::new();
    hidden.prefix(".mmc-").suffix(".part");
    // A temporary file is its owner's alone; a result is as open as any other file.
    #[cfg(unix)]
    hidden.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let hidden = hidden.tempfile_in(folder)?;
    fill_and_sync(hidden.as_file(), fill)?;
    hidden.persist(path).map_err(|error| error.error)?;
    // The new name reaches the disk with its folder, where the system can do that.
    #[cfg(unix)]
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn fill_and_sync(file: &File, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut writer = BufWriter::new(file);
    fill(&mut writer)?;
    writer.flush()?;
    drop(writer);
    file.sync_all()
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
    use std::fs;

    #[test]
    fn writes_and_replaces_the_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        for text in ["a longer first text", "second"] {
            write_whole(&path, |file| file.write_all(text.as_bytes())).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_half_way_leaves_what_was_there_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "before").unwrap();
        let problem = write_whole(&path, |file| {
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
    fn a_folder_that_is_a_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let problem = write_whole(&file.join("a.txt"), |_| Ok(())).unwrap_err();
        assert!(problem.message.contains("a.txt"), "{}", problem.message);
    }

    #[cfg(unix)]
    #[test]
    fn a_result_is_not_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        write_whole(&ours, |_| Ok(())).unwrap();
        fs::write(&plain, "").unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(ours), mode(plain));
    }

    #[test]
    fn a_full_disk_is_found_even_where_only_the_last_flush_meets_it() {
        let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
            return println!("skipped: this system has no /dev/full");
        };
        let error = fill_and_sync(&full, |file| file.write_all(b"less than a buffer")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(write_failed(Path::new("x"), &error).help.unwrap().contains("free some space"));
    }
}
