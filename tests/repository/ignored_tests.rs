//! Tests that do not run are listed as ignored, with what they need, and CI runs them where that is available.

use super::{files, root};
use std::fs;

/// Requirements of tests besides Rust: the start of the reason.
const NEEDS: &[&str] = &[
    "needs bash",
    "needs python3 with PyYAML",
    "needs python3 with PyTorch",
    "needs python3 with tritonclient",
    "needs python3 with ONNX Runtime",
    "needs python3 with MLflow",
    "needs MMC_DATA: ",
];

#[test]
fn ignored_tests_name_what_they_need() {
    let attribute = concat!("#[", "ignore");
    let (mut ignored, mut broken) = (0, vec![]);
    for path in files(&root().join("tests"), &[".rs"]).into_iter().chain(files(&root().join("src"), &[".rs"])) {
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter_map(|line| line.trim_start().strip_prefix(attribute)) {
            ignored += 1;
            let reason = line.strip_prefix(" = \"").unwrap_or_default();
            // CI leaves out this file where it has no data.
            let place = !reason.contains("MMC_DATA") || path.ends_with("tests/data/real_data.rs");
            if !NEEDS.iter().any(|need| reason.starts_with(need)) || !place {
                broken.push(format!("{}: {attribute}{line}", path.display()));
            }
        }
    }
    assert!(ignored > 0 && broken.is_empty(), "{}", broken.join("\n"));
}
