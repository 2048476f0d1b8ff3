//! stub
use crate::diag::Problems;
/// x
pub struct Formatted {
    /// x
    pub text: String,
    /// x
    pub problems: Problems,
}
/// x
pub fn format(text: &str) -> Formatted {
    let p = super::parser::read(crate::diag::FileId(0), text);
    Formatted { text: text.to_owned(), problems: p.problems }
}
