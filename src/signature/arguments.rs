//! The checked arguments of a call.

use super::entry::DefaultValue;

/// An argument after it was checked against its [`Kind`](super::Kind).
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// Of [`Kind::Integer`](super::Kind::Integer).
    Integer(i64),
    /// Of [`Kind::Number`](super::Kind::Number) and [`Kind::Share`](super::Kind::Share).
    Number(f64),
    /// Of [`Kind::Bool`](super::Kind::Bool) and [`Kind::TextOrBool`](super::Kind::TextOrBool).
    Bool(bool),
    /// Of [`Kind::Text`](super::Kind::Text) and [`Kind::TextOrBool`](super::Kind::TextOrBool).
    Text(String),
    /// Of [`Kind::Choice`](super::Kind::Choice).
    Word(&'static str),
    /// Of [`Kind::Integers`](super::Kind::Integers).
    Integers(Vec<i64>),
    /// Of [`Kind::Numbers`](super::Kind::Numbers).
    Numbers(Vec<f64>),
    /// Of [`Kind::Texts`](super::Kind::Texts).
    Texts(Vec<String>),
    /// Of [`Kind::NumbersAndTexts`](super::Kind::NumbersAndTexts).
    NumbersAndTexts(Vec<f64>, Vec<String>),
    /// Not given, and without a default.
    Nothing,
}

impl From<DefaultValue> for Argument {
    fn from(constant: DefaultValue) -> Self {
        match constant {
            DefaultValue::Integer(value) => Argument::Integer(value),
            DefaultValue::Number(value) => Argument::Number(value),
            DefaultValue::Bool(value) => Argument::Bool(value),
            DefaultValue::Word(word) => Argument::Word(word),
            DefaultValue::Text(text) => Argument::Text(text.to_owned()),
            DefaultValue::Nothing => Argument::Nothing,
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

    /// A string, if one was given.
    pub fn text_if(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Argument::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Strings.
    pub fn texts(&self, name: &str) -> &[String] {
        match self.get(name) {
            Some(Argument::Texts(texts) | Argument::NumbersAndTexts(_, texts)) => texts,
            _ => &[],
        }
    }

    /// Numbers.
    pub fn numbers(&self, name: &str) -> &[f64] {
        match self.get(name) {
            Some(Argument::Numbers(numbers) | Argument::NumbersAndTexts(numbers, _)) => numbers,
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
