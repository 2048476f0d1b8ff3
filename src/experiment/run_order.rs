//! The order and the selection of the runs of a list: by a column, under conditions on columns.

use super::run_list::{ListedRun, RunList};
use crate::diag::nearest;
use crate::spec::Metric;
use std::cmp::Ordering;
use std::str::FromStr;

/// A column of the table of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunColumn {
    /// The path of its folder.
    Run,
    /// When it was started.
    Date,
    /// The name of the pipeline.
    Pipeline,
    /// The combine.
    Combine,
    /// How far it came.
    Status,
    /// The metric on the validation rows.
    Valid,
    /// The metric on the test rows.
    Test,
    /// Seconds of training.
    Time,
    /// The tags.
    Tags,
}

impl RunColumn {
    /// Every column, in the order of the table.
    pub const ALL: [RunColumn; 9] = [
        RunColumn::Run,
        RunColumn::Date,
        RunColumn::Pipeline,
        RunColumn::Combine,
        RunColumn::Status,
        RunColumn::Valid,
        RunColumn::Test,
        RunColumn::Time,
        RunColumn::Tags,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            RunColumn::Run => "run",
            RunColumn::Date => "date",
            RunColumn::Pipeline => "pipeline",
            RunColumn::Combine => "combine",
            RunColumn::Status => "status",
            RunColumn::Valid => "valid",
            RunColumn::Test => "test",
            RunColumn::Time => "time",
            RunColumn::Tags => "tags",
        }
    }

    /// The cell of a run; `None` where it is empty.
    fn cell(self, run: &ListedRun, metric: Metric) -> Option<ColumnValue> {
        let text = |text: &str| Some(ColumnValue::Text(text.to_owned()));
        match self {
            RunColumn::Run => text(&run.run.to_string_lossy()),
            RunColumn::Date => run.started.clone().map(ColumnValue::Text),
            RunColumn::Pipeline => text(&run.pipeline),
            RunColumn::Combine => text(&run.combine),
            RunColumn::Status => text(run.status.as_str()),
            RunColumn::Valid => run.valid(metric).map(ColumnValue::Number),
            RunColumn::Test => run.test(metric).map(ColumnValue::Number),
            RunColumn::Time => run.seconds.map(ColumnValue::Number),
            RunColumn::Tags => (!run.tags.is_empty()).then(|| ColumnValue::Text(run.tags.join(", "))),
        }
    }
}

impl FromStr for RunColumn {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = || RunColumn::ALL.into_iter().map(RunColumn::as_str);
        RunColumn::ALL.into_iter().find(|column| column.as_str() == name).ok_or_else(|| match nearest(name, known()) {
            Some(near) => format!("there is no column `{name}`; did you mean `{near}`?"),
            None => format!("there is no column `{name}`; there are {}", known().collect::<Vec<_>>().join(", ")),
        })
    }
}

/// The content of a cell, for comparison.
#[derive(Clone, Debug, PartialEq)]
enum ColumnValue {
    Text(String),
    Number(f64),
}

impl ColumnValue {
    fn compare(&self, other: &ColumnValue) -> Ordering {
        match (self, other) {
            (ColumnValue::Text(a), ColumnValue::Text(b)) => a.cmp(b),
            (ColumnValue::Number(a), ColumnValue::Number(b)) => a.total_cmp(b),
            // All cells of a column are of one type.
            (ColumnValue::Text(_), ColumnValue::Number(_)) | (ColumnValue::Number(_), ColumnValue::Text(_)) => {
                Ordering::Equal
            }
        }
    }
}

/// `valid`, or `-valid` for the largest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunOrder {
    /// The column.
    pub column: RunColumn,
    /// Whether the largest comes first.
    pub descending: bool,
}

impl FromStr for RunOrder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        Ok(Self { column: name.parse()?, descending })
    }
}

/// A condition on a column: `combine=mulmix`, `valid<0.2`.
#[derive(Clone, Debug, PartialEq)]
pub struct RunFilter {
    column: RunColumn,
    relation: Relation,
    value: String,
    /// The value of a condition on numbers.
    number: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Different,
    Less,
    Greater,
    AtMost,
    AtLeast,
}

/// The longer ones first, so that `<=` is not read as `<`.
const RELATIONS: [(&str, Relation); 6] = [
    ("!=", Relation::Different),
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("=", Relation::Equal),
    ("<", Relation::Less),
    (">", Relation::Greater),
];

impl FromStr for RunFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected COLUMN=VALUE, such as `combine=mulmix`, `tags=paper` or `valid<0.2`";
        let at = text.find(['=', '!', '<', '>']).ok_or(EXPECTED)?;
        let (name, rest) = text.split_at(at);
        let relation = RELATIONS.into_iter().find_map(|(sign, relation)| Some((rest.strip_prefix(sign)?, relation)));
        let (value, relation) = relation.ok_or(EXPECTED)?;
        let (column, value): (RunColumn, _) = (name.trim().parse()?, value.trim().to_owned());
        let number = match column {
            RunColumn::Valid | RunColumn::Test | RunColumn::Time => {
                let expected = |_| format!("`{}` is a number, and `{value}` is none", column.as_str());
                Some(value.parse().map_err(expected)?)
            }
            _ => None,
        };
        Ok(Self { column, relation, value, number })
    }
}

impl RunFilter {
    /// Whether a run meets the condition. An empty cell differs from every value, and meets no other condition.
    fn holds(&self, run: &ListedRun, metric: Metric) -> bool {
        if self.column == RunColumn::Tags {
            let found = run.tags.contains(&self.value);
            return match self.relation {
                Relation::Equal => found,
                Relation::Different => !found,
                _ => false,
            };
        }
        let Some(cell) = self.column.cell(run, metric) else { return self.relation == Relation::Different };
        let value = self.number.map_or_else(|| ColumnValue::Text(self.value.clone()), ColumnValue::Number);
        // A date without a time is a whole day, a run without a folder has any.
        let cell = match (self.column, cell) {
            (RunColumn::Date, ColumnValue::Text(date)) => {
                ColumnValue::Text(date.chars().take(self.value.chars().count()).collect())
            }
            (RunColumn::Run, ColumnValue::Text(_)) if !self.value.contains(['/', '\\']) => {
                ColumnValue::Text(run.name())
            }
            (_, cell) => cell,
        };
        let order = cell.compare(&value);
        match self.relation {
            Relation::Equal => order.is_eq(),
            Relation::Different => order.is_ne(),
            Relation::Less => order.is_lt(),
            Relation::Greater => order.is_gt(),
            Relation::AtMost => order.is_le(),
            Relation::AtLeast => order.is_ge(),
        }
    }
}

impl RunList {
    /// Keeps the runs that meet all conditions. Conditions on `valid` and `test` are about `metric`.
    pub fn filter(&mut self, filters: &[RunFilter], metric: Metric) {
        self.runs.retain(|run| filters.iter().all(|filter| filter.holds(run, metric)));
    }

    /// Sorts the runs by a column; runs without a value in it come last, and equal ones stay in the order of their paths.
    pub fn sort(&mut self, order: RunOrder, metric: Metric) {
        self.runs.sort_by(|a, b| match (order.column.cell(a, metric), order.column.cell(b, metric)) {
            (Some(a), Some(b)) if order.descending => b.compare(&a),
            (Some(a), Some(b)) => a.compare(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::run_list::RunStatus;
    use super::*;
    use serde_json::json;

    fn run(name: &str, started: &str, error: Option<f64>, tags: &[&str]) -> ListedRun {
        let valid = error.map(|error| json!({ "error": error })).unwrap_or(json!({}));
        ListedRun {
            run: format!("runs/{name}").into(),
            started: Some(started.into()),
            pipeline: "p".into(),
            combine: name.trim_end_matches(|letter: char| letter.is_ascii_digit()).into(),
            status: RunStatus::Finished,
            valid: valid.as_object().cloned().unwrap_or_default(),
            test: serde_json::Map::new(),
            seconds: None,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        }
    }

    fn list() -> RunList {
        let runs = vec![
            run("mul1", "2026-01-31T10:00:00Z", Some(0.25), &["paper"]),
            run("mul2", "2026-02-01T10:00:00Z", None, &[]),
            run("add1", "2026-01-31T09:00:00Z", Some(0.125), &["paper", "final"]),
        ];
        RunList { runs, skipped: vec![] }
    }

    fn names(list: &RunList) -> Vec<String> {
        list.runs.iter().map(ListedRun::name).collect()
    }

    #[test]
    fn empty_cells_come_last_in_both_directions() {
        for (order, expected) in [
            ("valid", ["add1", "mul1", "mul2"]),
            ("-valid", ["mul1", "add1", "mul2"]),
            ("date", ["add1", "mul1", "mul2"]),
            ("-run", ["mul2", "mul1", "add1"]),
            ("test", ["mul1", "mul2", "add1"]),
        ] {
            let mut list = list();
            list.sort(order.parse().unwrap(), Metric::Error);
            assert_eq!(names(&list), expected, "{order}");
        }
    }

    #[test]
    fn conditions_are_on_texts_numbers_tags_and_days() {
        let cases: [(&[&str], &[&str]); 10] = [
            (&["combine=mul"], &["mul1", "mul2"]),
            (&["combine != mul"], &["add1"]),
            (&["valid<0.2"], &["add1"]),
            (&["valid>=0.125"], &["mul1", "add1"]),
            (&["valid!=0.25"], &["mul2", "add1"]),
            (&["tags=paper"], &["mul1", "add1"]),
            (&["tags!=final"], &["mul1", "mul2"]),
            (&["date=2026-01-31"], &["mul1", "add1"]),
            (&["date>2026-01-31"], &["mul2"]),
            (&["combine=mul", "tags=paper", "run=mul1"], &["mul1"]),
        ];
        for (filters, expected) in cases {
            let mut list = list();
            let parsed: Vec<RunFilter> = filters.iter().map(|filter| filter.parse().unwrap()).collect();
            list.filter(&parsed, Metric::Error);
            assert_eq!(names(&list), expected, "{filters:?}");
        }
    }

    #[test]
    fn unknown_columns_and_conditions_are_refused() {
        assert_eq!("vald".parse::<RunOrder>().unwrap_err(), "there is no column `vald`; did you mean `valid`?");
        for bad in ["combine", "combine!mul", "vald<1", "valid<much", "=3"] {
            assert!(bad.parse::<RunFilter>().is_err(), "{bad}");
        }
    }
}
