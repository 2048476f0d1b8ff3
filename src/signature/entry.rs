//! The description of one named thing of the language: a [`Signature`] and its [`Parameter`]s.

use super::kind::Kind;

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
    pub default: Option<DefaultValue>,
    /// Whether the default is the paper's, or that of its authors' code.
    pub of_paper: bool,
}

impl Parameter {
    /// One that must be given.
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, doc, kind, default: None, of_paper: false }
    }

    /// One that is this where nothing is given.
    pub const fn or(mut self, default: DefaultValue) -> Self {
        self.default = Some(default);
        self
    }

    /// One that is this number where nothing is given.
    pub const fn or_number(self, default: f64) -> Self {
        self.or(DefaultValue::Number(default))
    }

    /// One that may be left out: its doc says what happens then.
    pub const fn optional(self) -> Self {
        self.or(DefaultValue::Nothing)
    }

    /// One whose default is the paper's.
    pub const fn of_paper(mut self) -> Self {
        self.of_paper = true;
        self
    }
}

/// A default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DefaultValue {
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

impl std::fmt::Display for DefaultValue {
    /// As it would be written in a file; nothing for nothing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DefaultValue::Integer(number) => write!(f, "{number}"),
            DefaultValue::Number(number) if *number != 0.0 && number.abs() < 1e-3 => write!(f, "{number:e}"),
            DefaultValue::Number(number) => write!(f, "{number}"),
            DefaultValue::Bool(flag) => write!(f, "{flag}"),
            DefaultValue::Word(word) => f.write_str(word),
            DefaultValue::Nothing => Ok(()),
        }
    }
}

/// The names of several signatures, in their order.
pub fn names(signatures: &[&Signature]) -> Vec<&'static str> {
    signatures.iter().map(|signature| signature.name).collect()
}
