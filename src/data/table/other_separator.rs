//! Text tables that are read as one column, because another character separates their cells than is declared.

use crate::data::io::paths::DataFile;
use crate::diag::{Problem, string_literal};
use crate::spec::TextFormat;
use csv::ByteRecord;

/// What probably separates the cells of a text table, in place of what is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OtherSeparator {
    /// The separator.
    pub separator: char,
    /// The format that is declared.
    declared: TextFormat,
    /// The file whose cells it separates.
    file: DataFile,
}

impl OtherSeparator {
    /// That of a table whose first record is one cell, the most frequent in it.
    pub(crate) fn of(file: &DataFile, first: &ByteRecord, declared: &TextFormat) -> Option<Self> {
        let cell = first.get(0).filter(|_| first.len() == 1)?;
        let count = |separator: char| cell.iter().filter(|byte| char::from(**byte) == separator).count();
        let separator = [',', ';', '\t', '|'].into_iter().rev().max_by_key(|separator| count(*separator))?;
        (count(separator) > 0).then(|| Self { separator, declared: declared.clone(), file: file.clone() })
    }

    /// The advice to declare it.
    pub(crate) fn advise(&self, problem: Problem) -> Problem {
        let separator = string_literal(&self.separator.to_string());
        let source = match self.separator {
            ',' => "csv(..)".to_owned(),
            '\t' => "tsv(..)".to_owned(),
            _ => format!("csv(.., separator: {separator})"),
        };
        let problem = problem.help(format!("it is read as one column: `{source}` separates its cells"));
        match self.declared == TextFormat::csv() && source.contains("separator") {
            true => self.file.declare(problem, &format!("separator: {separator}")),
            false => problem,
        }
    }
}
