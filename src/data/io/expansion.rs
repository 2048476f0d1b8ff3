//! The bound of what a packed file may be unpacked to, so that a small file cannot fill the disk.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many bytes may come of any file.
const FREE: u64 = 1 << 30;
/// Beyond them at most so many of each packed byte. Tables rarely reach 30, and tables of zeros 300.
const RATIO: u64 = 500;

/// A file that is unpacked to more than it may.
#[derive(Debug, thiserror::Error)]
#[error("it is unpacked to more than {RATIO} times its size and {} GiB", FREE >> 30)]
pub(crate) struct TooLarge;

/// Counts the packed bytes.
pub(crate) struct PackedBytes<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

/// The unpacked bytes, an error once they are too many.
pub(crate) struct UnpackedBytes<R> {
    inner: R,
    packed: Arc<AtomicU64>,
    count: u64,
}

/// What unpacks `packed` by `unpack`, bounded.
pub(crate) fn bounded<P, U>(packed: P, unpack: impl FnOnce(PackedBytes<P>) -> U) -> UnpackedBytes<U> {
    let count = Arc::new(AtomicU64::new(0));
    UnpackedBytes { inner: unpack(PackedBytes { inner: packed, count: Arc::clone(&count) }), packed: count, count: 0 }
}

/// Whether `unpacked` bytes are more than may come of `packed` ones.
pub(crate) fn is_too_large(packed: u64, unpacked: u64) -> bool {
    unpacked > FREE && unpacked > packed.saturating_mul(RATIO)
}

impl<R: Read> Read for PackedBytes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl<R: Read> Read for UnpackedBytes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count += n as u64;
        if is_too_large(self.packed.load(Ordering::Relaxed), self.count) {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, TooLarge));
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bytes_may_not_become_very_many() {
        // A reader that gives a thousand bytes for each packed one.
        struct Inflated<R>(R);
        impl<R: Read> Read for Inflated<R> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let mut packed = vec![0; buffer.len() / 1000];
                Ok(1000 * self.0.read(&mut packed)?)
            }
        }
        let size = |packed: u64| {
            let mut bytes = bounded(io::repeat(0).take(packed), Inflated);
            let mut buffer = vec![0; 1 << 26];
            let mut all = 0;
            loop {
                match bytes.read(&mut buffer) {
                    Ok(0) => return Ok(all),
                    Ok(n) => all += n as u64,
                    Err(error) => return Err(error),
                }
            }
        };
        assert_eq!(size(1_000_000).unwrap(), 1_000_000_000);
        assert!(size(2_000_000).unwrap_err().get_ref().is_some_and(|error| error.is::<TooLarge>()));
        assert!(!is_too_large(1 << 30, 100 << 30));
    }
}
