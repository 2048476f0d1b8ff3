//! The cells of some rows as they were read, before any transform: what another program is given in place of a table.

use crate::data::input_mapping::{InputMapping, LabelUse, without_text};
use crate::data::io::bytes::MemoryBudget;
use crate::data::modality::columns::ModalityColumns;
use crate::data::modality::fitted::FittedModality;
use crate::data::preprocessing::Preprocessing;
use crate::data::source;
use crate::data::source::storage::Storage;
use crate::data::table::schema::CellType;
use crate::diag::Problems;
use crate::spec::Source;
use std::path::Path;

/// Bytes of the columns that may be in memory.
const MEMORY: usize = 1 << 30;

/// The cells of one column, row after row.
#[derive(Clone, Debug, PartialEq)]
pub enum RawCells {
    /// The numbers of each cell; not-a-number where it is empty, and for each step after the last of a list.
    Numbers(Vec<f64>),
    /// Texts and words, trimmed; an empty one where the cell is empty.
    Texts(Vec<String>),
    /// The pixels of each image, channel by channel and line by line, of the size that the model reads; none where the cell is
    /// empty.
    Pixels(Vec<Option<Vec<u8>>>),
}

/// The cells of the columns of each modality, in the order of `modalities`, on some rows of a source. `None` for a modality
/// whose columns the source does not have.
///
/// # Errors
/// If the source cannot be read, or lacks a column.
pub fn raw_cells(
    preprocessing: &Preprocessing,
    modalities: &[&str],
    (source, base): (&Source, &Path),
    rows: &[u64],
    cache: Option<&Path>,
) -> Result<Vec<Option<Vec<RawCells>>>, Problems> {
    let open = source::open(source, base, MEMORY)?;
    let found = InputMapping::find(preprocessing, modalities, LabelUse::Ignore, &open);
    let inputs = found.map_err(|problems| problems.into_iter().map(without_text).collect::<Problems>())?;
    let budget = MemoryBudget::new(MEMORY, cache);
    let read = open.read(&inputs.query, Storage { cache, budget: &budget })?;
    let rows: Vec<u32> = rows.iter().map(|row| *row as u32).filter(|row| (*row as usize) < read.table.rows).collect();
    let cells = |fitted: &FittedModality, columns: ModalityColumns<'_>| -> Vec<RawCells> {
        let width = columns.width() / fitted.columns.len().max(1);
        let cells = fitted.columns.iter().enumerate().map(|(at, column)| match column.cells {
            _ if columns.is_pixels() => RawCells::Pixels(
                rows.iter().map(|row| columns.pixels(*row).map(|pixels| pixels.into_owned())).collect(),
            ),
            CellType::Number(_) | CellType::Steps(_) | CellType::Image(_) => {
                let steps = columns.steps(&rows);
                let of_step = fitted.shape.0.last().copied().unwrap_or(1).max(1);
                let number = |place: usize, row: u32, number: usize| match &steps {
                    Some(steps) if number / of_step >= steps[place] => f64::NAN,
                    _ => columns.number(at * width + number, row as usize),
                };
                let numbers = rows.iter().enumerate();
                RawCells::Numbers(
                    numbers
                        .flat_map(|(place, row)| (0..width).map(move |at| (place, *row, at)))
                        .map(|(place, row, at)| number(place, row, at))
                        .collect(),
                )
            }
            CellType::Text | CellType::Word => {
                let place = columns.columns[at];
                let words = read.table.words(place).filter(|_| column.cells == CellType::Word);
                let text = |row: &u32| match &words {
                    Some(words) => words.get(*row as usize).to_owned(),
                    None => read.table.columns[place].text(*row as usize).to_owned(),
                };
                RawCells::Texts(rows.iter().map(text).collect())
            }
        });
        cells.collect()
    };
    let modality = |mapped: &crate::data::input_mapping::MappedModality<'_>| {
        mapped.columns().map(|columns| cells(mapped.fitted, columns.of(&read, &rows)))
    };
    Ok(inputs.modalities.iter().map(modality).collect())
}
