//! The markers of empty cells that a pipeline declares.

use crate::diag::string_literal;
use serde::{Deserialize, Serialize};

/// Words and numbers that stand for an empty cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MissingMarkers {
    /// Cells that are one of these words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Cells that are one of these numbers, however it is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<f64>,
}

impl MissingMarkers {
    /// Of words and numbers; a word that is a number is both.
    pub fn new(words: &[String], numbers: &[f64]) -> Self {
        let mut markers = Self::default();
        let of_words = words.iter().filter_map(|word| word.parse().ok().filter(|number: &f64| number.is_finite()));
        for number in numbers.iter().copied().chain(of_words) {
            if !markers.numbers.contains(&number) {
                markers.numbers.push(number);
            }
        }
        for word in words {
            if !markers.words.contains(word) {
                markers.words.push(word.clone());
            }
        }
        markers
    }

    /// These markers and others.
    pub fn and(&self, others: &Self) -> Self {
        let words = [self.words.as_slice(), &others.words].concat();
        Self::new(&words, &[self.numbers.as_slice(), &others.numbers].concat())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.numbers.is_empty()
    }

    /// Whether a cell of words is a marker.
    pub fn has_word(&self, cell: &str) -> bool {
        self.words.iter().any(|word| word == cell)
            || (!self.numbers.is_empty() && cell.parse().is_ok_and(|number| self.has_number(number)))
    }

    /// Whether a number is a marker.
    pub fn has_number(&self, number: f64) -> bool {
        self.numbers.contains(&number)
    }

    /// The markers as the language writes them: `"?", -999`.
    pub fn show(&self) -> String {
        let words = self.words.iter().map(|word| string_literal(word));
        let numbers = self.numbers.iter().filter(|number| !self.words.contains(&number.to_string()));
        words.chain(numbers.map(f64::to_string)).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_marker_however_it_is_written() {
        let markers = MissingMarkers::new(&["?".into(), "-1".into()], &[-999.0]);
        for cell in ["?", "-1", "-1.0", "-999", "-999.0", "-9.99e2"] {
            assert!(markers.has_word(cell), "{cell}");
        }
        for cell in ["", "? ", "1", "999", "NA", "n"] {
            assert!(!markers.has_word(cell), "{cell}");
        }
        assert!(markers.has_number(-1.0) && markers.has_number(-999.0) && !markers.has_number(0.0));
        assert_eq!(markers.show(), "\"?\", \"-1\", -999");
        assert_eq!(markers.and(&markers), markers);
        assert!(!MissingMarkers::default().has_word("NA"));
    }
}
