//! Prepared rows of a modality, in memory or in a mapped file: written once, read in any order. Independent of tables.

use crate::data::io::bytes::{Bytes, Growing, MemoryBudget};
use crate::data::modality::pixel_scale::PixelScale;
use crate::data::modality::tally::Tally;
use crate::data::random::Draw;
use crate::spec::ModalitySpec;
use std::io;
use std::sync::Arc;

/// A modality of a part of the data.
#[derive(Clone, Debug, Default)]
pub struct ModalityRows {
    /// Numbers of one row.
    pub width: usize,
    /// Which rows have it; `None` unless it may be missing.
    pub present: Option<Vec<bool>>,
    cells: Arc<Bytes>,
    /// How bytes become numbers; without this, the cells are numbers already.
    pixels: Option<Arc<PixelScale>>,
}

impl PartialEq for ModalityRows {
    fn eq(&self, other: &Self) -> bool {
        (self.width, &self.present, &self.pixels) == (other.width, &other.present, &other.pixels)
            && self.cells[..] == other.cells[..]
    }
}

/// The rows that a modality has in every part of the data.
pub(crate) struct ModalityParts {
    /// The rows of each part.
    pub rows: Vec<ModalityRows>,
    /// Sentences about them for the user.
    pub notes: Vec<String>,
    /// What they have that no training row had.
    pub tally: Tally,
}

impl ModalityParts {
    /// The rows of each part, with the notes on what is counted in `tally`. `words` is whether tokens are words.
    pub(crate) fn counted(rows: Vec<ModalityRows>, tally: Tally, spec: &ModalitySpec, words: bool) -> Self {
        Self { rows, notes: tally.notes(&spec.name, words, spec.shape.size()), tally }
    }
}

impl ModalityRows {
    /// The rows of these numbers, row by row.
    pub fn of_numbers(width: usize, numbers: &[f32], present: Option<Vec<bool>>) -> Self {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        Self { width, present, cells: Arc::new(Bytes::Held(bytes)), pixels: None }
    }

    /// `rows` rows that all lack the modality.
    pub(crate) fn missing(width: usize, rows: usize) -> Self {
        Self::of_numbers(width, &vec![0.0; width * rows], Some(vec![false; rows]))
    }

    /// Adds the numbers of a row to `numbers`; with a `draw`, as a training row.
    pub fn extend(&self, numbers: &mut Vec<f32>, row: u32, draw: Option<Draw>) {
        let at = row as usize * self.width;
        match &self.pixels {
            None => {
                let row = self.cells[4 * at..4 * (at + self.width)].as_chunks::<4>().0;
                numbers.extend(row.iter().map(|number| f32::from_le_bytes(*number)));
            }
            // A missing image is zeros after scaling, not a black image.
            Some(_) if self.present.as_ref().is_some_and(|present| !present[row as usize]) => {
                numbers.resize(numbers.len() + self.width, 0.0);
            }
            Some(pixels) => {
                let length = pixels.cell_length();
                let cells = &self.cells[length * at..length * (at + self.width)];
                pixels.extend(numbers, cells, row, draw);
            }
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        let length = self.width * self.pixels.as_ref().map_or(4, |pixels| pixels.cell_length());
        self.cells.len() / length.max(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of the numbers of a row, without random changes.
    pub fn number(&self, row: usize, at: usize) -> f32 {
        match &self.pixels {
            None => {
                let cell = self.cells[4 * (row * self.width + at)..].first_chunk::<4>();
                cell.map_or(f32::NAN, |cell| f32::from_le_bytes(*cell))
            }
            Some(_) => {
                let mut numbers = vec![];
                self.extend(&mut numbers, row as u32, None);
                numbers[at]
            }
        }
    }

    /// The numbers of all rows, row by row, without random changes.
    pub fn values(&self) -> Vec<f32> {
        let mut numbers = vec![];
        (0..self.len()).for_each(|row| self.extend(&mut numbers, row as u32, None));
        numbers
    }

    /// With the scale and shift of its bytes.
    pub(crate) fn with_pixels(mut self, pixels: Arc<PixelScale>) -> Self {
        self.pixels = Some(pixels);
        self
    }
}

/// A writer of prepared rows.
pub(crate) struct RowsWriter {
    width: usize,
    growing: Growing,
    present: Option<Vec<bool>>,
    row: Vec<u8>,
}

impl RowsWriter {
    /// A writer for rows of `width` numbers.
    pub(crate) fn new(width: usize, optional: bool, budget: &MemoryBudget) -> Self {
        Self { width, growing: Growing::new(budget), present: optional.then(Vec::new), row: vec![] }
    }

    fn mark(&mut self, there: bool) {
        if let Some(present) = &mut self.present {
            present.push(there);
        }
    }

    /// Adds a row of numbers, or one that is missing.
    pub(crate) fn push(&mut self, numbers: Option<&[f32]>) -> io::Result<()> {
        match numbers {
            Some(numbers) => {
                self.mark(true);
                self.row.clear();
                self.row.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
                self.growing.write(&self.row)
            }
            None => {
                self.mark(false);
                self.row.clear();
                self.row.resize(4 * self.width, 0);
                self.growing.write(&self.row)
            }
        }
    }

    /// The bytes of the numbers of so many first rows, zeros, to be written in any order; then
    /// [`RowsWriter::mark_all`] says which rows there are. `None` where they may not be in memory.
    pub(crate) fn claim(&mut self, rows: usize) -> Option<&mut [u8]> {
        self.growing.claim(rows.checked_mul(4 * self.width)?)
    }

    /// Which of the next rows are there.
    pub(crate) fn mark_all(&mut self, there: &[bool]) {
        if let Some(present) = &mut self.present {
            present.extend_from_slice(there);
        }
    }

    /// Adds rows as the bytes of their numbers, those that are missing as zeros.
    pub(crate) fn push_cells(&mut self, cells: &[u8], there: &[bool]) -> io::Result<()> {
        self.mark_all(there);
        self.growing.write(cells)
    }

    /// Adds a row of bytes, or one that is missing.
    pub(crate) fn push_bytes(&mut self, bytes: Option<&[u8]>) -> io::Result<()> {
        self.mark(bytes.is_some());
        self.row.clear();
        self.row.extend_from_slice(bytes.unwrap_or_default());
        self.row.resize(self.width, 0);
        self.growing.write(&self.row)
    }

    /// All of them.
    pub(crate) fn finish(self) -> io::Result<ModalityRows> {
        Ok(ModalityRows {
            width: self.width,
            present: self.present,
            cells: Arc::new(self.growing.finish()?),
            pixels: None,
        })
    }
}
