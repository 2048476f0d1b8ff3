//! Files and columns that a pipeline reads and that are not there, as an editor shows them: rows are not read.

use super::analysis::Analysis;
use super::paths;
use crate::compile::Compiled;
use crate::data::{LoadRequest, find_columns};
use crate::diag::Problems;
use gen_lsp_types::Uri;
use std::path::Path;

/// Bytes of memory for rows, of which none are read.
const MEMORY: usize = 1 << 20;

/// The problems with the files and columns of a document that has no errors; none of one that is not a file.
pub(super) fn data_problems(analysis: &Analysis, uri: &Uri) -> Problems {
    let (Some(Compiled { hir, .. }), Some(path)) = (&analysis.analyzed.checked.value, paths::path(uri)) else {
        return Problems::new();
    };
    find_columns(&LoadRequest {
        data: &hir.data,
        label: &hir.label,
        modalities: hir.modalities.iter().collect(),
        class_weights: None,
        required: vec![],
        base: path.parent().unwrap_or(Path::new("")),
        cache: None,
        memory: MEMORY,
    })
}
