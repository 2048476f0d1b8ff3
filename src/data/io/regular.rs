//! Opens data files of the disk: regular files alone, because pipes and devices may never end, and cannot be read twice.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A name on the disk that is no regular file.
#[derive(Debug, thiserror::Error)]
#[error("it is a pipe, a socket or a device, and no regular file")]
pub(crate) struct NotRegular;

/// Opens a regular file.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    // Looked at before it is opened: opening a pipe waits for a writer.
    let data = std::fs::metadata(path)?;
    if data.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    if !data.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, NotRegular));
    }
    File::open(path)
}

/// The content of a regular file of `most` bytes at most.
pub(crate) fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    open_regular(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let message = format!("it is larger than {} MiB", most >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_large_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(open_regular(folder.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        let file = folder.path().join("a");
        std::fs::write(&file, [0; 100]).unwrap();
        assert_eq!(read_regular(&file, 100).unwrap().len(), 100);
        assert_eq!(read_regular(&file, 99).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_refused_before_it_is_opened() {
        let error = open_regular(Path::new("/dev/zero")).unwrap_err();
        assert!(error.get_ref().is_some_and(|error| error.is::<NotRegular>()));
    }
}
