//! The columns of a table, what the cells of each are read as, and which of them are read. Independent of rows.

use crate::diag::Span;
use crate::shape::Shape;
use crate::spec::SizeStep;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The columns of a table, known before its rows are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Schema {
    /// The names of the columns, if it has a header.
    pub names: Option<Vec<String>>,
    /// Number of columns.
    pub width: usize,
    /// The columns whose cells hold several numbers.
    pub arrays: BTreeMap<usize, ArrayType>,
}

/// The array that each cell of a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArrayType {
    /// The shape of each.
    pub shape: Shape,
    /// Whether they are whole numbers from 0 to 255.
    pub bytes: bool,
}

impl Schema {
    /// The schema of columns with these names.
    pub(crate) fn named(names: Vec<String>) -> Self {
        Self { width: names.len(), names: Some(names), arrays: BTreeMap::new() }
    }

    /// A column in messages: its name, or its position counted from 0.
    pub(crate) fn column(&self, position: usize) -> String {
        match self.names.as_ref().and_then(|names| names.get(position)) {
            Some(name) => name.clone(),
            None => position.to_string(),
        }
    }

    /// How many numbers a cell of a column holds.
    pub(crate) fn numbers_in(&self, position: usize) -> usize {
        self.arrays.get(&position).map_or(1, |array| array.shape.size())
    }
}

/// The type that a cell is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellType {
    /// This number of finite numbers, each of which may be missing.
    Number(usize),
    /// One of a number of words.
    Word,
    /// A text.
    Text,
    /// A list of at most so many steps of so many numbers: how many steps it has, and the first of them.
    Steps([usize; 2]),
    /// Pixels of channels, rows and columns, or no image.
    Image([usize; 3]),
}

/// One column of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnQuery {
    /// Its position in the table.
    pub position: usize,
    /// The type that its cells are read as.
    pub kind: CellType,
    /// The text that selects it.
    pub span: Span,
    /// How its images are read, where it holds images.
    pub image: ImageReading,
}

/// How images are read that are files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ImageReading {
    /// What brings them to their size, in order.
    pub steps: Vec<SizeStep>,
    /// Whether one that cannot be read is as if there were none.
    pub skip: bool,
    /// Where a step can be added to the pipeline: before the text that is there, or after all of it if none follows.
    pub place: Option<(Span, bool)>,
}

/// The columns that are read of a table, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableQuery {
    /// In the order they were first added.
    pub columns: Vec<ColumnQuery>,
    /// The place of each in `columns`.
    places: HashMap<(usize, CellType, Vec<SizeStep>, bool), usize>,
}

impl TableQuery {
    /// These columns.
    pub(crate) fn of(columns: impl IntoIterator<Item = ColumnQuery>) -> Self {
        let mut query = Self::default();
        for column in columns {
            query.add_image(column.position, column.kind, column.span, column.image);
        }
        query
    }

    /// Adds a column; returns its place in [`Table::columns`].
    pub(crate) fn add(&mut self, position: usize, kind: CellType, span: Span) -> usize {
        self.add_image(position, kind, span, ImageReading::default())
    }

    /// As [`TableQuery::add`], for a column of images that are read so.
    pub(crate) fn add_image(&mut self, position: usize, kind: CellType, span: Span, image: ImageReading) -> usize {
        let Self { columns, places } = self;
        *places.entry((position, kind, image.steps.clone(), image.skip)).or_insert_with(|| {
            columns.push(ColumnQuery { position, kind, span, image });
            columns.len() - 1
        })
    }
}
