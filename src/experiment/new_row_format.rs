//! How text tables of new rows are written: as those of the training rows were.

use super::model::Model;
use crate::spec::{Source, SourceKind, TextFormat};

impl Model {
    /// Has a text table of new rows read as the text table of the training rows was: separators, decimal signs, encoding
    /// and all else that the pipeline declares. Of a `tsv` and a `csv` only the header is common.
    pub(crate) fn set_text_format(&self, source: &mut Source) {
        let SourceKind::Table { format, .. } = &mut source.kind else { return };
        let sources = self.pipeline.compiled.hir.data.origin.sources();
        let own = format.source();
        let alike = |trained: &&TextFormat| trained.source() == own;
        if let Some(trained) = sources.into_iter().filter_map(|source| text_format(source, &alike)).next() {
            **format = trained.clone();
        }
        format.header = self.preprocessing.has_header();
    }
}

/// The first format of a source, or of the sources it joins, that is alike.
fn text_format<'a>(source: &'a Source, alike: &dyn Fn(&&'a TextFormat) -> bool) -> Option<&'a TextFormat> {
    if let SourceKind::Table { format, .. } = &source.kind
        && alike(&format.as_ref())
    {
        return Some(format.as_ref());
    }
    source.kind.joined().iter().find_map(|joined| text_format(joined, alike))
}
