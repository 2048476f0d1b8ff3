//! From the paths and globs of a pipeline to the files they name. Opens no file.

use crate::data::io::stream::ByteStream;
use crate::diag::{Code, DataPlace, Problem, Span, nearest, string_literal};
use crate::spec::Spanned;
use std::path::{Path, PathBuf};

/// A file of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataFile {
    /// Where it is.
    pub path: PathBuf,
    /// As the pipeline names it.
    pub name: String,
    /// The text that names it.
    pub span: Span,
    /// Its bytes, where it is no file of the disk and they can be read only once.
    pub stream: Option<ByteStream>,
    /// How many bytes of the data may be in memory.
    pub memory: usize,
}

/// Bytes of the data that may be in memory where nothing else is set.
pub(crate) const MEMORY: usize = 1 << 30;

impl DataFile {
    /// A stream, with its display name.
    pub(crate) fn of_stream(stream: ByteStream, name: &str) -> Self {
        Self {
            path: PathBuf::new(),
            name: name.to_owned(),
            span: Span::default(),
            stream: Some(stream),
            memory: MEMORY,
        }
    }

    /// A problem with the file as a whole, or with one line of it.
    pub(crate) fn problem(&self, code: Code, message: String, line: Option<u64>) -> Problem {
        Problem::error(code, message).at(self.span, "read here").in_data(self.place(line, None))
    }

    /// The file where so many bytes of the data may be in memory.
    pub(crate) fn within(self, memory: usize) -> Self {
        Self { memory, ..self }
    }

    /// The most bytes of a record: a sixteenth of the memory for data, so that several are read at once.
    pub(crate) fn longest_record(&self) -> usize {
        (self.memory / 16).max(1 << 20)
    }

    /// The most columns of a table: names and places of a column take less than 256 bytes.
    pub(crate) fn most_columns(&self) -> usize {
        (self.memory / 256).max(1 << 16)
    }

    /// A problem with an edit that adds an argument to the call that names the file.
    pub(crate) fn declare(&self, problem: Problem, argument: &str) -> Problem {
        if self.span == Span::default() {
            return problem;
        }
        let end = self.span.range().end;
        problem.edit(Span::new(self.span.file, end, end), format!(", {argument}"), false)
    }

    /// A place in the file.
    pub(crate) fn place(&self, line: Option<u64>, column: Option<String>) -> DataPlace {
        DataPlace { file: self.name.clone(), line, row: None, column }
    }

    /// A row of the file, counted from 0, where it has no lines.
    pub(crate) fn row_place(&self, row: u64, column: String) -> DataPlace {
        DataPlace { file: self.name.clone(), line: None, row: Some(row), column: Some(column) }
    }
}

/// The files that `paths` name, each glob in alphabetical order; relative paths are looked up from `base`.
pub(crate) fn find(paths: &[Spanned<String>], base: &Path) -> Result<Vec<DataFile>, Vec<Problem>> {
    let mut files = vec![];
    let mut problems = vec![];
    for written in paths {
        match find_one(&written.value, base) {
            Ok(found) if found.iter().any(|path| is_pipe(path)) => {
                let message = format!("`{}` is a pipe, and a table is read more than once", written.value);
                let problem = Problem::error(Code::FileUnreadable, message).at(written.span, "read here");
                problems.push(problem.help("write its content into a file, and name that"));
            }
            Ok(found) => files.extend(found.into_iter().map(|path| DataFile {
                name: display(&path, base),
                path,
                span: written.span,
                stream: None,
                memory: MEMORY,
            })),
            Err((help, near)) => {
                let glob = is_glob(&written.value);
                let message = if glob {
                    format!("no file matches `{}`", written.value)
                } else {
                    format!("there is no file `{}`", written.value)
                };
                let place = DataPlace { file: written.value.clone(), line: None, row: None, column: None };
                let problem = Problem::error(Code::FileUnreadable, message)
                    .at(written.span, "read here")
                    .in_data(place)
                    .help(help);
                problems.push(match near.filter(|_| is_written(written.span, &written.value)) {
                    Some(near) => problem.edit(written.span, string_literal(&near), false),
                    None => problem,
                });
            }
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// Whether the text at a span is a string literal, and not a name or an expression.
pub(crate) fn is_written(place: Span, string: &str) -> bool {
    place.range().len() == string.len() + 2
}

fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// Whether a path is a named pipe, which waits for a writer whenever it is opened.
fn is_pipe(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        std::fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// The files of one path or glob; without any, the help for the user and the path that may be meant.
fn find_one(written: &str, base: &Path) -> Result<Vec<PathBuf>, (String, Option<String>)> {
    let path = base.join(written);
    if path.exists() {
        return Ok(vec![path]);
    }
    if is_glob(written) {
        // The folder is taken literally even where its name contains special characters of globs.
        let pattern = if Path::new(written).is_absolute() || base.as_os_str().is_empty() {
            written.to_owned()
        } else {
            format!("{}/{written}", glob::Pattern::escape(&base.to_string_lossy()))
        };
        let found: Vec<PathBuf> = match glob::glob(&pattern) {
            Ok(paths) => paths.flatten().filter(|path| path.is_file()).collect(),
            Err(error) => return Err((format!("the pattern cannot be read: {}", error.msg), None)),
        };
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Err(missing_help(written, &path))
}

/// Help for a missing file: a similar name in its folder, or that there is no such folder.
fn missing_help(written: &str, path: &Path) -> (String, Option<String>) {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(_) => {
            let help = format!(
                "there is no folder `{}`; relative paths start at the folder of the pipeline file",
                folder.display()
            );
            return (help, None);
        }
    };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let wanted = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match nearest(&wanted, names.iter().map(String::as_str)) {
        Some(name) => {
            let near = Path::new(written).with_file_name(name).display().to_string();
            (format!("did you mean `{near}`?"), Some(near))
        }
        None => {
            let looked = format!("looked in `{}`", folder.display());
            (format!("{looked}; relative paths start at the folder of the pipeline file"), None)
        }
    }
}

/// The path as the pipeline would write it.
fn display(path: &Path, base: &Path) -> String {
    let short = if base.as_os_str().is_empty() { path } else { path.strip_prefix(base).unwrap_or(path) };
    short.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &str) -> Spanned<String> {
        Spanned { value: path.to_owned(), span: Span::default() }
    }

    #[test]
    fn globs_are_sorted_and_named_from_the_base() {
        let folder = tempfile::Builder::new().prefix("data [1]").tempdir().unwrap();
        for name in ["b.csv", "a.csv", "c.tsv"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let files = find(&[written("*.csv"), written("c.tsv")], folder.path()).unwrap();
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a.csv", "b.csv", "c.tsv"]);
    }

    #[test]
    fn without_a_base_a_glob_starts_at_the_current_folder() {
        let names: Vec<String> =
            find(&[written("src/li*.rs")], Path::new("")).unwrap().into_iter().map(|file| file.name).collect();
        assert_eq!(names, ["src/lib.rs"]);
    }

    #[test]
    fn a_missing_file_suggests_its_neighbour() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("higgs.csv"), "x").unwrap();
        let problems =
            find(&[written("./higs.csv"), written("nowhere/x.csv"), written("*.zip")], folder.path()).unwrap_err();
        assert_eq!(problems.len(), 3);
        assert!(problems.iter().all(|problem| problem.code == Code::FileUnreadable));
        assert_eq!(problems[0].help.as_deref(), Some("did you mean `./higgs.csv`?"));
        assert!(problems[1].help.as_deref().unwrap().contains("there is no folder"));
        assert_eq!(problems[2].message, "no file matches `*.zip`");
    }
}
