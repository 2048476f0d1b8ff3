//! What a callable takes: the one description that calls are checked against and documentation is made from.

/// Anything that can be called by name in a pipeline: a layer, a source, a transform, an optimizer.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The name it is called by.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// What it takes, in order; a layer's input is not among them.
    pub params: &'static [Parameter],
}

/// One argument of a [`Signature`].
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The name it can be given by.
    pub name: &'static str,
    /// What may be given.
    pub kind: Kind,
    /// What is used where nothing is given; `None` if it must be given.
    pub default: Option<Constant>,
}

/// What an argument may be.
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
    /// One of these words.
    Choice(&'static [&'static str]),
    /// One of these words, or a whole number of at least this.
    WordOrInteger(&'static [&'static str], i64),
    /// One or several whole numbers, each at least this.
    Integers(i64),
    /// One or several numbers.
    Numbers,
    /// One or several strings.
    Texts,
}

impl Kind {
    /// What is expected, as a message says it.
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
            Kind::Choice(words) => one_of(words),
            Kind::WordOrInteger(words, min) => {
                let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                format!("{} or {}", words.join(", "), Kind::Integer(*min).describe())
            }
            Kind::Integers(_) => "a list of whole numbers".into(),
            Kind::Numbers => "a list of numbers".into(),
            Kind::Texts => "a string or a list of strings".into(),
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

/// A default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant {
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// One of the words of [`Kind::Choice`].
    Word(&'static str),
    /// Whatever the callee makes of nothing being given.
    Nothing,
}

/// An argument after it was checked against its [`Kind`].
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// Of [`Kind::Integer`].
    Integer(i64),
    /// Of [`Kind::Number`] and [`Kind::Share`].
    Number(f64),
    /// Of [`Kind::Bool`].
    Bool(bool),
    /// Of [`Kind::Text`].
    Text(String),
    /// Of [`Kind::Choice`].
    Word(&'static str),
    /// Of [`Kind::Integers`].
    Integers(Vec<i64>),
    /// Of [`Kind::Numbers`].
    Numbers(Vec<f64>),
    /// Of [`Kind::Texts`].
    Texts(Vec<String>),
    /// Not given, and without a default.
    Nothing,
}

impl From<Constant> for Argument {
    fn from(constant: Constant) -> Self {
        match constant {
            Constant::Integer(value) => Argument::Integer(value),
            Constant::Number(value) => Argument::Number(value),
            Constant::Bool(value) => Argument::Bool(value),
            Constant::Word(word) => Argument::Word(word),
            Constant::Nothing => Argument::Nothing,
        }
    }
}

/// The checked arguments of one call, in the order of its signature.
#[derive(Clone, Debug, PartialEq)]
pub struct Arguments(pub Vec<(&'static str, Argument)>);

impl Arguments {
    fn get(&self, name: &str) -> Option<&Argument> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, argument)| argument)
    }

    /// A whole number; 0 where nothing was given.
    pub fn integer(&self, name: &str) -> u64 {
        match self.get(name) {
            Some(Argument::Integer(value)) => u64::try_from(*value).unwrap_or(0),
            _ => 0,
        }
    }

    /// A whole number that counts things in memory; see [`Arguments::integer`].
    pub fn size(&self, name: &str) -> usize {
        usize::try_from(self.integer(name)).unwrap_or(usize::MAX)
    }

    /// A number, if one was given.
    pub fn number_if(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Some(Argument::Number(value)) => Some(*value),
            _ => None,
        }
    }

    /// A number; 0 where nothing was given.
    pub fn number(&self, name: &str) -> f64 {
        self.number_if(name).unwrap_or(0.0)
    }

    /// `true` if that was given.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Argument::Bool(true)))
    }

    /// One of the words of a choice; empty where nothing was given.
    pub fn word(&self, name: &str) -> &'static str {
        match self.get(name) {
            Some(Argument::Word(word)) => word,
            _ => "",
        }
    }

    /// A string; empty where nothing was given.
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Argument::Text(text)) => text,
            _ => "",
        }
    }

    /// Strings.
    pub fn texts(&self, name: &str) -> &[String] {
        match self.get(name) {
            Some(Argument::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// Numbers.
    pub fn numbers(&self, name: &str) -> &[f64] {
        match self.get(name) {
            Some(Argument::Numbers(numbers)) => numbers,
            _ => &[],
        }
    }

    /// Whole numbers.
    pub fn integers(&self, name: &str) -> Vec<u64> {
        match self.get(name) {
            Some(Argument::Integers(values)) => values.iter().filter_map(|value| u64::try_from(*value).ok()).collect(),
            _ => vec![],
        }
    }
}
