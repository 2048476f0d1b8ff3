//! Sources as the language writes them.

use crate::diag::string_literal;
use crate::spec::{Source, SourceKind, Spanned};

/// More files than this are written as a glob where one matches them.
const MOST_FILES: usize = 4;

/// A source as a call; `path` gives a path as the pipeline names it.
pub(super) fn source_text(source: &Source, path: &dyn Fn(&str) -> String) -> String {
    let list = |paths: &[Spanned<String>]| {
        let all: Vec<String> = paths.iter().map(|written| path(&written.value)).collect();
        paths_text(&all)
    };
    match &source.kind {
        SourceKind::Table { paths, format } => format!("{}({}{})", format.source(), list(paths), format.arguments()),
        SourceKind::Arrow { paths } => format!("arrow({})", list(paths)),
        SourceKind::Parquet { paths } => format!("parquet({})", list(paths)),
        SourceKind::Npz { paths } => format!("npz({})", list(paths)),
        SourceKind::Npy { paths } => format!("npy({})", list(paths)),
        SourceKind::Jsonl { paths } => format!("jsonl({})", list(paths)),
        SourceKind::CifarBinary { paths, labels } => format!("cifar_binary({}, labels: {labels})", list(paths)),
        SourceKind::Images { folder } => format!("images({})", string_literal(&path(&folder.value))),
        SourceKind::Synthetic { name, rows, seed } => {
            format!("synthetic({}, rows: {rows}, seed: {seed})", string_literal(name))
        }
        SourceKind::Join { sources, on } => {
            let sources: Vec<String> = sources.iter().map(|source| source_text(source, path)).collect();
            let on: Vec<String> = on.iter().map(|key| string_literal(&key.value)).collect();
            let on = if let [one] = on.as_slice() { one.clone() } else { format!("[{}]", on.join(", ")) };
            format!("join({}, on: {on})", sources.join(", "))
        }
    }
}

/// One path, a list of them, or a glob for very many with a common beginning and end.
fn paths_text(paths: &[String]) -> String {
    match paths {
        [one] => string_literal(one),
        several if several.len() > MOST_FILES => match glob_of(several) {
            Some(glob) => string_literal(&glob),
            None => list_text(several),
        },
        several => list_text(several),
    }
}

fn list_text(paths: &[String]) -> String {
    let all: Vec<String> = paths.iter().map(|path| string_literal(path)).collect();
    format!("[{}]", all.join(", "))
}

/// A glob of files that differ in a number only, in one folder.
fn glob_of(paths: &[String]) -> Option<String> {
    let first = paths.first()?;
    let common =
        |a: &str, b: &str| a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let reversed = |text: &str| text.chars().rev().collect::<String>();
    let start: usize = paths.iter().map(|path| common(first, path)).min()?;
    let end: usize = paths.iter().map(|path| common(&reversed(first), &reversed(path))).min()?;
    let (start, end) = (first.get(..start)?, first.get(first.len().checked_sub(end)?..)?);
    let start = start.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let end = end.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let numbered = |path: &String| {
        let middle = path.get(start.len()..path.len().checked_sub(end.len())?)?;
        (!middle.is_empty() && middle.bytes().all(|byte| byte.is_ascii_digit())).then_some(())
    };
    let plain = !start.contains(['*', '?', '[']) && !end.contains(['*', '?', '[']);
    (plain && paths.iter().all(|path| numbered(path).is_some())).then(|| format!("{start}*{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_numbered_files_are_a_glob() {
        let files: Vec<String> = (0..12).map(|part| format!("data/part-{part:02}.csv")).collect();
        assert_eq!(paths_text(&files), "\"data/part-*.csv\"");
        assert_eq!(paths_text(&files[..2]), "[\"data/part-00.csv\", \"data/part-01.csv\"]");
        let mixed: Vec<String> = ["a", "b", "c", "d", "e"].map(|name| format!("{name}.csv")).to_vec();
        assert!(paths_text(&mixed).starts_with('['));
    }
}
