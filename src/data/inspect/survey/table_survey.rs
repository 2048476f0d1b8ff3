//! What is counted of a table as a whole.

use crate::data::inspect::row_sample::RowSample;
use crate::data::inspect::survey::column::ColumnSurvey;
use crate::diag::Problems;
use std::io;

/// The columns of a table and its number of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// Whether columns have names: in a table of text, whether the first line names them.
    pub header: bool,
    /// Number of rows that were read.
    pub rows: usize,
    /// Number of rows that there are.
    pub all_rows: usize,
    /// Whether all were read.
    pub whole: bool,
    /// The columns in order.
    pub columns: Vec<ColumnSurvey>,
    /// Rows from all over the table.
    pub(super) sample: RowSample,
}

impl Survey {
    /// The columns that alone predict the column `label`, and the score of each.
    pub fn telling(&self, label: usize) -> Vec<(usize, f64)> {
        self.sample.telling(label)
    }

    /// How many rows each value of a column has, empty cells left out; of a table that was not read to its end an estimate,
    /// in proportion to the rows from all over it. Nothing where there are too many values to count.
    pub fn class_rows(&self, column: usize) -> Vec<(String, usize)> {
        let Some(values) = self.columns.get(column).and_then(|column| column.values.as_ref()) else { return vec![] };
        if self.whole {
            return values.iter().map(|(value, count)| (value.clone(), *count)).collect();
        }
        let (mut counts, kept) = self.sample.counts(column);
        // Those that are rare are not missing.
        values.keys().for_each(|value| _ = counts.entry(value.as_str()).or_insert(0));
        let estimate = |count: usize| {
            let rows = count.max(1) as f64 * self.all_rows as f64 / kept.max(1) as f64;
            rounded(rows as usize)
        };
        counts.into_iter().map(|(value, count)| (value.to_owned(), estimate(count))).collect()
    }
}

/// The first two digits of a number, and zeros.
fn rounded(number: usize) -> usize {
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    (number + unit / 2) / unit * unit
}

/// An error of a file that can be read and holds no table.
pub(super) fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

/// The first of the problems, in one line: there is no pipeline text yet for labels.
pub(super) fn first_message(problems: &Problems) -> String {
    problems.iter().next().map_or_else(String::new, |problem| problem.message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::number_format::NumberFormat;

    #[test]
    fn numbers_of_rows_are_estimated_in_proportion() {
        // The counts are of other rows than the sample's, as where a table is longer than what is counted.
        let mut survey = Survey { all_rows: 400_000, columns: vec![ColumnSurvey::of("y".into())], ..Survey::default() };
        for row in 0..2000 {
            survey.columns[0].add(if row == 0 { "rare" } else { "no" }, NumberFormat::PLAIN);
        }
        for row in 0..400_000 {
            survey.sample.add(&[if row < 300_000 { "no" } else { "yes" }]);
        }
        survey.columns[0].add("yes", NumberFormat::PLAIN);
        let rows = survey.class_rows(0);
        let of = |name: &str| rows.iter().find(|(value, _)| value == name).unwrap().1;
        assert!((280_000..=320_000).contains(&of("no")), "{rows:?}");
        assert!((80_000..=120_000).contains(&of("yes")), "{rows:?}");
        assert!(of("rare") < 200, "{rows:?}");
        assert_eq!([rounded(7), rounded(99), rounded(104), rounded(105_500)], [7, 99, 100, 110_000]);
    }
}
