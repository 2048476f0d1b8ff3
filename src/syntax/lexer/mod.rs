//! Lexer: text to tokens and comments, whatever the text.
//!
//! The grammar reads characters and never sees these tokens. They serve error recovery, the formatter, the cursor and
//! editors: brackets, declarations and the token at which the grammar stopped. Errors inside one token (a number, a string,
//! an invalid character) are reported here, because "this string is not closed" is clearer than the grammar's failure.

mod invalid;
mod lexeme;
mod literal;
mod scan;
mod scanner;
mod token;

pub use lexeme::{Lexeme, LexemeKind, lexemes};
pub(super) use scan::lex;
pub(super) use token::{Bracket, CommentToken, LexerOutput, Token, TokenKind, ends_operand, is_doc, shown};
