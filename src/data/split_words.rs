//! Divides rows by a column that names the part of each.

use crate::data::table::columns::Words;
use crate::data::table::errors::shown;
use crate::data::table::loaded::LoadedTable;
use crate::data::table::word::canonical;
use crate::diag::{Code, Problem, Problems, nearest};
use crate::spec::{Part, PartWords, Spanned, Split};
use crate::thousands::grouped;
use std::collections::BTreeMap;

/// How many bad values of a split column are reported one by one.
const SHOWN: usize = 10;

/// A column that decides, and its position in the table.
pub(crate) type SplitColumn<'a> = (&'a Words, usize);

/// The rows of each part, in the order of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SplitIndices {
    /// Rows to train on.
    pub train: Vec<u32>,
    /// Rows to select on.
    pub valid: Option<Vec<u32>>,
    /// Rows to calibrate on.
    pub calib: Option<Vec<u32>>,
    /// Rows to report on.
    pub test: Option<Vec<u32>>,
    /// How many rows are in no part.
    pub unused: usize,
}

impl SplitIndices {
    /// The rows of a part, none if there is no such part.
    pub(crate) fn get_mut(&mut self, part: Part) -> &mut Vec<u32> {
        match part {
            Part::Train => &mut self.train,
            Part::Valid => self.valid.get_or_insert_default(),
            Part::Calib => self.calib.get_or_insert_default(),
            Part::Test => self.test.get_or_insert_default(),
        }
    }
}

/// Divides by a column that names the part of each row.
pub(crate) fn by_column(
    split: &Split,
    written: &Spanned<String>,
    (words, position): SplitColumn<'_>,
    read: &LoadedTable,
    parts: &mut SplitIndices,
) -> Result<(), Problems> {
    let named = |word: &String| if split.words.is_empty() { part_named(word) } else { part_of(&split.words, word) };
    let part_of: Vec<Option<Part>> = words.dictionary.iter().map(named).collect();
    // The first row of each unknown word, and the number of its rows.
    let mut unknown: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for (row, code) in words.codes.iter().enumerate() {
        match part_of[*code as usize] {
            Some(part) => parts.get_mut(part).push(row as u32),
            None => unknown.entry(*code).or_insert((row, 0)).1 += 1,
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let unknown: Vec<(usize, usize)> = unknown.into_values().collect();
    let column = Written { written, words, read, position };
    Err(if split.words.is_empty() { column.unknown_words(&unknown) } else { column.words_of_no_part(&unknown).into() })
}

/// The part whose name a word is.
fn part_named(word: &str) -> Option<Part> {
    match word.to_ascii_lowercase().as_str() {
        "train" => Some(Part::Train),
        "valid" | "validation" | "val" | "dev" => Some(Part::Valid),
        "calib" | "calibration" => Some(Part::Calib),
        "test" => Some(Part::Test),
        _ => None,
    }
}

/// The part whose words a pipeline names; `1` and `1.0` are one word.
fn part_of(parts: &[PartWords], word: &str) -> Option<Part> {
    let same = |known: &Spanned<String>| canonical(&known.value) == canonical(word);
    parts.iter().find(|part| part.words.iter().any(same)).map(|part| part.part)
}

/// A column that divides, and where it is named.
struct Written<'a> {
    written: &'a Spanned<String>,
    words: &'a Words,
    read: &'a LoadedTable,
    position: usize,
}

impl Written<'_> {
    fn problem(&self, message: String, row: usize) -> Problem {
        Problem::error(Code::BadSplitValue, message)
            .at(self.written.span, "rows are split by it here")
            .in_data(self.read.place(Some(row), Some(self.position)))
    }

    /// A problem for each of the first words that are no name of a part.
    fn unknown_words(&self, unknown: &[(usize, usize)]) -> Problems {
        let more = unknown.len().saturating_sub(SHOWN);
        let mut problems: Problems = unknown
            .iter()
            .take(SHOWN)
            .map(|(row, count)| {
                let word = self.words.get(*row);
                let rows = if *count == 1 { String::new() } else { format!(" on {} rows", grouped(*count as u64)) };
                let found = if word.is_empty() { "an empty cell".to_owned() } else { format!("`{}`", shown(word)) };
                let message = format!("expected `train`, `valid`, `calib` or `test`, found {found}{rows}");
                let problem = self.problem(message, *row);
                match nearest(word, ["train", "valid", "calib", "test", "validation", "calibration"]) {
                    Some(known) => problem.help(format!("did you mean `{known}`?")),
                    None => problem.help(format!(
                        "`validation`, `val` and `dev` mean `valid` too; other words are declared: `by_column({:?}, train: \"a\", \
                         test: [\"b\", \"c\"])`",
                        self.written.value
                    )),
                }
            })
            .collect();
        if more > 0 {
            let message = format!("and {more} more different values that name no part");
            let problem = Problem::error(Code::BadSplitValue, message);
            problems.push(problem.at(self.written.span, "rows are split by it here"));
        }
        problems
    }

    /// The problem with words that are in none of the declared parts: all of them, with the number of their rows.
    fn words_of_no_part(&self, unknown: &[(usize, usize)]) -> Problem {
        let mut words: Vec<(usize, usize)> = unknown.to_vec();
        words.sort_by_key(|(row, count)| (std::cmp::Reverse(*count), *row));
        let list = words.iter().take(SHOWN).map(|(row, count)| {
            let word = self.words.get(*row);
            let word = if word.is_empty() { "an empty cell".to_owned() } else { format!("`{}`", shown(word)) };
            format!("{word} on {} {}", grouped(*count as u64), if *count == 1 { "row" } else { "rows" })
        });
        let mut list: Vec<String> = list.collect();
        if words.len() > SHOWN {
            list.push(format!("and {} more", words.len() - SHOWN));
        }
        let first = unknown.iter().map(|(row, _)| *row).min().unwrap_or_default();
        let message = format!("column `{}` has words that are in no part: {}", self.written.value, list.join(", "));
        self.problem(message, first)
            .help("name them in one of `train`, `valid`, `calib` and `test`, or take these rows out")
    }
}
