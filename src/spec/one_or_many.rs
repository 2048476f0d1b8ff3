//! The serialized form of a list that is mostly empty or of one: nothing, the one, or a list.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Nothing, one value or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
    None,
}

pub(super) fn serialize<T: Serialize, S: Serializer>(values: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    match values {
        [] => serializer.serialize_none(),
        [one] => one.serialize(serializer),
        several => several.serialize(serializer),
    }
}

pub(super) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::Many(values) => values,
        OneOrMany::One(value) => vec![value],
        OneOrMany::None => vec![],
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::Span;
    use crate::spec::{Spanned, Split};

    #[test]
    fn a_list_of_none_one_and_several_is_read_back() {
        for (columns, written) in
            [(&[][..], "null"), (&["a"], r#"{"value":"a"}"#), (&["a", "b"], r#"[{"value":"a"},{"value":"b"}]"#)]
        {
            let group = columns.iter().map(|column| Spanned { value: (*column).to_owned(), span: Span::default() });
            let split = Split { group: group.collect(), ..Split::default() };
            let json = serde_json::to_string(&split).unwrap();
            assert!(json.contains(&format!("\"group\":{written}")), "{json}");
            assert_eq!(serde_json::from_str::<Split>(&json).unwrap(), split);
        }
    }
}
