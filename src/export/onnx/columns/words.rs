//! Modalities of one word out of a fixed number: a look-up of every form in which a word may be written.

use super::raw_columns::RawColumns;
use crate::data::{FittedModality, FittedTransform, written_forms};
use crate::export::onnx::builder::{GraphBuilder, GraphValue};
use crate::export::onnx::element::{ElementType, Elements};
use crate::export::onnx::operation::InputValue;
use crate::spec::{MissingMarkers, ModalityKind};
use std::collections::BTreeMap;

/// The place of an empty cell that is no value.
const MISSING: i64 = -1;

/// The id of the word of each row, `[N, 1]`, or a 1 at its place among zeros, `[N, n]`.
pub(super) fn category(
    columns: &mut RawColumns<'_>,
    graph: &GraphBuilder,
    of: (usize, &str),
    fitted: &FittedModality,
) -> InputValue {
    let column = &fitted.columns[0];
    let texts = without_markers(graph, &columns.texts(of, 0, column), &column.missing);
    let (table, default) = table(&fitted.transforms);
    let found = graph.look_up(&texts, &table.into_iter().collect::<Vec<_>>(), default);
    let present = graph.greater(&found, &graph.ints(&[], [MISSING]));
    let id = graph.max(&found, &graph.ints(&[], [0]));
    let value = match fitted.kind {
        ModalityKind::Category { .. } => id,
        _ => {
            let size = fitted.shape.size();
            let places = graph.ints(&[1, size], 1..=size as i64);
            graph.cast(&graph.equal(&id, &places), ElementType::Float)
        }
    };
    InputValue { value, present: fitted.optional.then_some(present) }
}

/// The id of every word as it may be written, and that of any other word.
fn table(transforms: &[FittedTransform]) -> (BTreeMap<String, i64>, i64) {
    let (mut values, mut rare, mut stand_in, mut keep): (&[String], &[String], _, _) = (&[], &[], None, false);
    for transform in transforms {
        match transform {
            FittedTransform::Category { values: fitted } | FittedTransform::OneHot { values: fitted } => {
                values = fitted
            }
            FittedTransform::GroupRare { rare: fitted } => rare = fitted,
            FittedTransform::ImputeWord { word } => stand_in = Some(word.as_str()),
            FittedTransform::KeepMissing => keep = true,
            _ => {}
        }
    }
    let grouped = if rare.is_empty() { 0 } else { values.len() as i64 + 1 };
    let id = |word: &str| values.iter().position(|value| value == word).map(|place| place as i64 + 1);
    let mut table = BTreeMap::new();
    for value in values {
        for form in written_forms(value) {
            table.insert(form, id(value).unwrap_or(0));
        }
    }
    for word in rare.iter().flat_map(|word| written_forms(word)) {
        table.entry(word).or_insert(grouped);
    }
    let empty = match (stand_in, keep) {
        (Some(word), _) => id(word).unwrap_or(grouped),
        (None, true) => id("").unwrap_or(0),
        (None, false) => MISSING,
    };
    table.insert(String::new(), empty);
    (table, grouped)
}

/// With an empty text in place of the words and numbers that mark an empty cell.
pub(super) fn without_markers(graph: &GraphBuilder, texts: &GraphValue, markers: &MissingMarkers) -> GraphValue {
    let numbers = markers.numbers.iter().map(f64::to_string);
    let forms = numbers.flat_map(|number| written_forms(&number)).chain(markers.words.iter().cloned());
    let table: BTreeMap<String, i64> = forms.map(|form| (form, 1)).collect();
    if table.is_empty() {
        return texts.clone();
    }
    let marked = graph.look_up(texts, &table.into_iter().collect::<Vec<_>>(), 0);
    let marked = graph.greater(&marked, &graph.ints(&[], [0]));
    let empty = graph.constant(&[], &Elements::Texts(vec![String::new()]));
    graph.choose(&marked, &empty, texts)
}
