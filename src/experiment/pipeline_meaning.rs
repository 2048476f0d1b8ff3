//! The meaning of a pipeline as a tree of settings, the same for any formatting, comments and place of its file.

use super::pipeline::Pipeline;
use super::value_difference::{ValueDifference, shown, value_differences};
use crate::plan::Step;
use crate::spec::{ColumnRef, ModalitySpec, Select};
use crate::train::plan_hash;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// What a pipeline means: settings by the part of the pipeline, and layers.
pub(crate) struct PipelineMeaning {
    name: String,
    params: Value,
    source: Value,
    split: Value,
    label: Value,
    modalities: IndexMap<String, Value>,
    layers: IndexMap<String, LayerMeaning>,
    combine: Value,
    train: Value,
    plan_hash: String,
}

/// One operation of the selected combine.
#[derive(PartialEq)]
struct LayerMeaning {
    /// As it would be written: `linear(64)`.
    call: String,
    /// All of its settings.
    op: Value,
    /// The shapes of one row before and after it.
    shapes: String,
}

impl PipelineMeaning {
    /// The meaning of `pipeline` with its selected combine.
    pub(crate) fn new(pipeline: &Pipeline) -> Self {
        let (hir, plan) = (&pipeline.compiled.hir, pipeline.plan());
        let strategy = hir.combines.get(hir.selected).map_or("", |combine| combine.strategy);
        let components: Map<String, Value> =
            plan.loss.components.iter().map(|component| (component.name.clone(), component.weight.into())).collect();
        let mut combine = json!({ "name": plan.combine, "strategy": strategy, "components": components });
        match (json!(plan.loss.combination), &mut combine) {
            (Value::Object(settings), Value::Object(combine)) => combine.extend(settings),
            (settings, combine) => combine["rule"] = settings,
        }
        let mut train = json!(hir.train);
        if let Value::Object(train) = &mut train {
            // What the file selects is in the combine's name, which the command line may have changed.
            train.shift_remove("combine");
        }
        let label = &hir.label;
        let mut label_meaning =
            json!({ "name": label.name, "classes": label.classes, "column": column(&label.column) });
        if let Some(weight) = &hir.data.weight {
            label_meaning["weight"] = column(weight).into();
        }
        Self {
            name: hir.name.clone(),
            params: hir.params.iter().map(|param| (param.name.clone(), Value::from(param.value.as_str()))).collect(),
            source: with_full_paths(json!(hir.data.origin), &hir.data.paths(), pipeline.folder()),
            split: json!(hir.data.split),
            label: label_meaning,
            modalities: hir.modalities.iter().map(|modality| (modality.name.clone(), meaning_of(modality))).collect(),
            layers: layers(&plan.steps),
            combine,
            train,
            plan_hash: plan_hash(plan),
        }
    }

    /// How `self` differs from `other`. The sources are left out where the rows are known to be the same.
    pub(crate) fn differences(&self, other: &Self, same_rows: bool) -> Vec<ValueDifference> {
        let mut found = vec![];
        if self.name != other.name {
            found.push(ValueDifference::new("pipeline", "name", Some(self.name.clone()), Some(other.name.clone())));
        }
        found.extend(value_differences("param", &self.params, &other.params));
        if !same_rows {
            found.extend(value_differences(
                "data",
                &json!({ "source": self.source }),
                &json!({ "source": other.source }),
            ));
        }
        found.extend(value_differences("data", &json!({ "split": self.split }), &json!({ "split": other.split })));
        let before = found.len();
        found.extend(value_differences("label", &self.label, &other.label));
        found.extend(self.modality_differences(other));
        found.extend(self.layer_differences(other));
        found.extend(value_differences("combine", &self.combine, &other.combine));
        if found.len() == before && self.name == other.name && self.plan_hash != other.plan_hash {
            // The layers are the same ones.
            let hashes = [&self.plan_hash, &other.plan_hash].map(|hash| Some(format!("plan {}", short(hash))));
            let [a, b] = hashes;
            found.push(ValueDifference::new("layer", "connections", a, b));
        }
        found.extend(value_differences("train", &self.train, &other.train));
        found
    }

    fn modality_differences(&self, other: &Self) -> Vec<ValueDifference> {
        let mut found = vec![];
        for (name, ours) in &self.modalities {
            match other.modalities.get(name) {
                Some(theirs) => {
                    found.extend(value_differences("modality", &json!({ name: ours }), &json!({ name: theirs })))
                }
                None => found.push(ValueDifference::new("modality", name, Some(summary(ours)), None)),
            }
        }
        let added = other.modalities.iter().filter(|(name, _)| !self.modalities.contains_key(*name));
        found.extend(added.map(|(name, theirs)| ValueDifference::new("modality", name, None, Some(summary(theirs)))));
        found
    }

    /// Layers that are added, removed or have other settings; not those that only take or make another width because a
    /// layer before them changed.
    fn layer_differences(&self, other: &Self) -> Vec<ValueDifference> {
        let mut found = vec![];
        for (name, ours) in &self.layers {
            match other.layers.get(name) {
                Some(theirs) if ours.op == theirs.op => {}
                Some(theirs) => {
                    let (a, b) = if ours.call == theirs.call {
                        (shown(&ours.op), shown(&theirs.op))
                    } else {
                        (ours.text(), theirs.text())
                    };
                    found.push(ValueDifference::new("layer", name, Some(a), Some(b)));
                }
                None => found.push(ValueDifference::new("layer", name, Some(ours.text()), None)),
            }
        }
        let added = other.layers.iter().filter(|(name, _)| !self.layers.contains_key(*name));
        found.extend(added.map(|(name, theirs)| ValueDifference::new("layer", name, None, Some(theirs.text()))));
        found
    }
}

impl LayerMeaning {
    fn text(&self) -> String {
        format!("{}: {}", self.call, self.shapes)
    }
}

/// The first digits of a hash.
pub(crate) fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

/// The operations by the paths of their weights; uses of a shared layer are numbered.
fn layers(steps: &[Step]) -> IndexMap<String, LayerMeaning> {
    let mut uses: HashMap<&str, usize> = HashMap::new();
    let computed = steps.iter().filter(|step| !step.reads.is_empty());
    computed
        .map(|step| {
            // The name ends with that of the operation, which may be another one.
            let path = step.name.split_once(' ').map_or(step.name.as_str(), |(path, _)| path);
            let count = uses.entry(path).or_default();
            *count += 1;
            let name = if *count > 1 { format!("{path} (use {count})") } else { path.to_owned() };
            let shapes = format!("{} -> {}", step.takes, step.shape);
            (name, LayerMeaning { call: step.op.call(), op: json!(step.op), shapes })
        })
        .collect()
}

fn meaning_of(modality: &ModalitySpec) -> Value {
    let transforms: Vec<String> = modality.transforms.iter().map(|transform| shown(&json!(transform.kind))).collect();
    let columns: Vec<String> = modality.columns.iter().map(column).collect();
    json!({
        "type": format!("{}{}", shown(&json!(modality.kind)), modality.shape),
        "optional": modality.optional,
        "columns": columns.join(", "),
        "transforms": if transforms.is_empty() { "none".into() } else { transforms.join(" |> ") },
    })
}

/// A modality that only one pipeline has.
fn summary(modality: &Value) -> String {
    let entry = |name: &str| modality[name].as_str().unwrap_or("").to_owned();
    format!("{} of {}", entry("type"), entry("columns"))
}

fn column(column: &ColumnRef) -> String {
    match &column.select {
        Select::Position(position) => position.to_string(),
        Select::Name(name) | Select::Glob(name) => format!("\"{name}\""),
        Select::Except(name) => format!("\"!{name}\""),
    }
}

/// A value in which each of `paths` is replaced by its path from the root, as seen from `folder`.
fn with_full_paths(value: Value, paths: &[&str], folder: &Path) -> Value {
    match value {
        Value::String(text) if paths.contains(&text.as_str()) => full_path(folder, &text).display().to_string().into(),
        Value::Array(items) => items.into_iter().map(|item| with_full_paths(item, paths, folder)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, with_full_paths(value, paths, folder))).collect()
        }
        other => other,
    }
}

/// A path from the root without `.` and `..`. It may be a glob, and need not exist.
fn full_path(folder: &Path, path: &str) -> PathBuf {
    let folder = if folder == Path::new("") { Path::new(".") } else { folder };
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let mut full = PathBuf::new();
    for component in folder.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => _ = full.pop(),
            component => full.push(component),
        }
    }
    full
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_the_same_from_every_folder() {
        let root = Path::new("/nowhere");
        assert_eq!(full_path(root, "a/b/../rows.csv"), Path::new("/nowhere/a/rows.csv"));
        assert_eq!(full_path(&root.join("runs/x"), "../../a/./rows.csv"), full_path(root, "a/rows.csv"));
        assert_eq!(full_path(root, "/data/*.csv"), Path::new("/data/*.csv"));
    }
}
