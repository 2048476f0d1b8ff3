//! The bad cells of one column as one report: how many there are, and where the first of them is. A column of which most
//! cells are bad is one mistake.

use crate::diag::{DataPlace, Problem};
use crate::thousands::grouped;

/// So many bad cells of a column are reported one by one.
const ONE_BY_ONE: usize = 3;
/// How many further places are named.
const PLACES: usize = 3;

/// How a message says that a cell is no number, before the cell.
pub(crate) const NO_NUMBER: &str = "expected a number, found";

/// The bad cells of a column.
pub(super) struct ColumnErrors {
    /// The first of them.
    first: Vec<Problem>,
    count: usize,
}

impl ColumnErrors {
    pub(super) fn of(problem: Problem) -> Self {
        Self { first: vec![problem], count: 1 }
    }

    /// Whether a problem is with a cell of the same column, of the same kind.
    pub(super) fn has(&self, problem: &Problem) -> bool {
        let Some((own, place)) = self.first.first().and_then(|own| Some((own, own.data.as_ref()?))) else {
            return false;
        };
        own.code == problem.code && problem.data.as_ref().is_some_and(|other| other.column == place.column)
    }

    /// Whether others are of the same column and kind.
    pub(super) fn is_of(&self, others: &Self) -> bool {
        others.first.first().is_some_and(|problem| self.has(problem))
    }

    pub(super) fn add(&mut self, problem: Problem) {
        self.count += 1;
        if self.first.len() <= ONE_BY_ONE + PLACES {
            self.first.push(problem);
        }
    }

    /// Adds those of rows that follow.
    pub(super) fn append(&mut self, others: Self) {
        let more = others.count - others.first.len();
        others.first.into_iter().for_each(|problem| self.add(problem));
        self.count += more;
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The reports; `stopped` if cells that follow were not looked at.
    pub(super) fn finish(mut self, stopped: bool) -> Vec<Problem> {
        if self.count <= ONE_BY_ONE {
            return self.first;
        }
        let mut problem = self.first.remove(0);
        let least = if stopped { "at least " } else { "" };
        let more = grouped(self.count as u64 - 1);
        problem
            .message
            .push_str(&format!("; the same in {least}{more} more cells of the column{}", self.places(&problem)));
        // The same word again and again may mark an empty cell; different ones are what the column holds.
        let words = self.first.iter().any(|other| found(other).is_some_and(|cell| Some(cell) != found(&problem)));
        match words && problem.edits.is_empty() && is_word(&problem) {
            true => vec![problem.help(
                "declare the column as `category`, as `text` or with `|> date`, whichever it holds, or leave it out of these \
                 columns",
            )],
            false => vec![problem],
        }
    }

    /// `, the next on lines 3, 4 and 5`
    fn places(&self, problem: &Problem) -> String {
        let Some(DataPlace { file, line, .. }) = &problem.data else { return String::new() };
        let own = self.first.iter().filter_map(|other| other.data.as_ref()).filter(|place| place.file == *file);
        let numbers = own.filter_map(|place| place.line.or(place.row)).take(PLACES);
        let numbers: Vec<String> = numbers.map(grouped).collect();
        let unit = if line.is_some() { "lines" } else { "rows" };
        match numbers.split_last() {
            Some((last, others)) if !others.is_empty() => {
                format!(", the next on {unit} {} and {last}", others.join(", "))
            }
            _ => String::new(),
        }
    }
}

/// The cell in the message of a problem with a cell that is no number.
fn found(problem: &Problem) -> Option<&str> {
    problem.message.split_once(NO_NUMBER).map(|(_, cell)| cell.split(';').next().unwrap_or(cell))
}

/// Whether the cell is a word and not a number in another form.
fn is_word(problem: &Problem) -> bool {
    found(problem).is_some_and(|cell| cell.contains(char::is_alphabetic) && !cell.contains("inf"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;

    fn bad(row: u64, cell: &str) -> Problem {
        let place = DataPlace { file: "a.csv".into(), line: Some(row + 2), row: None, column: Some("x".into()) };
        let message = format!("column `x`: {NO_NUMBER} `{cell}`");
        Problem::error(Code::BadCell, message).in_data(place).help("if it marks an empty cell")
    }

    fn report(cells: &[&str]) -> Vec<Problem> {
        let mut rows = (0..).zip(cells).map(|(row, cell)| bad(row, cell));
        let mut column = ColumnErrors::of(rows.next().unwrap());
        // In two parts, as blocks of rows are.
        let mut second: Option<ColumnErrors> = None;
        for (at, problem) in rows.enumerate() {
            match &mut second {
                _ if at < 2 => column.add(problem),
                Some(second) => second.add(problem),
                None => second = Some(ColumnErrors::of(problem)),
            }
        }
        second.into_iter().for_each(|second| column.append(second));
        column.finish(false)
    }

    #[test]
    fn few_cells_are_reported_one_by_one() {
        assert_eq!(report(&["a", "b", "c"]), [bad(0, "a"), bad(1, "b"), bad(2, "c")]);
    }

    #[test]
    fn a_column_of_words_is_one_report_with_its_count_and_places() {
        let words: Vec<String> = (0..1200).map(|row| format!("word {row}")).collect();
        let found = report(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let [problem] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            problem.message,
            "column `x`: expected a number, found `word 0`; the same in 1,199 more cells of the column, the next on lines 3, 4 and 5"
        );
        assert!(problem.help.as_ref().unwrap().contains("`category`"), "{problem:?}");
    }

    #[test]
    fn one_word_again_and_again_may_mark_an_empty_cell() {
        let found = report(&["none"; 20]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].help.as_deref(), Some("if it marks an empty cell"));
    }
}
