//! Parsed tables kept on disk, named by the content they were read from and by what was asked of it, so that an entry
//! can never be stale. An entry that is not whole is not used. Knows nothing of how tables are parsed.
//!
//! An entry is a magic number, a JSON header with its length before it, the columns as little-endian numbers, and the
//! blake3 hash of all that.

use super::table::{Column, ColumnKind, Question, Run, Table, Words};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Raised whenever parsing or the layout changes.
const MAGIC: &[u8; 8] = b"mmctbl01";

/// Where the answer to `question` about these contents is kept. `format` says how the text was to be parsed.
pub(crate) fn entry(folder: &Path, format: &str, question: &Question, contents: &[blake3::Hash]) -> PathBuf {
    let mut key = blake3::Hasher::new();
    key.update(MAGIC).update(format.as_bytes()).update(&[0]);
    key.update(&(question.wanted.len() as u64).to_le_bytes());
    for wanted in &question.wanted {
        key.update(&(wanted.position as u64).to_le_bytes()).update(&[match wanted.kind {
            ColumnKind::Number => 0,
            ColumnKind::Word => 1,
        }]);
    }
    for content in contents {
        key.update(content.as_bytes());
    }
    folder.join(format!("{}.table", key.finalize().to_hex()))
}

#[derive(Serialize, Deserialize)]
struct Header {
    rows: u64,
    runs: Vec<(u64, u32, u64)>,
    columns: Vec<ColumnHeader>,
}

#[derive(Serialize, Deserialize)]
enum ColumnHeader {
    Numbers,
    Words(Vec<String>),
}

/// The table kept there, if there is one and it is whole.
pub(crate) fn load(entry: &Path) -> Option<Table> {
    decode(&std::fs::read(entry).ok()?)
}

fn decode(bytes: &[u8]) -> Option<Table> {
    let (content, checksum) = bytes.split_at_checked(bytes.len().checked_sub(blake3::OUT_LEN)?)?;
    if blake3::hash(content) != blake3::Hash::from_slice(checksum).ok()? {
        return None;
    }
    let (length, rest) = content.strip_prefix(MAGIC)?.split_first_chunk::<8>()?;
    let (header, mut rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let header: Header = serde_json::from_slice(header).ok()?;
    let rows = usize::try_from(header.rows).ok()?;
    let mut columns = vec![];
    for column in header.columns {
        match column {
            ColumnHeader::Numbers => {
                let (cells, after) = rest.split_at_checked(rows.checked_mul(8)?)?;
                rest = after;
                columns.push(Column::Numbers(
                    cells.as_chunks::<8>().0.iter().map(|cell| f64::from_le_bytes(*cell)).collect(),
                ));
            }
            ColumnHeader::Words(dictionary) => {
                let (cells, after) = rest.split_at_checked(rows.checked_mul(4)?)?;
                rest = after;
                let codes: Vec<u32> = cells.as_chunks::<4>().0.iter().map(|cell| u32::from_le_bytes(*cell)).collect();
                if codes.iter().any(|code| *code as usize >= dictionary.len()) {
                    return None;
                }
                columns.push(Column::Words(Words { dictionary, codes }));
            }
        }
    }
    let runs = header.runs.into_iter().map(|(row, file, line)| Run { row, file, line }).collect();
    rest.is_empty().then_some(Table { rows, columns, runs })
}

/// Keeps a table there: written beside it and renamed, so that no one ever sees a part of it.
pub(crate) fn store(entry: &Path, table: &Table) -> std::io::Result<()> {
    let folder = entry.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&encode(table)?)?;
    file.persist(entry).map_err(|error| error.error)?;
    Ok(())
}

fn encode(table: &Table) -> std::io::Result<Vec<u8>> {
    let header = Header {
        rows: table.rows as u64,
        runs: table.runs.iter().map(|run| (run.row, run.file, run.line)).collect(),
        columns: table
            .columns
            .iter()
            .map(|column| match column {
                Column::Numbers(_) => ColumnHeader::Numbers,
                Column::Words(words) => ColumnHeader::Words(words.dictionary.clone()),
            })
            .collect(),
    };
    let header = serde_json::to_vec(&header)?;
    let mut bytes = MAGIC.to_vec();
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header);
    for column in &table.columns {
        match column {
            Column::Numbers(numbers) => numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes())),
            Column::Words(words) => words.codes.iter().for_each(|code| bytes.extend(code.to_le_bytes())),
        }
    }
    let checksum = blake3::hash(&bytes);
    bytes.extend(checksum.as_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table() -> Table {
        Table {
            rows: 3,
            columns: vec![
                Column::Numbers(vec![1.5, -0.0, 1e-300]),
                Column::Words(Words { dictionary: vec!["a".into(), "é\n".into()], codes: vec![1, 0, 1] }),
            ],
            runs: vec![Run { row: 0, file: 0, line: 2 }, Run { row: 2, file: 1, line: 2 }],
        }
    }

    #[test]
    fn what_is_stored_is_loaded_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let entry = folder.path().join("deep/x.table");
        assert_eq!(load(&entry), None);
        store(&entry, &table()).unwrap();
        assert_eq!(load(&entry), Some(table()));
        assert_eq!(std::fs::read_dir(entry.parent().unwrap()).unwrap().count(), 1);
    }

    proptest! {
        #[test]
        fn a_damaged_entry_is_not_used(at in 0usize..10_000, flip in 1u8.., cut in 0usize..10_000) {
            let whole = encode(&table()).unwrap();
            let mut damaged = whole.clone();
            damaged[at % whole.len()] ^= flip;
            prop_assert_eq!(decode(&damaged), None);
            prop_assert_eq!(decode(&whole[..cut % whole.len()]), None);
        }
    }
}
