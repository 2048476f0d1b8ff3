//! The files of a run read by another program: PyTorch computes the probabilities again.

use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "needs python3 with PyTorch"]
fn torch_recomputes_the_predictions_of_five_runs() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/load_in_torch.py");
    let done = Command::new("python3").arg(script).arg(env!("CARGO_BIN_EXE_mmc")).output().unwrap();
    let report = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{report}{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(report.lines().filter(|line| line.ends_with("decisions equal")).count(), 5, "{report}");
}
