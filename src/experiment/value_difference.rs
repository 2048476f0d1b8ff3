//! Two trees of settings compared entry by entry.

use serde::Serialize;
use serde_json::{Map, Value};

/// One entry in which two trees differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueDifference {
    /// The part of the pipeline or the run that it belongs to: `train`, `modality`.
    pub part: String,
    /// The entry in that part: `optimizer.sgd.lr`.
    pub entry: String,
    /// Its value in the first tree; `None` where it has no such entry.
    pub a: Option<String>,
    /// Its value in the second tree; `None` where it has no such entry.
    pub b: Option<String>,
}

impl ValueDifference {
    /// A difference of the whole entry.
    pub(crate) fn new(part: &str, entry: &str, a: Option<String>, b: Option<String>) -> Self {
        Self { part: part.into(), entry: entry.into(), a, b }
    }
}

/// The entries of `part` in which two trees differ, in the order of the first tree, then of the second.
pub(crate) fn value_differences(part: &str, a: &Value, b: &Value) -> Vec<ValueDifference> {
    let mut found = vec![];
    compare(part, "", Some(a), Some(b), &mut found);
    found
}

fn compare(part: &str, path: &str, a: Option<&Value>, b: Option<&Value>, found: &mut Vec<ValueDifference>) {
    if a == b {
        return;
    }
    if let (Some(Value::Object(a)), Some(Value::Object(b))) = (a, b)
        && !are_variants(a, b)
    {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
            compare(part, &below(key), a.get(key), b.get(key), found);
        }
        return;
    }
    found.push(ValueDifference::new(part, path, a.map(shown), b.map(shown)));
}

/// Whether two objects are variants of one choice, such as two optimizers, which have no entries in common.
fn are_variants(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    a.len() == 1 && b.len() == 1 && a.keys().ne(b.keys())
}

/// A value in a form near to that of the language: `sgd(lr: 0.1)`, `[64, 64]`, `none`.
pub(crate) fn shown(value: &Value) -> String {
    let list = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(", ");
    let fields =
        |fields: &Map<String, Value>| list(&mut fields.iter().map(|(name, value)| format!("{name}: {}", shown(value))));
    match value {
        Value::Null => "none".into(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => format!("[{}]", list(&mut items.iter().map(shown))),
        Value::Object(object) => match object.iter().next() {
            Some((name, Value::Object(inner))) if object.len() == 1 => format!("{name}({})", fields(inner)),
            Some((name, inner)) if object.len() == 1 => format!("{name}({})", shown(inner)),
            _ => format!("{{{}}}", fields(object)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lines(a: &Value, b: &Value) -> Vec<String> {
        let shown = |value: Option<String>| value.unwrap_or_else(|| "-".into());
        let found = value_differences("train", a, b).into_iter();
        found.map(|found| format!("{}: {} / {}", found.entry, shown(found.a), shown(found.b))).collect()
    }

    #[test]
    fn equal_trees_differ_in_nothing() {
        let tree = json!({ "a": 1, "b": { "c": [1, 2] } });
        assert!(lines(&tree, &json!({ "b": { "c": [1, 2] }, "a": 1 })).is_empty());
    }

    #[test]
    fn the_deepest_entry_that_differs_is_named() {
        let a = json!({ "optimizer": { "sgd": { "lr": 0.1, "momentum": 0.9 } }, "seed": 1, "stop": null });
        let b = json!({ "optimizer": { "sgd": { "lr": 0.2, "momentum": 0.9 } }, "seed": 1, "init": "scaled" });
        assert_eq!(lines(&a, &b), ["optimizer.sgd.lr: 0.1 / 0.2", "stop: none / -", "init: - / scaled"]);
    }

    #[test]
    fn variants_differ_as_a_whole() {
        let a = json!({ "optimizer": { "sgd": { "lr": 0.1 } } });
        let b = json!({ "optimizer": { "adam": { "lr": 0.1, "betas": [0.9, 0.99] } } });
        assert_eq!(lines(&a, &b), ["optimizer: sgd(lr: 0.1) / adam(lr: 0.1, betas: [0.9, 0.99])"]);
        let (a, b) = (json!({ "length": { "epochs": 3 } }), json!({ "length": { "iterations": 70 } }));
        assert_eq!(lines(&a, &b), ["length: epochs(3) / iterations(70)"]);
    }
}
