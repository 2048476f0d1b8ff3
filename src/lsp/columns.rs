//! The columns of the data that a pipeline names, read from its first lines and kept. Data that is not there has none.

use super::answer::View;
use super::place;
use crate::data;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long columns are taken to be what they were.
const FRESH: Duration = Duration::from_secs(5);

/// What has been read, by what was asked for.
pub(super) type Columns = BTreeMap<String, (Instant, Rc<Vec<String>>)>;

/// The names of the columns, in the order of the table.
pub(super) fn of(view: &View<'_>) -> Rc<Vec<String>> {
    let Some(spec) = &view.analysis.analyzed.symbols.data else { return Rc::default() };
    let path = place::path(&view.document.uri);
    let folder = path.as_deref().and_then(Path::parent).unwrap_or(Path::new("."));
    let key = format!("{} {:?}", folder.display(), spec.origin);
    let mut kept = view.server.columns.borrow_mut();
    if let Some((since, columns)) = kept.get(&key)
        && since.elapsed() < FRESH
    {
        return columns.clone();
    }
    let columns = Rc::new(data::column_names(spec, folder));
    kept.insert(key, (Instant::now(), columns.clone()));
    columns
}
