//! Text to syntax tree and back. The only room that knows pest; knows no files.

pub mod ast;
