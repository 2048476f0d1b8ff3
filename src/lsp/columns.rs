//! Column names of the data that a pipeline reads, cached for a few seconds. Data that cannot be read has none.

use crate::data;
use crate::spec::DataSpec;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Age at which cached columns are read again.
const FRESH: Duration = Duration::from_secs(5);

/// Column names by folder and source.
#[derive(Debug, Default)]
pub(super) struct ColumnCache {
    kept: BTreeMap<String, (Instant, Rc<Vec<String>>)>,
}

impl ColumnCache {
    /// The columns of `spec`, whose paths are relative to `folder`.
    pub(super) fn get(&mut self, spec: &DataSpec, folder: &Path) -> Rc<Vec<String>> {
        let key = format!("{} {:?}", folder.display(), spec.origin);
        if let Some((since, columns)) = self.kept.get(&key)
            && since.elapsed() < FRESH
        {
            return columns.clone();
        }
        let columns = Rc::new(data::column_names(spec, folder));
        self.kept.insert(key, (Instant::now(), columns.clone()));
        columns
    }
}
