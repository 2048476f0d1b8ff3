//! A join of tables: the rows of the first, each with the columns of the others for the same key.
//!
//! Several rows of the first table may have one key; in the others keys are unique. A row of the first table without a
//! match has nothing from there: a modality that may be missing is missing, any other is an error and
//! is reported. Rows of the others that match nothing are not used. Both are counted in notes.

use crate::data::source::opened::{OpenTable, RowReader};
use crate::data::source::storage::{Storage, fingerprint};
use crate::data::table::columns::{Column, Table};
use crate::data::table::errors::shown;
use crate::data::table::loaded::LoadedTable;
use crate::data::table::origin::NOWHERE;
use crate::data::table::schema::{CellType, Schema, TableQuery};
use crate::data::table::word::canonical;
use crate::diag::{Code, DataPlace, Problem, Problems, nearest};
use crate::spec::{Source, Spanned};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// How many duplicate keys are reported one by one.
const SHOWN: usize = 10;

/// The joined tables, not read yet.
struct Join {
    members: Vec<Member>,
}

/// One of them.
struct Member {
    table: OpenTable,
    /// The column that holds the key, and the text that names it.
    key: (usize, Spanned<String>),
}

/// Joins the tables that `open` opens. `on` names the key of each, or of all.
pub(crate) fn open(
    sources: &[Source],
    on: &[Spanned<String>],
    open: &dyn Fn(&Source) -> Result<OpenTable, Problems>,
) -> Result<OpenTable, Problems> {
    let mut members = vec![];
    let mut problems = Problems::new();
    for (at, source) in sources.iter().enumerate() {
        let Some(on) = on.get(at).or(on.first()) else { continue };
        match open(source).and_then(|table| Ok((key(&table, on)?, table))) {
            Ok((key, table)) => members.push(Member { table, key: (key, on.clone()) }),
            Err(more) => problems.extend(more),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let join = Join { members };
    Ok(OpenTable::new(join.schema(), join.name(), join))
}

impl Join {
    /// The columns of all tables, one after the other.
    fn schema(&self) -> Schema {
        let mut schema = Schema { names: Some(vec![]), ..Schema::default() };
        for (at, Member { table, key }) in self.members.iter().enumerate() {
            let names = (0..table.schema.width).map(|position| match &table.schema.names {
                // A key of one name is one column: that of the first table.
                Some(names) if at > 0 && position == key.0 && names[position] == self.members[0].key.1.value => {
                    format!("{}.{}", table.name, names[position])
                }
                _ => table.schema.column(position),
            });
            schema.names.get_or_insert_default().extend(names);
            let arrays = table.schema.arrays.iter();
            schema.arrays.extend(arrays.map(|(position, array)| (schema.width + position, array.clone())));
            schema.width += table.schema.width;
        }
        schema
    }

    /// Its name.
    fn name(&self) -> String {
        let names: Vec<&str> = self.members.iter().map(|member| member.table.name.as_str()).collect();
        names.join(" with ")
    }
}

impl RowReader for Join {
    /// Reads the columns of the query, and the keys.
    fn read(&self, open: &OpenTable, query: &TableQuery, storage: Storage<'_>) -> Result<LoadedTable, Problems> {
        let mut queries: Vec<TableQuery> =
            self.members.iter().map(|_| TableQuery::new(query.missing.clone())).collect();
        // For each column of the query: its table, and its place among the columns read of that.
        let mut places = vec![];
        for wanted in &query.columns {
            let (mut member, mut position) = (0, wanted.position);
            while position >= self.members[member].table.schema.width {
                position -= self.members[member].table.schema.width;
                member += 1;
            }
            places.push((member, queries[member].add_marked(position, wanted.kind, wanted.span, &wanted.missing)));
        }
        let keys: Vec<usize> = (self.members.iter().zip(&mut queries))
            .map(|(member, query)| query.add(member.key.0, CellType::Text, member.key.1.span))
            .collect();
        let mut reads = vec![];
        let mut problems = Problems::new();
        for (member, query) in self.members.iter().zip(&queries) {
            match member.table.read(query, storage) {
                Ok(read) => reads.push(read),
                Err(more) => problems.extend(more),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        let mut maps: Vec<Option<Arc<Vec<u32>>>> = vec![None];
        let mut notes: Vec<String> = reads.iter_mut().flat_map(|read| std::mem::take(&mut read.notes)).collect();
        let first = &reads[0].table.columns[keys[0]];
        let rows = reads[0].table.rows;
        for ((member, read), key) in self.members.iter().zip(&reads).zip(&keys).skip(1) {
            match look_up(first, rows, &read.table.columns[*key], read, member) {
                Ok(map) if rows > 0 && read.table.rows > 0 && map.iter().all(|row| *row == NOWHERE) => {
                    problems.push(no_match((first, &reads[0]), (&read.table.columns[*key], read), member));
                }
                Ok(map) => {
                    notes.extend(unmatched(&map, read, &reads[0].name));
                    maps.push(Some(Arc::new(map)));
                }
                Err(more) => problems.extend(more),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        let columns = places.iter().map(|(member, column)| {
            let Column { store, place, .. } = reads[*member].table.columns[*column].clone();
            Column { store, place, rows: maps[*member].clone() }
        });
        let table = Table { rows, columns: columns.collect() };
        let contents: Vec<blake3::Hash> = reads.iter().map(|read| read.content).collect();
        let cached = reads.iter().all(|read| read.cached);
        let origins = reads.iter_mut().zip(maps).flat_map(|(read, map)| {
            read.origins.iter_mut().for_each(|origin| origin.rows.clone_from(&map));
            std::mem::take(&mut read.origins)
        });
        let origins = origins.collect();
        Ok(LoadedTable {
            table,
            schema: open.schema.clone(),
            origins,
            name: open.name.clone(),
            content: fingerprint(&contents),
            cached,
            notes,
        })
    }
}

/// The place of the key among the columns of a table.
fn key(table: &OpenTable, on: &Spanned<String>) -> Result<usize, Problem> {
    let names = table.schema.names.as_deref().unwrap_or_default();
    let places: Vec<usize> = (0..names.len()).filter(|at| names[*at] == on.value).collect();
    if let [place] = places[..] {
        return Ok(place);
    }
    let message = match places.len() {
        0 => format!("there is no column `{}` in `{}` to join on", on.value, table.name),
        many => format!("`{}` has {many} columns named `{}`", table.name, on.value),
    };
    let place = DataPlace { file: table.name.clone(), line: None, row: None, column: Some(on.value.clone()) };
    let problem = Problem::error(Code::MissingColumn, message).at(on.span, "the key of the join").in_data(place);
    Err(match nearest(&on.value, names.iter().map(String::as_str)) {
        Some(known) => problem.help(format!("did you mean `{known}`? Where the names differ: `on: [\"a\", \"b\"]`")),
        None => problem.help("where the tables name the key differently, name it for each: `on: [\"a\", \"b\"]`"),
    })
}

/// For each of the `rows` keys of the first table the row of `read` with the same key.
fn look_up(
    first: &Column,
    rows: usize,
    key: &Column,
    read: &LoadedTable,
    member: &Member,
) -> Result<Vec<u32>, Problems> {
    let mut known: HashMap<Cow<'_, str>, u32> = HashMap::with_capacity(read.table.rows);
    let mut twice = Problems::new();
    let mut more = 0;
    for row in 0..read.table.rows {
        let text = key.text(row);
        // Rows without a key match nothing.
        if text.is_empty() {
            continue;
        }
        if let Some(before) = known.insert(canonical(text), row as u32) {
            if twice.len() == SHOWN {
                more += 1;
                continue;
            }
            let message = format!("key `{}` occurs twice in `{}`", shown(text), read.name);
            let problem = Problem::error(Code::RepeatedKey, message).at(member.key.1.span, "joined on it here");
            let first = read.place(Some(before as usize), Some(member.key.0));
            let problem = problem.in_data(read.place(Some(row), Some(member.key.0)));
            twice.push(problem.help(format!("it occurs first in {first}; which of the two matches is ambiguous")));
        }
    }
    if more > 0 {
        let message = format!("and {more} more keys of `{}` like these", read.name);
        twice.push(Problem::error(Code::RepeatedKey, message).at(member.key.1.span, "joined on it here"));
    }
    if twice.has_errors() {
        return Err(twice);
    }
    Ok((0..rows).map(|row| known.get(&canonical(first.text(row))).copied().unwrap_or(NOWHERE)).collect())
}

/// The error of tables of which no key of one is a key of the other, with the first keys of both.
fn no_match(first: (&Column, &LoadedTable), other: (&Column, &LoadedTable), member: &Member) -> Problem {
    let ((own, own_read), (key, read)) = (first, other);
    let own_name = &own_read.name;
    let shown_keys = |column: &Column, rows: usize| {
        let keys: Vec<String> = (0..rows.min(3)).map(|row| format!("`{}`", shown(column.text(row)))).collect();
        keys.join(", ")
    };
    let message = format!("no key of `{own_name}` is a key of `{}`", read.name);
    let (ours, theirs) = (shown_keys(own, own_read.table.rows), shown_keys(key, read.table.rows));
    Problem::error(Code::UnmatchedKey, message)
        .at(member.key.1.span, "joined on it here")
        .in_data(read.place(None, Some(member.key.0)))
        .help(format!("the first keys of `{own_name}` are {ours}, those of `{}` are {theirs}", read.name))
}

/// Notes on keys without a match.
fn unmatched(map: &[u32], read: &LoadedTable, first: &str) -> Vec<String> {
    let mut used = vec![false; read.table.rows];
    let mut without = 0;
    for row in map {
        match used.get_mut(*row as usize) {
            Some(used) => *used = true,
            None => without += 1,
        }
    }
    let unused = used.iter().filter(|used| !**used).count();
    let mut notes = vec![];
    if without > 0 {
        notes.push(format!("{without} of {} rows of `{first}` have no match in `{}`", map.len(), read.name));
    }
    if unused > 0 {
        notes.push(format!("{unused} of {} rows of `{}` match no row of `{first}`", used.len(), read.name));
    }
    notes
}
