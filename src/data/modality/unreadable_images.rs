//! The rows of training data whose images cannot be read, where the pipeline leaves them out: counted, and the first named.

use crate::data::modality::columns::{ColumnPlaces, columns_of};
use crate::data::table::loaded::LoadedTable;
use crate::diag::{Code, DataPlace, Problem};
use crate::spec::{ModalitySpec, Part};

/// The rows that one modality leaves out of all parts.
#[derive(Default)]
pub(crate) struct UnreadableImages {
    count: usize,
    first: Option<DataPlace>,
    /// The parts of which nothing is left.
    emptied: Vec<Part>,
}

impl UnreadableImages {
    /// Removes the rows of a part that have no image.
    pub(crate) fn remove(&mut self, part: Part, rows: &mut Vec<u32>, places: &ColumnPlaces, read: &LoadedTable) {
        let before = rows.len();
        let columns = places.of(read, &[]);
        let mut first = None;
        rows.retain(|row| {
            let there = columns.pixels(*row).is_some();
            if !there {
                first.get_or_insert(*row as usize);
            }
            there
        });
        self.count += before - rows.len();
        if let (Some(row), None) = (first, &self.first) {
            self.first = Some(read.place(Some(row), columns.positions.first().copied()));
        }
        if before > 0 && rows.is_empty() {
            self.emptied.push(part);
        }
    }

    /// A sentence on them, nothing if there are none.
    ///
    /// # Errors
    /// If they are all rows of a part.
    pub(crate) fn finish(self, spec: &ModalitySpec) -> Result<Option<String>, Problem> {
        let Some(place) = self.first else { return Ok(None) };
        if let Some(part) = self.emptied.first() {
            let message = format!("`{}`: no row of `{}` has an image that can be read", spec.name, part.as_str());
            let problem = Problem::error(Code::BadImage, message).at(columns_of(spec), "read as images here");
            return Err(problem.in_data(place).help("without `on_error: skip` the fault of each is reported"));
        }
        let rows = if self.count == 1 { "1 row is".to_owned() } else { format!("{} rows are", self.count) };
        Ok(Some(format!("`{}`: {rows} left out without an image that can be read, the first is {place}", spec.name)))
    }
}
