//! `robustness.json`: what was measured of a run on damaged rows after its end, for its page.

use super::error::Error;
use super::robustness::robustness_report::RobustnessReport;
use super::web_file::{of, read_json};
use super::web_page::write_web_page;
use crate::report::{ROBUSTNESS, RunDir};
use serde_json::Value;
use std::path::Path;

/// Keeps what was measured of the test rows of the run in `folder` beside what was before, and makes its page again.
///
/// # Errors
/// As [`write_web_page`].
pub fn keep_robustness(folder: &Path, found: &RobustnessReport) -> Result<(), Error> {
    let path = folder.join(ROBUSTNESS);
    let mut kept = serde_json::to_value(found).unwrap_or_default();
    if let Some(before) = read_json(&path).ok().filter(|before| before["error"] == kept["error"]) {
        merge(&mut kept, &before);
    }
    let text = serde_json::to_string_pretty(&kept).unwrap_or_default() + "\n";
    let written = RunDir::again(folder).and_then(|run| run.write(ROBUSTNESS, |file| file.write_all(text.as_bytes())));
    written.map_err(of)?;
    write_web_page(folder).map(drop)
}

/// Takes over from an earlier measurement of the same model what is not measured again.
fn merge(kept: &mut Value, before: &Value) {
    for list in ["subsets", "importance"] {
        if kept.get(list).is_none() && before.get(list).is_some() {
            kept[list] = before[list].clone();
        }
    }
    let curves = |of: &Value| of.get("curves").and_then(Value::as_array).cloned().unwrap_or_default();
    let own = curves(kept);
    let same = |a: &Value, b: &Value| a["modality"] == b["modality"] && a["kind"] == b["kind"];
    let others = curves(before).into_iter().filter(|curve| !own.iter().any(|new| same(new, curve)));
    let all: Vec<Value> = others.chain(own.iter().cloned()).collect();
    if !all.is_empty() {
        kept["curves"] = all.into();
    }
}
