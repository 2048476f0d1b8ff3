//! Words and numbers among the numbers of a column that stand for a missing value.

use crate::data::ColumnSurvey;

/// Words that are commonly written for a missing value, in lower case.
const WORDS: [&str; 20] = [
    "?", "-", "--", "---", ".", "..", "*", "x", "n/a", "#n/a", "n.a.", "n.a", "null", "none", "nil", "missing",
    "unknown", "unk", "\\n", "(null)",
];

/// Numbers that are commonly written for a missing value.
const NUMBERS: [f64; 5] = [-999.0, -9999.0, -99999.0, -99.0, -999_999.0];

/// Of the filled cells at least so large a share are numbers where one unknown word is a marker.
const MOSTLY: f64 = 0.9;

/// The words that stand for a missing value in a column that is otherwise numbers; nothing where it is no such column.
pub(super) fn words_among_numbers(column: &ColumnSurvey) -> Option<Vec<String>> {
    let odd = column.odd.as_ref()?;
    if column.numeric == 0 {
        return None;
    }
    let markers: Vec<String> = odd.keys().cloned().collect();
    let known = markers.iter().all(|word| WORDS.contains(&word.to_lowercase().as_str()));
    // One word that is not known as such, among very many different numbers.
    let mostly = column.numeric as f64 >= MOSTLY * column.filled as f64;
    let alone = markers.len() == 1 && mostly && column.different().is_none_or(|different| different > 10);
    (known && column.numeric * 2 >= column.filled || alone).then_some(markers)
}

/// A number that probably marks an empty cell: the least of all, where others are not negative.
pub(super) fn number_among_numbers(column: &ColumnSurvey) -> Option<f64> {
    let least = NUMBERS.into_iter().find(|number| *number == column.min)?;
    (column.max >= 0.0).then_some(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn column(numeric: usize, odd: &[(&str, usize)]) -> ColumnSurvey {
        let odd: BTreeMap<String, usize> = odd.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect();
        ColumnSurvey {
            numeric,
            filled: numeric + odd.values().sum::<usize>(),
            odd: Some(odd),
            ..ColumnSurvey::default()
        }
    }

    #[test]
    fn words_that_mark_a_missing_number_are_found() {
        assert_eq!(words_among_numbers(&column(90, &[])), Some(vec![]));
        assert_eq!(words_among_numbers(&column(90, &[("?", 9)])), Some(vec!["?".to_owned()]));
        assert_eq!(words_among_numbers(&column(90, &[("no answer", 5)])), Some(vec!["no answer".to_owned()]));
        assert_eq!(words_among_numbers(&column(90, &[("no answer", 5), ("later", 1)])), None);
        assert_eq!(words_among_numbers(&column(3, &[("?", 9)])), None);
        assert_eq!(words_among_numbers(&column(0, &[("?", 9)])), None);
    }
}
