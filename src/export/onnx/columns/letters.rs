//! Modalities of text by letters: a text becomes its letters by ONNX Runtime's `Tokenizer`, letters become ids by a look-up in
//! which upper and lower case have one id, because the operator that changes the case of texts needs a locale of the system.

use super::raw_columns::RawColumns;
use super::words::without_markers;
use crate::data::{FittedModality, FittedTransform};
use crate::export::onnx::builder::{GraphBuilder, GraphValue};
use crate::export::onnx::element::ElementType;
use crate::export::onnx::operation::InputValue;
use crate::export::onnx::proto::AttributeProto;
use std::collections::{BTreeMap, BTreeSet};

/// What the letters of shorter texts are followed by; no letter is empty.
const PADDING: &str = "";
/// The id of a letter outside of the vocabulary.
const UNKNOWN: i64 = 1;
/// The id of the first letter of the vocabulary.
const FIRST: i64 = 2;

/// The ids of the first letters of each row, `[N, max]`, and zeros after the last.
pub(super) fn text(
    columns: &mut RawColumns<'_>,
    graph: &GraphBuilder,
    of: (usize, &str),
    fitted: &FittedModality,
) -> InputValue {
    let column = &fitted.columns[0];
    let texts = without_markers(graph, &columns.texts(of, 0, column), &column.missing);
    let (mut letters, mut stand_in, mut keep): (&[String], _, _) = (&[], None, false);
    for transform in &fitted.transforms {
        match transform {
            FittedTransform::Chars { vocabulary, .. } => letters = vocabulary,
            FittedTransform::ImputeWord { word } => stand_in = Some(word),
            FittedTransform::KeepMissing => keep = true,
            _ => {}
        }
    }
    let table = letter_ids(letters, fitted.transforms.contains(&FittedTransform::Lowercase));
    let max = fitted.shape.size();
    let mut ids = trimmed_ids(graph, &texts, &table, max);
    if let Some(word) = stand_in {
        let mut of_word: Vec<i64> = word
            .chars()
            .map(|letter| table.get(letter.encode_utf8(&mut [0; 4])).copied().unwrap_or(UNKNOWN))
            .take(max)
            .collect();
        of_word.resize(max, 0);
        let empty = graph.not(&has_letter(graph, &ids));
        ids = graph.choose(&empty, &graph.ints(&[1, max], of_word), &ids);
    }
    let present = fitted.optional.then(|| match keep {
        true => {
            let some = has_letter(graph, &ids);
            graph.or(&some, &graph.not(&some))
        }
        false => has_letter(graph, &ids),
    });
    InputValue { value: ids, present }
}

/// Whether a row of ids has a letter, `[N, 1]`.
fn has_letter(graph: &GraphBuilder, ids: &GraphValue) -> GraphValue {
    graph.greater(&graph.slice(ids, 1, 0, 1), &graph.number(ids, 0.0))
}

/// The id of every letter of a vocabulary. Where case is folded, a letter has the id of its lower case, which is one letter
/// but for `İ`.
fn letter_ids(vocabulary: &[String], lowercase: bool) -> BTreeMap<String, i64> {
    let mut ids: BTreeMap<String, i64> = vocabulary.iter().cloned().zip(FIRST..).collect();
    if lowercase {
        for letter in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let mut folded = letter.to_lowercase();
            if let (Some(lower), None) = (folded.next(), folded.next())
                && lower != letter
            {
                match ids.get(lower.encode_utf8(&mut [0; 4])).copied() {
                    Some(id) => ids.insert(letter.to_string(), id),
                    // An upper-case letter of the vocabulary is never met.
                    None => ids.remove(letter.encode_utf8(&mut [0; 4])),
                };
            }
        }
    }
    ids.insert(PADDING.to_owned(), 0);
    ids
}

/// The ids of the letters between the white space at both ends, `[N, max]`.
fn trimmed_ids(graph: &GraphBuilder, texts: &GraphValue, table: &BTreeMap<String, i64>, max: usize) -> GraphValue {
    let attributes = vec![
        AttributeProto::int("mark", 0),
        AttributeProto::int("mincharnum", 1),
        AttributeProto::text("pad_value", PADDING),
        AttributeProto::texts("separators", &[""]),
    ];
    let inputs = vec![texts.name.to_string()];
    let letters = graph.operator("com.microsoft", "Tokenizer", inputs, attributes, ElementType::Text, 1).remove(0);
    graph.declare(&letters, &[1]);
    let letters = graph.squeeze(&letters, 1);
    let table: Vec<(&String, i64)> = table.iter().map(|(letter, id)| (letter, *id)).collect();
    // Room for `max` letters after the first one, and for a batch of empty texts.
    let more = max as i64;
    let ids = graph.pad(&graph.look_up(&letters, &table, UNKNOWN), &[0, 0, 0, more], 0.0);
    let white: BTreeSet<String> = (0..=u32::from(char::MAX))
        .filter_map(char::from_u32)
        .filter(|letter| letter.is_whitespace())
        .map(String::from)
        .collect();
    let white: Vec<(&str, i64)> = white.iter().map(|letter| (letter.as_str(), 0)).chain([(PADDING, 0)]).collect();
    let solid = graph.pad(&graph.look_up(&letters, &white, 1), &[0, 0, 0, more], 0.0);
    // Places count from 1.
    let ones = graph.add(&graph.mul(&solid, &graph.ints(&[], [0])), &graph.ints(&[], [1]));
    let places = graph.node("CumSum", &[&ones, &graph.ints(&[], [1])], vec![], ElementType::Int64);
    let last = graph.largest(&graph.mul(&solid, &places), 1);
    let is_solid = graph.greater(&solid, &graph.ints(&[], [0]));
    let first = graph.smallest(&graph.choose(&is_solid, &places, &graph.ints(&[], [i64::MAX])), 1);
    let none = graph.equal(&last, &graph.ints(&[], [0]));
    let first = graph.choose(&none, &graph.ints(&[], [1]), &first);
    let taken = graph.add(&first, &graph.ints(&[1, max], (0..max as i64).map(|step| step - 1)));
    let attributes = vec![AttributeProto::int("axis", 1)];
    let found = graph.node("GatherElements", &[&ids, &taken], attributes, ElementType::Int64);
    graph.choose(&graph.less(&taken, &last), &found, &graph.ints(&[], [0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_cases_have_the_id_of_the_lower_one() {
        let vocabulary: Vec<String> = ["a", "é", "B"].map(String::from).to_vec();
        let ids = letter_ids(&vocabulary, true);
        assert_eq!(["a", "A", "é", "É"].map(|letter| ids.get(letter).copied()), [Some(2), Some(2), Some(3), Some(3)]);
        assert_eq!(["b", "B", "İ", ""].map(|letter| ids.get(letter).copied()), [None, None, None, Some(0)]);
        let plain = letter_ids(&vocabulary, false);
        assert_eq!(["A", "B"].map(|letter| plain.get(letter).copied()), [None, Some(4)]);
    }
}
