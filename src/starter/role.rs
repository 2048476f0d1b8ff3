//! The use of each column of a table, with the reason.

use super::column_name::{names_a_code, names_a_quantity, names_an_id, prefix};
use super::missing_marker::{number_among_numbers, words_among_numbers};
use crate::data::{ArraySurvey, ColumnSurvey, ImageSurvey, Survey};
use crate::spec::DatePart;

/// More different words than this are a text and not a category.
const MOST_CATEGORIES: usize = 1000;

/// Smallest mean number of rows of a value of a category.
const ROWS_PER_CATEGORY: usize = 10;

/// Whole numbers of at most so many values, each of them on many rows, may be codes.
const FEW_CODES: usize = 12;

/// Smallest mean number of rows of a code.
const ROWS_PER_CODE: usize = 20;

/// A column of which fewer rows than this differ from the rest may not vary in the training rows.
const FEWEST_ROWS: usize = 20;

/// Smallest mean number of words of a text that is read by words.
const WORDS_OF_A_TEXT: usize = 3;

/// The most letters of a text without spaces that is read by letters.
const MOST_LETTERS: usize = 40;

/// Words of one length, at least this many letters, are names for rows if they are made of more different letters than
/// sequences are: of DNA four, of proteins about 20.
const LETTERS_OF_A_KEY: usize = 16;
const LETTERS_OF_SEQUENCES: u32 = 26;

/// Why names of rows are left out.
pub(super) const ID: &str = "different on every row: an id has no information about new rows";

/// Height and width of the largest images that are read as they are.
const LARGEST_IMAGE: usize = 64;

/// The use of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Role {
    /// Numbers.
    Numbers {
        /// A number that probably marks an empty cell.
        stand_in: Option<f64>,
        /// The words that mark an empty cell.
        words: Vec<String>,
    },
    /// One of this number of words.
    Category(usize),
    /// Dates in this form, empty for ISO 8601, and their parts that vary.
    Date(String, Vec<DatePart>),
    /// A text of at most this number of words.
    Words(usize),
    /// A text of at most this number of characters.
    Letters(usize),
    /// This number of numbers in each cell; and whether each of them varies.
    Vector(usize, bool),
    /// Steps of numbers in each cell: how many, and how many numbers each has; and whether each of them varies.
    Steps([usize; 2], bool),
    /// Pixels, or paths to images: channels, rows and columns; and whether they have to be brought to this size.
    Image([usize; 3], bool),
    /// Unused, with the reason.
    Left(String),
}

/// The role of a column.
pub(super) fn role(column: &ColumnSurvey, survey: &Survey) -> Role {
    let rows = survey.rows;
    if let Some(why) = &column.unreadable {
        return Role::Left(format!("it cannot be read: {why}"));
    }
    if let Some(array) = &column.array {
        return of_array(array);
    }
    let filled = rows - column.empty;
    let most_common = column.values.as_ref().and_then(|values| values.values().max()).copied().unwrap_or(0);
    if column.filled == 0 {
        return Role::Left("empty on every row".into());
    }
    if column.different() == Some(1) && column.empty == 0 {
        return Role::Left("the same on every row".into());
    }
    if filled - most_common.min(filled) < FEWEST_ROWS.min(rows / 10) {
        return Role::Left(format!("the same on all but {} rows", rows - most_common));
    }
    if let Some(images) = &column.images {
        return of_images(images);
    }
    if let Some(why) = id(column, rows) {
        return Role::Left(why);
    }
    if column.filled * 2 < rows {
        return Role::Left(format!("empty on {} of {rows} rows", rows - column.filled));
    }
    if let Some(words) = words_among_numbers(column) {
        return match date(column).filter(|_| column.digits == Some(8)) {
            Some(date) => date,
            None if is_code(column, survey) => code(column),
            None => Role::Numbers { stand_in: number_among_numbers(column), words },
        };
    }
    date(column).unwrap_or_else(|| of_words(column, filled))
}

/// The role of a column of words.
fn of_words(column: &ColumnSurvey, filled: usize) -> Role {
    let sentences = column.words >= WORDS_OF_A_TEXT * column.filled;
    match column.different() {
        Some(values) if values <= MOST_CATEGORIES && values * ROWS_PER_CATEGORY <= filled => Role::Category(values),
        _ if sentences => Role::Words(column.most_words.clamp(4, 256)),
        Some(values) if values * 3 <= filled => Role::Category(values),
        _ if column.most_words == 1 && column.longest > MOST_LETTERS => {
            Role::Left("long words that are different on almost every row".into())
        }
        _ => Role::Letters(column.longest.clamp(2, 32)),
    }
}

/// The role of a column of dates; nothing for any other.
fn date(column: &ColumnSurvey) -> Option<Role> {
    match (column.dates.forms().as_slice(), column.dates.varying_parts()) {
        ([], _) => None,
        ([form], parts) if !parts.is_empty() => Some(Role::Date((*form).to_owned(), parts)),
        ([_], _) => Some(Role::Left("the same date on every row".into())),
        ([first, second, ..], _) => Some(Role::Left(format!(
            "a date in the form \"{first}\" or \"{second}\", and no cell shows which: add `|> date(format: ..)`"
        ))),
    }
}

/// The role of a column of arrays.
fn of_array(array: &ArraySurvey) -> Role {
    match *array.shape.0.as_slice() {
        [width] => Role::Vector(width, array.varies),
        [channels @ (1 | 3), rows, columns] if rows >= 8 && columns >= 8 => {
            Role::Image([channels, rows, columns], false)
        }
        [rows, columns, channels @ (1 | 3)] if rows >= 8 && columns >= 8 => {
            Role::Image([channels, rows, columns], false)
        }
        [rows, columns] if rows >= 8 && columns >= 8 && (array.bytes || rows == columns) => {
            Role::Image([1, rows, columns], false)
        }
        [steps, width] if steps >= 2 => Role::Steps([steps, width], array.varies),
        _ => Role::Left(format!("arrays of shape {}, whose meaning is not clear", array.shape)),
    }
}

fn of_images(images: &ImageSurvey) -> Role {
    let (height, width) = images.size;
    let channels = if images.color { 3 } else { 1 };
    if images.one_size && height.max(width) <= LARGEST_IMAGE && height.min(width) >= 8 {
        return Role::Image([channels, height, width], false);
    }
    // Halves of the larger side until it is small; all of one size keep the ratio of their sides.
    let side = height.max(width).clamp(16, LARGEST_IMAGE);
    let scaled = |length: usize| (length * side).div_ceil(height.max(width)).max(8);
    let size = if images.one_size { [channels, scaled(height), scaled(width)] } else { [channels, side, side] };
    Role::Image(size, true)
}

/// Whether numbers are names for something, and their order means nothing.
fn is_code(column: &ColumnSurvey, survey: &Survey) -> bool {
    let different = column.different().unwrap_or(usize::MAX);
    if !column.integers || column.min < 0.0 || different < 3 {
        return column.leading_zeros;
    }
    let named = |survey: &Survey| {
        survey.header
            && survey
                .columns
                .iter()
                .filter(|other| other.integers && prefix(&other.name) == prefix(&column.name))
                .count()
                > 1
    };
    if column.leading_zeros || names_a_code(&column.name) || names_an_id(&column.name) {
        return true;
    }
    // Similar columns are counts, pixels or answers.
    if names_a_quantity(&column.name) || named(survey) {
        return false;
    }
    let few = different <= FEW_CODES && different * ROWS_PER_CODE <= column.filled;
    let years = column.min >= 1800.0 && column.max <= 2100.0;
    let round = column.values.as_ref().is_some_and(|values| {
        let round = values.keys().filter(|value| value.ends_with('0')).count();
        round * 2 > values.len()
    });
    let long = column.digits.is_some_and(|digits| digits >= 4)
        && different * ROWS_PER_CATEGORY <= column.filled
        && !years
        && !round;
    few || long
}

/// The role of codes: a category, unless most of them are on few rows.
fn code(column: &ColumnSurvey) -> Role {
    match column.different() {
        Some(values) if values <= MOST_CATEGORIES && values * ROWS_PER_CATEGORY <= column.filled => {
            Role::Category(values)
        }
        Some(values) if values * 3 <= column.filled => Role::Category(values),
        _ => Role::Left("codes of which most are on one or two rows".into()),
    }
}

/// Why a column says nothing of new rows, if it counts the rows or names them.
fn id(column: &ColumnSurvey, rows: usize) -> Option<String> {
    let all_different = column.different().is_none_or(|different| different == rows) && rows > 20;
    if !all_different || column.empty > 0 {
        return None;
    }
    let numbers = column.numeric == column.filled;
    let counts = numbers
        && column.integers
        && column.ascending
        && column.max - column.min >= (rows.max(2) - 1) as f64
        && !names_a_quantity(&column.name);
    let named = names_an_id(&column.name) && (column.integers || !numbers);
    // Words with digits and without spaces: order numbers, hashes.
    let coded = column.numeric == 0 && column.most_words == 1 && column.with_digits * 10 >= column.filled * 9;
    // Random letters: keys and tokens.
    let key = column.numeric == 0
        && column.most_words == 1
        && column.shortest == column.longest
        && column.longest >= LETTERS_OF_A_KEY
        && column.letters.count_ones() > LETTERS_OF_SEQUENCES;
    let dated = !column.dates.forms().is_empty();
    (named || !dated && (counts || coded || key)).then(|| ID.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sources_of;
    use crate::spec::Origin;
    use std::path::Path;

    fn of(name: &str, cells: &[String]) -> Role {
        let text = cells.iter().map(|cell| format!("{cell},0\n")).collect::<String>();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, format!("{name},zero\n{text}")).unwrap();
        let Origin::Whole(source) = sources_of(&[path]).unwrap() else { panic!("one table") };
        let survey = crate::data::survey(&source, Path::new("")).unwrap();
        role(&survey.columns[0], &survey)
    }

    fn each(make: impl Fn(usize) -> String) -> Vec<String> {
        (0..400).map(make).collect()
    }

    fn numbers(stand_in: Option<f64>, words: &[&str]) -> Role {
        Role::Numbers { stand_in, words: words.iter().map(|word| (*word).to_owned()).collect() }
    }

    #[test]
    fn roles_follow_from_cells() {
        assert_eq!(of("x", &each(|row| format!("{}.5", row % 7))), numbers(None, &[]));
        assert_eq!(
            of("x", &each(|row| if row % 9 == 0 { "-999".into() } else { format!("{row}") })),
            numbers(Some(-999.0), &[])
        );
        let dashes = each(|row| if row % 9 == 0 { "--".into() } else { format!("{}", row * 7 % 300) });
        assert_eq!(of("x", &dashes), numbers(None, &["--"]));
        assert_eq!(of("land", &each(|row| ["de", "fr", "it"][row % 3].into())), Role::Category(3));
        assert_eq!(of("name", &each(|row| format!("person {row}"))), Role::Letters(10));
        let sentence = each(|row| format!("this is number {row} of the reviews"));
        assert_eq!(of("review", &sentence), Role::Words(7));
        let born = each(|row| format!("19{:02}-01-0{}", row % 90 + 10, row % 9 + 1));
        assert_eq!(of("born", &born), Role::Date(String::new(), DatePart::usual()));
        let born = each(|row| format!("{}.1.2001", 7 * (row % 4) + 1));
        assert_eq!(of("born", &born), Role::Date("%d.%m.%Y".into(), DatePart::usual()[..2].to_vec()));
    }

    #[test]
    fn numbers_whose_order_means_nothing_are_categories() {
        let zips = each(|row| format!("{}", 10115 + 101 * (row % 20)));
        for name in ["zip", "home"] {
            assert_eq!(of(name, &zips), Role::Category(20), "{name}");
        }
        assert_eq!(of("x", &each(|row| format!("0{}", 100 + row % 20))), Role::Category(20));
        assert_eq!(of("x", &each(|row| format!("{}", row % 5))), Role::Category(5));
        assert_eq!(of("store_id", &each(|row| format!("{}", row * 7 % 40))), Role::Category(40));
        // But where it does.
        assert_eq!(of("rating", &each(|row| format!("{}", row % 5))), numbers(None, &[]));
        assert_eq!(of("x", &each(|row| format!("{}", row % 2))), numbers(None, &[]));
        assert_eq!(of("built", &each(|row| format!("{}", 1990 + row % 20))), numbers(None, &[]));
        assert_eq!(of("x", &each(|row| format!("{}", row * 7 % 211))), numbers(None, &[]));
    }

    #[test]
    fn what_tells_nothing_is_left_out() {
        let left = |name: &str, cells: &[String]| matches!(of(name, cells), Role::Left(_));
        assert!(left("x", &each(|_| "1".into())));
        assert!(left("x", &each(|_| String::new())));
        assert!(left("x", &each(|row| if row < 3 { "1".into() } else { "0".into() })));
        assert!(left("id", &each(|row| format!("{}", (row * 7919) % 1009))));
        assert!(left("order", &each(|row| format!("A-{row:05}"))));
        assert!(left("code", &each(|row| format!("{}", 1000 + row * 7919 % 401))));
        assert!(left("x", &each(|row| row.to_string())));
        assert!(left("born", &each(|row| format!("0{}/0{}/2001", row % 9 + 1, row % 8 + 1))));
        // Tokens of letters are names, sequences of a few different ones are not.
        let random = |row: usize, letters: &str| -> String {
            let mut state = row as u64 + 1;
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as usize
            };
            (0..20).map(|_| char::from(letters.as_bytes()[next() % letters.len()])).collect()
        };
        let token = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        assert!(left("token", &each(|row| random(row, token))));
        assert!(!left("sequence", &each(|row| random(row, "ACGT"))));
        assert!(!left("x", &each(|row| format!("{}", (row * 7919) % 1009))));
    }
}
