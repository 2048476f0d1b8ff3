//! From files and folders to the sources that read them: one table, a table for each part, or tables joined by a key.

use super::survey;
use super::table_survey::{Survey, invalid};
use super::text_table;
use crate::diag::Span;
use crate::spec::{FileFormat, Origin, Source, SourceKind, Spanned};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Words in the name of a file or folder that say which part its rows are of.
const PARTS: [(&str, &[&str]); 3] = [
    ("train", &["train", "training"]),
    ("valid", &["valid", "validation", "val", "dev"]),
    ("test", &["test", "testing"]),
];

/// The sources that read these files together: the parts of a data set if their names say so, one table if they have the
/// same columns, else a join by a column that they share. A single folder is one of images.
///
/// # Errors
/// If one of them is no table, or nothing says how several belong together.
pub fn sources_of(files: &[PathBuf]) -> io::Result<Origin> {
    match files {
        [] => Err(invalid("there is no file")),
        [folder] if folder.is_dir() => of_folder(folder),
        [file] => Ok(Origin::Whole(source_of_file(file)?)),
        several => {
            if let Some(folder) = several.iter().find(|file| file.is_dir()) {
                return Err(invalid(format!("`{}` is a folder: give it alone, or give files", folder.display())));
            }
            match by_part(several)? {
                Some(origin) => Ok(origin),
                None => of_files(several),
            }
        }
    }
}

/// Files of one table are one source; others are joined.
fn of_files(files: &[PathBuf]) -> io::Result<Origin> {
    if files.iter().all(|file| is_array(file)) {
        return Ok(Origin::Whole(source(SourceKind::Npy { paths: files.iter().map(|file| written(file)).collect() })));
    }
    let mut tables: Vec<(Source, Survey)> = vec![];
    for file in files {
        let read = source_of_file(file)?;
        let seen = survey(&read, Path::new("")).map_err(|error| invalid(format!("{}: {error}", file.display())))?;
        let same = tables.iter_mut().find(|(known, table)| names(table) == names(&seen) && extends(known, &read));
        match same {
            Some((known, table)) => {
                known.kind.files_mut().into_iter().for_each(|paths| paths.push(written(file)));
                table.rows += seen.rows;
            }
            None => tables.push((read, seen)),
        }
    }
    if tables.len() == 1 {
        return Ok(Origin::Whole(tables.remove(0).0));
    }
    joined(tables)
}

/// Whether two tables may be one: the same format, read in the same way.
fn extends(first: &Source, other: &Source) -> bool {
    let without_paths = |source: &Source| {
        let mut kind = source.kind.clone();
        kind.files_mut().into_iter().for_each(Vec::clear);
        kind
    };
    without_paths(first) == without_paths(other)
}

/// A join by the column that all tables have and whose values are different on all rows of all but one of them, which is
/// the first.
fn joined(mut tables: Vec<(Source, Survey)>) -> io::Result<Origin> {
    let mut shared = names(&tables[0].1);
    tables.iter().for_each(|(_, table)| shared = shared.intersection(&names(table)).cloned().collect());
    let repeats = |table: &Survey, key: &str| {
        let column = table.columns.iter().find(|column| column.name == key);
        // Where there are too many to be counted they may all be different.
        column.and_then(|column| column.different().map(|different| different < table.rows)).unwrap_or(false)
    };
    let fits = |key: &&String| tables.iter().filter(|(_, table)| repeats(table, key)).count() <= 1;
    let named =
        |key: &&String| key.to_lowercase().split(['_', ' ', '-']).any(|word| ["id", "key", "uuid"].contains(&word));
    let key = shared.iter().filter(fits).max_by_key(|key| (named(key), std::cmp::Reverse((*key).clone())));
    let Some(key) = key.cloned() else {
        let columns: Vec<String> = tables.iter().map(|(source, table)| shown(source, table)).collect();
        return Err(invalid(format!(
            "nothing says how they belong together: they have neither the same columns nor one column of keys that is \
             different on every row; {}",
            columns.join("; ")
        )));
    };
    // The rows that are kept are those of the table whose keys repeat, else of that with the fewest numbers in a cell.
    let order = |(_, table): &(Source, Survey)| {
        (!repeats(table, &key), table.columns.iter().any(|column| column.array.is_some()))
    };
    tables.sort_by_key(order);
    let sources = tables.into_iter().map(|(source, _)| source).collect();
    Ok(Origin::Whole(source(SourceKind::Join { sources, on: vec![Spanned { value: key, span: Span::default() }] })))
}

/// The parts of a data set, if the names of all files say which part they are.
fn by_part(files: &[PathBuf]) -> io::Result<Option<Origin>> {
    let mut parts: [Vec<&PathBuf>; 3] = Default::default();
    for file in files {
        match part_of(file) {
            Some(part) => parts[part].push(file),
            None => return Ok(None),
        }
    }
    let [train, valid, test] = parts;
    if train.is_empty() || valid.is_empty() && test.is_empty() {
        return Ok(None);
    }
    let read = |files: Vec<&PathBuf>| -> io::Result<Option<Source>> {
        let Some((first, others)) = files.split_first() else { return Ok(None) };
        let mut read = if first.is_dir() { source_of_images(first) } else { source_of_file(first)? };
        read.kind.files_mut().into_iter().for_each(|paths| paths.extend(others.iter().map(|file| written(file))));
        Ok(Some(read))
    };
    let (Some(train), valid, test) = (read(train)?, read(valid)?, read(test)?) else { return Ok(None) };
    Ok(Some(Origin::Parts { train, valid, calib: None, test }))
}

/// Which part a file is of, by the words of its name.
fn part_of(file: &Path) -> Option<usize> {
    let name = file.file_name()?.to_string_lossy().to_lowercase();
    let words: Vec<&str> = name.split(|letter: char| !letter.is_ascii_alphabetic()).collect();
    PARTS.iter().position(|(_, known)| known.iter().any(|word| words.contains(word)))
}

/// A folder of images with a sub-folder for each class, or with one of these for each part.
fn of_folder(folder: &Path) -> io::Result<Origin> {
    let mut inner: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    inner.sort();
    let folders: Vec<PathBuf> = inner.iter().filter(|path| path.is_dir()).cloned().collect();
    if folders.is_empty() {
        let tables = inner.iter().filter(|path| FileFormat::of(&path.to_string_lossy()).is_some());
        let few: Vec<String> = tables.take(3).map(|path| format!("`{}`", path.display())).collect();
        let help = if few.is_empty() { String::new() } else { format!(": give its files, such as {}", few.join(", ")) };
        return Err(invalid(format!("it is a folder without sub-folders of images{help}")));
    }
    if folders.iter().all(|folder| part_of(folder).is_some())
        && let Some(origin) = by_part(&folders)?
    {
        return Ok(origin);
    }
    Ok(Origin::Whole(source_of_images(folder)))
}

fn source_of_images(folder: &Path) -> Source {
    source(SourceKind::Images { folder: written(folder) })
}

/// The source that reads one file, or the files of a glob: by its name, else as a table of text.
fn source_of_file(file: &Path) -> io::Result<Source> {
    if is_array(file) {
        let message = "it is a single array, which has no label; give it with the array of labels, \
                       or put both into one `.npz`";
        return Err(invalid(message));
    }
    let paths = vec![written(file)];
    let kind = match FileFormat::of(&file.to_string_lossy()) {
        Some(format) if !format.is_text_table() => (format.kind)(paths, true),
        _ => {
            let first = crate::data::io::paths::find(&paths, Path::new(""));
            let first = first.map_err(|problems| {
                invalid(problems.first().map_or("there is no such file", |problem| problem.message.as_str()))
            })?;
            let format = match first.first() {
                Some(file) => text_table::format_of(&file.path)?,
                None => return Err(invalid("there is no such file")),
            };
            SourceKind::Table { paths, format: Box::new(format) }
        }
    };
    Ok(source(kind))
}

fn source(kind: SourceKind) -> Source {
    Source { kind, span: Span::default() }
}

fn written(path: &Path) -> Spanned<String> {
    Spanned { value: path.to_string_lossy().into_owned(), span: Span::default() }
}

fn is_array(file: &Path) -> bool {
    file.to_string_lossy().to_lowercase().trim_end_matches(".gz").trim_end_matches(".zst").ends_with(".npy")
}

fn names(table: &Survey) -> BTreeSet<String> {
    table.columns.iter().map(|column| column.name.clone()).collect()
}

/// A table in a message: its file and its first columns.
fn shown(source: &Source, table: &Survey) -> String {
    let file = source.kind.files().first().map_or("", |path| path.value.as_str());
    let few: Vec<String> = table.columns.iter().take(6).map(|column| format!("`{}`", column.name)).collect();
    let more = if few.len() < table.columns.len() { ", ..." } else { "" };
    format!("{file} has {}{more}", few.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> io::Result<Origin> {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = files
            .iter()
            .map(|(name, text)| {
                let path = folder.path().join(name);
                std::fs::write(&path, text).unwrap();
                path
            })
            .collect();
        sources_of(&paths)
    }

    #[test]
    fn files_with_the_same_columns_are_one_table() {
        let Origin::Whole(source) = of(&[("a.csv", "x,y\n1,a\n"), ("b.csv", "x,y\n2,b\n")]).unwrap() else {
            panic!("one table")
        };
        assert_eq!(source.kind.files().len(), 2);
    }

    #[test]
    fn files_named_by_part_are_parts() {
        let files = [("x_train.csv", "x,y\n1,a\n"), ("x_test.csv", "x,y\n2,b\n"), ("x_val.csv", "x,y\n2,b\n")];
        let Origin::Parts { train, valid, test, .. } = of(&files).unwrap() else { panic!("parts") };
        assert!(train.kind.files()[0].value.ends_with("x_train.csv"));
        assert!(valid.is_some() && test.is_some());
    }

    #[test]
    fn files_that_share_a_key_are_joined_and_rows_whose_keys_repeat_come_first() {
        let people = "id,born\na,1\nb,2\nc,3\n";
        let visits = "id,kind\na,x\na,y\nb,x\n";
        let Origin::Whole(source) = of(&[("people.csv", people), ("visits.csv", visits)]).unwrap() else {
            panic!("one source")
        };
        let SourceKind::Join { sources, on } = source.kind else { panic!("a join") };
        assert_eq!(on[0].value, "id");
        assert!(sources[0].kind.files()[0].value.ends_with("visits.csv"));
    }

    #[test]
    fn files_without_anything_in_common_are_refused_with_their_columns() {
        let error = of(&[("a.csv", "x\n1\n"), ("b.csv", "y\n2\n")]).unwrap_err().to_string();
        assert!(error.contains("`x`") && error.contains("`y`"), "{error}");
    }
}
