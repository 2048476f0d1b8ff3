//! Short decimal numbers, as most cells of a table are, read without a loop over digits: up to eight digits before a point
//! and up to fifteen after it, sixteen in all. Gives the same bits as the parser of the standard library.

/// The most digits after a point, and the most digits in all.
const FRACTION: usize = 15;
const DIGITS: usize = 16;
/// Bytes that are looked at together.
const WORD: usize = 8;

/// Powers of ten, all of them exact.
const POWERS: [f64; FRACTION + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
/// The same as whole numbers.
const WHOLE_POWERS: [u64; FRACTION + 1] = {
    let mut powers = [1; FRACTION + 1];
    let mut at = 1;
    while at <= FRACTION {
        powers[at] = 10 * powers[at - 1];
        at += 1;
    }
    powers
};
/// Whole numbers up to this one are doubles.
const EXACT: u64 = 1 << 53;

/// This byte in each place of a word.
const fn all(byte: u8) -> u64 {
    u64::from_le_bytes([byte; WORD])
}

/// The number in `text[begin..end]`: a minus or none, digits, then a point with digits after it or none. `None` for anything
/// else, numbers in other forms among them, and for numbers at the very beginning or end of the text.
///
/// A whole number below 2^53 and a power of ten up to 10^22 are doubles, and the quotient of two doubles is rounded once
/// (Clinger, "How to Read Floating Point Numbers Accurately", 1990).
#[inline]
pub(crate) fn short_decimal(text: &[u8], begin: usize, end: usize) -> Option<f64> {
    let negative = *text.get(begin)? == b'-';
    let begin = begin + usize::from(negative);
    let length = end.checked_sub(begin)?;
    let first = word(text, begin)?;
    // The digits before the point, or before the end where none of the first letters is a point.
    let points = zero_bytes(first ^ all(b'.'));
    let whole = (points.trailing_zeros() as usize / 8).min(length);
    let pointed = usize::from(whole < length);
    if whole == 0 || pointed == 1 && text[begin + whole] != b'.' {
        return None;
    }
    let fraction = length - whole - pointed;
    if whole + fraction > DIGITS || fraction > FRACTION {
        return None;
    }
    // Digits become 0 to 9, in the order of their places from the lowest byte on; what is before them is zeros.
    let before = (first ^ all(b'0')) << (8 * (WORD - whole));
    let after = (word(text, end.checked_sub(WORD)?)? ^ all(b'0')) & last_bytes(fraction);
    let mut wrong = no_digits(before) | no_digits(after);
    let mut tail = eight_digits(after);
    if fraction > WORD {
        let middle = (word(text, end.checked_sub(2 * WORD)?)? ^ all(b'0')) & last_bytes(fraction - WORD);
        wrong |= no_digits(middle);
        tail += eight_digits(middle) * 100_000_000;
    }
    let number = eight_digits(before) * WHOLE_POWERS[fraction] + tail;
    if wrong != 0 || number > EXACT {
        return None;
    }
    let size = number as i64 as f64 / POWERS[fraction];
    // Without a branch, which would be taken for half of the numbers.
    Some(f64::from_bits(size.to_bits() | u64::from(negative) << 63))
}

/// Eight bytes, the first of them the lowest.
fn word(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// A mask of the last bytes of a word: of all for eight or more.
fn last_bytes(count: usize) -> u64 {
    u64::MAX.unbounded_shl((8 * WORD.saturating_sub(count)) as u32)
}

/// The highest bit of bytes that are zero; above the first of them others may be marked, too.
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(all(1)) & !word & all(0x80)
}

/// Not zero where a byte is more than 9.
fn no_digits(digits: u64) -> u64 {
    (digits | digits.wrapping_add(all(0x76))) & all(0x80)
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
        let before = "9876.543210,-9.8e5,";
        let whole = format!("{before}{text},1.5,-0.25");
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
            "007.250",
            "0.1",
            "12345678",
            "12345678.9",
            "1234567.8",
            "90071992.54740991",
            "-90071992.54740992",
            "0.12345678",
            "0.123456789",
            "0.123456789012345",
            "-9.007199254740992",
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
            ".5",
            "+1",
            "--1",
            "1-",
            "1..2",
            "1.2.3",
            "1.-2",
            "1e5",
            "1.e5",
            "NA",
            "nan",
            " 1",
            "1 ",
            "1.5 ",
            "1,5",
            "0x1",
            "1/2",
            "1:2",
            "1_0",
            "123456789",
            "123456789.5",
            "90071992.54740993",
            "0.1234567890123456",
            "12.123456789012345",
            "\u{661}",
            "1\u{1e}2",
            "1>2",
            "1.2>",
            "1.23456789:",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        // Words before the beginning and after the end of the text cannot be looked at.
        assert_eq!(
            (short_decimal(b"1,23", 2, 4), short_decimal(b"", 0, 0), short_decimal(b"1.5", 0, 3)),
            (None, None, None)
        );
        assert_eq!(short_decimal(b"12,0.5,4444444", 0, 2), None);
        assert_eq!(short_decimal(b"1234,0.5,44444", 5, 8), Some(0.5));
    }

    proptest! {
        #[test]
        fn every_text_is_the_same_number_or_none(text in "[-+]?[0-9]{0,9}[.]?[0-9]{0,16}") {
            let expected = text.parse::<f64>().ok();
            match read(&text) {
                Some(number) => prop_assert_eq!(Some(number.to_bits()), expected.map(f64::to_bits), "{}", text),
                None => {
                    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
                    let whole = whole.trim_start_matches('-').len();
                    let short = (1..=8).contains(&whole) && fraction.len() <= 15 && whole + fraction.len() <= 15;
                    prop_assert!(expected.is_none() || text.starts_with('+') || !short, "{}", text);
                }
            }
        }

        #[test]
        fn anything_else_is_no_number(
            bytes in proptest::collection::vec(prop_oneof![3 => b'0'..=b'9', 1 => Just(b'.'), 1 => any::<u8>()], 0..40),
            begin in 0usize..40, length in 0usize..24,
        ) {
            let begin = begin.min(bytes.len());
            let end = (begin + length).min(bytes.len());
            if let Some(number) = short_decimal(&bytes, begin, end) {
                let text = std::str::from_utf8(&bytes[begin..end]).unwrap();
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
