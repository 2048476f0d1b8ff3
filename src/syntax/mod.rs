//! Text to syntax tree and back. The only room that knows pest; knows no files.
//!
//! ```text
//! text --lex--> tokens --outline--> declarations --pest--> pairs --tree--> Ast --format--> text
//! ```
//!
//! Parsing never fails: it gives the tree of what could be read and the problems of what could not.

pub mod ast;
mod cursor;
mod dump;
mod format;
mod grammar;
mod lexer;
mod parser;
mod recovery;
mod tree;
mod validate;

pub use cursor::{Around, Before, Cursor, Inside, cursor};
pub use dump::dump;
pub use format::{Formatted, format};
pub use lexer::lexeme::{Lexeme, LexemeKind, lexemes};
pub use parser::{parse, parse_expr};

/// The words that begin a declaration. They may be names all the same.
pub const KEYWORDS: [&str; 12] =
    ["pipeline", "use", "param", "fn", "data", "label", "shared", "modality", "encoder", "combine", "train", "sweep"];

/// The words that are never names.
pub const RESERVED: [&str; 7] = ["true", "false", "if", "then", "else", "in", "let"];

/// Whether a text can be the name of something.
pub fn is_name(text: &str) -> bool {
    let begins = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    begins && text.bytes().all(lexer::is_word_byte) && !RESERVED.contains(&text)
}

/// The word that a declaration begins with.
pub fn keyword(kind: &ast::ItemKind) -> &'static str {
    use ast::ItemKind::{Combine, Data, Encoder, Fn, Label, Modality, Param, Pipeline, Shared, Sweep, Train, Use};
    match kind {
        Pipeline(_) => "pipeline",
        Use(_) => "use",
        Param(_) => "param",
        Fn(_) => "fn",
        Data(_) => "data",
        Label(_) => "label",
        Shared(_) => "shared",
        Modality(_) => "modality",
        Encoder(_) => "encoder",
        Combine(_) => "combine",
        Train(_) => "train",
        Sweep(..) => "sweep",
    }
}

/// How deep brackets and `if`s may nest.
const MAX_DEPTH: usize = 128;

/// How many operators, calls and fields one expression may hold on the way from its root to a leaf.
const MAX_OPERATORS: usize = 500;

/// After how many problems the rest is only counted.
const MAX_PROBLEMS: usize = 100;
