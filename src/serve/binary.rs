//! The binary form of tensors: elements one after the other in little-endian order, texts after their length.

use super::answer::RefusedRequest;
use super::tensor::{Datatype, TensorElement, whole};

/// The elements of a tensor in `bytes`, of which there are `count`.
pub(super) fn read(
    name: &str,
    datatype: Datatype,
    count: usize,
    bytes: &[u8],
) -> Result<Vec<TensorElement>, RefusedRequest> {
    let Some(size) = datatype.size() else { return texts(name, count, bytes) };
    if count.checked_mul(size) != Some(bytes.len()) {
        return Err(RefusedRequest::bad(format!(
            "the input `{name}` has {} bytes, and {count} elements of {size} bytes are needed",
            bytes.len()
        )));
    }
    Ok(bytes.chunks_exact(size).map(|bytes| element(datatype, bytes)).collect())
}

fn element(datatype: Datatype, bytes: &[u8]) -> TensorElement {
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    let unsigned = u64::from_le_bytes(wide);
    match datatype {
        Datatype::Bool => TensorElement::Truth(unsigned != 0),
        Datatype::Unsigned(_) | Datatype::Bytes => whole(i128::from(unsigned)),
        Datatype::Signed(size) => {
            let unused = 64 - 8 * size as u32;
            whole(i128::from((unsigned << unused) as i64 >> unused))
        }
        Datatype::Float(2) => TensorElement::Number(half(unsigned as u16)),
        Datatype::Float(4) => TensorElement::Number(f64::from(f32::from_bits(unsigned as u32))),
        Datatype::Float(_) => TensorElement::Number(f64::from_bits(unsigned)),
    }
}

/// A number of half precision.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    let size = match exponent {
        0 => fraction * 2f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

fn texts(name: &str, count: usize, mut bytes: &[u8]) -> Result<Vec<TensorElement>, RefusedRequest> {
    let short = || {
        RefusedRequest::bad(format!("the texts of the input `{name}` do not have the lengths that stand before them"))
    };
    let mut texts = vec![];
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(short)?;
        let length = u32::from_le_bytes(*length) as usize;
        let (text, rest) = rest.split_at_checked(length).ok_or_else(short)?;
        texts.push(TensorElement::Bytes(text.into()));
        bytes = rest;
    }
    if texts.len() != count {
        return Err(RefusedRequest::bad(format!(
            "the input `{name}` has {} texts, and its shape {count}",
            texts.len()
        )));
    }
    Ok(texts)
}

/// Numbers in binary form.
pub(super) fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Texts in binary form.
pub(super) fn strings<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut bytes = vec![];
    for text in texts {
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(datatype: Datatype, bytes: &[u8]) -> Vec<f64> {
        let count = bytes.len() / datatype.size().unwrap();
        let number = |element| match element {
            TensorElement::Number(number) => number,
            TensorElement::Truth(truth) => f64::from(u8::from(truth)),
            other => panic!("{other:?}"),
        };
        read("x", datatype, count, bytes).unwrap().into_iter().map(number).collect()
    }

    #[test]
    fn every_type_is_read() {
        assert_eq!(numbers(Datatype::Bool, &[0, 1]), [0.0, 1.0]);
        assert_eq!(numbers(Datatype::Unsigned(1), &[0, 255]), [0.0, 255.0]);
        assert_eq!(numbers(Datatype::Signed(1), &[127, 255, 128]), [127.0, -1.0, -128.0]);
        assert_eq!(numbers(Datatype::Signed(2), &(-300i16).to_le_bytes()), [-300.0]);
        assert_eq!(numbers(Datatype::Signed(8), &(-7i64).to_le_bytes()), [-7.0]);
        assert_eq!(numbers(Datatype::Float(4), &0.1f32.to_le_bytes()), [f64::from(0.1f32)]);
        assert_eq!(numbers(Datatype::Float(8), &0.1f64.to_le_bytes()), [0.1]);
    }

    /// The numbers of `numpy.float16`.
    #[test]
    fn half_precision_is_that_of_ieee_754() {
        let found = [0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff, 0x8000, 0x7c00].map(half);
        let expected = [1.0, -2.0, 0.333251953125, 2f64.powi(-24), 65504.0, -0.0, f64::INFINITY];
        assert_eq!(found, expected);
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn whole_numbers_keep_their_digits() {
        let found = read("x", Datatype::Unsigned(8), 1, &u64::MAX.to_le_bytes()).unwrap();
        assert_eq!(found, [TensorElement::Text("18446744073709551615".into())]);
    }

    #[test]
    fn broken_lengths_are_refused() {
        assert!(read("x", Datatype::Float(4), 2, &[0; 7]).is_err());
        assert!(read("x", Datatype::Float(8), usize::MAX / 2, &[0; 8]).is_err());
        for bytes in [&[1, 0, 0][..], &[5, 0, 0, 0, b'a'], &[255, 255, 255, 255, b'a'], &[1, 0, 0, 0, b'a', 0]] {
            assert!(read("x", Datatype::Bytes, 1, bytes).is_err());
        }
        let two = strings(["a", "\u{e9}"].into_iter());
        assert_eq!(read("x", Datatype::Bytes, 2, &two).unwrap()[1], TensorElement::Bytes("\u{e9}".as_bytes().into()));
        assert!(read("x", Datatype::Bytes, 3, &two).is_err());
    }
}
