//! What decides the result of a run, as entries of its record, and how two runs differ in it.

use crate::plan::Plan;
use crate::report::Manifest;
use serde_json::Value;
use std::collections::BTreeMap;

/// The parts of `run.yaml` that decide a result, as paths. What is not here changes no bit on the same machine, or, as
/// `train/length`, is compared on its own.
const DECIDING: &[&str] = &[
    "combine",
    "train",
    "data/fingerprint",
    "data/rows",
    "data/row_ids",
    "data/preparation",
    "data/source/split",
    "data/modalities",
    "plan/hash",
    "plan/inputs",
    "plan/classes",
    "plan/components",
    "plan/combination",
    "warm_start/hash",
];

/// Entries below these that are compared elsewhere: the length has rules for its changes, and `combine` at the top is the
/// one that was trained, whatever `train` names.
const EXCEPT: &[&str] = &["train/length", "train/combine"];

/// Entries that follow from others, and are named only where those are the same.
const CONSEQUENCES: &[(&str, &[&str])] = &[
    ("data/rows", &["data/fingerprint", "data/source/split"]),
    ("data/row_ids", &["data/fingerprint", "data/source/split", "data/rows"]),
    ("data/preparation", &["data/fingerprint", "data/source/split", "data/rows", "data/row_ids", "data/modalities"]),
    ("plan/", &["combine"]),
    ("plan/hash", &["plan/inputs", "plan/classes", "plan/components", "plan/combination"]),
];

/// The most parameters that are named.
const NAMED: usize = 6;

/// The deciding entries of a record by path, each as JSON.
pub(crate) type DecidingEntries = BTreeMap<String, String>;

/// The deciding entries of a record, as `run.yaml` holds it.
pub(crate) fn deciding_entries(record: &Value) -> DecidingEntries {
    let mut entries = BTreeMap::new();
    for path in DECIDING {
        if let Some(value) = record.pointer(&format!("/{path}")) {
            flatten(path, value, &mut entries);
        }
    }
    entries
}

/// The deciding entries of a run that is about to be trained.
pub(crate) fn deciding_entries_of(manifest: &Manifest) -> DecidingEntries {
    // A manifest holds only numbers and texts, which always have a JSON form.
    deciding_entries(&serde_json::to_value(manifest).unwrap_or_default())
}

/// The hash of deciding entries: trainings with the same one have the same result.
pub(crate) fn training_key(entries: &DecidingEntries) -> String {
    let mut hasher = blake3::Hasher::new();
    for (path, value) in entries {
        hasher.update(path.as_bytes()).update(b"=").update(value.as_bytes()).update(b"\n");
    }
    hasher.finalize().to_hex().to_string()
}

/// The differences between a run as it was `before` and as it would be `now`: a sentence for each. `parameters` are those
/// between the two plans.
pub(crate) fn differences(before: &DecidingEntries, now: &DecidingEntries, parameters: Vec<String>) -> Vec<String> {
    let paths = before.keys().chain(now.keys().filter(|path| !before.contains_key(*path)));
    let differing: Vec<&String> = paths.filter(|path| before.get(*path) != now.get(*path)).collect();
    let follows = |path: &str| {
        let caused = |cause: &&str| differing.iter().any(|other| *other != path && other.starts_with(cause));
        CONSEQUENCES.iter().any(|(entry, causes)| path.starts_with(entry) && causes.iter().any(&caused))
    };
    let explained = |path: &str| path == "plan/hash" && !parameters.is_empty();
    let shown = differing.iter().filter(|path| !follows(path) && !explained(path));
    let mut sentences: Vec<String> = shown.map(|path| sentence(path, before.get(*path), now.get(*path))).collect();
    sentences.extend(parameters);
    sentences
}

/// The parameters that one plan has and another has not, or in another shape: a sentence for each, and one for the rest.
pub(crate) fn parameter_differences(before: &Plan, now: &Plan) -> Vec<String> {
    let shapes = |plan: &Plan| -> BTreeMap<String, String> {
        let params = plan.params.iter().map(|param| (param.name.clone(), param.shape.to_string()));
        params.chain(plan.buffers.iter().map(|buffer| (buffer.name.clone(), buffer.shape.to_string()))).collect()
    };
    let (before, now) = (shapes(before), shapes(now));
    let mut found: Vec<String> = vec![];
    for (name, shape) in &now {
        match before.get(name) {
            None => found.push(format!("`{name}` is new")),
            Some(other) if other != shape => found.push(format!("`{name}` was {other} and is {shape}")),
            Some(_) => {}
        }
    }
    found.extend(before.keys().filter(|name| !now.contains_key(*name)).map(|name| format!("`{name}` is gone")));
    if found.len() > NAMED {
        let more = found.len() - NAMED + 1;
        found.truncate(NAMED - 1);
        found.push(format!("{more} more parameters differ"));
    }
    found
}

/// How many parameters and buffers of `now` have one of their name and shape in `before`, and how many there are.
pub(crate) fn agreeing_parameters(before: &Plan, now: &Plan) -> (usize, usize) {
    let params = now.params.iter().map(|now| before.params.iter().any(|b| b.name == now.name && b.shape == now.shape));
    let buffers =
        now.buffers.iter().map(|now| before.buffers.iter().any(|b| b.name == now.name && b.shape == now.shape));
    let agree: Vec<bool> = params.chain(buffers).collect();
    (agree.iter().filter(|agrees| **agrees).count(), agree.len())
}

fn sentence(path: &str, before: Option<&String>, now: Option<&String>) -> String {
    match path {
        "data/fingerprint" => return "the content of the data files has changed".into(),
        "data/row_ids" => return "other rows are in the parts of the data".into(),
        "data/preparation" => return "the preparation of the modalities differs: their transforms, or what is fitted to the training rows".into(),
        "plan/hash" => return "the steps of the plan differ".into(),
        _ => {}
    }
    let name = path.replace('/', ".");
    match (before, now) {
        (Some(before), Some(now)) => format!("`{name}` was {before} and is {now}"),
        (Some(before), None) => format!("`{name}` was {before} and is gone"),
        (None, Some(now)) => format!("`{name}` is new: {now}"),
        (None, None) => format!("`{name}` differs"),
    }
}

fn flatten(path: &str, value: &Value, entries: &mut DecidingEntries) {
    if EXCEPT.contains(&path) {
        return;
    }
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| flatten(&format!("{path}/{key}"), value, entries))
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            // Items with a name are known by it, so that one more of them does not move the others.
            for (at, item) in items.iter().enumerate() {
                let name = item.get("name").and_then(Value::as_str).map_or_else(|| at.to_string(), str::to_owned);
                flatten(&format!("{path}/{name}"), item, entries);
            }
        }
        value => {
            entries.insert(path.to_owned(), value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Value {
        json!({
            "combine": "mul",
            "train": { "batch_size": 64, "length": { "epochs": 3 }, "combine": null, "optimizer": { "sgd": { "lr": 0.5 } } },
            "data": {
                "fingerprint": "aa", "rows": { "train": 100, "valid": null }, "row_ids": "bb", "preparation": "cc",
                "source": { "origin": "rows.csv", "split": { "portions": [{ "part": "test", "rule": { "last": 10 } }] } },
                "modalities": [{ "name": "low", "shape": [2] }, { "name": "high", "shape": [1] }],
            },
            "plan": { "hash": "dd", "combination": { "multiplicative": { "beta": 0.5 } } },
            "seconds": { "data": 1.5 },
        })
    }

    fn changed(changes: &[(&str, Value)]) -> Vec<String> {
        let mut now = record();
        for (path, value) in changes {
            *now.pointer_mut(path).unwrap() = value.clone();
        }
        differences(&deciding_entries(&record()), &deciding_entries(&now), vec![])
    }

    #[test]
    fn what_decides_nothing_is_no_difference() {
        let none: [String; 0] = [];
        assert_eq!(changed(&[]), none);
        assert_eq!(changed(&[("/seconds/data", 2.5.into()), ("/data/source/origin", "../rows.csv".into())]), none);
        assert_eq!(changed(&[("/train/length", json!({ "epochs": 9 })), ("/train/combine", "mul".into())]), none);
    }

    #[test]
    fn each_difference_is_named_with_both_values() {
        assert_eq!(
            changed(&[("/train/batch_size", 32.into()), ("/train/optimizer/sgd/lr", 0.25.into())]),
            ["`train.batch_size` was 64 and is 32", "`train.optimizer.sgd.lr` was 0.5 and is 0.25"]
        );
        assert_eq!(
            changed(&[("/data/modalities/1/shape", json!([3]))]),
            ["`data.modalities.high.shape` was [1] and is [3]"]
        );
    }

    #[test]
    fn consequences_are_left_out() {
        let (ids, fitted) = (("/data/row_ids", "b2".into()), ("/data/preparation", "c2".into()));
        let file = ("/data/fingerprint", "a2".into());
        let content = "the content of the data files has changed".to_owned();
        assert_eq!(changed(&[file, ids.clone(), fitted.clone()]), [content]);
        assert_eq!(changed(&[ids, fitted.clone()]), ["other rows are in the parts of the data"]);
        assert_eq!(changed(&[fitted]).len(), 1);
        let (hash, beta) = (("/plan/hash", "d2".into()), ("/plan/combination/multiplicative/beta", 0.25.into()));
        assert_eq!(changed(&[hash.clone(), beta]), ["`plan.combination.multiplicative.beta` was 0.5 and is 0.25"]);
        assert_eq!(changed(&[hash]), ["the steps of the plan differ"]);
    }

    #[test]
    fn the_key_depends_on_deciding_entries_alone() {
        let key = |record: &Value| training_key(&deciding_entries(record));
        let mut other = record();
        other["seconds"]["data"] = 9.into();
        assert_eq!(key(&record()), key(&other));
        other["train"]["batch_size"] = 9.into();
        assert_ne!(key(&record()), key(&other));
    }
}
