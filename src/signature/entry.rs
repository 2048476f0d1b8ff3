//! The description of one named thing of the language: a [`Signature`] and its [`Parameter`]s.

use super::kind::Kind;

/// A built-in that a pipeline can name: a layer, a source, a transform, an optimizer, a strategy, a
/// declaration with its settings. Made by [`Signature::new`] and its builder methods.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The name it is called by.
    pub name: &'static str,
    /// Its description, one sentence without a capital and a period.
    pub doc: &'static str,
    /// Input and output shapes, `[n] -> [width]`, or the form of a declaration; empty if there is
    /// none.
    pub shapes: &'static str,
    /// Its formula, with the number of the paper's equation if it has one; empty
    /// if the description is enough.
    pub equation: &'static str,
    /// Its parameters, in order; a layer's input is not among them.
    pub params: &'static [Parameter],
    /// An example, as declarations; a test completes them to a pipeline and analyzes it.
    pub example: &'static str,
}

impl Signature {
    /// A signature without parameters.
    pub const fn new(name: &'static str, doc: &'static str) -> Self {
        Self { name, doc, shapes: "", equation: "", params: &[], example: "" }
    }

    /// With input and output shapes.
    pub const fn shapes(mut self, shapes: &'static str) -> Self {
        self.shapes = shapes;
        self
    }

    /// With its formula.
    pub const fn equation(mut self, equation: &'static str) -> Self {
        self.equation = equation;
        self
    }

    /// With parameters.
    pub const fn params(mut self, params: &'static [Parameter]) -> Self {
        self.params = params;
        self
    }

    /// With an example.
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

/// One argument of a [`Signature`], or one setting of a block: made by [`Parameter::new`] and its builder methods.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The name it can be given by.
    pub name: &'static str,
    /// Its description, in one sentence.
    pub doc: &'static str,
    /// The kind of its value.
    pub kind: Kind,
    /// Its default; `None` if it must be given.
    pub default: Option<DefaultValue>,
    /// Whether the default is the paper's, or that of its authors' code.
    pub of_paper: bool,
}

impl Parameter {
    /// One that must be given.
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, doc, kind, default: None, of_paper: false }
    }

    /// One with this default.
    pub const fn or(mut self, default: DefaultValue) -> Self {
        self.default = Some(default);
        self
    }

    /// One with this number as default.
    pub const fn or_number(self, default: f64) -> Self {
        self.or(DefaultValue::Number(default))
    }

    /// One that is optional, without a default value: its description says what happens then.
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
    /// A string, without control characters.
    Text(&'static str),
    /// Decided by the callee.
    Nothing,
}

impl std::fmt::Display for DefaultValue {
    /// As written in the language; empty if there is none.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DefaultValue::Integer(number) => write!(f, "{number}"),
            DefaultValue::Number(number) if *number != 0.0 && number.abs() < 1e-3 => write!(f, "{number:e}"),
            DefaultValue::Number(number) => write!(f, "{number}"),
            DefaultValue::Bool(flag) => write!(f, "{flag}"),
            DefaultValue::Word(word) => f.write_str(word),
            DefaultValue::Text(text) => write!(f, "\"{text}\""),
            DefaultValue::Nothing => Ok(()),
        }
    }
}

/// The names of several signatures, in their order.
pub fn names(signatures: &[&Signature]) -> Vec<&'static str> {
    signatures.iter().map(|signature| signature.name).collect()
}
