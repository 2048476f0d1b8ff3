//! The cells of the rows of a modality, and the errors for missing ones.

use crate::data::io::image_pixels::{channels_first, sized};
use crate::data::table::errors::CellErrors;
use crate::data::table::image_layout::{ImageLayout, size_steps};
use crate::data::table::loaded::LoadedTable;
use crate::data::table::schema::{CellType, ColumnQuery, ImageReading, Schema, TableQuery};
use crate::data::table::select::cell_type;
use crate::diag::{Code, Problem, Span};
use crate::spec::{MissingMarkers, ModalityKind, ModalitySpec, SizeStep};
use std::borrow::Cow;

/// The columns of a modality in a table and in the query that reads them.
pub(crate) struct ColumnPlaces {
    /// For each number of a row: which of the columns of the query, and which of the numbers of its cell.
    numbers: Vec<(usize, usize)>,
    /// Which of the columns of the query.
    columns: Vec<usize>,
    /// Their positions in the table.
    positions: Vec<usize>,
    /// What marks an empty cell in them.
    missing: MissingMarkers,
    /// What becomes of the bytes of an array that is an image.
    pixels: Option<ArrayPixels>,
}

/// What becomes of the bytes of an array that is an image.
struct ArrayPixels {
    layout: ImageLayout,
    steps: Vec<SizeStep>,
}

impl ColumnPlaces {
    /// Adds the columns of a modality, which are at these positions of the table, to a query.
    pub(crate) fn add(spec: &ModalitySpec, schema: &Schema, positions: Vec<usize>, query: &mut TableQuery) -> Self {
        let span = spec.columns.first().map_or(spec.span, |column| column.span);
        let kinds: Vec<CellType> = positions.iter().map(|position| cell_type(spec, schema, *position)).collect();
        let own = spec.missing();
        let missing = query.missing.and(&own);
        let steps: Vec<SizeStep> = size_steps(spec).collect();
        let mut add = |(position, kind): (&usize, &CellType)| {
            let wanted = ColumnQuery { missing: own.clone(), ..ColumnQuery::new(*position, *kind, span) };
            match kind {
                CellType::Image(_) if !schema.arrays.contains_key(position) => {
                    let place = spec.transforms.first().map_or((spec.span, false), |first| (first.span, true));
                    let place = Some(place).filter(|_| span != Span::default());
                    let image = ImageReading { steps: steps.clone(), skip: spec.skip_unreadable, place };
                    query.insert(ColumnQuery { image, ..wanted })
                }
                _ => query.insert(wanted),
            }
        };
        let columns: Vec<usize> = positions.iter().zip(&kinds).map(&mut add).collect();
        let layout = match positions.as_slice() {
            [position] => schema.arrays.get(position).and_then(|array| ImageLayout::of(&array.shape, spec)),
            _ => None,
        };
        let numbers = columns.iter().zip(&kinds).flat_map(|(column, kind)| match (kind, layout) {
            (CellType::Number(_), Some(layout)) => {
                layout.places().into_iter().map(|within| (*column, within)).collect()
            }
            // The first of its numbers is how many steps there are.
            (CellType::Steps([steps, width]), _) => (0..steps * width).map(|within| (*column, within + 1)).collect(),
            (CellType::Number(width), None) => (0..*width).map(|within| (*column, within)).collect(),
            _ => vec![],
        });
        let numbers = numbers.collect();
        let pixels = layout.map(|layout| ArrayPixels { layout, steps });
        Self { numbers, columns, positions, missing, pixels }
    }

    /// All columns of a table of cells of `width` numbers each; their positions in the table they were made from.
    pub(crate) fn of_numbers(width: usize, positions: Vec<usize>) -> Self {
        let columns: Vec<usize> = (0..positions.len()).collect();
        let numbers = columns.iter().flat_map(|column| (0..width).map(|within| (*column, within))).collect();
        Self { numbers, columns, positions, missing: MissingMarkers::default(), pixels: None }
    }

    /// These columns on some rows of a loaded table.
    pub(crate) fn of<'a>(&'a self, read: &'a LoadedTable, rows: &'a [u32]) -> ModalityColumns<'a> {
        let Self { numbers, columns, positions, missing, pixels } = self;
        ModalityColumns { read, rows, numbers, columns, positions, missing, pixels: pixels.as_ref() }
    }
}

/// One part's rows of one table, and the columns of a modality in it.
#[derive(Clone, Copy)]
pub(crate) struct ModalityColumns<'a> {
    /// The table.
    pub read: &'a LoadedTable,
    /// The rows of the part.
    pub rows: &'a [u32],
    /// For each number of a row: which of the columns that were read, and which of the numbers of its cell.
    numbers: &'a [(usize, usize)],
    /// The modality's columns among those that were read.
    pub columns: &'a [usize],
    /// Their positions in the table.
    pub positions: &'a [usize],
    /// What marks an empty cell in them.
    pub missing: &'a MissingMarkers,
    pixels: Option<&'a ArrayPixels>,
}

impl ModalityColumns<'_> {
    /// How many numbers a row has.
    pub(crate) fn width(&self) -> usize {
        self.numbers.len()
    }

    /// One of the numbers of some rows.
    pub(crate) fn gather(&self, at: usize, rows: &[u32], cells: &mut Vec<f64>) {
        let (column, within) = self.numbers[at];
        cells.clear();
        self.read.table.columns[column].gather(within, rows, cells);
    }

    /// The number of steps in the lists of some rows, where the modality is made of lists.
    pub(crate) fn steps(&self, rows: &[u32]) -> Option<Vec<usize>> {
        let column = &self.read.table.columns[*self.columns.first()?];
        match column.store.layout.kinds.get(column.place) {
            Some(CellType::Steps(_)) => {
                // NaN, where a joined table lacks the row, is no steps.
                Some(rows.iter().map(|row| column.number(*row as usize, 0) as usize).collect())
            }
            _ => None,
        }
    }

    /// One of the numbers of a row of the table.
    pub(crate) fn number(&self, at: usize, row: usize) -> f64 {
        let (column, within) = self.numbers[at];
        self.read.table.columns[column].number(row, within)
    }

    /// Whether rows are pixels rather than numbers.
    pub(crate) fn is_pixels(&self) -> bool {
        let kind = self.columns.first().and_then(|column| {
            let column = &self.read.table.columns[*column];
            column.store.layout.kinds.get(column.place)
        });
        matches!(kind, Some(CellType::Image(_)))
    }

    /// The pixels of a row of the table, if it has an image.
    pub(crate) fn pixels(&self, row: u32) -> Option<Cow<'_, [u8]>> {
        let stored = self.read.table.columns[self.columns[0]].pixels(row as usize)?;
        let Some(ArrayPixels { layout, steps }) = self.pixels else { return Some(Cow::Borrowed(stored)) };
        let [channels, height, width] = layout.size;
        let pixels = match layout.channels_last {
            true => Cow::Owned(channels_first(stored, channels)),
            false => Cow::Borrowed(stored),
        };
        match steps.as_slice() {
            [] => Some(pixels),
            steps => Some(Cow::Owned(sized(pixels.into_owned(), [height, width], steps).0)),
        }
    }

    /// The position of the column that one of the numbers is in.
    pub(crate) fn position(&self, at: usize) -> usize {
        let column = self.numbers.get(at).map_or(usize::MAX, |(column, _)| *column);
        let place = self.columns.iter().position(|known| *known == column).unwrap_or(0);
        self.positions.get(place).copied().unwrap_or(0)
    }
}

/// The text of all columns, or the declaration where they have none.
pub(crate) fn columns_of(spec: &ModalitySpec) -> Span {
    match (spec.columns.first(), spec.columns.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => spec.span,
    }
}

/// The rows that lack a modality which may not be missing: the problem with the first of them, and how many there are.
#[derive(Default)]
pub(crate) struct MissingRows(Option<(Problem, usize)>);

impl MissingRows {
    /// Counts a row of a part, whose cell in the first column is missing.
    ///
    /// Where problems are kept for each row, it goes to `errors`.
    pub(crate) fn add(
        &mut self,
        spec: &ModalitySpec,
        part: &ModalityColumns<'_>,
        row: usize,
        errors: Option<&mut CellErrors>,
    ) {
        if let Some(errors) = errors {
            return errors.push_row(row, missing_cell(spec, part, part.positions[0], row));
        }
        let first = || (missing_cell(spec, part, part.positions[0], row), 0);
        self.0.get_or_insert_with(first).1 += 1;
    }

    /// The problem, if a row is missing.
    pub(crate) fn finish(self, spec: &ModalitySpec) -> Result<(), Problem> {
        match self.0 {
            Some((problem, count)) => Err(not_optional(spec, problem, count)),
            None => Ok(()),
        }
    }
}

/// The problem with a cell that is missing where the modality is not optional: it is empty, or in a joined table that
/// has no such key.
pub(crate) fn missing_cell(spec: &ModalitySpec, part: &ModalityColumns<'_>, position: usize, row: usize) -> Problem {
    let row = part.rows[row] as usize;
    let place = part.read.place(Some(row), Some(position));
    let name = part.read.schema.column(position);
    match part.read.unmatched_table(row, position) {
        Some(table) => {
            let message = format!("`{table}` has no row for this key, and so no column `{name}` of `{}`", spec.name);
            Problem::error(Code::UnmatchedKey, message)
                .at(columns_of(spec), "nothing here says that it may be missing")
                .in_data(place)
        }
        None => {
            let message = format!("column `{name}` of `{}` has an empty cell", spec.name);
            Problem::error(Code::MissingValue, message)
                .at(columns_of(spec), "nothing here says what an empty cell stands for")
                .in_data(place)
        }
    }
}

/// The problem with a modality that is missing on `count` rows, and is not optional.
pub(crate) fn not_optional(spec: &ModalitySpec, mut problem: Problem, count: usize) -> Problem {
    if count > 1 {
        problem.message.push_str(&format!(", the first of {count} rows"));
    }
    let or = match spec.kind {
        ModalityKind::Text { .. } => ", or add `keep_missing` if an empty cell is a text without words",
        ModalityKind::Category { .. } => ", or add `keep_missing` if an empty cell is a value of its own",
        _ if spec.is_one_hot() => ", or add `keep_missing` before `one_hot` if an empty cell is a value of its own",
        _ => "",
    };
    problem.help(format!("write `modality {}?: ...` if it may be missing on a row{or}", spec.name))
}
