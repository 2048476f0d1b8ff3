//! Options that say how a text table is written.

use crate::experiment::TextFormatChanges;
use clap::Args;
use encoding_rs::{Encoding, REPLACEMENT};

#[derive(Debug, Args)]
pub(in crate::cli) struct TextFormatArgs {
    /// What separates the cells of a text table of rows, such as `;` or `tab`, if it is not what the training rows had
    #[arg(long, value_name = "CHARACTER", value_parser = separator)]
    separator: Option<char>,
    /// The decimal sign in a text table of rows, `.` or `,`, if it is not that of the training rows
    #[arg(long, value_name = "SIGN", value_parser = decimal)]
    decimal: Option<char>,
    /// What groups the digits of numbers by thousands in a text table of rows, or `none`
    #[arg(long, value_name = "CHARACTER", value_parser = thousands)]
    thousands: Option<Thousands>,
    /// The encoding of a text table of rows, such as `latin1`, if it is not that of the training rows
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<String>,
}

/// What groups digits by thousands, if anything does.
#[derive(Clone, Copy, Debug)]
struct Thousands(Option<char>);

impl TextFormatArgs {
    /// What they change of the format of the training rows.
    pub(in crate::cli) fn changes(&self) -> TextFormatChanges {
        TextFormatChanges {
            separator: self.separator,
            decimal: self.decimal,
            thousands: self.thousands.map(|Thousands(letter)| letter),
            encoding: self.encoding.clone(),
        }
    }
}

/// The one character of a text.
fn one(text: &str) -> Result<char, String> {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Ok(letter),
        _ => Err("expected one character".to_owned()),
    }
}

fn separator(text: &str) -> Result<char, String> {
    match text {
        "tab" | "\\t" => Ok('\t'),
        _ => one(text).and_then(|letter| match letter {
            '\n' | '\r' | '\0' => Err("a line end separates rows".to_owned()),
            letter if letter.is_ascii() => Ok(letter),
            _ => Err("expected a character of ASCII".to_owned()),
        }),
    }
}

fn decimal(text: &str) -> Result<char, String> {
    one(text).ok().filter(|sign| matches!(sign, '.' | ',')).ok_or_else(|| "expected `.` or `,`".to_owned())
}

fn thousands(text: &str) -> Result<Thousands, String> {
    match text {
        "none" => Ok(Thousands(None)),
        _ => one(text).map(|letter| Thousands(Some(letter))),
    }
}

fn encoding(label: &str) -> Result<String, String> {
    let found = Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT);
    let expected = "expected a name of https://encoding.spec.whatwg.org/#names-and-labels, such as `latin1`";
    found.map(|encoding| encoding.name().to_owned()).ok_or_else(|| expected.to_owned())
}
