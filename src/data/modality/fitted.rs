//! A modality with what was fitted to its training rows, as plain data: all that is needed to prepare new rows of it.

use crate::data::modality::transform::FittedTransform;
use crate::data::table::schema::{CellType, Schema};
use crate::diag::Span;
use crate::shape::Shape;
use crate::spec::{ColumnRef, DatePart, MissingMarkers, ModalityKind, ModalitySpec, Select, Transform, TransformKind};
use serde::{Deserialize, Serialize};

/// A column that a modality or the label is made of, as it was in the training table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputColumn {
    /// Its name; none in a table whose columns have no names, and where several columns have the same one.
    pub name: Option<String>,
    /// Its position in the training table, counted from 0. A column without a name is found by it.
    pub position: usize,
    /// The type its cells are read as.
    pub cells: CellType,
    /// The words and numbers that mark an empty cell.
    #[serde(default, skip_serializing_if = "MissingMarkers::is_empty")]
    pub missing: MissingMarkers,
}

impl InputColumn {
    /// The column of a table at a position.
    pub(crate) fn of(schema: &Schema, position: usize, cells: CellType) -> Self {
        let name = schema.names.as_ref().and_then(|names| {
            let name = names.get(position)?;
            (names.iter().filter(|other| *other == name).count() == 1).then(|| name.clone())
        });
        Self { name, position, cells, missing: MissingMarkers::default() }
    }

    /// The column with these marks of empty cells.
    pub(crate) fn with_missing(self, missing: MissingMarkers) -> Self {
        Self { missing, ..self }
    }

    /// The way it is selected in a table: by name, else by position.
    pub(crate) fn select(&self) -> Select {
        self.name.clone().map_or(Select::Position(self.position), Select::Name)
    }

    /// The column in messages: its name, or its position.
    pub fn shown(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.position.to_string())
    }
}

/// A modality with its fitted transforms: all that is needed to prepare new rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedModality {
    /// Its name.
    pub name: String,
    /// What kind of signal it is.
    pub kind: ModalityKind,
    /// The shape of one row.
    pub shape: Shape,
    /// Whether it may be missing on a row.
    pub optional: bool,
    /// The columns it is made of, in order.
    pub columns: Vec<InputColumn>,
    /// Its transforms in order, with what was fitted to the training rows.
    pub transforms: Vec<FittedTransform>,
}

impl FittedModality {
    /// The result of all transforms for a cell of one of its columns; NaN where it is missing after them.
    pub fn apply(&self, column: usize, cell: f64) -> f64 {
        self.transforms.iter().fold(cell, |cell, transform| transform.apply(column, cell))
    }

    /// The names of its columns, or positions where they have no names.
    pub fn column_names(&self) -> Vec<String> {
        self.columns.iter().map(InputColumn::shown).collect()
    }

    /// The numbers of each of its cells, by name; none unless its columns hold dates.
    fn date_names(&self) -> Vec<String> {
        let parts = self.transforms.iter().find_map(|transform| match transform {
            FittedTransform::Date { parts, .. } => Some(parts),
            _ => None,
        });
        parts.map_or_else(Vec::new, |parts| parts.iter().flat_map(DatePart::names).collect())
    }

    /// The column that one of its numbers comes from, where each comes from one.
    pub(crate) fn source_column(&self, number: usize) -> Option<&InputColumn> {
        self.columns.get(number / self.date_names().len().max(1))
    }

    /// One of its numbers in messages: the name of its column, and the part of a date.
    pub(crate) fn number_name(&self, number: usize) -> String {
        let column = self.source_column(number).map(InputColumn::shown).unwrap_or_default();
        match self.date_names() {
            names if names.is_empty() => column,
            names => format!("{column} ({})", names[number % names.len()]),
        }
    }

    /// 1 if rare words have an id together, else 0.
    fn rare_ids(&self) -> usize {
        let grouped =
            |transform: &&FittedTransform| matches!(transform, FittedTransform::GroupRare { rare } if !rare.is_empty());
        usize::from(self.transforms.iter().any(|transform| grouped(&transform)))
    }

    /// Whether its tokens are words.
    pub(crate) fn has_words(&self) -> bool {
        matches!(self.transforms.last(), Some(FittedTransform::Words { .. }))
    }

    /// The declaration that reads its columns from another table, without places in a text.
    pub(crate) fn spec(&self) -> ModalitySpec {
        let span = Span::default();
        let column = |column: &InputColumn| ColumnRef { select: column.select(), span };
        // Of the transforms only these decide how cells are read.
        let cells = self.transforms.iter().filter_map(|transform| match transform {
            FittedTransform::OneHot { .. } => Some(TransformKind::OneHot),
            FittedTransform::Date { parts, forms } => {
                Some(TransformKind::Date { parts: parts.clone(), forms: forms.clone() })
            }
            FittedTransform::Size(step) => Some(TransformKind::Size(*step)),
            _ => None,
        });
        let marked = self.columns.first().map(|column| &column.missing).filter(|missing| !missing.is_empty());
        let missing = marked
            .map(|missing| TransformKind::Missing { values: missing.numbers.clone(), words: missing.words.clone() });
        ModalitySpec {
            name: self.name.clone(),
            doc: vec![],
            kind: self.kind,
            shape: self.shape.clone(),
            optional: self.optional,
            columns: self.columns.iter().map(column).collect(),
            skip_unreadable: false,
            transforms: missing.into_iter().chain(cells).map(|kind| Transform { kind, span }).collect(),
            span,
            type_span: span,
        }
    }

    /// The inconsistency in it, if there is one: statistics of another number than there are features, for example.
    pub(crate) fn inconsistency(&self) -> Option<String> {
        let Self { name, shape, transforms, columns, .. } = self;
        if columns.is_empty() {
            return Some(format!("`{name}` has no columns"));
        }
        let planes = shape.0.first().copied().unwrap_or(1);
        let features = match self.kind {
            ModalityKind::Sequence | ModalityKind::PaddedSequence => shape.0.last().copied().unwrap_or(1),
            _ => shape.size(),
        };
        let statistics = transforms.iter().find_map(|transform| {
            // Images are standardized by channel.
            let expected = match (transform, self.kind) {
                (FittedTransform::Standardize { .. }, ModalityKind::Image) => planes,
                _ => features,
            };
            let found = transform.statistics().into_iter().map(<[f64]>::len).find(|found| *found != expected)?;
            Some(format!("a transform of `{name}` has {found} statistics where {expected} are expected"))
        });
        statistics.or_else(|| match (self.kind, transforms.last(), transforms.last()) {
            (ModalityKind::Text { vocabulary: ids }, last, _) => match last {
                Some(FittedTransform::Chars { max, vocabulary } | FittedTransform::Words { max, vocabulary })
                    if *max == shape.size() && vocabulary.len() + 2 <= ids =>
                {
                    None
                }
                _ => Some(format!("the text `{name}` has no vocabulary that fits its type")),
            },
            (ModalityKind::Category { count }, _, last) => match last {
                Some(FittedTransform::Category { values }) if values.len() + self.rare_ids() <= count => None,
                _ => Some(format!("the category `{name}` has no list of values that fits its type")),
            },
            _ if let Some(FittedTransform::Date { parts, .. }) = transforms.first()
                && columns.len() * parts.iter().map(DatePart::width).sum::<usize>() != shape.size() =>
            {
                Some(format!("the dates of `{name}` have parts that do not fit its type"))
            }
            (_, _, Some(FittedTransform::OneHot { values })) if values.len() + self.rare_ids() > shape.size() => {
                Some(format!("`{name}` has {} values for {} numbers", values.len(), shape.size()))
            }
            _ => None,
        })
    }
}
