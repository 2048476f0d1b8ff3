//! Short decimal numbers, as most cells of a table are: 16 digits and a point at most, read without a loop over digits.
//! Gives the same bits as the parser of the standard library.

/// The most letters of a number, its sign aside.
pub(crate) const LONGEST: usize = 16;

/// This byte in each of 16.
const fn all(byte: u8) -> u128 {
    u128::from_le_bytes([byte; LONGEST])
}

/// Powers of ten, all of them exact.
const POWERS: [f64; LONGEST] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
/// Whole numbers up to this one are doubles.
const EXACT: u64 = 1 << 53;

/// The number in `text[begin..end]`: a minus or none, then digits with a point among them or none. `None` for anything else,
/// numbers in other forms among them, and where fewer than [`LONGEST`] bytes are before `end`.
///
/// A whole number below 2^53 and a power of ten up to 10^22 are doubles, and the quotient of two doubles is rounded once
/// (Clinger, "How to Read Floating Point Numbers Accurately", 1990).
#[inline]
pub(crate) fn short_decimal(text: &[u8], begin: usize, end: usize) -> Option<f64> {
    let last = text.get(..end)?.last_chunk::<LONGEST>()?;
    let negative = begin < end && text[begin] == b'-';
    let length = end.wrapping_sub(begin + usize::from(negative));
    if !(1..=LONGEST).contains(&length) {
        return None;
    }
    // Digits become 0 to 9; the letters before the number are zeros.
    let blank = 8 * (LONGEST - length) as u32;
    let letters = (u128::from_le_bytes(*last) ^ all(b'0')) >> blank << blank;
    // A point is the only letter of a number with this bit.
    let point = letters & all(0x10);
    let (digits, power) = if point == 0 {
        (letters, 1.0)
    } else {
        let at = point.trailing_zeros() & !7;
        if (letters >> at) as u8 != b'.' ^ b'0' || length == 1 {
            return None;
        }
        let whole = letters & ((1 << at) - 1);
        (((letters ^ whole) >> at >> 8 << at << 8) | (whole << 8), POWERS[LONGEST - 1 - at as usize / 8])
    };
    if (digits | digits.wrapping_add(all(0x76))) & all(0x80) != 0 {
        return None;
    }
    let number = eight_digits(digits as u64) * 100_000_000 + eight_digits((digits >> 64) as u64);
    if number > EXACT {
        return None;
    }
    let size = number as i64 as f64 / power;
    Some(if negative { -size } else { size })
}

/// The number of eight digits of which the first is in the lowest byte.
fn eight_digits(digits: u64) -> u64 {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    // Pairs of digits, then all four pairs in the upper half of a sum.
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let first = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let second = ((pairs >> 16) & PAIRS).wrapping_mul(1 + (10_000 << 32));
    first.wrapping_add(second) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The number of a text that follows other letters.
    fn read(text: &str) -> Option<f64> {
        let before = "9876.543210,-9.8e";
        let whole = format!("{before}{text},1");
        short_decimal(whole.as_bytes(), before.len(), before.len() + text.len())
    }

    #[test]
    fn numbers_are_those_of_the_standard_library() {
        for text in [
            "0",
            "-0",
            "0.0",
            "-0.0",
            "5",
            "-7",
            "5.",
            ".5",
            "-.5",
            "007.250",
            "0.1",
            "123456789",
            "1234567.8",
            "9007199254740992",
            "900719925474.0992",
            "0.12345678901234",
            "-0.12345678901234",
            "1234567890123456",
        ] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(read(text).map(f64::to_bits), Some(expected.to_bits()), "{text}");
        }
    }

    #[test]
    fn other_forms_are_left_to_other_parsers() {
        for text in [
            "",
            "-",
            ".",
            "-.",
            "+1",
            "--1",
            "1-",
            "1..2",
            "1.2.3",
            "1e5",
            "NA",
            "nan",
            " 1",
            "1 ",
            "1,5",
            "0x1",
            "1/2",
            "1:2",
            "1_0",
            "9007199254740993",
            "12345678901234567",
            "0.1234567890123456",
            "\u{661}",
            "1\u{1e}2",
            "1>2",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        // Sixteen bytes have to be there.
        assert_eq!(short_decimal(b"1,23", 2, 4), None);
        assert_eq!(short_decimal(b"", 0, 0), None);
    }

    proptest! {
        #[test]
        fn every_text_is_the_same_number_or_none(text in "[-+]?[0-9]{0,9}[.]?[0-9]{0,9}") {
            let expected = text.parse::<f64>().ok();
            match read(&text) {
                Some(number) => prop_assert_eq!(Some(number.to_bits()), expected.map(f64::to_bits), "{}", text),
                None => prop_assert!(
                    expected.is_none() || text.starts_with('+') || text.len() > LONGEST
                        || text.bytes().filter(u8::is_ascii_digit).count() >= 16,
                    "{}", text
                ),
            }
        }

        #[test]
        fn anything_else_is_no_number(bytes in proptest::collection::vec(any::<u8>(), 0..24), begin in 0usize..24) {
            let begin = begin.min(bytes.len());
            if let Some(number) = short_decimal(&bytes, begin, bytes.len()) {
                let text = std::str::from_utf8(&bytes[begin..]).unwrap();
                prop_assert_eq!(number.to_bits(), text.parse::<f64>().unwrap().to_bits());
            }
        }

        #[test]
        fn shortest_forms_are_read_back(number in any::<f32>().prop_filter("finite", |number| number.is_finite())) {
            let text = number.to_string();
            if let Some(found) = read(&text) {
                prop_assert_eq!(found.to_bits(), text.parse::<f64>().unwrap().to_bits());
            }
        }
    }
}
