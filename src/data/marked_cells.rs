//! Notes on cells that mark an empty one: those that were read as empty, and words that are usually such a mark and were read
//! as words.

use crate::data::table::loaded::LoadedTable;
use crate::data::table::number_format::is_missing_word;
use crate::data::table::schema::{CellType, Schema, TableQuery};
use crate::diag::{string_literal, visible};
use crate::thousands::grouped;
use std::collections::BTreeMap;

/// Number of marks that are named in one note, and of columns that are named for each.
const SHOWN: usize = 5;

/// The note on cells that were read as empty without being so: how many of each mark, and in which columns. `counts` are
/// those of the columns of the query.
pub(crate) fn marked_note(
    counts: &[BTreeMap<String, u64>],
    schema: &Schema,
    query: &TableQuery,
    table: &str,
) -> Option<String> {
    let mut marks: BTreeMap<&str, (u64, Vec<String>)> = BTreeMap::new();
    for (counts, wanted) in counts.iter().zip(&query.columns) {
        for (mark, count) in counts {
            let (sum, columns) = marks.entry(mark).or_default();
            *sum += count;
            columns.push(format!("`{}`", visible(schema.column(wanted.position))));
        }
    }
    let shown = marks.iter().take(SHOWN).map(|(mark, (count, columns))| {
        let more = if columns.len() > SHOWN { ", ..." } else { "" };
        let columns = columns.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        format!("`{}` on {} in {columns}{more}", visible(*mark), rows_of(*count))
    });
    let shown: Vec<String> = shown.collect();
    let more = if marks.len() > SHOWN { "; and other marks" } else { "" };
    (!shown.is_empty()).then(|| format!("read as empty cells of `{table}`: {}{more}", shown.join("; ")))
}

/// Notes on words of categories that would be empty cells among numbers.
pub(crate) fn word_notes(read: &LoadedTable, columns: &[(usize, usize)]) -> Vec<String> {
    let mut notes = vec![];
    for (column, position) in columns {
        let Some(words) = read.table.words(*column) else { continue };
        for (code, word) in words.dictionary.iter().enumerate().filter(|(_, word)| is_missing_word(word)) {
            let rows = words.codes.iter().filter(|other| **other == code as u32).count();
            let (name, rows) = (visible(read.schema.column(*position)), rows_of(rows as u64));
            let mark = string_literal(word);
            notes.push(format!(
                "`{word}` is a word of `{name}` on {rows}; `missing = [{mark}]` in `data` reads it as an empty cell"
            ));
        }
    }
    notes
}

/// `1 row`, `1,204 rows`
fn rows_of(count: u64) -> String {
    format!("{} {}", grouped(count), if count == 1 { "row" } else { "rows" })
}

/// The columns of a query that are read as words, each with its position, but for one of them.
pub(crate) fn columns_of_words(query: &TableQuery, except: usize) -> Vec<(usize, usize)> {
    let words = query.columns.iter().enumerate().filter(|(at, wanted)| *at != except && wanted.kind == CellType::Word);
    words.map(|(at, wanted)| (at, wanted.position)).collect()
}
