//! Starter pipelines: from the survey of a table, or from a template. Opens no file.
//!
//! ```text
//! Survey --role--> label, columns --group--> signals --model--> encoders, combines --write--> text
//! ```

mod column_name;
mod group;
mod label;
mod missing_marker;
mod model;
mod role;
mod signal;
mod source_text;
mod template;
mod write;
mod writer;

pub use label::NoLabel;
pub use template::{TEMPLATES, Template};
pub use write::{TableFile, starter};
