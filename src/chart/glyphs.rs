//! Widths of texts, by a table of the glyph widths of a wide sans-serif face: an upper bound for the faces that pages use.

use unicode_width::UnicodeWidthChar;

/// Widths of the printable characters of ASCII from the space on, in hundredths of the size; those of DejaVu Sans.
const ASCII: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69,
    61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63,
    59, 82, 59, 59, 52, 64, 34, 64, 84,
];

/// Width of a letter outside of the table; of one that takes two columns of a terminal, or a whole square as `…`.
const OTHER: f64 = 0.8;
const WIDE: f64 = 1.05;

/// The width of a text of this size, in the unit of the size.
pub fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(glyph_width).sum::<f64>() * size
}

fn glyph_width(letter: char) -> f64 {
    let place = (letter as usize).checked_sub(' ' as usize);
    match place.and_then(|place| ASCII.get(place)) {
        Some(hundredths) => f64::from(*hundredths) / 100.0,
        None if letter == '…' => WIDE,
        None if letter == '\u{a0}' => f64::from(ASCII[0]) / 100.0,
        None => match letter.width() {
            Some(0) => 0.0,
            // A control character is shown as the replacement character.
            Some(1) | None => OTHER,
            Some(_) => WIDE,
        },
    }
}

/// The text, its middle replaced by `…` where it is wider than `width`: names often differ at their ends.
pub fn fitted(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let room = (width - WIDE * size).max(0.0);
    let begin: String = within(text.chars(), size, 0.6 * room).collect();
    let end: Vec<char> = within(text.chars().rev(), size, room - text_width(&begin, size)).collect();
    format!("{}…{}", begin.trim_end(), end.into_iter().rev().collect::<String>().trim_start())
}

/// The first letters that fit into a width.
fn within(letters: impl Iterator<Item = char>, size: f64, width: f64) -> impl Iterator<Item = char> {
    let mut used = 0.0;
    letters.take_while(move |letter| {
        used += glyph_width(*letter) * size;
        used <= width
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn widths_are_those_of_the_face() {
        assert!((text_width("iW m", 10.0) - (2.8 + 9.9 + 3.2 + 9.7)).abs() < 1e-9);
        assert_eq!(fitted("short", 12.0, 200.0), "short");
        let names = ["voting_record_of_the_chamber_net", "voting_record_of_the_senate_net"];
        let [one, other] = names.map(|name| fitted(name, 12.0, 150.0));
        assert!(one.starts_with("voting_rec") && one.ends_with("_net") && one != other, "{one} {other}");
    }

    proptest! {
        #[test]
        fn a_fitted_text_fits(text in "\\PC{0,60}", width in 13.0f64..300.0) {
            prop_assert!(text_width(&fitted(&text, 12.0, width), 12.0) <= width + 1e-9);
        }
    }
}
