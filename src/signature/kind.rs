//! The kinds of values that an argument can have.

/// The kind of an argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number, at least this.
    Integer(i64),
    /// A number from the first to the second, both included.
    Number(f64, f64),
    /// A number between 0 and 1, both excluded.
    Share,
    /// `true` or `false`.
    Bool,
    /// A string.
    Text,
    /// A string, `true` or `false`.
    TextOrBool,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A number or a string.
    NumberOrText,
    /// One of these words, or a whole number of at least this.
    WordOrInteger(&'static [&'static str], i64),
    /// One or several whole numbers, each at least this.
    Integers(i64),
    /// One or several numbers.
    Numbers,
    /// One or several strings.
    Texts,
    /// One or several numbers and strings.
    NumbersAndTexts,
    /// Layers that wait for their input.
    Block,
    /// A special form, described in words, that the reader of the call checks.
    Form(&'static str),
}

impl Kind {
    /// The expected value in messages.
    pub fn describe(&self) -> String {
        match self {
            Kind::Integer(0) => "a whole number".into(),
            Kind::Integer(min) => format!("a whole number of at least {min}"),
            Kind::Number(min, max) if min.is_infinite() && max.is_infinite() => "a number".into(),
            Kind::Number(min, max) if max.is_infinite() => format!("a number of at least {min}"),
            Kind::Number(min, max) => format!("a number from {min} to {max}"),
            Kind::Share => "a share between 0% and 100%".into(),
            Kind::Bool => "`true` or `false`".into(),
            Kind::Text => "a string".into(),
            Kind::TextOrBool => "a string, `true` or `false`".into(),
            Kind::NumberOrText => "a number or a string".into(),
            Kind::Choice(words) => one_of(words),
            Kind::WordOrInteger(words, min) => {
                let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                format!("{} or {}", words.join(", "), Kind::Integer(*min).describe())
            }
            Kind::Integers(_) => "a list of whole numbers".into(),
            Kind::Numbers => "a list of numbers".into(),
            Kind::Texts => "a string or a list of strings".into(),
            Kind::NumbersAndTexts => "a list of numbers and strings".into(),
            Kind::Block => "a block of layers".into(),
            Kind::Form(words) => (*words).into(),
        }
    }
}

/// "`a`, `b` or `c`".
pub fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => format!("`{word}`"),
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(|word| format!("`{word}`")).collect();
            format!("{} or `{last}`", rest.join(", "))
        }
    }
}
