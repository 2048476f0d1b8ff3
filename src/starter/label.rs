//! Choice of the column to predict, with the reason.

use super::column_name::{names_a_code, names_a_split, names_an_id, prefix};
use crate::data::{ColumnSurvey, Survey};
use crate::diag::nearest;

/// Names typical of labels.
const NAMES: [&str; 12] = [
    "label",
    "target",
    "class",
    "y",
    "labels",
    "targets",
    "classes",
    "outcome",
    "response",
    "ground_truth",
    "diagnosis",
    "species",
];

/// Words in names of labels.
const LABEL_WORDS: [&str; 4] = ["label", "labels", "target", "outcome"];

/// More classes than this are probably not classes, unless the column is named.
const MOST_CLASSES: usize = 100;

/// More different numbers than this are a quantity, unless their column is named and each is on many rows.
const MOST_NUMBERS: usize = 20;

/// Smallest mean number of rows of a class.
const ROWS_PER_CLASS: usize = 5;

/// The column that is to be predicted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Proposal {
    /// Its position.
    pub(super) column: usize,
    /// Why, in words.
    pub(super) reason: String,
}

/// The reason that there is no label.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLabel {
    /// No column was named and none looks like one.
    #[error("no column looks like a label; name one with `--label COLUMN`: {0}")]
    Unclear(String),
    /// There is no such column.
    #[error("there is no column `{name}`{}", .near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?")))]
    Unknown {
        /// The name that was given.
        name: String,
        /// A column that may be meant.
        near: Option<String>,
    },
    /// Every other column is left out: the columns by the reason.
    #[error("no column is left to learn from: {}", left_out(.0))]
    NoInput(Vec<(String, Vec<String>)>),
    /// It is not a set of classes.
    #[error("column `{name}` cannot be a label: {why}")]
    Unfit {
        /// The column.
        name: String,
        /// Why.
        why: String,
    },
}

/// The column that was named, or the one that looks most like a label.
pub(super) fn label(survey: &Survey, named: Option<&str>) -> Result<Proposal, NoLabel> {
    if let Some(name) = named {
        let Some(column) = survey.columns.iter().position(|column| column.name == name) else {
            let near = nearest(name, survey.columns.iter().map(|column| column.name.as_str())).map(str::to_owned);
            return Err(NoLabel::Unknown { name: name.into(), near });
        };
        return match unfit(&survey.columns[column], survey.rows, true) {
            Some(why) => Err(NoLabel::Unfit { name: name.into(), why }),
            None => Ok(Proposal { column, reason: "chosen by `--label`".into() }),
        };
    }
    let candidates = (0..survey.columns.len()).filter(|at| unfit(&survey.columns[*at], survey.rows, false).is_none());
    let scored = candidates.filter_map(|at| Some((score(survey, at)?, at)));
    // Ties go to the first.
    let best = scored.max_by_key(|((score, _), at)| (*score, std::cmp::Reverse(*at)));
    match best {
        Some(((_, reason), column)) => Ok(Proposal { column, reason }),
        None => {
            let few: Vec<&str> = survey.columns.iter().take(8).map(|column| column.name.as_str()).collect();
            let more = if few.len() < survey.columns.len() { ", ..." } else { "" };
            Err(NoLabel::Unclear(format!("{}{more}", few.join(", "))))
        }
    }
}

/// The reason that a column cannot be a label; `named` where the user chose it.
fn unfit(column: &ColumnSurvey, rows: usize, named: bool) -> Option<String> {
    if let Some(why) = &column.unreadable {
        return Some(why.clone());
    }
    if column.array.is_some() {
        return Some("its cells hold several numbers".into());
    }
    let filled = rows - column.empty;
    let different = column.different().unwrap_or(usize::MAX);
    if column.filled == 0 {
        return Some("it is empty on every row".into());
    }
    if different < 2 {
        return Some("it is the same on every row".into());
    }
    let count = column.different().map_or("thousands of".to_owned(), |count| count.to_string());
    let numbers = column.numeric == column.filled;
    let counts_up = column.integers && column.min >= 0.0 && column.min <= 1.0 && column.max < different as f64 + 1.0;
    let classes = counts_up || column.integers && names_a_code(&column.name);
    if numbers && different > MOST_NUMBERS && !classes {
        return Some(format!(
            "it has {count} different numbers, which is a quantity: classes are predicted, and no quantities \
             (regression is not supported); a column of ranges, such as low and high, can be a label"
        ));
    }
    if numbers && !column.integers && !named {
        return Some("it holds numbers with fractions, and classes are words or whole numbers".into());
    }
    if different > MOST_CLASSES && !named || different.saturating_mul(ROWS_PER_CLASS) > filled {
        return Some(format!("it has {count} different values on {filled} rows"));
    }
    None
}

/// The score of a column as a label, and the reason; none if it is no candidate.
fn score(survey: &Survey, at: usize) -> Option<(u32, String)> {
    let column = &survey.columns[at];
    let (name, classes) = (column.name.to_lowercase(), column.different()?);
    let end = at == 0 || at + 1 == survey.columns.len();
    if NAMES.contains(&name.as_str()) {
        return Some((100, format!("it is called `{}`", column.name)));
    }
    if name.split(['_', ' ', '-']).any(|word| LABEL_WORDS.contains(&word)) {
        return Some((80, format!("its name says so, and it has {classes} values")));
    }
    if names_a_code(&name) && classes > 20 || names_an_id(&name) || names_a_split(&name) {
        return None;
    }
    // A column of a group of similar ones is not a label.
    let kin =
        survey.columns.iter().filter(|other| survey.header && prefix(&other.name) == prefix(&column.name)).count();
    if kin > 1 {
        return None;
    }
    let few = 20u32.saturating_sub(u32::try_from(classes).unwrap_or(u32::MAX));
    if column.numeric < column.filled {
        if !column.dates.forms().is_empty() || column.images.is_some() {
            return None;
        }
        return Some((30 + few + 5 * u32::from(end), format!("it has {classes} different words")));
    }
    let counts_up = column.min == 0.0 && column.max == (classes - 1) as f64;
    let place = if at == 0 { "first" } else { "last" };
    match (counts_up, end) {
        (true, true) => Some((25 + few, format!("it is the {place} column and holds {classes} whole numbers from 0"))),
        (false, true) if classes <= 20 => {
            Some((10 + few, format!("it is the {place} column and has {classes} values")))
        }
        (true, false) if classes == 2 => Some((5, "it is 0 or 1".into())),
        _ => None,
    }
}

/// Columns that are left out, the first of each reason.
fn left_out(columns: &[(String, Vec<String>)]) -> String {
    const NAMED: usize = 12;
    let of_reason = |(why, names): &(String, Vec<String>)| {
        let more = names.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more} ({why})", names[..names.len().min(NAMED)].join(", "))
    };
    columns.iter().map(of_reason).collect::<Vec<_>>().join("; ")
}
