//! The specification of a pipeline as plain data: the data set, the modalities, the training. Its methods depend on
//! that data alone; nothing here reads files, computes or prints.
//!
//! `sema` makes these from the file; `data`, `plan` and `train` act on them. Each part keeps the span it came from, so
//! that a problem found much later can point at the line that requests it.

mod column_pattern;
mod data;
mod date;
mod missing;
mod one_or_many;
mod optimizer;
mod profile;
mod source;
mod spanned;
mod text_format;
mod train;
mod transform;

pub use column_pattern::*;
pub use data::*;
pub use date::*;
pub use missing::*;
pub use optimizer::*;
pub use profile::*;
pub use source::*;
pub use spanned::*;
pub use text_format::*;
pub use train::*;
pub use transform::*;
