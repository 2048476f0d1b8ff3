//! The files of a run and its exports, read by other programs, which compute the decisions again.

use std::path::Path;
use std::process::Command;

/// Runs a program of Python with the path of `mmc`, and gives what it reports. No result depends on the locale: it is that of the C
/// library, which every system has.
fn report_of(fixture: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(fixture);
    let done = Command::new("python3").arg(script).arg(env!("CARGO_BIN_EXE_mmc")).env("LC_ALL", "C").output().unwrap();
    let report = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{report}{}", String::from_utf8_lossy(&done.stderr));
    report
}

/// How many pipelines a report finds equal.
fn agreeing(report: &str) -> usize {
    report.lines().filter(|line| line.starts_with("agrees ")).count()
}

#[test]
#[ignore = "needs python3 with PyTorch"]
fn torch_recomputes_new_rows_by_exported_modules() {
    let report = report_of("export_torch.py");
    assert_eq!(agreeing(&report), 35, "{report}");
}

#[test]
#[ignore = "needs python3 with MLflow"]
fn mlflow_loads_exported_folders() {
    let report = report_of("export_mlflow.py");
    assert_eq!(agreeing(&report), 3, "{report}");
}

#[cfg(feature = "onnx")]
#[test]
#[ignore = "needs python3 with ONNX Runtime"]
fn onnx_runtime_decides_new_rows_as_the_program_does() {
    let report = report_of("export_onnx.py");
    assert_eq!(agreeing(&report), 35, "{report}");
}

#[test]
#[ignore = "needs python3 with PyTorch"]
fn torch_recomputes_the_predictions_of_five_runs() {
    let report = report_of("load_in_torch.py");
    assert_eq!(report.lines().filter(|line| line.ends_with("decisions equal")).count(), 5, "{report}");
}
