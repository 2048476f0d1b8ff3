//! What has a name in the language and what it takes: the one description that calls are checked against and
//! documentation is made from.

/// Anything that a pipeline names and this version knows: a layer, a source, a transform, an optimizer, a strategy, a
/// declaration with its settings. Made by [`Signature::new`] and what follows it.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The name it is called by.
    pub name: &'static str,
    /// What it does, in one sentence without a capital and a period.
    pub doc: &'static str,
    /// What it makes of what, `[n] -> [width]`, or for a declaration the form it is written in; empty where there is
    /// nothing to say.
    pub shapes: &'static str,
    /// What it computes as a formula, with the number of the paper's equation where it is one of the paper's; empty
    /// where the sentence says all.
    pub equation: &'static str,
    /// What it takes, in order; a layer's input is not among them.
    pub params: &'static [Parameter],
    /// A small use of it, as declarations; a test completes them to a pipeline and analyzes it.
    pub example: &'static str,
}

impl Signature {
    /// Something that takes nothing.
    pub const fn new(name: &'static str, doc: &'static str) -> Self {
        Self { name, doc, shapes: "", equation: "", params: &[], example: "" }
    }

    /// With what it makes of what.
    pub const fn shapes(mut self, shapes: &'static str) -> Self {
        self.shapes = shapes;
        self
    }

    /// With its formula.
    pub const fn equation(mut self, equation: &'static str) -> Self {
        self.equation = equation;
        self
    }

    /// With what it takes.
    pub const fn params(mut self, params: &'static [Parameter]) -> Self {
        self.params = params;
        self
    }

    /// With a use of it.
    pub const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    /// The argument of this name.
    pub fn param(&self, name: &str) -> Option<&'static Parameter> {
        self.params.iter().find(|param| param.name == name)
    }

    /// The names of its arguments, in order.
    pub fn names(&self) -> Vec<&'static str> {
        self.params.iter().map(|param| param.name).collect()
    }
}

/// One argument of a [`Signature`], or one setting of a block: made by [`Parameter::new`] and what follows it.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The name it can be given by.
    pub name: &'static str,
    /// What it decides, in one sentence.
    pub doc: &'static str,
    /// What may be given.
    pub kind: Kind,
    /// What is used where nothing is given; `None` if it must be given.
    pub default: Option<Constant>,
    /// Whether the default is the paper's, or that of its authors' code.
    pub of_paper: bool,
}

impl Parameter {
    /// One that must be given.
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, doc, kind, default: None, of_paper: false }
    }

    /// One that is this where nothing is given.
    pub const fn or(mut self, default: Constant) -> Self {
        self.default = Some(default);
        self
    }

    /// One that is this number where nothing is given.
    pub const fn or_number(self, default: f64) -> Self {
        self.or(Constant::Number(default))
    }

    /// One that may be left out: its doc says what happens then.
    pub const fn optional(self) -> Self {
        self.or(Constant::Nothing)
    }

    /// One whose default is the paper's.
    pub const fn of_paper(mut self) -> Self {
        self.of_paper = true;
        self
    }
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
    /// Layers that wait for their input.
    Block,
    /// Something of a form of its own, in words: whoever takes it checks it.
    Form(&'static str),
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
            Kind::Block => "a block of layers".into(),
            Kind::Form(words) => (*words).into(),
        }
    }
}

/// The names of several signatures, in their order.
pub fn names(signatures: &[&Signature]) -> Vec<&'static str> {
    signatures.iter().map(|signature| signature.name).collect()
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

impl std::fmt::Display for Constant {
    /// As it would be written in a file; nothing for nothing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Constant::Integer(number) => write!(f, "{number}"),
            Constant::Number(number) if *number != 0.0 && number.abs() < 1e-3 => write!(f, "{number:e}"),
            Constant::Number(number) => write!(f, "{number}"),
            Constant::Bool(flag) => write!(f, "{flag}"),
            Constant::Word(word) => f.write_str(word),
            Constant::Nothing => Ok(()),
        }
    }
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
