//! JSON in which every number reads back as the same bits. JSON has no infinity and no NaN: they are written as the
//! texts that YAML has for them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use serde_yaml::Value as Yaml;

const NAN: &str = ".nan";
const INFINITY: &str = ".inf";
const NEGATIVE_INFINITY: &str = "-.inf";

/// A value as JSON.
///
/// # Errors
/// The reason that the value cannot be written, in words.
pub(super) fn to_json(value: &impl Serialize) -> Result<Json, String> {
    // The JSON library writes `null` for numbers that are not finite; the YAML library keeps them.
    json(&serde_yaml::to_value(value).map_err(|error| error.to_string())?)
}

/// Reads a value from the text of [`to_json`].
///
/// # Errors
/// The mismatch with the type, in words.
pub(super) fn from_json<T: DeserializeOwned>(value: &Json) -> Result<T, String> {
    serde_yaml::from_value(yaml(value)).map_err(|error| error.to_string())
}

fn json(value: &Yaml) -> Result<Json, String> {
    Ok(match value {
        Yaml::Null => Json::Null,
        Yaml::Bool(value) => (*value).into(),
        Yaml::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(number), ..) => number.into(),
            (_, Some(number), _) => number.into(),
            (.., Some(number)) if number.is_nan() => NAN.into(),
            (.., Some(f64::INFINITY)) => INFINITY.into(),
            (.., Some(f64::NEG_INFINITY)) => NEGATIVE_INFINITY.into(),
            (.., number) => number.into(),
        },
        Yaml::String(text) => text.as_str().into(),
        Yaml::Sequence(items) => Json::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let entry = |(key, value): (&Yaml, &Yaml)| match key.as_str() {
                Some(key) => Ok((key.to_owned(), json(value)?)),
                None => Err("a key that is no text".to_owned()),
            };
            Json::Object(entries.iter().map(entry).collect::<Result<_, _>>()?)
        }
        Yaml::Tagged(tagged) => return Err(format!("a value with the tag `{}`", tagged.tag)),
    })
}

fn yaml(value: &Json) -> Yaml {
    match value {
        Json::Null => Yaml::Null,
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(number), ..) => number.into(),
            (_, Some(number), _) => number.into(),
            (.., number) => number.map_or(Yaml::Null, Yaml::from),
        },
        Json::String(text) => match text.as_str() {
            NAN => f64::NAN.into(),
            INFINITY => f64::INFINITY.into(),
            NEGATIVE_INFINITY => f64::NEG_INFINITY.into(),
            text => text.into(),
        },
        Json::Array(items) => items.iter().map(yaml).collect(),
        Json::Object(entries) => {
            Yaml::Mapping(entries.iter().map(|(key, value)| (key.as_str().into(), yaml(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_back(numbers: Vec<f64>) -> Vec<f64> {
        let text = to_json(&numbers).unwrap().to_string();
        from_json(&serde_json::from_str(&text).unwrap()).unwrap()
    }

    #[test]
    fn numbers_without_a_form_in_json_read_back() {
        let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 1.0, 1e300, f64::MIN_POSITIVE, 5e-324];
        let read: Vec<u64> = read_back(numbers.to_vec()).into_iter().map(f64::to_bits).collect();
        assert_eq!(read, numbers.map(f64::to_bits));
    }

    proptest! {
        #[test]
        fn every_number_reads_back_as_the_same_bits(bits: u64) {
            let number = f64::from_bits(bits);
            let read = read_back(vec![number])[0];
            prop_assert!(read.to_bits() == bits || number.is_nan() && read.is_nan());
        }

        #[test]
        fn whole_numbers_read_back(number: u64) {
            let text = to_json(&number).unwrap().to_string();
            prop_assert_eq!(from_json::<u64>(&serde_json::from_str(&text).unwrap()).unwrap(), number);
        }
    }
}
