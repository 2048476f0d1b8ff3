//! The columns of a table of predictions, and rows of it. The same for the files of a run and for new rows.

use crate::diag::{Code, Problem};
use crate::exec::Decisions;
use crate::plan::LossSpec;
use arrow_array::{ArrayRef, BooleanArray, Float32Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a table of predictions holds.
#[derive(Clone, Debug)]
pub struct PredictionLayout {
    /// The columns of the input that are passed on.
    pub kept: Vec<Field>,
    /// Whether the number of the row is before the columns that are passed on, which name the row then; where none are
    /// passed on, it is always there.
    pub numbered: bool,
    /// What is before the names of all other columns, so that they differ from those that are passed on.
    pub prefix: String,
    /// Whether there are labels.
    pub label: bool,
    /// Whether there are the predicted class, the probabilities and the margin.
    pub decision: bool,
    /// The uncertainty from which a row has no predicted class, but a true `abstained`; no such column for `None`.
    pub abstain: Option<f64>,
    /// Whether there are the class losses.
    pub losses: bool,
    /// Whether there are the probabilities and weights of the components.
    pub components: bool,
    /// What becomes of rows with problems.
    pub rejected: RejectedRows,
}

/// What becomes of rows that cannot be predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectedRows {
    /// They are left out.
    Dropped,
    /// They stay without a prediction, and a column `error` says why.
    Null,
}

/// Some rows that were predicted.
#[derive(Clone, Copy)]
pub struct PredictionRows<'a> {
    /// The number of each row in its table, counted from 0.
    pub row_ids: &'a [u64],
    /// The columns that are passed on.
    pub kept: &'a [ArrayRef],
    /// The name of the class of each; ignored in a table without labels.
    pub labels: &'a [Option<&'a str>],
    /// What was decided on them.
    pub decisions: &'a Decisions,
    /// The rows that cannot be predicted, and why.
    pub rejected: &'a BTreeMap<usize, String>,
}

/// A table of predictions of one model.
#[derive(Clone, Debug)]
pub struct PredictionTable {
    layout: PredictionLayout,
    classes: Vec<String>,
    schema: SchemaRef,
}

impl PredictionTable {
    /// The table of a model that decides by `loss`.
    pub fn new(loss: &LossSpec, layout: PredictionLayout) -> Self {
        let own = |name: String, kind: DataType| Field::new(format!("{}{name}", layout.prefix), kind, true);
        let number = |name: String| own(name, DataType::Float32);
        let numbered = layout.numbered || layout.kept.is_empty();
        let mut fields = vec![];
        if numbered {
            fields.push(own("row".into(), DataType::UInt64));
        }
        let first = fields.len();
        fields.extend(layout.kept.iter().cloned());
        if layout.label {
            fields.push(own("label".into(), DataType::Utf8));
        }
        if layout.decision {
            fields.push(own("prediction".into(), DataType::Utf8));
            fields.extend(loss.classes.iter().map(|class| number(format!("p_{class}"))));
            fields.push(number("margin".into()));
            if layout.abstain.is_some() {
                fields.push(own("abstained".into(), DataType::Boolean));
            }
        }
        if layout.losses {
            fields.extend(loss.classes.iter().map(|class| number(format!("loss_{class}"))));
        }
        if layout.components {
            for component in &loss.components {
                let name = &component.name;
                fields.extend(loss.classes.iter().map(|class| number(format!("p_{name}_{class}"))));
            }
            fields.extend(loss.components.iter().map(|component| number(format!("q_{}", component.name))));
        }
        if layout.rejected == RejectedRows::Null {
            fields.push(own("error".into(), DataType::Utf8));
        }
        // The name of a row gives way to the name of a column.
        for at in first..first + if numbered { layout.kept.len() } else { 0 } {
            if fields.iter().enumerate().any(|(other, field)| other != at && field.name() == fields[at].name()) {
                fields[at] = fields[at].clone().with_name("id");
            }
        }
        let layout = PredictionLayout { numbered, ..layout };
        Self { layout, classes: loss.classes.clone(), schema: Arc::new(Schema::new(fields)) }
    }

    /// The problem that two columns have the same name (`MMC0522`), if there is one.
    pub fn collision(&self) -> Option<Problem> {
        let names: Vec<&String> = self.schema.fields().iter().map(|field| field.name()).collect();
        let at = (0..names.len()).find(|at| names[..*at].contains(&names[*at]))?;
        Some(collision(names[at], at < self.layout.kept.len() + usize::from(self.layout.numbered)))
    }

    /// Whether rows that cannot be predicted are in it.
    pub fn keeps_rejected(&self) -> bool {
        self.layout.rejected == RejectedRows::Null
    }

    /// The columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Rows of the table.
    ///
    /// # Errors
    /// If the columns that are passed on are not those of the layout.
    pub fn batch(&self, rows: PredictionRows<'_>) -> Result<RecordBatch, ArrowError> {
        let PredictionRows { row_ids, kept, labels, decisions, rejected } = rows;
        let layout = &self.layout;
        let mut columns: Vec<ArrayRef> = vec![];
        if layout.numbered {
            columns.push(Arc::new(UInt64Array::from(row_ids.to_vec())));
        }
        columns.extend_from_slice(kept);
        if layout.label {
            columns.push(Arc::new(labels.iter().copied().collect::<StringArray>()));
        }
        let good = |row: usize| !rejected.contains_key(&row);
        let numbers = |number: &dyn Fn(usize) -> Option<f64>| -> ArrayRef {
            let cell = |row: usize| number(row).filter(|_| good(row)).map(|number| number as f32);
            Arc::new((0..decisions.rows).map(cell).collect::<Float32Array>())
        };
        let classes = decisions.classes;
        let predicted = |row: usize| decisions.predicted[row] as usize;
        if layout.decision {
            let abstains = |row: usize| layout.abstain.is_some_and(|from| decisions.uncertainty(row) >= from);
            let class = |row: usize| self.classes.get(predicted(row)).filter(|_| good(row) && !abstains(row));
            columns.push(Arc::new((0..decisions.rows).map(class).collect::<StringArray>()));
            for class in 0..classes {
                columns.push(numbers(&|row| Some(decisions.probabilities[row * classes + class])));
            }
            columns.push(numbers(&|row| {
                Some(decision_margin(&decisions.class_losses[row * classes..(row + 1) * classes], predicted(row)))
            }));
            if layout.abstain.is_some() {
                let cell = |row: usize| good(row).then(|| abstains(row));
                columns.push(Arc::new((0..decisions.rows).map(cell).collect::<BooleanArray>()));
            }
        }
        if layout.losses {
            for class in 0..classes {
                columns.push(numbers(&|row| Some(decisions.class_losses[row * classes + class])));
            }
        }
        if layout.components {
            for component in &decisions.components {
                let probabilities = &component.probabilities;
                for class in 0..classes {
                    columns
                        .push(numbers(&|row| component.is_present(row).then(|| probabilities[row * classes + class])));
                }
            }
            for component in &decisions.components {
                columns.push(numbers(&|row| {
                    component.is_present(row).then(|| component.q[row * classes + predicted(row)])
                }));
            }
        }
        if layout.rejected == RejectedRows::Null {
            let error = |row: usize| rejected.get(&row).map(String::as_str);
            columns.push(Arc::new((0..decisions.rows).map(error).collect::<StringArray>()));
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        if layout.rejected == RejectedRows::Null || rejected.is_empty() {
            return Ok(batch);
        }
        filter_record_batch(&batch, &(0..decisions.rows).map(|row| Some(good(row))).collect::<BooleanArray>())
    }
}

/// The class loss of the runner-up less that of the decision.
pub fn decision_margin(losses: &[f64], decision: usize) -> f64 {
    let others = losses.iter().enumerate().filter(|(class, _)| *class != decision).map(|(_, loss)| *loss);
    others.fold(f64::INFINITY, f64::min) - losses[decision]
}

fn collision(name: &str, kept: bool) -> Problem {
    let message = format!("two columns of the result are named `{name}`");
    Problem::error(Code::ColumnCollision, message).help(match kept {
        true => "keep only one of the columns of this name",
        false => "put a prefix before the names of the columns that are added, with `--prefix mmc_` for example",
    })
}
