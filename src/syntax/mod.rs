//! Text to syntax tree and back. The only room that uses pest; reads no files.
//!
//! ```text
//! text --lexer--> tokens --recovery::outline--> declarations --grammar (pest)--> pairs --tree--> Ast --format--> text
//! ```
//!
//! Two parts share the work:
//!
//! - The grammar, by way of pest, decides what is accepted: a declaration is in the tree exactly if
//!   `grammar/mmc.pest` matches it.
//! - `recovery` decides what is reported: where declarations begin, which region around a failure is repaired or
//!   removed before the grammar is run again, and the message and fix of each mistake.
//!
//! Parsing never fails: its result is the tree of what could be parsed and the problems of the rest.

pub mod ast;
mod cursor;
mod docs;
mod dump;
mod format;
mod grammar;
mod keyword;
mod lexer;
mod parser;
mod recovery;
mod tree;
mod validate;

pub use cursor::{Around, Before, Cursor, Inside, cursor};
pub use dump::dump;
pub use format::{Formatted, format};
pub use keyword::{KEYWORDS, RESERVED, is_name, keyword};
pub use lexer::{Lexeme, LexemeKind, lexemes};
pub use parser::{parse, parse_expr};
