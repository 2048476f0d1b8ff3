//! The fields of a JSON object, and their values as cells. A value keeps its text, so that a whole number of any length keeps
//! its digits.

use crate::data::table::cell::CellValue;
use crate::shape::Shape;
use indexmap::IndexMap;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The fields of an object by their keys, in their order; of a key that occurs twice the last.
pub(crate) type JsonFields<'a> = IndexMap<Cow<'a, str>, &'a RawValue>;

/// The fields of a text that is an object. `NaN`, which other programs write though JSON has none, is null; `plain` holds the
/// text without it.
pub(crate) fn object<'a>(text: &'a [u8], plain: &'a mut Vec<u8>) -> Option<JsonFields<'a>> {
    if let Ok(fields) = serde_json::from_slice(text) {
        return Some(fields);
    }
    *plain = without_names(text)?;
    serde_json::from_slice(plain).ok()
}

/// A text with `null` for `NaN` and a number too large for `Infinity`, outside of strings; `None` without either.
fn without_names(text: &[u8]) -> Option<Vec<u8>> {
    const NAMES: [(&[u8], &[u8]); 2] = [(b"NaN", b"null"), (b"Infinity", b"1e999")];
    let (mut plain, mut at, mut in_string, mut any) = (Vec::with_capacity(text.len() + 8), 0, false, false);
    while let Some(byte) = text.get(at) {
        if let Some((name, value)) = NAMES.iter().find(|(name, _)| !in_string && text[at..].starts_with(name)) {
            plain.extend_from_slice(value);
            (at, any) = (at + name.len(), true);
            continue;
        }
        plain.push(*byte);
        at += 1;
        match byte {
            b'\\' if in_string => {
                plain.extend(text.get(at));
                at += 1;
            }
            b'"' => in_string = !in_string,
            _ => {}
        }
    }
    any.then_some(plain)
}

/// The value of a field as it is written, on one line.
pub(crate) fn one_line(value: &RawValue) -> Cow<'_, str> {
    // In JSON a line ends between two values only.
    match value.get().contains(['\n', '\r']) {
        true => Cow::Owned(value.get().replace(['\n', '\r'], " ")),
        false => Cow::Borrowed(value.get()),
    }
}

/// The shape of an array of numbers, or of arrays of equal length.
pub(crate) fn shape(value: &RawValue) -> Option<Shape> {
    if !value.get().starts_with('[') {
        return None;
    }
    shape_of(&serde_json::from_str(value.get()).ok()?)
}

fn shape_of(value: &Value) -> Option<Shape> {
    let items = value.as_array()?;
    match items.first() {
        Some(Value::Number(_)) => Some(Shape::vector(items.len())),
        Some(first @ Value::Array(_)) => {
            let inner = shape_of(first)?;
            Some(Shape(std::iter::once(items.len()).chain(inner.0).collect()))
        }
        _ => None,
    }
}

/// The memory of a cell that is not in its text.
#[derive(Default)]
pub(crate) struct CellMemory {
    text: String,
    numbers: Vec<f64>,
}

/// A value as a cell; nothing where there is no field.
pub(crate) fn cell<'a>(value: Option<&RawValue>, memory: &'a mut CellMemory) -> CellValue<'a> {
    let Some(written) = value.map(RawValue::get) else { return CellValue::Empty };
    match written.as_bytes().first() {
        Some(b't') => CellValue::Truth(true),
        Some(b'f') => CellValue::Truth(false),
        Some(b'"') => {
            memory.text = serde_json::from_str(written).unwrap_or_default();
            CellValue::Text(&memory.text)
        }
        Some(b'{') => CellValue::Nested,
        Some(b'[') => {
            memory.numbers.clear();
            let value = serde_json::from_str(written).unwrap_or_default();
            flatten(&value, &mut memory.numbers);
            if is_ragged(&value) { CellValue::Ragged } else { CellValue::Numbers(&memory.numbers) }
        }
        Some(b'-' | b'0'..=b'9') => match written.parse() {
            // Zero with a sign is no whole number.
            Ok(whole) if written != "-0" => CellValue::Integer(whole),
            _ => CellValue::Number(written.parse().unwrap_or(f64::NAN)),
        },
        _ => CellValue::Empty,
    }
}

/// Whether the lists in a list have several lengths.
fn is_ragged(value: &Value) -> bool {
    let Value::Array(items) = value else { return false };
    let length = |item: &Value| item.as_array().map(Vec::len);
    items.iter().any(|item| item.is_array())
        && items.iter().any(|item| length(item) != length(&items[0]) || is_ragged(item))
}

fn flatten(value: &Value, numbers: &mut Vec<f64>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, numbers)),
        Value::Number(number) => numbers.push(number.as_f64().unwrap_or(f64::NAN)),
        Value::Null => numbers.push(f64::NAN),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<String> {
        let (mut plain, mut memory) = (vec![], CellMemory::default());
        let fields = object(text.as_bytes(), &mut plain).unwrap();
        fields.values().map(|value| format!("{:?}", cell(Some(value), &mut memory))).collect()
    }

    #[test]
    fn values_are_cells() {
        let text = r#"{"a": null, "b": true, "c": 1.5, "d": "x\ny", "e": [[1, 2], [3, null]], "f": {"g": 1}, "h": -0,
            "i": 1.0, "j": [1, [2, null]]}"#;
        let expected = [
            "Empty",
            "Truth(true)",
            "Number(1.5)",
            "Text(\"x\\ny\")",
            "Numbers([1.0, 2.0, 3.0, NaN])",
            "Nested",
            "Number(-0.0)",
            "Number(1.0)",
            "Ragged",
        ];
        assert_eq!(cells(text), expected);
    }

    #[test]
    fn whole_numbers_keep_their_digits() {
        let text = r#"{"a": 9007199254740993, "b": 18446744073709551615, "c": 123456789012345678901234567890}"#;
        let expected = ["9007199254740993", "18446744073709551615", "123456789012345678901234567890"];
        assert_eq!(cells(text), expected.map(|digits| format!("Integer({digits})")));
    }

    #[test]
    fn numbers_that_json_does_not_have_are_read_outside_of_strings() {
        assert_eq!(
            cells(r#"{"a": NaN, "b\"NaN": "NaN \" Infinity", "c": -Infinity, "d": [NaN]}"#),
            ["Empty", "Text(\"NaN \\\" Infinity\")", "Number(-inf)", "Numbers([NaN])"]
        );
        assert!(object(b"{\"a\": nan}", &mut vec![]).is_none());
        assert!(object(b"[1]", &mut vec![]).is_none());
    }
}
