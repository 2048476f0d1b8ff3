//! Abstract syntax tree, with spans. Names are not resolved.

use crate::diag::{FileId, Span};

/// One parsed file.
#[derive(Clone, Debug)]
pub struct Ast {
    /// The file it was read from.
    pub file: FileId,
    /// Its declarations in the order written. What could not be parsed is left out (and reported).
    pub items: Vec<Item>,
    /// Every `#` comment that is not a `##` doc comment of something, in source order, `#` included.
    pub comments: Vec<Comment>,
    /// Names declared by text that could not be parsed, so that uses of them are not reported as unknown.
    pub unparsed: Vec<UnparsedDeclaration>,
}

/// A declaration that could not be read and has been reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnparsedDeclaration {
    /// The keyword it begins with, in its right spelling: `modality`, `train`.
    pub keyword: String,
    /// The name it declares, if that much could be read.
    pub name: Option<Name>,
}

/// A `# ...` comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line, without trailing blanks.
    pub text: String,
    /// Its span.
    pub span: Span,
}

/// A name with its span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its span.
    pub span: Span,
}

/// One declaration.
#[derive(Clone, Debug)]
pub struct Item {
    /// The lines of the `##` comment before it, without the `##`.
    pub doc: Vec<String>,
    /// The kind of declaration.
    pub kind: ItemKind,
    /// From its keyword to its last character.
    pub span: Span,
}

/// The kinds of declaration.
#[derive(Clone, Debug)]
pub enum ItemKind {
    /// `pipeline NAME`
    Pipeline(Name),
    /// `use "blocks.mmc"`
    Use(Text),
    /// `param NAME = EXPR in BOUNDS`
    Param(Param),
    /// `fn NAME(args) = EXPR` or `fn NAME(args) { let ...; EXPR }`
    Fn(Fn),
    /// `data { ... }`
    Data(Block),
    /// `label NAME: TYPE = EXPR`
    Label(Typed),
    /// `shared NAME = BLOCK`
    Shared(Binding),
    /// `modality NAME?: TYPE = EXPR`
    Modality(Typed),
    /// `encoder NAME = EXPR`
    Encoder(Binding),
    /// `combine NAME = STRATEGY(inputs) { ... }`
    Combine(Combine),
    /// `train { ... }`
    Train(Block),
    /// `sweep NAME { ... }`
    Sweep(Name, Block),
}

/// A string literal, escapes resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its content.
    pub text: String,
    /// Its span, quotes included.
    pub span: Span,
}

/// `NAME = EXPR`
#[derive(Clone, Debug)]
pub struct Binding {
    /// The declared name.
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

/// `param NAME = EXPR in BOUNDS`
#[derive(Clone, Debug)]
pub struct Param {
    /// The declared name.
    pub name: Name,
    /// Its value unless `--set` or a sweep gives another.
    pub value: Expr,
    /// A list of choices or a range.
    pub bounds: Option<Expr>,
}

/// `NAME?: TYPE = EXPR`
#[derive(Clone, Debug)]
pub struct Typed {
    /// The declared name.
    pub name: Name,
    /// The `?`, if it is there.
    pub optional: Option<Span>,
    /// `dense[21]`
    pub ty: Type,
    /// Where it comes from.
    pub value: Expr,
}

/// `dense[21]`, `class["a", "b"]`, `text`
#[derive(Clone, Debug)]
pub struct Type {
    /// `dense`
    pub name: Name,
    /// The arguments in brackets; empty without brackets.
    pub args: Vec<Expr>,
    /// Name and brackets.
    pub span: Span,
}

/// A reusable block of layers.
#[derive(Clone, Debug)]
pub struct Fn {
    /// The declared name.
    pub name: Name,
    /// Its arguments in order.
    pub args: Vec<FnArg>,
    /// `let` bindings before the result, in order; empty for `fn f(x) = EXPR`.
    pub lets: Vec<Binding>,
    /// Its result.
    pub body: Expr,
    /// Whether the body was written in braces.
    pub braced: bool,
}

/// `NAME` or `NAME = DEFAULT` (also written `NAME: DEFAULT`) in a function's argument list.
#[derive(Clone, Debug)]
pub struct FnArg {
    /// The argument.
    pub name: Name,
    /// Its value where the call gives none.
    pub default: Option<Expr>,
}

/// `combine NAME = STRATEGY(inputs) { ... }`
#[derive(Clone, Debug)]
pub struct Combine {
    /// The declared name.
    pub name: Name,
    /// The strategy and its inputs: a call.
    pub strategy: Expr,
    /// The settings, if there is a block.
    pub settings: Option<Block>,
}

/// `{ key = value ... }`, entries separated by line ends, commas or semicolons.
#[derive(Clone, Debug)]
pub struct Block {
    /// The settings in order.
    pub entries: Vec<Entry>,
    /// Braces included.
    pub span: Span,
}

/// `key = value` in a block, `key: value` in a record.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The lines of the `##` comment before it, without the `##`.
    pub doc: Vec<String>,
    /// The key.
    pub key: Name,
    /// The value.
    pub value: Expr,
}

/// An expression with its span.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its value.
    pub kind: ExprKind,
    /// Its span, brackets included.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `500_000`, `2e-5`, `5%`
    Number(Number),
    /// `"..."`
    Text(String),
    /// `true`, `false`
    Bool(bool),
    /// `low_net`
    Name(String),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `[300; 4]`: the element and how often it is repeated.
    Repeat(Box<Expr>, Box<Expr>),
    /// `0..10` (end excluded), `1..=21` (end included)
    Range {
        /// First.
        start: Box<Expr>,
        /// Last, or one past it.
        end: Box<Expr>,
        /// Whether `end` belongs to it.
        inclusive: bool,
    },
    /// `{ key: value }`
    Record(Vec<Entry>),
    /// `trunk.unit1`
    Field(Box<Expr>, Name),
    /// `f(x, key: value)`
    Call(Box<Expr>, Vec<Arg>),
    /// `x |> f(...)`, `x |> f`
    Pipe(Box<Expr>, Box<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `(x)`; kept so that the formatter preserves parentheses.
    Paren(Box<Expr>),
    /// An expression that could not be parsed and has been reported.
    Error,
}

/// A number as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Its value; `5%` is 0.05.
    pub value: f64,
    /// As written, for the formatter.
    pub raw: String,
    /// Whether it was written without point, exponent and `%`.
    pub integer: bool,
}

/// `key: value` or `value` in a call.
#[derive(Clone, Debug)]
pub struct Arg {
    /// The argument's name, if given.
    pub name: Option<Name>,
    /// Its value.
    pub value: Expr,
}

/// Operators of two operands, loosest last in the grammar: `* /`, then `+ -`, then comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Expr {
    /// Visits the direct children of the expression, in the order written.
    pub fn parts<'a>(&'a self, visit: &mut impl FnMut(&'a Expr)) {
        match &self.kind {
            ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Name(_) | ExprKind::Error => {}
            ExprKind::List(elements) => elements.iter().for_each(visit),
            ExprKind::Record(entries) => entries.iter().map(|entry| &entry.value).for_each(visit),
            ExprKind::Field(inner, _) | ExprKind::Negate(inner) | ExprKind::Paren(inner) => visit(inner),
            ExprKind::Call(callee, args) => {
                visit(callee);
                args.iter().map(|arg| &arg.value).for_each(visit);
            }
            ExprKind::Repeat(left, right)
            | ExprKind::Pipe(left, right)
            | ExprKind::Binary(_, left, right)
            | ExprKind::Range { start: left, end: right, .. } => {
                visit(left);
                visit(right);
            }
            ExprKind::If(condition, then, otherwise) => {
                visit(condition);
                visit(then);
                visit(otherwise);
            }
        }
    }
}
