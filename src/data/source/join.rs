//! Several tables as one: the rows of the first, and beside each what the others have for the same key.
//!
//! Several rows of the first table may have one key; in the others a key stands once. A row of the first table without a
//! match has nothing from there: a modality that may be missing is missing, any other asks for what is not there and
//! is reported. Rows of the others that match nothing are not used. Both are counted in notes.

use crate::data::source::opened::{Found, Keeping, fingerprint};
use crate::data::table::columns::{Column, ColumnKind, Head, NOWHERE, Question, Read, Table};
use crate::data::table::errors::shown;
use crate::diag::{Code, DataPlace, Problem, Problems, nearest};
use crate::spec::{Source, Spanned};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// How many keys that stand twice are reported one by one.
const SHOWN: usize = 10;

/// Tables that are joined, none of them read.
pub(crate) struct Join {
    members: Vec<Member>,
}

/// One of them.
struct Member {
    found: Found,
    /// The column that holds the key, and the text that names it.
    key: (usize, Spanned<String>),
}

impl Join {
    /// Finds the tables and their keys. `on` names the key of each, or of all.
    pub(crate) fn find(sources: &[Source], on: &[Spanned<String>], base: &Path) -> Result<Self, Problems> {
        let mut members = vec![];
        let mut problems = Problems::new();
        for (at, source) in sources.iter().enumerate() {
            let Some(on) = on.get(at).or(on.first()) else { continue };
            match Found::find(source, base).and_then(|found| Ok((key(&found, on)?, found))) {
                Ok((key, found)) => members.push(Member { found, key: (key, on.clone()) }),
                Err(more) => problems.extend(more),
            }
        }
        if problems.has_errors() { Err(problems) } else { Ok(Self { members }) }
    }

    /// The columns of all tables, one after the other.
    pub(crate) fn head(&self) -> Head {
        let mut head = Head { names: Some(vec![]), ..Head::default() };
        for (at, Member { found, key }) in self.members.iter().enumerate() {
            let names = (0..found.head.width).map(|position| match &found.head.names {
                // A key of one name is one column: that of the first table.
                Some(names) if at > 0 && position == key.0 && names[position] == self.members[0].key.1.value => {
                    format!("{}.{}", found.name, names[position])
                }
                _ => found.head.column(position),
            });
            head.names.get_or_insert_default().extend(names);
            let arrays = found.head.arrays.iter();
            head.arrays.extend(arrays.map(|(position, array)| (head.width + position, array.clone())));
            head.width += found.head.width;
        }
        head
    }

    /// What it is called.
    pub(crate) fn name(&self) -> String {
        let names: Vec<&str> = self.members.iter().map(|member| member.found.name.as_str()).collect();
        names.join(" with ")
    }

    /// Reads the columns asked for, and the keys.
    pub(crate) fn read(&self, question: &Question, keeping: Keeping<'_>) -> Result<Read, Problems> {
        let mut questions: Vec<Question> = self.members.iter().map(|_| Question::default()).collect();
        // For each column that is asked for: which table, and which of its columns.
        let mut places = vec![];
        for wanted in &question.wanted {
            let (mut member, mut position) = (0, wanted.position);
            while position >= self.members[member].found.head.width {
                position -= self.members[member].found.head.width;
                member += 1;
            }
            places.push((member, questions[member].ask(position, wanted.kind, wanted.span)));
        }
        let keys: Vec<usize> = (self.members.iter().zip(&mut questions))
            .map(|(member, question)| question.ask(member.key.0, ColumnKind::Text, member.key.1.span))
            .collect();
        let mut reads = vec![];
        let mut problems = Problems::new();
        for (member, question) in self.members.iter().zip(&questions) {
            match member.found.read(question, keeping) {
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
        Ok(Read {
            table,
            head: self.head(),
            origins,
            name: self.name(),
            content: fingerprint(&contents),
            cached,
            notes,
        })
    }
}

/// The place of the key among the columns of a table.
fn key(found: &Found, on: &Spanned<String>) -> Result<usize, Problem> {
    let names = found.head.names.as_deref().unwrap_or_default();
    let places: Vec<usize> = (0..names.len()).filter(|at| names[*at] == on.value).collect();
    if let [place] = places[..] {
        return Ok(place);
    }
    let message = match places.len() {
        0 => format!("there is no column `{}` in `{}` to join on", on.value, found.name),
        many => format!("`{}` has {many} columns named `{}`", found.name, on.value),
    };
    let place = DataPlace { file: found.name.clone(), line: None, row: None, column: Some(on.value.clone()) };
    let problem = Problem::error(Code::MissingColumn, message).at(on.span, "the key of the join").in_data(place);
    Err(match nearest(&on.value, names.iter().map(String::as_str)) {
        Some(known) => problem.help(format!("did you mean `{known}`? Where the names differ: `on: [\"a\", \"b\"]`")),
        None => problem.help("where the tables name the key differently, name it for each: `on: [\"a\", \"b\"]`"),
    })
}

/// For each of the `rows` keys of the first table the row of `read` with the same key.
fn look_up(first: &Column, rows: usize, key: &Column, read: &Read, member: &Member) -> Result<Vec<u32>, Problems> {
    let mut known: HashMap<&str, u32> = HashMap::with_capacity(read.table.rows);
    let mut twice = Problems::new();
    let mut more = 0;
    for row in 0..read.table.rows {
        let text = key.text(row);
        // Rows without a key match nothing.
        if text.is_empty() {
            continue;
        }
        if let Some(before) = known.insert(text, row as u32) {
            if twice.len() == SHOWN {
                more += 1;
                continue;
            }
            let message = format!("key `{}` stands twice in `{}`", shown(text), read.name);
            let problem = Problem::error(Code::RepeatedKey, message).at(member.key.1.span, "joined on it here");
            let first = read.place(Some(before as usize), Some(member.key.0));
            let problem = problem.in_data(read.place(Some(row), Some(member.key.0)));
            twice.push(problem.help(format!("it stood first in {first}; which of the two belongs to it is not clear")));
        }
    }
    if more > 0 {
        let message = format!("and {more} more keys of `{}` like these", read.name);
        twice.push(Problem::error(Code::RepeatedKey, message).at(member.key.1.span, "joined on it here"));
    }
    if twice.has_errors() {
        return Err(twice);
    }
    Ok((0..rows).map(|row| known.get(first.text(row)).copied().unwrap_or(NOWHERE)).collect())
}

/// What people may want to know of keys without a match.
fn unmatched(map: &[u32], read: &Read, first: &str) -> Vec<String> {
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

/// The key of a row that has no match where a column is from, and what that table is called.
pub(crate) fn unmatched_in(read: &Read, row: usize, position: usize) -> Option<String> {
    let origin = read.origins.get(read.origin(position))?;
    let rows = origin.rows.as_ref()?;
    (rows.get(row) == Some(&NOWHERE)).then(|| match origin.files.as_slice() {
        [file, ..] => file.name.clone(),
        [] => read.name.clone(),
    })
}
