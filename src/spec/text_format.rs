//! How the cells of a text table are written: separators, quotes, numbers, encoding, and lines that are no rows.

use crate::diag::string_literal;
use serde::{Deserialize, Serialize};

/// How the cells of a text table are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextFormat {
    /// The separator of cells, an ASCII character.
    pub separator: char,
    /// Whether the first line names the columns.
    pub header: bool,
    /// The ASCII character that encloses cells, if any does.
    #[serde(default = "double_quote", skip_serializing_if = "is_double_quote")]
    pub quote: Option<char>,
    /// The decimal sign of numbers.
    #[serde(default = "point", skip_serializing_if = "is_point")]
    pub decimal: char,
    /// What groups the digits of numbers by thousands, if anything does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thousands: Option<char>,
    /// The name of the encoding in the WHATWG's standard.
    #[serde(default = "utf8", skip_serializing_if = "is_utf8")]
    pub encoding: String,
    /// The ASCII character that begins lines which are no rows, if there are such lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<char>,
    /// How many lines are before the first that is read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: usize,
}

/// The encoding of texts where no other is declared.
pub const UTF_8: &str = "UTF-8";

fn double_quote() -> Option<char> {
    Some('"')
}

#[allow(clippy::ref_option, reason = "the form that serde calls")]
fn is_double_quote(quote: &Option<char>) -> bool {
    *quote == double_quote()
}

fn point() -> char {
    '.'
}

fn is_point(decimal: &char) -> bool {
    *decimal == point()
}

fn utf8() -> String {
    UTF_8.to_owned()
}

fn is_utf8(encoding: &str) -> bool {
    encoding == UTF_8
}

fn is_zero(lines: &usize) -> bool {
    *lines == 0
}

impl TextFormat {
    /// Cells between separators, after a line with the names of the columns; all else as it is by default.
    pub fn separated_by(separator: char) -> Self {
        Self {
            separator,
            header: true,
            quote: double_quote(),
            decimal: point(),
            thousands: None,
            encoding: utf8(),
            comment: None,
            skip: 0,
        }
    }

    /// The format of `csv`.
    pub fn csv() -> Self {
        Self::separated_by(',')
    }

    /// The format of `tsv`.
    pub fn tsv() -> Self {
        Self::separated_by('\t')
    }

    /// Two characters that mean different things and are the same, or a character that cannot mean what it does: the argument
    /// that is to be changed, and why.
    pub fn conflict(&self) -> Option<(&'static str, String)> {
        let same = |a: Option<char>, b: Option<char>| a.is_some() && a == b;
        let (separator, decimal) = (Some(self.separator), Some(self.decimal));
        let letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '+');
        if self.thousands.is_some_and(letter) {
            return Some(("thousands", "`thousands` is no letter, digit or sign of a number".to_owned()));
        }
        if letter(self.separator) {
            return Some(("separator", "`separator` is no letter, digit or sign of a number".to_owned()));
        }
        [
            ("thousands", same(self.thousands, decimal), "`thousands` and `decimal` are the same character"),
            ("quote", same(self.quote, separator), "`quote` and `separator` are the same character"),
            ("comment", same(self.comment, separator), "`comment` and `separator` are the same character"),
            ("comment", same(self.comment, self.quote), "`comment` and `quote` are the same character"),
        ]
        .into_iter()
        .find_map(|(name, found, message)| found.then(|| (name, message.to_owned())))
    }

    /// The source that reads it: `tsv` where cells are separated by tabs, else `csv`.
    pub fn source(&self) -> &'static str {
        if self.separator == '\t' { "tsv" } else { "csv" }
    }

    /// The arguments that its source takes besides the path, those that differ from the defaults only: `, separator: ";"`.
    pub fn arguments(&self) -> String {
        let default = if self.separator == '\t' { Self::tsv() } else { Self::csv() };
        let letter = |letter: char| string_literal(&letter.to_string());
        let mut arguments = String::new();
        let mut add = |differs: bool, name: &str, value: String| {
            if differs {
                arguments.push_str(&format!(", {name}: {value}"));
            }
        };
        add(self.header != default.header, "header", self.header.to_string());
        add(self.quote != default.quote, "quote", self.quote.map_or("false".to_owned(), letter));
        add(self.separator != default.separator, "separator", letter(self.separator));
        add(self.decimal != default.decimal, "decimal", letter(self.decimal));
        add(self.thousands != default.thousands, "thousands", self.thousands.map(letter).unwrap_or_default());
        add(self.encoding != default.encoding, "encoding", string_literal(&self.encoding.to_lowercase()));
        add(self.comment != default.comment, "comment", self.comment.map(letter).unwrap_or_default());
        add(self.skip != default.skip, "skip", self.skip.to_string());
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_from_the_defaults_is_written() {
        assert_eq!((TextFormat::csv().arguments(), TextFormat::tsv().arguments()), (String::new(), String::new()));
        let format = TextFormat {
            header: false,
            quote: None,
            decimal: ',',
            thousands: Some('.'),
            encoding: "windows-1252".into(),
            comment: Some('#'),
            skip: 3,
            ..TextFormat::separated_by(';')
        };
        assert_eq!(
            format.arguments(),
            ", header: false, quote: false, separator: \";\", decimal: \",\", thousands: \".\", \
             encoding: \"windows-1252\", comment: \"#\", skip: 3"
        );
        assert_eq!(TextFormat { quote: Some('\''), ..TextFormat::tsv() }.arguments(), ", quote: \"'\"");
    }
}
