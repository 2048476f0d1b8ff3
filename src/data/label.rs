//! From the cells of the label's column to class indices. Does not depend on files.

use crate::data::empty_label::advise;
use crate::data::modality::fitted::InputColumn;
use crate::data::row_weights::FittedWeights;
use crate::data::table::columns::Words;
use crate::data::table::errors::shown;
use crate::data::table::loaded::LoadedTable;
use crate::data::table::word::{canonical, is_value};
use crate::diag::{Code, Problem, Problems, Span, nearest};
use crate::spec::{Classes, ColumnRef, DataSpec, LabelSpec, Select};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many labels outside of the classes are reported one by one.
const SHOWN: usize = 10;
/// Number of classes that are named in one sentence.
const MOST_NAMED: usize = 12;

/// The label's column in one table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LabelColumn<'a> {
    /// The table.
    pub read: &'a LoadedTable,
    /// The column among those that were read.
    pub column: usize,
    /// Its position in the table.
    pub position: usize,
}

impl LabelColumn<'_> {
    /// The rows that have a label; `None` where every row has one.
    pub(crate) fn labeled_rows(&self) -> Option<Vec<u32>> {
        let words = self.read.table.words(self.column)?;
        let empty = words.dictionary.iter().position(String::is_empty)? as u32;
        let rows: Vec<u32> =
            (0..self.read.table.rows as u32).filter(|row| words.codes[*row as usize] != empty).collect();
        (rows.len() < self.read.table.rows).then_some(rows)
    }
}

/// The label as it was read from the training tables: all that is needed to read the classes of new rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedLabel {
    /// Its name.
    pub name: String,
    /// The column that holds it.
    pub column: InputColumn,
    /// Names of the classes, in order.
    pub classes: Vec<String>,
    /// The content of a cell of the column.
    pub cells: LabelCells,
    /// What its rows weigh in the loss, where they do not all weigh 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<FittedWeights>,
}

/// The content of the cells of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelCells {
    /// The names of classes.
    Names,
    /// The indices of classes, from 0.
    Indices,
}

/// The classes and the class of every row.
#[derive(Debug)]
pub(crate) struct Labels {
    /// Names of the classes, in order.
    pub classes: Vec<String>,
    /// The content of the cells.
    pub cells: LabelCells,
    /// One array per table.
    pub rows: Vec<Vec<u32>>,
}

impl Labels {
    /// What was assumed of the cells, where they are indices of named classes: which index is which class, on how many rows.
    pub(crate) fn assumption(&self, spec: &LabelSpec) -> Option<String> {
        let (LabelCells::Indices, Classes::Named(_)) = (self.cells, &spec.classes) else { return None };
        let count = |class: usize| self.rows.iter().flatten().filter(|label| **label as usize == class).count();
        let named = self.classes.iter().enumerate().take(MOST_NAMED);
        let shown: Vec<String> = named.map(|(at, name)| format!("{at} is `{name}` ({} rows)", count(at))).collect();
        let more = if self.classes.len() > MOST_NAMED { ", ..." } else { "" };
        Some(format!("`{}` has indices in its cells: {}{more}", spec.name, shown.join(", ")))
    }
}

/// How a cell gives its class. The same encoding applies to all tables of a data set.
enum Reading {
    /// By its place among these words.
    Names(Vec<String>),
    /// By its index.
    Indices(usize),
}

impl Reading {
    fn class(&self, cell: &str) -> Option<u32> {
        match self {
            Reading::Names(names) => {
                let same = |name: &String| canonical(name) == canonical(cell);
                let exact = names.iter().position(|name| name == cell);
                exact.or_else(|| names.iter().position(same)).map(|class| class as u32)
            }
            Reading::Indices(count) => index(cell).filter(|index| *index < *count as u64).map(|index| index as u32),
        }
    }
}

/// The integer in a cell, `3`, `3.0` and `3.000e+00` alike; false is 0 and true is 1.
fn index(cell: &str) -> Option<u64> {
    let canonical = canonical(cell);
    let number: f64 = match canonical.as_ref() {
        "false" => 0.0,
        "true" => 1.0,
        number => number.parse().ok()?,
    };
    (number.fract() == 0.0 && (0.0..4e9).contains(&number)).then_some(number as u64)
}

/// Reads the label of every row.
///
/// Named classes are read by name if any cell is one of the names (`1.0` is `1`, `True` is `true`), or if a name is a number
/// or a truth value; else by index. Counted classes are read by index,
/// unless the cells are as many different words as there are classes and not all of them integers in range: then
/// the classes are these words in sorted order.
pub(crate) fn read(spec: &LabelSpec, tables: &[LabelColumn<'_>], data: Option<&DataSpec>) -> Result<Labels, Problems> {
    let columns: Vec<Words> =
        tables.iter().map(|table| table.read.table.words(table.column).unwrap_or_default()).collect();
    let cells = different_cells(&columns);
    let filled = cells.iter().filter(|(cell, _)| !cell.is_empty()).map(|(cell, count)| (*cell, *count)).collect();
    let reading = reading(&spec.classes, &filled);
    let rows = classes_of(spec, &reading, tables, &columns, &cells, data)?;
    let cells = match reading {
        Reading::Names(_) => LabelCells::Names,
        Reading::Indices(_) => LabelCells::Indices,
    };
    let classes = match (&spec.classes, reading) {
        (Classes::Named(names), _) => names.clone(),
        (Classes::Count(_), Reading::Names(names)) => names,
        (Classes::Count(count), Reading::Indices(_)) => (0..*count).map(|class| class.to_string()).collect(),
    };
    Ok(Labels { classes, cells, rows })
}

/// Reads the label of every row of a new table as those of the training tables were read.
pub(crate) fn read_fitted(label: &FittedLabel, table: LabelColumn<'_>) -> Result<Vec<u32>, Problems> {
    let spec = LabelSpec {
        name: label.name.clone(),
        classes: Classes::Named(label.classes.clone()),
        column: ColumnRef { select: Select::Position(table.position), span: Span::default() },
        type_span: Span::default(),
        span: Span::default(),
    };
    let reading = match label.cells {
        LabelCells::Names => Reading::Names(label.classes.clone()),
        LabelCells::Indices => Reading::Indices(label.classes.len()),
    };
    let columns = [table.read.table.words(table.column).unwrap_or_default()];
    let mut rows = classes_of(&spec, &reading, &[table], &columns, &different_cells(&columns), None)?;
    Ok(rows.pop().unwrap_or_default())
}

/// The class of every row of a new table by name: nothing where the cell is empty, and the cell itself where it is none of
/// the classes; and how many of those there are.
pub(crate) fn class_names<'a>(label: &'a FittedLabel, words: &'a Words) -> (Vec<Option<&'a str>>, usize) {
    let reading = match label.cells {
        LabelCells::Names => Reading::Names(label.classes.clone()),
        LabelCells::Indices => Reading::Indices(label.classes.len()),
    };
    let class = |cell: &'a String| reading.class(cell).and_then(|class| label.classes.get(class as usize));
    let names: Vec<(Option<&str>, bool)> = (words.dictionary.iter())
        .map(|cell| match class(cell) {
            Some(class) => (Some(class.as_str()), true),
            None => (Some(cell.as_str()).filter(|cell| !cell.is_empty()), cell.is_empty()),
        })
        .collect();
    let rows = words.codes.iter().map(|code| names[*code as usize]);
    let unknown = rows.clone().filter(|(_, known)| !known).count();
    (rows.map(|(name, _)| name).collect(), unknown)
}

/// Whether no row of a table has a label.
pub(crate) fn is_empty(table: LabelColumn<'_>) -> bool {
    table.read.table.words(table.column).is_none_or(|words| words.dictionary.iter().all(String::is_empty))
}

/// The different cells of all tables, and for each its first table and row, and its count.
fn different_cells(columns: &[Words]) -> BTreeMap<&str, (usize, usize, usize)> {
    let mut cells: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for (at, words) in columns.iter().enumerate() {
        for (row, code) in words.codes.iter().enumerate() {
            cells.entry(&words.dictionary[*code as usize]).or_insert((at, row, 0)).2 += 1;
        }
    }
    cells
}

/// The class of every row of every table.
fn classes_of(
    spec: &LabelSpec,
    reading: &Reading,
    tables: &[LabelColumn<'_>],
    columns: &[Words],
    cells: &BTreeMap<&str, (usize, usize, usize)>,
    data: Option<&DataSpec>,
) -> Result<Vec<Vec<u32>>, Problems> {
    let unknown: Vec<_> = cells.iter().filter(|(cell, _)| reading.class(cell).is_none()).collect();
    if let Some(problem) = another_number(spec, reading, cells) {
        return Err(problem.into());
    }
    if !unknown.is_empty() {
        let mut problems: Problems = unknown
            .iter()
            .take(SHOWN)
            .map(|(cell, (at, row, count))| match cell.is_empty() {
                true => advise(unknown_label(spec, reading, cell, *count, &tables[*at], *row), data),
                false => unknown_label(spec, reading, cell, *count, &tables[*at], *row),
            })
            .collect();
        if unknown.len() > SHOWN {
            let message = format!("and {} more different labels outside of the classes", unknown.len() - SHOWN);
            problems.push(Problem::error(Code::UnknownLabel, message).at(spec.span, "the classes are declared here"));
        }
        return Err(problems);
    }
    let rows = columns.iter().map(|words| {
        let classes: Vec<u32> = words.dictionary.iter().map(|cell| reading.class(cell).unwrap_or(0)).collect();
        words.codes.iter().map(|code| classes[*code as usize]).collect()
    });
    Ok(rows.collect())
}

fn reading<V>(classes: &Classes, cells: &BTreeMap<&str, V>) -> Reading {
    match classes {
        Classes::Named(names)
            if cells.keys().any(|cell| names.iter().any(|name| canonical(name) == canonical(cell)))
                || names.iter().any(|name| is_value(name)) =>
        {
            Reading::Names(names.clone())
        }
        // Where no cell is a name and few are integers, the words are reported and not the numbers.
        Classes::Named(names) if !mostly_integers(cells) => Reading::Names(names.clone()),
        Classes::Named(names) => Reading::Indices(names.len()),
        Classes::Count(count) => {
            let by_index = cells.keys().all(|cell| index(cell).is_some());
            let as_words = cells.len() == *count;
            if by_index || (!as_words && mostly_integers(cells)) {
                Reading::Indices(*count)
            } else if as_words {
                Reading::Names(cells.keys().map(|cell| (*cell).to_owned()).collect())
            } else {
                Reading::Names(vec![])
            }
        }
    }
}

fn mostly_integers<V>(cells: &BTreeMap<&str, V>) -> bool {
    2 * cells.keys().filter(|cell| index(cell).is_some()).count() >= cells.len()
}

/// The report for words that are not as many as the classes whose number is declared.
fn another_number(
    spec: &LabelSpec,
    reading: &Reading,
    cells: &BTreeMap<&str, (usize, usize, usize)>,
) -> Option<Problem> {
    let (Classes::Count(count), Reading::Names(names)) = (&spec.classes, reading) else { return None };
    let words: Vec<&str> = cells.keys().copied().collect();
    if !names.is_empty() || words.len() < 2 || words.len() > MOST_NAMED || words.contains(&"") {
        return None;
    }
    let named = words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ");
    let found = words.len();
    let message = format!("`{}` has {found} different labels, and `class[{count}]` declares {count}", spec.name);
    let right = format!("class[{named}]");
    Some(
        Problem::error(Code::UnknownLabel, message)
            .at(spec.type_span, "another number of classes")
            .help(format!("write `{right}`"))
            .edit(spec.type_span, right, false),
    )
}

fn unknown_label(
    spec: &LabelSpec,
    reading: &Reading,
    cell: &str,
    count: usize,
    table: &LabelColumn<'_>,
    row: usize,
) -> Problem {
    let rows = if count == 1 { String::new() } else { format!(" ({count} rows)") };
    let message = if cell.is_empty() {
        format!("`{}`: the label is empty{rows}", spec.name)
    } else {
        format!("`{}`: `{}` is none of the {} classes{rows}", spec.name, shown(cell), spec.classes.count())
    };
    let problem = Problem::error(Code::UnknownLabel, message)
        .at(spec.span, "the classes are declared here")
        .in_data(table.read.place(Some(row), Some(table.position)));
    let names = match (&spec.classes, reading) {
        (Classes::Named(names), _) => names.as_slice(),
        _ => &[],
    };
    if let Some(name) = nearest(cell, names.iter().map(String::as_str)).filter(|_| !cell.is_empty()) {
        return problem.help(format!("did you mean `{name}`?"));
    }
    match (&spec.classes, reading) {
        (Classes::Named(names), Reading::Names(_)) => problem.help(format!("the classes are {}", quoted(names))),
        (Classes::Named(names), Reading::Indices(count)) => problem.help(format!(
            "the classes are {}, or their indices 0 to {}",
            quoted(names),
            count.saturating_sub(1)
        )),
        (Classes::Count(_), Reading::Indices(count)) => {
            let last = count.saturating_sub(1);
            problem.help(format!("`class[{count}]` is the integers 0 to {last}; other labels can be declared by name"))
        }
        (Classes::Count(count), Reading::Names(_)) => {
            problem.help(format!("`class[{count}]` takes the integers from 0, or exactly {count} different words"))
        }
    }
}

fn quoted(names: &[String]) -> String {
    let mut list: Vec<String> = names.iter().take(MOST_NAMED).map(|name| format!("`{name}`")).collect();
    if names.len() > MOST_NAMED {
        list.push(format!("and {} more", names.len() - MOST_NAMED));
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::io::bytes::MemoryBudget;
    use crate::data::table::columns::Table;
    use crate::data::table::schema::{CellType, Schema, TableQuery};
    use crate::data::table::store::StoreWriter;

    fn classes(classes: Classes, cells: &[&str]) -> Result<(Vec<String>, Vec<u32>), Vec<Problem>> {
        let column = ColumnRef { select: Select::Position(0), span: Span::default() };
        let mut query = TableQuery::default();
        query.add(0, CellType::Word, Span::default());
        let mut writer = StoreWriter::new(&query, &MemoryBudget::new(1 << 20, None));
        for (row, cell) in cells.iter().enumerate() {
            writer.word(0, cell);
            writer.end_rows(1, 0, row as u64).unwrap();
        }
        let read = LoadedTable {
            table: Table::whole(writer.finish().unwrap()),
            schema: Schema { width: 1, ..Schema::default() },
            origins: vec![],
            name: "x".into(),
            content: blake3::hash(b""),
            cached: false,
            notes: vec![],
        };
        let spec = LabelSpec { name: "y".into(), classes, column, type_span: Span::default(), span: Span::default() };
        match super::read(&spec, &[LabelColumn { read: &read, column: 0, position: 0 }], None) {
            Ok(mut labels) => Ok((labels.classes, labels.rows.remove(0))),
            Err(problems) => Err(problems.into_iter().collect()),
        }
    }

    fn named(names: &[&str]) -> Classes {
        Classes::Named(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_cell_is_a_name_or_an_index() {
        let two = || named(&["background", "signal"]);
        assert_eq!(classes(two(), &["signal", "background"]).unwrap().1, [1, 0]);
        assert_eq!(classes(two(), &["1", "0", "1.0000e+00"]).unwrap().1, [1, 0, 1]);
        // Names come first, even where they look like indices.
        assert_eq!(classes(named(&["1", "0"]), &["1", "0"]).unwrap().1, [0, 1]);
        assert_eq!(classes(named(&["1", "0"]), &["1.0", "0.0", "1e0"]).unwrap().1, [0, 1, 0]);
        assert_eq!(classes(named(&["no", "true"]), &["True", "no", "TRUE"]).unwrap().1, [1, 0, 1]);
        // Names that are numbers are never taken for other numbers' indices.
        assert!(classes(named(&["2", "1"]), &["0", "0"]).is_err());
        // Truth values are the indices of two classes.
        assert_eq!(classes(two(), &["false", "true"]).unwrap().1, [0, 1]);
    }

    #[test]
    fn counted_classes_are_integers_or_as_many_words() {
        assert_eq!(
            classes(Classes::Count(3), &["2", "0"]).unwrap(),
            (vec!["0".into(), "1".into(), "2".into()], vec![2, 0])
        );
        assert_eq!(
            classes(Classes::Count(2), &["b", "a", "b"]).unwrap(),
            (vec!["a".into(), "b".into()], vec![1, 0, 1])
        );
        assert!(classes(Classes::Count(2), &["b", "a", "c"]).is_err());
        assert!(classes(Classes::Count(3), &["b", "a"]).is_err());
        assert!(classes(Classes::Count(2), &["a", ""]).is_err());
        // Of words that are as many as there are classes, only the empty one is none.
        let problems = classes(Classes::Count(2), &["a", "", "b", ""]).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].message, "`y`: the label is empty (2 rows)");
        assert!(problems[0].help.as_ref().unwrap().contains("unlabeled = drop"), "{:?}", problems[0].help);
    }

    #[test]
    fn labels_outside_of_the_classes_are_named() {
        let problems = classes(named(&["background", "signal"]), &["signal", "sginal", "sginal"]).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].code, Code::UnknownLabel);
        assert_eq!(problems[0].message, "`y`: `sginal` is none of the 2 classes (2 rows)");
        assert_eq!(problems[0].help.as_deref(), Some("did you mean `signal`?"));
        assert_eq!(classes(named(&["a", "b"]), &["0", "1", "2"]).unwrap_err().len(), 1);
        let many: Vec<String> = (0..30).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(classes(Classes::Count(10), &many).unwrap_err().len(), SHOWN + 1);
    }
}
