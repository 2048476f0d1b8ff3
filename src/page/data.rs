//! The data, the settings and the machine of a run, from its record.

use super::content::{PageBlock, PageSection, PageTable};
use super::values::{count, decimal, listed, name, number, percent, text};
use crate::diag::visible;
use serde_json::Value;

/// Classes whose rows are listed.
const MOST_CLASSES: usize = 120;

const PARTS: [(&str, &str); 4] =
    [("train", "training"), ("valid", "validation"), ("calib", "calibration"), ("test", "test")];

/// The parts that the data has, with their rows.
fn parts(record: &Value) -> Vec<(&'static str, &'static str, f64)> {
    let with_rows = PARTS.map(|(part, name)| (part, name, number(record, &format!("/data/rows/{part}"))));
    with_rows.into_iter().filter(|(_, _, rows)| rows.is_finite()).collect()
}

pub(super) fn data(record: &Value) -> PageSection {
    let parts = parts(record);
    let mut blocks = vec![];
    let names: Vec<String> =
        parts.iter().map(|(_, name, rows)| format!("{} {name} rows", count(*rows as usize))).collect();
    blocks.push(PageBlock::Text(format!("{}.", listed(&names))));
    let mut columns = vec!["modality".to_owned(), "kind".into(), "shape of a row".into(), "#columns".into()];
    columns.extend(parts.iter().map(|(_, name, _)| format!("#{name} rows without it")));
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = PageTable::new("Modalities", &columns);
    for modality in record.pointer("/data/modalities").and_then(Value::as_array).into_iter().flatten() {
        let kind = match modality.pointer("/kind") {
            Some(Value::Object(kind)) => kind.keys().next().map(visible).unwrap_or_default(),
            _ => text(modality, "/kind"),
        };
        let optional = modality.pointer("/optional").and_then(Value::as_bool).unwrap_or(false);
        let own = format!("{}{}", text(modality, "/name"), if optional { "?" } else { "" });
        let mut cells = vec![own, kind, text(modality, "/shape"), text(modality, "/columns")];
        for (part, _, rows) in &parts {
            let missing = number(record, &format!("/data/missing/{}/{part}", text(modality, "/name")));
            cells.push(match missing.is_finite() {
                true => format!("{} ({})", count(missing as usize), percent(missing / rows)),
                false => "–".into(),
            });
        }
        table.row(cells);
    }
    blocks.push(PageBlock::Table(table));
    blocks.extend(classes(record, &parts).map(PageBlock::Table));
    for note in record.pointer("/data/notes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    {
        blocks.push(PageBlock::Text(format!("Note: {}", visible(note))));
    }
    PageSection { id: "data", title: "Data".into(), blocks }
}

/// How many rows each class has in each part.
fn classes(record: &Value, parts: &[(&str, &str, f64)]) -> Option<PageTable> {
    let classes = record.pointer("/plan/classes").and_then(Value::as_array)?;
    record.pointer("/data/classes")?.as_object()?;
    let mut columns = vec!["class".to_owned()];
    columns.extend(parts.iter().map(|(_, name, _)| format!("#{name} rows")));
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = PageTable::new(format!("Rows of the {} classes", classes.len()), &columns);
    table.folded = classes.len() > 12;
    for (at, class) in classes.iter().enumerate().take(MOST_CLASSES) {
        let mut cells = vec![name(class.as_str().unwrap_or_default())];
        for (part, _, rows) in parts {
            let own = number(record, &format!("/data/classes/{part}/{at}"));
            cells.push(format!("{} ({})", count(own.max(0.0) as usize), percent(own / rows)));
        }
        table.row(cells);
    }
    Some(table)
}

/// How a measurement is shown.
type ShownNumber = fn(f64) -> String;

/// The results on every part.
pub(super) fn results(summary: &Value) -> Option<PageSection> {
    let parts: Vec<(&str, &str)> = [("valid", "validation"), ("test", "test")]
        .into_iter()
        .filter(|(part, _)| summary.pointer(&format!("/{part}")).is_some_and(Value::is_object))
        .collect();
    if parts.is_empty() {
        return None;
    }
    let mut columns = vec!["measurement".to_owned()];
    columns.extend(parts.iter().map(|(_, name)| format!("#{name} rows")));
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = PageTable::new("Results", &columns);
    let measurements: [(&str, &str, ShownNumber); 8] = [
        ("rows", "rows", |rows| count(rows.max(0.0) as usize)),
        ("error", "error", percent),
        ("AUC", "auc", percent),
        ("F1, mean of the classes", "f1", percent),
        ("log loss (nats)", "log_loss", |loss| decimal(loss, 4)),
        ("Brier score", "brier", |score| decimal(score, 4)),
        ("calibration error (ECE)", "calibration_error", percent),
        ("log loss before calibration (nats)", "uncalibrated/log_loss", |loss| decimal(loss, 4)),
    ];
    for (name, path, shown) in measurements {
        let values: Vec<f64> = parts.iter().map(|(part, _)| number(summary, &format!("/{part}/{path}"))).collect();
        if values.iter().any(|value| value.is_finite()) {
            table.row(std::iter::once(name.to_owned()).chain(values.into_iter().map(shown)));
        }
    }
    let mut blocks = vec![PageBlock::Table(table)];
    for note in summary.pointer("/notes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        blocks.push(PageBlock::Text(format!("Note: {}", visible(note))));
    }
    Some(PageSection { id: "results", title: "Results".into(), blocks })
}

/// Where and with what a run was made.
pub(super) fn environment(record: &Value, summary: &Value) -> PageSection {
    let mut table = PageTable::new("Environment", &["what", "value"]);
    let entries = [
        ("started", "/machine/started"),
        ("device", "/machine/device"),
        ("threads", "/machine/threads"),
        ("platform", "/machine/platform"),
        ("vector instructions", "/machine/instructions"),
        ("mmc", "/versions/mmc"),
        ("dfdx", "/versions/dfdx"),
        ("seed", "/train/seed"),
        ("parameters", "/plan/parameters"),
        ("hash of the plan", "/plan/hash"),
        ("fingerprint of the data", "/data/fingerprint"),
    ];
    for (name, path) in entries {
        let value = text(record, path);
        if !value.is_empty() {
            table.row([name.to_owned(), value]);
        }
    }
    let settings = record.pointer("/set").and_then(Value::as_object).into_iter().flatten();
    for (name, value) in settings {
        table.row([format!("--set {}", visible(name)), visible(value.as_str().unwrap_or_default())]);
    }
    table.row(["seconds of training".into(), decimal(number(summary, "/seconds"), 1)]);
    table.row(["seconds of reading the data".into(), decimal(number(record, "/seconds/data"), 1)]);
    PageSection { id: "environment", title: "Environment".into(), blocks: vec![PageBlock::Table(table)] }
}
