//! What rows have that no training row had, counted over any number of blocks: unknown values, unknown tokens, texts
//! that are cut.

use crate::data::table::errors::shown;
use std::collections::BTreeSet;

/// How many unknown values a note names.
const NAMED: usize = 5;
/// Number of different unknown values or tokens that are counted.
const MOST_KINDS: usize = 10_000;

/// The counts of the rows of a modality.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Rows that were counted.
    pub rows: usize,
    /// Rows that lack the modality.
    pub missing: usize,
    /// Rows whose value no training row has, and those values.
    unknown_rows: usize,
    unknown_values: BTreeSet<String>,
    /// Rows with more tokens than are kept.
    cut: usize,
    /// Tokens, those of them that are unknown, and which these are.
    tokens: usize,
    unknown_tokens: usize,
    unknown_kinds: BTreeSet<String>,
}

/// Adds to a set that is not to grow without bound.
fn add(kinds: &mut BTreeSet<String>, kind: &str) {
    if kinds.len() < MOST_KINDS && !kinds.contains(kind) {
        kinds.insert(kind.to_owned());
    }
}

impl Tally {
    /// Of rows that all lack the modality.
    pub(crate) fn missing(rows: usize) -> Self {
        Self { rows, missing: rows, ..Self::default() }
    }

    /// Counts a row whose value no training row has.
    pub(crate) fn unknown_value(&mut self, value: &str) {
        self.unknown_rows += 1;
        add(&mut self.unknown_values, value);
    }

    /// Counts an unknown token.
    pub(crate) fn unknown_token(&mut self, token: &str) {
        self.unknown_tokens += 1;
        add(&mut self.unknown_kinds, token);
    }

    /// Counts a text of so many tokens, and whether it had more of them.
    pub(crate) fn text(&mut self, tokens: usize, cut: bool) {
        self.tokens += tokens;
        self.cut += usize::from(cut);
    }

    /// Adds the counts of other rows.
    pub(crate) fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.missing += other.missing;
        self.unknown_rows += other.unknown_rows;
        other.unknown_values.iter().for_each(|value| add(&mut self.unknown_values, value));
        self.cut += other.cut;
        self.tokens += other.tokens;
        self.unknown_tokens += other.unknown_tokens;
        other.unknown_kinds.iter().for_each(|kind| add(&mut self.unknown_kinds, kind));
    }

    /// Sentences about values and tokens for the user. `length` is the number of tokens that are kept of a text.
    pub(crate) fn notes(&self, name: &str, words: bool, length: usize) -> Vec<String> {
        let mut notes = vec![];
        if self.unknown_rows > 0 {
            let name_of = |word: &String| match word.is_empty() {
                true => "an empty cell".to_owned(),
                false => format!("`{}`", shown(word)),
            };
            let named = self.unknown_values.iter().take(NAMED).map(name_of);
            let named: Vec<String> = named.collect();
            let more = if self.unknown_values.len() > NAMED { ", ..." } else { "" };
            let (rows, named) = (self.unknown_rows, named.join(", "));
            notes.push(format!("`{name}`: {rows} rows have a value that no training row has: {named}{more}"));
        }
        if self.unknown_tokens > 0 {
            let what = if words { "words" } else { "characters" };
            let kinds = self.unknown_kinds.len();
            let more = if kinds == MOST_KINDS { "or more " } else { "" };
            let (unknown, tokens) = (self.unknown_tokens, self.tokens);
            notes.push(format!("`{name}`: {unknown} of {tokens} {what} are unknown, {kinds} {more}different ones"));
        }
        if self.cut > 0 {
            notes.push(format!("`{name}`: {} of {} rows are cut to {length}", self.cut, self.rows));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_blocks_add_up_to_those_of_all_rows() {
        let count = |rows: &[&str]| {
            let mut tally = Tally::default();
            for row in rows {
                tally.rows += 1;
                tally.unknown_value(row);
                tally.unknown_token(row);
                tally.text(2, *row == "a");
            }
            tally
        };
        let mut both = count(&["a", "b"]);
        both.merge(count(&["b", "c", "a"]));
        assert_eq!(both, count(&["a", "b", "b", "c", "a"]));
        assert_eq!(
            both.notes("m", true, 7),
            [
                "`m`: 5 rows have a value that no training row has: `a`, `b`, `c`",
                "`m`: 5 of 10 words are unknown, 3 different ones",
                "`m`: 2 of 5 rows are cut to 7"
            ]
        );
    }
}
