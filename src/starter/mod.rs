//! Starter pipelines: from the survey of a table, or from a template. Opens no file.
//!
//! ```text
//! Survey --roles--> label, columns --group--> modalities --write--> text
//! ```

mod group;
mod label;
mod role;
mod template;
mod write;

pub use label::NoLabel;
pub use template::{TEMPLATES, Template};
pub use write::{TableFile, starter};
