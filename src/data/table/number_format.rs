//! How numbers are written in text: the decimal sign, and what groups digits. Cells that stand for nothing are missing.

use crate::spec::TextFormat;

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NumberFormat {
    decimal: char,
    thousands: Option<char>,
}

impl NumberFormat {
    /// The form of programs: a decimal point, and nothing between digits.
    pub(crate) const PLAIN: Self = Self { decimal: '.', thousands: None };

    /// How the numbers of a text table are written.
    pub(crate) fn of(format: &TextFormat) -> Self {
        Self { decimal: format.decimal, thousands: format.thousands }
    }

    /// Whether numbers are written as in programs.
    pub(crate) fn is_plain(self) -> bool {
        self == Self::PLAIN
    }

    /// The number in a cell; NaN for a cell that holds none by [`is_missing_number`]; nothing where it is no finite number.
    pub(crate) fn parse(self, cell: &[u8]) -> Option<f64> {
        // Bits are those of the standard library, which is slower for more than sixteen digits and for exponents.
        if let (true, Ok(number)) = (self.is_plain(), fast_float2::parse::<f64, _>(cell))
            && number.is_finite()
        {
            return Some(number);
        }
        let cell = std::str::from_utf8(cell).ok()?.trim();
        let number: Option<f64> =
            if self.is_plain() { cell.parse().ok() } else { self.plain(cell).and_then(|plain| plain.parse().ok()) };
        // Most cells are numbers, which need not be compared with every mark.
        match number.filter(|number| number.is_finite()) {
            None if is_missing_number(cell) => Some(f64::NAN),
            number => number,
        }
    }

    /// A number with a decimal point and nothing between digits; nothing where its digits are not grouped by thousands.
    fn plain(self, cell: &str) -> Option<String> {
        let (whole, fraction) = match cell.split_once(self.decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (cell, None),
        };
        // Of a number without a fraction the exponent follows the groups.
        let exponent = whole.find(['e', 'E']).unwrap_or(whole.len());
        let (whole, exponent) = whole.split_at(exponent);
        let mut plain = match self.thousands {
            Some(separator) => ungrouped(whole, separator)?,
            None => whole.to_owned(),
        };
        if plain.contains('.') || fraction.is_some_and(|fraction| fraction.contains(['.', ','])) {
            return None;
        }
        plain.push_str(exponent);
        if let Some(fraction) = fraction {
            plain.push('.');
            plain.push_str(fraction);
        }
        Some(plain)
    }
}

/// A whole number without what is between its groups of digits: three in the last, two or three in those before, as
/// `12,34,567` in India, at least one in the first, which does not
/// begin with a zero. A space may be one that does not break a line.
fn ungrouped(whole: &str, separator: char) -> Option<String> {
    let separates =
        |letter: char| letter == separator || (separator == ' ' && (letter == '\u{a0}' || letter == '\u{202f}'));
    let digits = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    let groups: Vec<&str> = digits.split(separates).collect();
    let [first, inner @ .., last] = groups.as_slice() else { return Some(whole.to_owned()) };
    let all_digits = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    let begins = (1..=3).contains(&first.len()) && !first.starts_with('0');
    let lengths = begins && inner.iter().all(|group| (2..=3).contains(&group.len())) && last.len() == 3;
    (all_digits && lengths).then(|| whole.chars().filter(|letter| !separates(*letter)).collect())
}

/// Whether a number has its digits grouped by commas, as `1,234` and `-12,345,678.9`.
pub(crate) fn has_thousands(number: &str) -> bool {
    let format = NumberFormat { decimal: '.', thousands: Some(',') };
    number.contains(',') && format.parse(number.as_bytes()).is_some()
}

/// The words that mark an empty cell among numbers, in any case. Words are never taken for one: `NA` may be Namibia.
pub(crate) const MISSING_NUMBERS: [&str; 10] = ["NA", "NaN", "-NaN", "N/A", "#N/A", "#NA", "<NA>", "null", "None", "?"];

/// Whether a cell of numbers says that there is none.
pub(crate) fn is_missing_number(cell: &str) -> bool {
    cell.is_empty() || is_missing_word(cell)
}

/// Whether a word marks an empty cell among numbers.
pub(crate) fn is_missing_word(cell: &str) -> bool {
    cell.len() <= 4 && MISSING_NUMBERS.iter().any(|marker| marker.eq_ignore_ascii_case(cell))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_have_the_bits_of_the_standard_library(
            number in any::<f64>(), digits in 0usize..25, text in "[-+]?[0-9]{0,22}[.]?[0-9]{0,22}([eE][-+]?[0-9]{0,3})?",
        ) {
            for text in [format!("{number:.digits$e}"), format!("{number:e}"), format!("{number}"), text] {
                let exponent = text.replacen('e', "e+", 1);
                for text in [text.as_str(), exponent.as_str()] {
                    let expected = text.parse::<f64>().ok().filter(|number| number.is_finite()).map(f64::to_bits);
                    let found = NumberFormat::PLAIN.parse(text.as_bytes()).filter(|number| !number.is_nan());
                    prop_assert_eq!(found.map(f64::to_bits), expected, "{}", text);
                }
            }
        }
    }

    fn read(decimal: char, thousands: Option<char>, cell: &str) -> Option<f64> {
        NumberFormat { decimal, thousands }.parse(cell.as_bytes())
    }

    #[test]
    fn numbers_are_finite_or_missing() {
        let read = |cell: &str| NumberFormat::PLAIN.parse(cell.as_bytes());
        assert_eq!(read(" 1.5e2 "), Some(150.0));
        assert_eq!(read("-0.25"), Some(-0.25));
        for missing in ["", "  ", "NA", "na", "NaN", "-nan", "n/a", "#N/A", "<NA>", "NULL", "none", " ? "] {
            assert!(read(missing).unwrap().is_nan(), "{missing}");
        }
        for bad in ["inf", "-inf", "1e999", "x", "1,5", "0x10", "1 2", "-", "??", "missing"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(NumberFormat::PLAIN.parse(&[0xff, 0xfe]), None);
    }

    #[test]
    fn a_decimal_comma_is_no_point_and_a_point_is_no_decimal_comma() {
        for (cell, number) in
            [("1,5", 1.5), ("-0,25", -0.25), ("3", 3.0), ("1,5e3", 1500.0), ("2e3", 2000.0), (",5", 0.5)]
        {
            assert_eq!(read(',', None, cell), Some(number), "{cell}");
        }
        for bad in ["1.5", "1,2,3", "1.234,5", "1,2.3", "a"] {
            assert_eq!(read(',', None, bad), None, "{bad}");
        }
        assert!(read(',', None, "NA").unwrap().is_nan());
    }

    #[test]
    fn digits_are_grouped_or_they_are_no_number() {
        for (cell, number) in [
            ("1,234", 1234.0),
            ("-12,345,678.9", -12_345_678.9),
            ("12,34,567", 1_234_567.0),
            ("123", 123.0),
            ("1234.5", 1234.5),
            ("1,234e2", 123_400.0),
        ] {
            assert_eq!(read('.', Some(','), cell), Some(number), "{cell}");
        }
        for bad in [
            "1,5",
            "1,23",
            ",123",
            "1,2345",
            "1,234,5",
            "1.5,000",
            "1234,567",
            "1,,234",
            "1,234.5.6",
            "0,956",
            "-0,123,456",
        ] {
            assert_eq!(read('.', Some(','), bad), None, "{bad}");
        }
        assert_eq!(read(',', Some('.'), "1.234,5"), Some(1234.5));
        assert_eq!(read(',', Some('.'), "1.234"), Some(1234.0));
        assert_eq!(read(',', Some('.'), "1.5"), None);
        for space in [" ", "\u{a0}", "\u{202f}"] {
            assert_eq!(read(',', Some(' '), &format!("12{space}345,5")), Some(12345.5));
        }
        assert_eq!(read('.', Some('\''), "1'234.5"), Some(1234.5));
    }

    #[test]
    fn grouped_numbers_are_recognized() {
        assert!(["1,234", "-12,345,678.9", "+1,234.5"].into_iter().all(has_thousands));
        assert!(["1,5", "1234", "a,bcd", "", "1,2345", "0,956"].into_iter().all(|cell| !has_thousands(cell)));
    }
}
