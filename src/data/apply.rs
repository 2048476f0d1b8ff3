//! New rows, prepared as the training rows were: the same bits for the same cells. Requires no label and fits no
//! statistics.

use crate::data::dataset::{Subset, TableSummary};
use crate::data::io::bytes::MemoryBudget;
use crate::data::label::{self, FittedLabel, LabelColumn};
use crate::data::modality::columns::ColumnPlaces;
use crate::data::modality::fitted::{FittedModality, InputColumn};
use crate::data::modality::kinds;
use crate::data::modality::rows::ModalityRows;
use crate::data::preprocessing::Preprocessing;
use crate::data::presence::{self, RequiredComponents};
use crate::data::source;
use crate::data::source::opened::{OpenTable, Storage};
use crate::data::table::schema::{CellType, Schema, TableQuery};
use crate::data::table::select;
use crate::diag::{Checked, Code, Problem, Problems, Span, nearest};
use crate::spec::{ColumnRef, ModalitySpec, Part, Source};
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

/// Whether the labels of new rows are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelUse {
    /// Never: its column may be absent or hold any value.
    Ignore,
    /// If the table has the column and any cell of it is filled; then every cell is one of the classes.
    #[default]
    IfPresent,
    /// Always: the column exists, and every cell is one of the classes.
    Required,
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

/// A problem without places and edits in the text of a pipeline: new rows are read without one.
fn without_text(mut problem: Problem) -> Problem {
    problem.labels.retain(|label| label.span != Span::default());
    problem.edits.clear();
    match problem.code {
        Code::ColumnCount => {
            problem.help("new rows have the same columns as those that the model was trained on, of the same shape")
        }
        Code::MissingValue | Code::UnmatchedKey => problem.help(
            "fill the cell or leave the row out; a model that is to do without it is trained with `modality NAME?` or \
             `impute(mean)`",
        ),
        _ => problem,
    }
}

fn prepare(preprocessing: &Preprocessing, request: &ApplyRequest<'_>) -> Result<PreparedRows, Problems> {
    let modalities = requested(preprocessing, &request.modalities)?;
    let open = source::open(request.source, request.base)?;
    let columns = select::ColumnFinder { schema: &open.schema, name: &open.name };
    let mut problems = Problems::new();
    let mut query = TableQuery::default();
    let label = match label_column(&preprocessing.label, request.labels, columns) {
        Ok(position) => position.map(|position| (query.add(position, CellType::Word, Span::default()), position)),
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    // For each modality its declaration and its columns, none where it is absent.
    let mut places: Vec<(ModalitySpec, Option<ColumnPlaces>)> = vec![];
    let (mut absent, mut notes) = (vec![], vec![]);
    for fitted in &modalities {
        let spec = fitted.spec();
        let missing = fitted.columns.iter().find(|column| !is_there(&open.schema, column));
        match missing.filter(|_| fitted.optional) {
            Some(column) => {
                notes.push(absence(fitted, column, &open));
                absent.push(fitted.name.clone());
                places.push((spec, None));
            }
            None => match columns.of(&spec) {
                Ok(positions) => {
                    let found = ColumnPlaces::add(&spec, &open.schema, positions, &mut query);
                    places.push((spec, Some(found)));
                }
                Err(more) => problems.extend(more.into_iter().collect()),
            },
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let budget = MemoryBudget::new(request.memory, request.cache);
    let read = open.read(&query, Storage { cache: request.cache, budget: &budget })?;
    let rows: Vec<u32> = (0..read.table.rows as u32).collect();
    let mut subset = Subset { rows: rows.len(), row_ids: (0..rows.len() as u64).collect(), ..Subset::default() };
    if let Some((column, position)) = label {
        let column = LabelColumn { read: &read, column, position };
        if request.labels == LabelUse::Required || !label::is_empty(column) {
            match label::read_fitted(&preprocessing.label, column) {
                Ok(labels) => subset.labels = labels,
                Err(more) => problems.extend(more),
            }
        }
    }
    for (fitted, (spec, found)) in modalities.iter().zip(&places) {
        let Some(found) = found else {
            subset.modalities.push(ModalityRows::missing(spec.shape.size(), rows.len()));
            continue;
        };
        match kinds::apply(spec, &fitted.transforms, &[found.of(&read, &rows)], &budget) {
            Ok(made) => {
                subset.modalities.extend(made.rows);
                notes.extend(made.notes);
            }
            Err(more) => problems.extend(more),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    presence::check(&request.required, &[presence::PartTable { part: Part::Test, subset: &subset, read: &read }])?;
    let table = TableSummary {
        part: None,
        files: read.file_names(),
        row_files: read.row_file_names(),
        rows: rows.len(),
        cached: read.cached,
    };
    notes.extend(read.notes);
    Ok(PreparedRows { rows: subset, table, fingerprint: read.content.to_hex().to_string(), absent, notes })
}

/// The modalities of these names; all without names.
fn requested<'a>(preprocessing: &'a Preprocessing, names: &[&str]) -> Result<Vec<&'a FittedModality>, Problems> {
    if names.is_empty() {
        return Ok(preprocessing.modalities.iter().collect());
    }
    let known = || preprocessing.modalities.iter().map(|modality| modality.name.as_str());
    let found = names.iter().map(|name| {
        preprocessing.modality(name).ok_or_else(|| {
            let problem = Problem::error(Code::ModelMismatch, format!("nothing was fitted to the modality `{name}`"));
            match nearest(name, known()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("the pipeline, the weights and `preprocessing.json` belong to one run"),
            }
        })
    });
    found.collect::<Result<Vec<_>, _>>().map_err(Problems::from)
}

/// The position of the label, if it is to be read.
fn label_column(
    label: &FittedLabel,
    labels: LabelUse,
    columns: select::ColumnFinder<'_>,
) -> Result<Option<usize>, Problem> {
    match labels {
        LabelUse::Ignore => Ok(None),
        LabelUse::IfPresent if !is_there(columns.schema, &label.column) => Ok(None),
        LabelUse::IfPresent | LabelUse::Required => {
            columns.one(&ColumnRef { select: label.column.select(), span: Span::default() }).map(Some)
        }
    }
}

/// Whether a table has a column.
fn is_there(schema: &Schema, column: &InputColumn) -> bool {
    match (&column.name, &schema.names) {
        (Some(name), Some(names)) => names.contains(name),
        (Some(_), None) => false,
        (None, _) => column.position < schema.width,
    }
}

/// The note on an optional modality that is absent because the table lacks one of its columns.
fn absence(fitted: &FittedModality, column: &InputColumn, open: &OpenTable) -> String {
    let names = open.schema.names.as_deref().unwrap_or_default();
    let shown = column.shown();
    let near = nearest(&shown, names.iter().map(String::as_str));
    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!("`{}` is missing on every row: there is no column `{shown}` in `{}`{near}", fitted.name, open.name)
}
