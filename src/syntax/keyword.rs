//! Keywords, reserved words and names.

use super::ast::ItemKind;

/// The words that begin a declaration. They may also be names.
pub const KEYWORDS: [&str; 12] =
    ["pipeline", "use", "param", "fn", "data", "label", "shared", "modality", "encoder", "combine", "train", "sweep"];

/// The words that are never names.
pub const RESERVED: [&str; 7] = ["true", "false", "if", "then", "else", "in", "let"];

/// Whether a text can be the name of something.
pub fn is_name(text: &str) -> bool {
    let begins = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    begins && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !RESERVED.contains(&text)
}

/// The word that a declaration begins with.
pub fn keyword(kind: &ItemKind) -> &'static str {
    use ItemKind::{Combine, Data, Encoder, Fn, Label, Modality, Param, Pipeline, Shared, Sweep, Train, Use};
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
