//! How text tables of new rows are written: as those of the training rows were, but for what is told.

use super::model::Model;
use crate::diag::{Code, Problem};
use crate::spec::{Source, SourceKind, TextFormat};

/// How a text table of new rows is written where that is told: the rest is as the training rows were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextFormatChanges {
    /// The separator of cells.
    pub separator: Option<char>,
    /// The decimal sign.
    pub decimal: Option<char>,
    /// What groups digits by thousands; `Some(None)` for nothing.
    pub thousands: Option<Option<char>>,
    /// The name of the encoding in the WHATWG's standard.
    pub encoding: Option<String>,
}

impl TextFormatChanges {
    /// Changes the format of a source.
    ///
    /// # Errors
    /// `MMC0501` if it is no text table, or the format contradicts itself.
    pub(crate) fn apply(&self, source: &mut Source) -> Result<(), Problem> {
        if *self == Self::default() {
            return Ok(());
        }
        let SourceKind::Table { format, .. } = &mut source.kind else {
            let message = "only rows of `csv` and `tsv` have separators, decimal signs and an encoding";
            let problem = Problem::error(Code::FileUnreadable, message);
            return Err(problem.help("leave these options out, or tell the format with `--input-format`"));
        };
        format.separator = self.separator.unwrap_or(format.separator);
        format.decimal = self.decimal.unwrap_or(format.decimal);
        format.thousands = self.thousands.unwrap_or(format.thousands);
        if let Some(encoding) = &self.encoding {
            format.encoding.clone_from(encoding);
        }
        match format.conflict() {
            Some((_, message)) => Err(Problem::error(Code::FileUnreadable, message)),
            None => Ok(()),
        }
    }
}

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
