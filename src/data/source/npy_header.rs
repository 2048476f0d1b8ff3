//! Reads the header of an array of NumPy, and checks it against the bytes there are, before anything is made of its size.

use npyz::NpyHeader;
use std::io::{self, Cursor, Read};

/// The most bytes of a header. NumPy itself refuses more than 10,000 unless it is told to trust them.
const LONGEST: usize = 1 << 20;
/// The bytes before the header: a mark, the version, and the length in two or four bytes.
const START: usize = 12;

/// The header of the array that begins with these bytes, of which there are `size`.
///
/// # Errors
/// If it is damaged, or its array is larger than that.
pub(crate) fn read_header(mut cells: impl Read, size: u64) -> io::Result<NpyHeader> {
    let bad = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut start = [0; START];
    cells.read_exact(&mut start)?;
    let short = usize::from(u16::from_le_bytes([start[8], start[9]]));
    let long = u32::from_le_bytes([start[8], start[9], start[10], start[11]]) as usize;
    let (length, before) = if start[6] == 1 { (short, START - 2) } else { (long, START) };
    if length > LONGEST {
        return Err(bad(format!("its header is {length} bytes long")));
    }
    let mut header = vec![0; (before + length).saturating_sub(START)];
    cells.read_exact(&mut header)?;
    let header = NpyHeader::from_reader(Cursor::new(start).chain(Cursor::new(header)))?;
    let cell = header.dtype().num_bytes().unwrap_or(1) as u64;
    let bytes = header.shape().iter().try_fold(cell, |bytes, axis| bytes.checked_mul(*axis));
    let there = size.saturating_sub((before + length) as u64);
    match bytes {
        Some(bytes) if bytes <= there => Ok(header),
        _ => Err(bad(format!("an array of shape {:?} does not fit into its {there} bytes", header.shape()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(shape: &str) -> Vec<u8> {
        let text = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\x00", &(text.len() as u16).to_le_bytes()[..], text.as_bytes()].concat()
    }

    #[test]
    fn a_header_must_fit_its_array() {
        let read = |shape: &str, cells: u64| {
            let bytes = header(shape);
            read_header(&bytes[..], bytes.len() as u64 + cells)
        };
        assert_eq!(read("(2, 3)", 24).unwrap().shape(), [2, 3]);
        for shape in ["(2, 3)", "(99999999999,)", "(1, 1000000000, 1000000000)"] {
            let error = read(shape, 23).err().unwrap();
            assert!(error.to_string().contains("23 bytes"), "{error}");
        }
    }

    #[test]
    fn a_header_is_no_longer_than_headers_are() {
        let bytes = [b"\x93NUMPY\x02\x00", &u32::MAX.to_le_bytes()[..]].concat();
        assert!(read_header(&bytes[..], 1 << 40).err().unwrap().to_string().contains("4294967295 bytes long"));
        assert!(read_header(&bytes[..5], 5).is_err());
    }
}
