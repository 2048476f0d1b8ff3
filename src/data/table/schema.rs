//! The columns of a table, what the cells of each are read as, and which of them are read. Independent of rows.

use crate::data::table::other_separator::OtherSeparator;
use crate::diag::Span;
use crate::shape::Shape;
use crate::spec::{MissingMarkers, SizeStep};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The columns of a table, known before its rows are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Schema {
    /// The names of the columns, if it has a header.
    pub names: Option<Vec<String>>,
    /// Number of columns.
    pub width: usize,
    /// The columns whose cells hold several numbers.
    pub arrays: BTreeMap<usize, ArrayType>,
    /// The columns whose cells have nested fields, as far as is known.
    pub nested: BTreeSet<usize>,
    /// What probably separates the cells of a text table that has one column.
    pub separator: Option<OtherSeparator>,
    /// Whether rows may have named columns that are not listed.
    pub more: bool,
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
        Self { width: names.len(), names: Some(names), ..Self::default() }
    }

    /// Lists a column that rows may have and that is not listed yet.
    pub(crate) fn expect(&mut self, name: &str, array: Option<ArrayType>) {
        let Some(names) = self.names.as_mut().filter(|names| self.more && !names.iter().any(|known| known == name))
        else {
            return;
        };
        names.push(name.to_owned());
        self.arrays.extend(array.map(|array| (self.width, array)));
        self.width += 1;
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
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnQuery {
    /// Its position in the table.
    pub position: usize,
    /// The type that its cells are read as.
    pub kind: CellType,
    /// The text that selects it.
    pub span: Span,
    /// How its images are read, where it holds images.
    pub image: ImageReading,
    /// What marks an empty cell in it.
    pub missing: MissingMarkers,
}

impl ColumnQuery {
    /// A column where only empty cells are empty.
    pub(crate) fn new(position: usize, kind: CellType, span: Span) -> Self {
        Self { position, kind, span, image: ImageReading::default(), missing: MissingMarkers::default() }
    }

    /// Whether the cells of another column are read alike.
    fn reads_as(&self, other: &Self) -> bool {
        let image = |column: &Self| (column.image.steps.clone(), column.image.skip);
        image(self) == image(other) && self.missing == other.missing
    }
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
    /// What marks an empty cell in every column, those of keys among them.
    pub missing: MissingMarkers,
    /// The places in `columns` of a position that is read as a type.
    places: HashMap<(usize, CellType), Vec<usize>>,
}

impl TableQuery {
    /// A query without columns, for tables where these cells are empty.
    pub(crate) fn new(missing: MissingMarkers) -> Self {
        Self { missing, ..Self::default() }
    }

    /// These columns.
    pub(crate) fn of(columns: impl IntoIterator<Item = ColumnQuery>) -> Self {
        let mut query = Self::default();
        for column in columns {
            query.insert(column);
        }
        query
    }

    /// Adds a column; returns its place in [`Table::columns`].
    pub(crate) fn add(&mut self, position: usize, kind: CellType, span: Span) -> usize {
        self.insert(ColumnQuery::new(position, kind, span))
    }

    /// Adds a column where these cells are empty too.
    pub(crate) fn add_marked(
        &mut self,
        position: usize,
        kind: CellType,
        span: Span,
        missing: &MissingMarkers,
    ) -> usize {
        self.insert(ColumnQuery { missing: missing.clone(), ..ColumnQuery::new(position, kind, span) })
    }

    /// Adds a column unless it is there, with the marks of every column; returns its place in [`Table::columns`].
    pub(crate) fn insert(&mut self, mut wanted: ColumnQuery) -> usize {
        wanted.missing = self.missing.and(&wanted.missing);
        let Self { columns, places, .. } = self;
        let alike = places.entry((wanted.position, wanted.kind)).or_default();
        let same = alike.iter().copied().find(|place| columns[*place].reads_as(&wanted));
        same.unwrap_or_else(|| {
            alike.push(columns.len());
            columns.push(wanted);
            columns.len() - 1
        })
    }
}
