//! What a pipeline reads, in words: its tables, how their cells are written, what is an empty cell and a row without a label.

use crate::diag::SourceMap;
use crate::spec::{DataSpec, Source, SourceKind, TextFormat, UTF_8, Unlabeled};
use std::fmt::Write;

/// The lines of `mmc plan` on the data.
pub(super) fn data_text(data: &DataSpec, sources: &SourceMap) -> String {
    let mut text = String::new();
    for source in data.origin.sources() {
        let _ = writeln!(text, "rows         {}", written(source, sources));
        for format in formats(source) {
            let _ = writeln!(text, "cells        {}", described(format));
        }
    }
    let mut missing = "empty cells; among numbers also NA, N/A, NaN, null, None and ?".to_owned();
    if !data.missing.is_empty() {
        let _ = write!(missing, "; everywhere {}", data.missing.show());
    }
    let _ = writeln!(text, "missing      {missing}");
    let unlabeled = match data.unlabeled {
        Unlabeled::Error => "a row without a label is an error",
        Unlabeled::Drop => "rows without a label are left out",
    };
    let _ = writeln!(text, "unlabeled    {unlabeled}");
    text
}

/// The call of a source as the pipeline has it, on one line.
fn written(source: &Source, sources: &SourceMap) -> String {
    let text = sources.get(source.span.file).and_then(|file| file.text.get(source.span.range()));
    text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The formats of the text tables of a source.
fn formats(source: &Source) -> Vec<&TextFormat> {
    match &source.kind {
        SourceKind::Table { format, .. } => vec![format],
        kind => kind.joined().iter().flat_map(formats).collect(),
    }
}

/// How cells are written.
fn described(format: &TextFormat) -> String {
    let shown = |letter: char| if letter == '\t' { "a tab".to_owned() } else { format!("`{letter}`") };
    let mut text = format!("between {}", shown(format.separator));
    text += &format.quote.map_or(", never quoted".to_owned(), |quote| format!(", quoted by {}", shown(quote)));
    let _ = write!(text, ", decimal sign {}", shown(format.decimal));
    if let Some(thousands) = format.thousands {
        let _ = write!(text, ", thousands {}", shown(thousands));
    }
    if format.encoding != UTF_8 {
        let _ = write!(text, ", {}", format.encoding);
    }
    if let Some(comment) = format.comment {
        let _ = write!(text, ", no lines that begin with {}", shown(comment));
    }
    match format.skip {
        0 => {}
        1 => text += ", without the first line",
        lines => text += &format!(", without the first {lines} lines"),
    }
    if !format.header {
        text += ", columns without names";
    }
    text
}
