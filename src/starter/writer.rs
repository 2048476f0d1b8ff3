//! The text of a starter pipeline while it is written: names that are not taken, and columns as the pipeline names them.

use super::group::ColumnGroup;
use crate::data::Survey;
use crate::diag::{is_hidden, string_literal};
use crate::spec::escaped_name;
use crate::syntax::RESERVED;
use crate::thousands::grouped;
use std::collections::BTreeSet;

/// The text so far.
pub(super) struct Writer<'a> {
    /// The survey of the table.
    pub(super) survey: &'a Survey,
    /// Names that are declared.
    taken: BTreeSet<String>,
    /// The text.
    pub(super) text: String,
}

impl<'a> Writer<'a> {
    /// An empty text about a table.
    pub(super) fn new(survey: &'a Survey) -> Self {
        Self { survey, taken: BTreeSet::new(), text: String::new() }
    }

    /// Adds lines.
    pub(super) fn lines(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A name of the language that is not taken, made from any text.
    pub(super) fn name(&mut self, from: &str) -> String {
        let base = word(from);
        let mut name = base.clone();
        let mut again = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{base}_{again}");
            again += 1;
        }
        name
    }

    /// The name of a modality of one column.
    pub(super) fn name_of(&mut self, at: usize) -> String {
        let name = if self.survey.header { self.survey.columns[at].name.clone() } else { format!("x_{at}") };
        self.name(&name)
    }

    /// A column as the pipeline names it: by its name, unless that is no name for one column.
    pub(super) fn column(&self, at: usize) -> String {
        let name = &self.survey.columns[at].name;
        let once = self.survey.columns.iter().filter(|column| column.name == *name).count() == 1;
        if self.survey.header && once && !name.is_empty() { string_literal(name) } else { at.to_string() }
    }

    /// The columns of a group: by a pattern that matches them and no others, by ranges of positions, or one by one.
    pub(super) fn columns(&self, group: &ColumnGroup) -> String {
        if !self.survey.header {
            return format!("columns({})", ranges(&group.columns));
        }
        let names = || group.columns.iter().map(|at| self.survey.columns[*at].name.as_str());
        let after = |name: &str| name[group.prefix.len()..].chars().next();
        let separator = names().next().and_then(after).filter(|first| !first.is_ascii_digit());
        let beginning = format!("{}{}", group.prefix, separator.map(String::from).unwrap_or_default());
        let matching = self.survey.columns.iter().filter(|column| column.name.starts_with(&beginning)).count();
        if !group.prefix.is_empty()
            && matching == group.columns.len()
            && names().all(|name| name.starts_with(&beginning))
            && escaped_name(&beginning) == beginning
        {
            return format!("columns({})", string_literal(&format!("{beginning}*")));
        }
        match group.columns.as_slice() {
            [one] => format!("column({})", self.column(*one)),
            several => {
                // In a list a name may be a pattern.
                let columns = several.iter().map(|at| match self.column(*at) {
                    position if position.parse::<usize>().is_ok() => position,
                    _ => string_literal(&escaped_name(&self.survey.columns[*at].name)),
                });
                format!("columns([{}])", columns.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// A name of the language, made from any text.
pub(super) fn word(from: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    let letters: String = from.chars().map(letter).collect();
    let mut word = letters.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    if word.is_empty() || word.starts_with(|first: char| first.is_ascii_digit()) {
        word.insert_str(0, "x_");
        word = word.trim_end_matches('_').to_owned();
    }
    if RESERVED.contains(&word.as_str()) {
        word.push_str("_of_rows");
    }
    word
}

/// A name in a comment: on one line, without control characters.
pub(super) fn shown(name: &str) -> String {
    const MOST: usize = 60;
    let letters: String = name.chars().map(|letter| if is_hidden(letter) { ' ' } else { letter }).collect();
    let line = letters.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

/// A list of names in a comment: the first of them, and how many more there are.
pub(super) fn few(names: &[String]) -> String {
    const MOST: usize = 6;
    let first: Vec<String> = names.iter().take(MOST).map(|name| format!("`{}`", shown(name))).collect();
    let more = if names.len() > MOST { format!(" and {} more", names.len() - MOST) } else { String::new() };
    format!("{}{more}", first.join(", "))
}

/// A number of rows in words.
pub(super) fn counted(rows: usize) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(rows as u64)) }
}

/// `1..=21, 23`
fn ranges(columns: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = vec![];
    for at in columns {
        match ranges.last_mut().filter(|(_, last)| last + 1 == *at) {
            Some((_, last)) => *last = *at,
            None => ranges.push((*at, *at)),
        }
    }
    let shown =
        |(first, last): (usize, usize)| if first == last { first.to_string() } else { format!("{first}..={last}") };
    ranges.into_iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_written_as_ranges() {
        assert_eq!(ranges(&[1, 2, 3, 5, 7, 8]), "1..=3, 5, 7..=8");
    }

    #[test]
    fn names_in_comments_are_one_line_without_control_characters() {
        assert_eq!(shown("a\nb\u{1b}[31m  c"), "a b [31m c");
        assert!(shown(&"x".repeat(100)).ends_with("..."));
    }
}
