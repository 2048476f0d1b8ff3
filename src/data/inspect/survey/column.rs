//! What is counted and measured of one column.

use crate::data::date_guess::DateGuess;
use crate::data::table::number_format::{NumberFormat, is_missing_word};
use crate::shape::Shape;
use std::collections::BTreeMap;

/// Largest number of different cells of a column that are counted.
const MOST_VALUES: usize = 4096;

/// Largest number of different words among numbers that are counted.
const MOST_ODD: usize = 16;

/// Number of cells that are kept as examples.
const EXAMPLES: usize = 128;

/// Endings of the names of images.
const IMAGE_ENDINGS: [&str; 8] = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"];

/// Counts and extremes of a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnSurvey {
    /// Its name, or its position in a table without a header.
    pub name: String,
    /// How many cells are empty.
    pub empty: usize,
    /// The words that mark an empty cell where numbers are read, and are words where words are read; how often each occurs.
    pub marks: BTreeMap<String, usize>,
    /// How many cells are neither.
    pub filled: usize,
    /// How many cells are finite numbers.
    pub numeric: usize,
    /// The other cells and how many rows each has; none where there are more than a few.
    pub odd: Option<BTreeMap<String, usize>>,
    /// Whether every number is a whole number.
    pub integers: bool,
    /// Whether no number is less than the one before.
    pub ascending: bool,
    /// Whether a number begins with a zero that does not count, as a code does.
    pub leading_zeros: bool,
    /// The number of digits of every number, if it is the same.
    pub digits: Option<usize>,
    /// The different cells and how many rows each has; none where there are too many to count.
    pub values: Option<BTreeMap<String, usize>>,
    /// The least number.
    pub min: f64,
    /// The greatest number.
    pub max: f64,
    /// The most characters of a cell.
    pub longest: usize,
    /// The fewest characters of a cell that is filled.
    pub shortest: usize,
    /// The letters, digits and signs of ASCII in its cells, a bit for each.
    pub letters: u128,
    /// The most words of a cell.
    pub most_words: usize,
    /// The words of all cells.
    pub words: usize,
    /// How many cells have a digit.
    pub with_digits: usize,
    /// The forms that every cell that is filled is a date in.
    pub dates: DateGuess,
    /// How many cells end as the names of images do.
    pub image_names: usize,
    /// Some of the cells, from all over the table.
    pub examples: Vec<String>,
    /// Of how many cells one is an example.
    pub every: usize,
    /// The images, if the cells are paths to them.
    pub images: Option<ImageSurvey>,
    /// Shape and variation if each cell holds several numbers; of the counts only `empty` applies then.
    pub array: Option<ArraySurvey>,
    /// Why the cells cannot be read, if they cannot; nothing else applies then.
    pub unreadable: Option<String>,
}

/// Shape and variation of a column whose cells hold several numbers each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArraySurvey {
    /// The shape of a cell.
    pub shape: Shape,
    /// Whether each of the numbers is different on some rows.
    pub varies: bool,
    /// Whether they are whole numbers from 0 to 255.
    pub bytes: bool,
}

/// The images of a column, by some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSurvey {
    /// Whether any has colors.
    pub color: bool,
    /// Height and width of the largest.
    pub size: (usize, usize),
    /// Whether they have one size.
    pub one_size: bool,
}

impl ColumnSurvey {
    /// A column of which no cell was seen yet.
    pub fn of(name: String) -> Self {
        Self {
            name,
            integers: true,
            ascending: true,
            values: Some(BTreeMap::new()),
            odd: Some(BTreeMap::new()),
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            shortest: usize::MAX,
            every: 1,
            ..Self::default()
        }
    }

    /// Adds a cell, in which numbers are written so.
    pub(super) fn add(&mut self, cell: &str, numbers: NumberFormat) {
        if cell.is_empty() {
            self.empty += 1;
            return;
        }
        if let Some(values) = &mut self.values {
            if let Some(count) = values.get_mut(cell) {
                *count += 1;
            } else if values.len() < MOST_VALUES {
                values.insert(cell.to_owned(), 1);
            } else {
                self.values = None;
            }
        }
        if is_missing_word(cell) {
            *self.marks.entry(cell.to_owned()).or_insert(0) += 1;
            return;
        }
        match numbers.parse(cell.as_bytes()) {
            Some(number) => self.add_number(cell, number),
            None => self.add_odd(cell),
        }
        let length = cell.chars().count();
        (self.longest, self.shortest) = (self.longest.max(length), self.shortest.min(length));
        cell.bytes().filter(u8::is_ascii).for_each(|byte| self.letters |= 1 << byte);
        let words = cell.split_whitespace().count();
        self.most_words = self.most_words.max(words);
        self.words += words;
        self.with_digits += usize::from(cell.bytes().any(|byte| byte.is_ascii_digit()));
        self.dates.add(cell);
        self.add_example(cell);
    }

    fn add_number(&mut self, cell: &str, number: f64) {
        let digits = cell.bytes().all(|byte| byte.is_ascii_digit()).then_some(cell.len());
        self.digits = if self.numeric == 0 { digits } else { self.digits.filter(|count| Some(*count) == digits) };
        self.leading_zeros |= digits.is_some_and(|count| count > 1) && cell.starts_with('0');
        self.numeric += 1;
        self.integers &= number.fract() == 0.0;
        self.ascending &= number >= self.max;
        self.min = self.min.min(number);
        self.max = self.max.max(number);
    }

    fn add_odd(&mut self, cell: &str) {
        let name = cell.to_ascii_lowercase();
        self.image_names += usize::from(IMAGE_ENDINGS.iter().any(|ending| name.ends_with(ending)));
        if let Some(odd) = &mut self.odd {
            *odd.entry(cell.to_owned()).or_insert(0) += 1;
            if odd.len() > MOST_ODD {
                self.odd = None;
            }
        }
    }

    /// Keeps every n-th cell as an example, where n doubles whenever there are too many.
    fn add_example(&mut self, cell: &str) {
        self.filled += 1;
        if self.filled.is_multiple_of(self.every) {
            self.examples.push(cell.to_owned());
        }
        if self.examples.len() > EXAMPLES {
            let mut at = 0;
            self.examples.retain(|_| {
                at += 1;
                at % 2 == 0
            });
            self.every *= 2;
        }
    }

    /// How many cells are marks of an empty one where numbers are read.
    pub fn not_available(&self) -> usize {
        self.marks.values().sum()
    }

    /// How many different cells it has that are not empty, if they could be counted.
    pub fn different(&self) -> Option<usize> {
        self.values.as_ref().map(BTreeMap::len)
    }
}
