//! The names of a table's columns, for whoever writes them.

use crate::data::source;
use crate::spec::{DataSpec, Origin};
use std::path::Path;

/// The columns of the data in their order, read from its first line; none where there is no data or it has no names.
pub fn columns(data: &DataSpec, base: &Path) -> Vec<String> {
    let (Origin::Whole(source) | Origin::Parts { train: source, .. }) = &data.origin;
    source::open(source, base).ok().and_then(|found| found.schema.names).unwrap_or_default()
}
