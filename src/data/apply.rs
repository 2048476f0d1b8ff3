//! New rows, prepared as the training rows were: the same bits for the same cells. Requires no label and fits no
//! statistics.

use crate::data::dataset::{Subset, TableSummary};
use crate::data::input_mapping::{InputMapping, LabelUse, without_text};
use crate::data::io::bytes::MemoryBudget;
use crate::data::label::{self, LabelColumn};
use crate::data::preprocessing::Preprocessing;
use crate::data::presence::{self, RequiredComponents};
use crate::data::source;
use crate::data::source::storage::Storage;
use crate::data::unlabeled::LabeledTable;
use crate::diag::{Checked, Problems};
use crate::spec::{Part, Source, Unlabeled};
use std::path::Path;

/// The new rows, and how they are to be prepared.
#[derive(Clone, Debug)]
pub struct ApplyRequest<'a> {
    /// Where the rows are read from; [`source_of`](crate::data::source_of) makes it from the path of a file.
    pub source: &'a Source,
    /// The folder that relative paths start at.
    pub base: &'a Path,
    /// The modalities to prepare, in this order: the inputs of a plan. All that were fitted where this is empty.
    pub modalities: Vec<&'a str>,
    /// Whether labels are read.
    pub labels: LabelUse,
    /// The combines that must have a component present on every row.
    pub required: Vec<RequiredComponents<'a>>,
    /// The folder of the cache; `None` to keep nothing.
    pub cache: Option<&'a Path>,
    /// Number of bytes of the data that may be in memory; the rest is in temporary files that are removed with the
    /// process.
    pub memory: usize,
}

/// New rows in the form a model reads.
#[derive(Clone, Debug)]
pub struct PreparedRows {
    /// The rows, in the order of the table, with the modalities in the order of the request.
    /// [`Subset::has_labels`] says whether labels were read.
    pub rows: Subset,
    /// The table that was read.
    pub table: TableSummary,
    /// The content that was read, in hexadecimal; see [`Dataset::fingerprint`](crate::data::Dataset::fingerprint).
    pub fingerprint: String,
    /// Optional modalities that the table has no columns for: they are missing on every row.
    pub absent: Vec<String>,
    /// Sentences about the rows for the user.
    pub notes: Vec<String>,
}

/// Prepares new rows as the training rows were prepared.
///
/// The columns are found by their names, in any order; by their positions where the training table had no names.
/// A modality that is optional may be absent as a whole. Batches are made with [`Subset::batch`], as in training:
///
/// ```text
/// let source = data::source_of(Path::new("new.csv"), preprocessing.has_header())?;
/// let request = ApplyRequest { source: &source, base: Path::new(""), modalities: names_of_the_plans_inputs, .. };
/// let prepared = data::apply(&preprocessing, &request).value?;
/// let batch = prepared.rows.batch(&[0, 1, 2], &[0, 1]);
/// ```
///
/// # Errors
/// As [`load`](fn@crate::data::load): a missing column (`MMC0504`, with the name that may be meant), cells
/// that are not of their type, a value that is missing where the modality is not optional. The problems name places in
/// the data and none in a pipeline.
pub fn apply(preprocessing: &Preprocessing, request: &ApplyRequest<'_>) -> Checked<PreparedRows> {
    match prepare(preprocessing, request) {
        Ok(prepared) => Checked::new(prepared, Problems::new()),
        Err(problems) => {
            let mut problems: Problems = problems.into_iter().map(without_text).collect();
            problems.sort();
            Checked::failed(problems)
        }
    }
}

fn prepare(preprocessing: &Preprocessing, request: &ApplyRequest<'_>) -> Result<PreparedRows, Problems> {
    let open = source::open(request.source, request.base, request.memory)?;
    let inputs = InputMapping::find(preprocessing, &request.modalities, request.labels, &open)?;
    let budget = MemoryBudget::new(request.memory, request.cache);
    let read = open.read(&inputs.query, Storage { cache: request.cache, budget: &budget })?;
    let unlabeled = if request.labels == LabelUse::RequiredOrDropped { Unlabeled::Drop } else { Unlabeled::Error };
    let labeled = LabeledTable::new(read, inputs.label.map_or(usize::MAX, |(column, _)| column), unlabeled);
    let read = &labeled.read;
    let row_ids = (0..read.table.rows as u32).map(|row| labeled.row_id(row)).collect();
    let mut subset = Subset { rows: read.table.rows, row_ids, ..Subset::default() };
    let mut problems = Problems::new();
    if let Some((column, position)) = inputs.label {
        let column = LabelColumn { read, column, position };
        if request.labels != LabelUse::IfPresent || !label::is_empty(column) {
            match label::read_fitted(&preprocessing.label, column) {
                Ok(labels) => subset.labels = labels,
                Err(more) => problems.extend(more),
            }
            match inputs.row_weights(preprocessing, read, &subset.labels) {
                Ok(weights) => subset.weights = weights,
                Err(more) => problems.extend(more),
            }
        }
    }
    let mut notes = inputs.notes.clone();
    match inputs.prepare(read, &budget, None) {
        Ok(made) => {
            for made in made {
                subset.modalities.extend(made.rows);
                notes.extend(made.notes);
            }
        }
        Err(more) => problems.extend(more),
    }
    if problems.has_errors() {
        return Err(problems);
    }
    presence::check(&request.required, &[presence::PartTable { part: Part::Test, subset: &subset, read }])?;
    let table = TableSummary {
        part: None,
        files: read.file_names(),
        row_files: read.row_file_names(),
        rows: labeled.rows_read(),
        cached: read.cached,
    };
    notes.extend(read.notes.iter().cloned());
    notes.extend(labeled.note(&preprocessing.label.name));
    let fingerprint = read.content.to_hex().to_string();
    Ok(PreparedRows { rows: subset, table, fingerprint, absent: inputs.absent, notes })
}
