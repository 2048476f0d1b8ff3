//! The arguments of `csv` and `tsv` that say how cells are written.

use crate::diag::{Code, Problem, Span, nearest, string_literal};
use crate::ops::{Arguments, DefaultValue, Kind, Parameter};
use crate::spec::TextFormat;
use encoding_rs::{Encoding, REPLACEMENT};

pub(super) const HEADER: Parameter =
    Parameter::new("header", Kind::Bool, "whether the first line names the columns").or(DefaultValue::Bool(true));
pub(super) const QUOTE: Parameter = Parameter::new(
    "quote",
    Kind::TextOrBool,
    "the character that encloses cells which hold separators, quotes or line ends, `true` for `\"`; `false` reads quotes as \
     letters",
)
.or(DefaultValue::Bool(true));
pub(super) const SEPARATOR: Parameter =
    Parameter::new("separator", Kind::Text, "the character between cells").or(DefaultValue::Text(","));
pub(super) const DECIMAL: Parameter =
    Parameter::new("decimal", Kind::Text, "the decimal sign of numbers, `\".\"` or `\",\"`")
        .or(DefaultValue::Text("."));
pub(super) const THOUSANDS: Parameter = Parameter::new(
    "thousands",
    Kind::Text,
    "the character between groups of digits, so that `1,234.5` is a number; without it such a cell is an error",
)
.optional();
pub(super) const ENCODING: Parameter = Parameter::new(
    "encoding",
    Kind::Text,
    "the encoding of the file by its name on the web, as `latin1`, `windows-1251` or `shift_jis`; a byte order mark goes first",
)
.or(DefaultValue::Text("utf-8"));
pub(super) const COMMENT: Parameter =
    Parameter::new("comment", Kind::Text, "the character that begins lines which are no rows").optional();
pub(super) const SKIP: Parameter = Parameter::new(
    "skip",
    Kind::Integer(0),
    "how many lines are before the first that is read; a first line `sep=;` as Excel writes it is left out without it",
)
.or(DefaultValue::Integer(0));

/// Encodings that are named where one is misspelt.
const COMMON: &[&str] = &[
    "utf-8",
    "utf-16le",
    "utf-16be",
    "latin1",
    "latin2",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "macintosh",
    "koi8-r",
    "shift_jis",
    "euc-jp",
    "gbk",
    "gb18030",
    "big5",
    "euc-kr",
];

/// The format that the arguments of a call describe, on top of `base`. `given` is where an argument stands.
pub(super) fn text_format(
    arguments: &Arguments,
    base: TextFormat,
    given: &dyn Fn(&str) -> Span,
) -> Result<TextFormat, Problem> {
    let separator = match arguments.text("separator") {
        "" => base.separator,
        _ => ascii(arguments, "separator", given)?.unwrap_or(base.separator),
    };
    let quote = match arguments.text("quote") {
        "" => arguments.flag("quote").then_some('"'),
        _ => ascii(arguments, "quote", given)?,
    };
    let decimal = one(arguments, "decimal", given)?.unwrap_or('.');
    if !matches!(decimal, '.' | ',') {
        let message = format!("`decimal` must be \".\" or \",\", found {}", string_literal(&decimal.to_string()));
        return Err(Problem::error(Code::OutOfRange, message).at(given("decimal"), "not a decimal sign"));
    }
    let format = TextFormat {
        separator,
        header: arguments.flag("header"),
        quote,
        decimal,
        thousands: one(arguments, "thousands", given)?,
        encoding: encoding(arguments.text("encoding"), given)?,
        comment: ascii(arguments, "comment", given)?,
        skip: arguments.size("skip"),
    };
    match format.conflict() {
        Some((name, message)) => Err(Problem::error(Code::OutOfRange, message).at(given(name), "not accepted")),
        None => Ok(format),
    }
}

/// The one character of an argument, if it is given.
fn one(arguments: &Arguments, name: &str, given: &dyn Fn(&str) -> Span) -> Result<Option<char>, Problem> {
    let text = arguments.text(name);
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (None, _) => Ok(None),
        (Some(letter), None) => Ok(Some(letter)),
        _ => {
            let message = format!("`{name}` is one character, found {}", string_literal(text));
            let problem = Problem::error(Code::OutOfRange, message).at(given(name), "not one character");
            Err(match text {
                "tab" | "\\t" => {
                    problem.help("a tab is `\"\\t\"`, and `tsv(..)` reads it").edit(given(name), "\"\\t\"", false)
                }
                _ => problem,
            })
        }
    }
}

/// As [`one`], where the character has to be one of ASCII.
fn ascii(arguments: &Arguments, name: &str, given: &dyn Fn(&str) -> Span) -> Result<Option<char>, Problem> {
    let letter = one(arguments, name, given)?;
    match letter.filter(|letter| !letter.is_ascii() || matches!(letter, '\n' | '\r' | '\0')) {
        None => Ok(letter),
        Some(letter) => {
            let message = format!("`{name}` is a character of ASCII, found {}", string_literal(&letter.to_string()));
            Err(Problem::error(Code::OutOfRange, message)
                .at(given(name), "not accepted")
                .help("replace it in the file by a character such as `;`, a tab or `|`"))
        }
    }
}

/// The name of an encoding in the standard.
fn encoding(label: &str, given: &dyn Fn(&str) -> Span) -> Result<String, Problem> {
    if let Some(encoding) = Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT) {
        return Ok(encoding.name().to_owned());
    }
    let span = given("encoding");
    let message = format!("the encoding {} is not known", string_literal(label));
    let problem = Problem::error(Code::OutOfRange, message).at(span, "not known");
    Err(match nearest(label, COMMON.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")).edit(span, string_literal(near), false),
        None => problem.help(
            "encodings have their names on the web, such as `latin1`, `windows-1251`, `shift_jis` and `utf-16le`: \
             https://encoding.spec.whatwg.org/#names-and-labels",
        ),
    })
}
