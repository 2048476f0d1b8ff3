//! Hashes of long contents, computed on all threads: the same on any number of them.

use crate::data::io::regular::open_regular;
use std::io::{self, Read};
use std::path::Path;

/// Bytes that are hashed at once while the next ones are read.
const AT_ONCE: usize = 1 << 20;

/// The hash of the bytes of a file on disk.
pub(crate) fn hash_file(path: &Path) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut file = open_regular(path)?;
    let (mut now, mut next) = (vec![0; AT_ONCE], vec![0; AT_ONCE]);
    let mut length = read_full(&mut file, &mut now)?;
    while length > 0 {
        let (_, read) = rayon::join(|| hash_part(&mut hasher, &now[..length]), || read_full(&mut file, &mut next));
        length = read?;
        std::mem::swap(&mut now, &mut next);
    }
    Ok(hasher.finalize())
}

/// The hash of bytes in memory.
pub(crate) fn hash_bytes(bytes: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hash_part(&mut hasher, bytes);
    hasher.finalize()
}

/// Adds bytes to a hash.
pub(crate) fn hash_part(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update_rayon(bytes);
}

/// Fills the buffer, but for the end of the file; returns how much was read.
fn read_full(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_file_is_that_of_its_bytes_at_any_length() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let bytes: Vec<u8> = (0..3 * AT_ONCE).map(|at| (at % 251) as u8).collect();
        for length in [0, 1, 1000, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE, bytes.len()] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let expected = blake3::Hasher::new().update(&bytes[..length]).finalize();
            assert_eq!(hash_file(&path).unwrap(), expected, "{length}");
            assert_eq!(hash_bytes(&bytes[..length]), expected, "{length}");
        }
        assert!(hash_file(&folder.path().join("b")).is_err());
    }
}
