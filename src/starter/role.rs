//! The use of each column of a table, with the reason.

use crate::data::{ArraySurvey, ColumnSurvey, Survey};
use crate::spec::DatePart;

/// More different words than this are a text and not a category.
const MOST_CATEGORIES: usize = 1000;

/// Smallest mean number of rows of a value of a category.
const ROWS_PER_CATEGORY: usize = 10;

/// A column of which fewer rows than this differ from the rest may not vary in the training rows.
const FEWEST_ROWS: usize = 20;

/// Numbers commonly written for a missing value.
const STAND_INS: [f64; 4] = [-999.0, -9999.0, -99999.0, -99.0];

/// The use of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Role {
    /// Numbers; and a number that probably marks an empty cell.
    Numbers {
        /// That number.
        stand_in: Option<f64>,
    },
    /// One of this number of words.
    Category(usize),
    /// Dates in this form, empty for ISO 8601, and their parts that vary.
    Date(String, Vec<DatePart>),
    /// A text of at most this number of characters.
    Text(usize),
    /// This number of numbers in each cell; and whether each of them varies.
    Vector(usize, bool),
    /// Pixels: channels, rows and columns.
    Image([usize; 3]),
    /// Unused, with the reason.
    Left(String),
}

/// The role of a column.
pub(super) fn role(column: &ColumnSurvey, survey: &Survey) -> Role {
    let rows = survey.rows;
    if let Some(array) = &column.array {
        return of_array(array);
    }
    let filled = rows - column.missing;
    let most_common = column.values.as_ref().and_then(|values| values.values().max()).copied().unwrap_or(0);
    if filled == 0 {
        return Role::Left("empty on every row".into());
    }
    if column.different() == Some(1) && column.missing == 0 {
        return Role::Left("the same on every row".into());
    }
    if filled - most_common < FEWEST_ROWS.min(rows / 10) {
        return Role::Left(format!("the same on all but {} rows", rows - most_common));
    }
    if is_id(column, rows) {
        return Role::Left("different on every row: an id has no information about new rows".into());
    }
    if column.missing * 2 > rows {
        return Role::Left(format!("empty on {} of {rows} rows", column.missing));
    }
    if column.numbers {
        let stand_in = STAND_INS.into_iter().find(|number| *number == column.min && column.max >= 0.0);
        return Role::Numbers { stand_in };
    }
    match (column.dates.forms().as_slice(), column.dates.varying_parts()) {
        ([], _) => {}
        ([form], parts) if !parts.is_empty() => return Role::Date((*form).to_owned(), parts),
        ([_], _) => return Role::Left("the same date on every row".into()),
        ([first, second, ..], _) => {
            let why = format!("a date, in the form \"{first}\" or \"{second}\": add `|> date(format: ..)`");
            return Role::Left(why);
        }
    }
    match column.different() {
        Some(values) if values <= MOST_CATEGORIES && values * ROWS_PER_CATEGORY <= filled => Role::Category(values),
        _ => Role::Text(column.longest),
    }
}

/// The role of a column of arrays.
fn of_array(array: &ArraySurvey) -> Role {
    match array.shape.0.as_slice() {
        [width] => Role::Vector(*width, array.varies),
        [channels @ (1 | 3), rows, columns] if *rows >= 8 && *columns >= 8 => Role::Image([*channels, *rows, *columns]),
        _ => Role::Left(format!("arrays of shape {}, whose meaning is not clear", array.shape)),
    }
}

/// Whether a column counts the rows or names them.
fn is_id(column: &ColumnSurvey, rows: usize) -> bool {
    let name = column.name.to_lowercase();
    let called = ["id", "uuid", "guid", "index", "row", "key"].contains(&name.as_str())
        || ["_id", "-id", " id", "_uuid"].iter().any(|end| name.ends_with(end));
    let all_different = column.different().is_none_or(|different| different == rows) && rows > 20;
    let counts = column.integers && column.ascending && column.max - column.min >= (rows.max(2) - 1) as f64;
    all_different && column.missing == 0 && (called && (column.integers || !column.numbers) || counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, cells: &[&str]) -> (ColumnSurvey, Survey) {
        let text = cells.iter().map(|cell| format!("{cell},0\n")).collect::<String>();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, format!("{name},zero\n{text}")).unwrap();
        let survey = crate::data::survey(&path).unwrap();
        (survey.columns[0].clone(), survey)
    }

    fn of(name: &str, cells: &[String]) -> Role {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let (column, survey) = column(name, &cells);
        role(&column, &survey)
    }

    fn each(make: impl Fn(usize) -> String) -> Vec<String> {
        (0..200).map(make).collect()
    }

    #[test]
    fn roles_follow_from_cells() {
        assert_eq!(of("x", &each(|row| format!("{}.5", row % 7))), Role::Numbers { stand_in: None });
        assert_eq!(
            of("x", &each(|row| if row % 9 == 0 { "-999".into() } else { row.to_string() })),
            Role::Numbers { stand_in: Some(-999.0) }
        );
        assert_eq!(of("land", &each(|row| ["de", "fr", "it"][row % 3].into())), Role::Category(3));
        let born = each(|row| format!("19{:02}-01-0{}", row % 90 + 10, row % 9 + 1));
        assert_eq!(of("born", &born), Role::Date(String::new(), DatePart::usual()));
        let born = each(|row| format!("{}.1.2001", 7 * (row % 4) + 1));
        assert_eq!(of("born", &born), Role::Date("%d.%m.%Y".into(), DatePart::usual()[..2].to_vec()));
        assert_eq!(of("name", &each(|row| format!("person {row}"))), Role::Text(10));
    }

    #[test]
    fn what_tells_nothing_is_left_out() {
        let left = |name: &str, cells: &[String]| matches!(of(name, cells), Role::Left(_));
        assert!(left("x", &each(|_| "1".into())));
        assert!(left("x", &each(|_| String::new())));
        assert!(left("x", &each(|row| if row < 3 { "1".into() } else { "0".into() })));
        assert!(left("id", &each(|row| format!("{}", (row * 7919) % 1009))));
        assert!(left("count", &each(|row| row.to_string())));
        assert!(left("born", &each(|row| format!("0{}/0{}/2001", row % 9 + 1, row % 8 + 1))));
        assert!(!left("x", &each(|row| format!("{}", (row * 7919) % 1009))));
    }
}
