//! Rows from all over a table that is read once and whose length is not known before.

use crate::data::inspect::telling::{self, LabelScore, mixed, most_rows};
use crate::data::table::number_format::is_missing_number;
use std::collections::BTreeMap;

/// Some rows of a table, each row of it with equal chance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RowSample {
    /// The rows that are kept, with their numbers.
    rows: Vec<(u64, Vec<String>)>,
    /// Rows that have gone by.
    seen: u64,
    /// A row is kept if so many bits of a number drawn for it are zeros.
    bits: u32,
}

impl RowSample {
    /// Passes a row by, and keeps it or not.
    pub(super) fn add(&mut self, cells: &[&str]) {
        let row = self.seen;
        self.seen += 1;
        if !is_kept(row, self.bits) {
            return;
        }
        let most = most_rows(cells.len());
        self.rows.push((row, cells.iter().map(|cell| (*cell).to_owned()).collect()));
        while self.rows.len() > most {
            self.bits += 1;
            self.rows.retain(|(row, _)| is_kept(*row, self.bits));
        }
    }

    /// How many of the rows that are kept each value of a column has, and how many they are; empty cells are left out.
    pub(super) fn counts(&self, column: usize) -> (BTreeMap<&str, usize>, usize) {
        let mut counts = BTreeMap::new();
        let cells = self.rows.iter().filter_map(|(_, row)| row.get(column)).filter(|cell| !cell.is_empty());
        cells.for_each(|cell| *counts.entry(cell.as_str()).or_insert(0) += 1);
        (counts, self.rows.len())
    }

    /// The columns that alone predict the column `label`, and the score of each.
    pub(super) fn telling(&self, label: usize) -> Vec<(usize, f64)> {
        let labeled = |(_, row): &&(u64, Vec<String>)| row.get(label).is_some_and(|cell| !cell.is_empty());
        let rows: Vec<&Vec<String>> = self.rows.iter().filter(labeled).map(|(_, row)| row).collect();
        let mut known: BTreeMap<&str, u32> = BTreeMap::new();
        let mut classes = vec![];
        for row in &rows {
            let next = known.len() as u32;
            classes.push(*known.entry(&row[label]).or_insert(next));
        }
        let width = rows.first().map_or(0, |row| row.len());
        let score = |column: usize| -> Option<LabelScore> {
            let cells: Vec<&str> = rows.iter().map(|row| row[column].as_str()).collect();
            let number = |cell: &&str| if is_missing_number(cell) { Some(f64::NAN) } else { cell.parse().ok() };
            match cells.iter().map(number).collect::<Option<Vec<f64>>>() {
                Some(numbers) => telling::of_numbers(&numbers, &classes),
                None => telling::of_texts(&cells, &classes),
            }
        };
        let columns = (0..width).filter(|column| *column != label);
        columns.filter_map(|column| Some((column, score(column)?.score))).collect()
    }
}

fn is_kept(row: u64, bits: u32) -> bool {
    mixed(row).trailing_zeros() >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_sorted_table_are_kept_from_all_over_it() {
        let mut sample = RowSample::default();
        let rows = 100_000;
        for row in 0..rows {
            let class = if row < rows * 9 / 10 { "no" } else { "yes" };
            let copy = if row < rows * 9 / 10 { "0" } else { "7" };
            sample.add(&[&*row.to_string(), copy, &*(row % 7).to_string(), class]);
        }
        assert!((4000..=10_000).contains(&sample.rows.len()), "{}", sample.rows.len());
        let late = sample.rows.iter().filter(|(row, _)| *row >= rows * 9 / 10).count();
        assert!((sample.rows.len() / 12..sample.rows.len() / 8).contains(&late), "{late}");
        // The number of the row tells the label of a table that is sorted by it.
        let telling: Vec<usize> = sample.telling(3).into_iter().map(|(column, _)| column).collect();
        assert_eq!(telling, [0, 1]);
    }
}
