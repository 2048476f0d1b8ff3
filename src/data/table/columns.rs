//! The columns of a table as they were read. Independent of the meaning of columns.

use crate::data::table::origin::NOWHERE;
use crate::data::table::schema::CellType;
use crate::data::table::store::Store;
use std::sync::Arc;

/// The columns of a table that were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// Number of rows.
    pub rows: usize,
    /// One per wanted column.
    pub columns: Vec<Column>,
}

/// One column, in a store that it may share with others.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Where its cells are.
    pub store: Arc<Store>,
    /// Its place there.
    pub place: usize,
    /// For each row of the table the row there, [`NOWHERE`] for none; the same rows without it.
    pub rows: Option<Arc<Vec<u32>>>,
}

impl Column {
    /// The row of the store.
    fn row(&self, row: usize) -> Option<usize> {
        match &self.rows {
            None => Some(row),
            Some(rows) => rows.get(row).filter(|row| **row != NOWHERE).map(|row| *row as usize),
        }
    }

    /// One of the numbers of a cell; NaN where there is nothing.
    pub(crate) fn number(&self, row: usize, at: usize) -> f64 {
        self.row(row).map_or(f64::NAN, |row| self.store.number(self.place, row, at))
    }

    /// One of the numbers of the cells of several rows, added to `cells`.
    pub(crate) fn gather(&self, at: usize, rows: &[u32], cells: &mut Vec<f64>) {
        match &self.rows {
            None => self.store.gather(self.place, at, rows, cells),
            Some(own) => {
                let rows: Vec<u32> = rows.iter().map(|row| own[*row as usize]).collect();
                self.store.gather(self.place, at, &rows, cells);
            }
        }
    }

    /// The text of a cell, empty where there is nothing.
    pub(crate) fn text(&self, row: usize) -> &str {
        match (self.row(row), self.store.layout.kinds.get(self.place)) {
            (Some(row), Some(CellType::Text)) => self.store.text(self.place, row),
            (Some(row), Some(CellType::Word)) => {
                let code = self.store.code(self.place, row) as usize;
                self.store.layout.dictionaries[self.place].get(code).map_or("", String::as_str)
            }
            _ => "",
        }
    }

    /// The pixels of a cell, if it holds an image.
    pub(crate) fn pixels(&self, row: usize) -> Option<&[u8]> {
        self.store.pixels(self.place, self.row(row)?)
    }
}

impl Table {
    /// All columns of a store.
    pub(crate) fn whole(store: Store) -> Self {
        let (rows, columns) = (store.layout.rows, store.layout.kinds.len());
        let store = Arc::new(store);
        let columns = (0..columns).map(|place| Column { store: Arc::clone(&store), place, rows: None }).collect();
        Self { rows, columns }
    }

    /// The table of these columns.
    pub(crate) fn select(&self, places: &[usize]) -> Self {
        Self { rows: self.rows, columns: places.iter().map(|place| self.columns[*place].clone()).collect() }
    }

    /// The words of a column, if it was read as words.
    pub(crate) fn words(&self, column: usize) -> Option<Words> {
        let Column { store, place, .. } = self.columns.get(column)?;
        if store.layout.kinds.get(*place) != Some(&CellType::Word) {
            return None;
        }
        let column = &self.columns[column];
        let mut dictionary = store.layout.dictionaries[*place].clone();
        let mut empty = dictionary.iter().position(String::is_empty);
        let codes = (0..self.rows).map(|row| match column.row(row) {
            Some(row) => store.code(*place, row),
            None => {
                let place = *empty.get_or_insert_with(|| {
                    dictionary.push(String::new());
                    dictionary.len() - 1
                });
                place as u32
            }
        });
        let codes = codes.collect();
        Some(Words { dictionary, codes })
    }
}

/// A column of words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Words {
    /// The different words, in the order they first occur.
    pub dictionary: Vec<String>,
    /// The word of each row.
    pub codes: Vec<u32>,
}

impl Words {
    /// The word of a row.
    pub(crate) fn get(&self, row: usize) -> &str {
        self.codes.get(row).and_then(|code| self.dictionary.get(*code as usize)).map_or("", String::as_str)
    }
}
