//! Where a table of new rows has the inputs of a model, and their preparation as the training rows were prepared.

use crate::data::io::bytes::MemoryBudget;
use crate::data::label::FittedLabel;
use crate::data::modality::columns::ColumnPlaces;
use crate::data::modality::fitted::{FittedModality, InputColumn};
use crate::data::modality::kinds;
use crate::data::modality::rows::{ModalityParts, ModalityRows};
use crate::data::modality::tally::Tally;
use crate::data::preprocessing::Preprocessing;
use crate::data::row_weights::{self, WeightColumn};
use crate::data::source::opened::OpenTable;
use crate::data::table::errors::CellErrors;
use crate::data::table::loaded::LoadedTable;
use crate::data::table::schema::{CellType, Schema, TableQuery};
use crate::data::table::select;
use crate::diag::{Code, Problem, Problems, Span, nearest};
use crate::spec::{ColumnRef, ModalitySpec};

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
    /// As [`LabelUse::Required`], but rows whose cell is empty are left out.
    RequiredOrDropped,
}

/// The columns of a table that the modalities of a model and its label are read from.
pub(crate) struct InputMapping<'a> {
    /// The modalities, in the order of the request.
    pub modalities: Vec<MappedModality<'a>>,
    /// The column of the label in the query, and its position in the table.
    pub label: Option<(usize, usize)>,
    /// The column of row weights, where labels are required and the table has it.
    weight: Option<(usize, usize)>,
    /// All columns that are read.
    pub query: TableQuery,
    /// The optional modalities that the table has no columns for.
    pub absent: Vec<String>,
    /// Sentences about these for the user.
    pub notes: Vec<String>,
}

/// A modality, and its columns in a table.
pub(crate) struct MappedModality<'a> {
    /// What was fitted to it.
    pub fitted: &'a FittedModality,
    /// Its declaration, which reads the columns of the table.
    pub spec: ModalitySpec,
    /// Its columns; none where it is absent.
    columns: Option<ColumnPlaces>,
}

impl MappedModality<'_> {
    /// Its columns in the table; none where it is absent.
    pub(crate) fn columns(&self) -> Option<&ColumnPlaces> {
        self.columns.as_ref()
    }
}

impl<'a> InputMapping<'a> {
    /// Finds the columns of modalities, of all that were fitted where `names` is empty, in a table.
    ///
    /// # Errors
    /// If a column is absent whose modality is not optional.
    pub(crate) fn find(
        preprocessing: &'a Preprocessing,
        names: &[&str],
        labels: LabelUse,
        open: &OpenTable,
    ) -> Result<Self, Problems> {
        let columns = select::ColumnFinder { schema: &open.schema, name: &open.name };
        let mut problems = Problems::new();
        let mut query = TableQuery::new(preprocessing.missing().clone());
        let label = match label_column(&preprocessing.label, labels, columns) {
            Ok(position) => position.map(|position| (query.add(position, CellType::Word, Span::default()), position)),
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let (mut modalities, mut absent, mut notes) = (vec![], vec![], vec![]);
        let mut weight = None;
        let column = preprocessing.label.weights.as_ref().and_then(|weights| weights.column.as_ref());
        if let Some(column) = column.filter(|_| labels == LabelUse::Required) {
            if is_there(&open.schema, column) {
                match columns.one_number(&ColumnRef { select: column.select(), span: Span::default() }) {
                    Ok(at) => weight = Some((query.add(at, CellType::Number(1), Span::default()), at)),
                    Err(problem) => problems.push(problem),
                }
            } else {
                let shown = column.shown();
                notes.push(format!("every row weighs the same in the loss: `{}` has no column `{shown}`", open.name));
            }
        }
        for fitted in requested(preprocessing, names)? {
            let spec = fitted.spec();
            let missing = fitted.columns.iter().find(|column| !is_there(&open.schema, column));
            let columns = match missing.filter(|_| fitted.optional) {
                Some(column) => {
                    notes.push(absence(fitted, column, open));
                    absent.push(fitted.name.clone());
                    None
                }
                None => match columns.of(&spec) {
                    Ok(positions) => Some(ColumnPlaces::add(&spec, &open.schema, positions, &mut query)),
                    Err(more) => {
                        problems.extend(more.into_iter().collect());
                        None
                    }
                },
            };
            modalities.push(MappedModality { fitted, spec, columns });
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(Self { modalities, label, weight, query, absent, notes })
    }

    /// The weights of the rows of a table that was read by the query, whose classes are these.
    pub(crate) fn row_weights(
        &self,
        preprocessing: &Preprocessing,
        read: &LoadedTable,
        labels: &[u32],
    ) -> Result<Vec<f64>, Problems> {
        let Some(weights) = &preprocessing.label.weights else { return Ok(vec![]) };
        let column = match self.weight {
            Some(column) => Some(WeightColumn { read, column, spec: None }.read()?),
            None => None,
        };
        let rows: Vec<u32> = (0..labels.len() as u32).collect();
        Ok(row_weights::of_rows(&rows, labels, column.as_deref(), weights.classes.as_deref()))
    }

    /// Prepares the rows of a table that was read by the query. Problems with single rows go to `errors`, where they are
    /// kept for each row.
    pub(crate) fn prepare(
        &self,
        read: &LoadedTable,
        budget: &MemoryBudget,
        mut errors: Option<&mut CellErrors>,
    ) -> Result<Vec<ModalityParts>, Problems> {
        let rows: Vec<u32> = (0..read.table.rows as u32).collect();
        let mut problems = Problems::new();
        let mut made = vec![];
        for MappedModality { fitted, spec, columns } in &self.modalities {
            let Some(columns) = columns else {
                let tally = Tally::missing(rows.len());
                let rows = vec![ModalityRows::missing(spec.shape.size(), rows.len())];
                made.push(ModalityParts { rows, notes: vec![], tally });
                continue;
            };
            match kinds::apply(spec, &fitted.transforms, &[columns.of(read, &rows)], budget, errors.as_deref_mut()) {
                Ok(parts) => made.push(parts),
                Err(more) => problems.extend(more),
            }
        }
        if problems.has_errors() { Err(problems) } else { Ok(made) }
    }
}

/// A problem without places and edits in the text of a pipeline: new rows are read without one.
pub(crate) fn without_text(mut problem: Problem) -> Problem {
    problem.labels.retain(|label| label.span != Span::default());
    problem.edits.clear();
    match problem.code {
        Code::ColumnCount => {
            problem.help("new rows have the same columns as those that the model was trained on, of the same shape")
        }
        Code::MissingValue | Code::UnmatchedKey => problem.help(
            "fill the cell or leave the row out; a model that is to do without it is trained with `modality NAME?`, \
             `impute` or `keep_missing`",
        ),
        _ => problem,
    }
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
        LabelUse::IfPresent | LabelUse::Required | LabelUse::RequiredOrDropped => {
            columns.one(&ColumnRef { select: label.column.select(), span: Span::default() }).map(Some)
        }
    }
}

/// Whether a table has a column.
pub(crate) fn is_there(schema: &Schema, column: &InputColumn) -> bool {
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
