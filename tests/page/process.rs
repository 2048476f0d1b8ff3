//! `report.html` as processes write it.

use crate::support::process::{SMALL, folder, mmc, plain};
use std::fs;

#[test]
fn a_run_writes_its_page_and_report_makes_the_same_again() {
    let folder = folder(SMALL);
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().success();
    let run = folder.path().join("runs/small-0001");
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    let summary: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(run.join("summary.json")).unwrap()).unwrap();
    // The numbers of the page are those of the run; the area is computed from the rows again.
    let error = format!("on {:.2} % of 200 test rows", 100.0 * summary["test"]["error"].as_f64().unwrap());
    let area = format!("in {:.2} % of pairs (the area)", 100.0 * summary["test"]["auc"].as_f64().unwrap());
    for text in [error, area, "modality low".into(), "combine mul = multiplicative".into()] {
        assert!(page.replace('\u{a0}', " ").contains(&text), "{text}");
    }
    // Predictions name probabilities in single precision: a sum over rows may differ in the last digit.
    fs::remove_file(run.join("report.html")).unwrap();
    let done = mmc(folder.path()).args(["report", "small-0001"]).assert().success();
    assert_eq!(plain(&done.get_output().stdout), "runs/small-0001/report.html\n");
    assert_eq!(fs::read_to_string(run.join("report.html")).unwrap(), page);
    // It is no part of what `verify` checks.
    let sums = fs::read_to_string(run.join("checksums.txt")).unwrap();
    assert!(!sums.contains("report.html") && sums.contains("predictions.csv"), "{sums}");
}

#[test]
fn a_page_that_cannot_be_written_loses_no_run() {
    let folder = folder(SMALL);
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet", "--epochs", "1"]).assert().success();
    let run = folder.path().join("runs/small-0001");
    fs::remove_file(run.join("report.html")).unwrap();
    fs::create_dir_all(run.join("report.html/in the way")).unwrap();
    let more = ["run", "--resume", "runs/small-0001", "--no-cache", "--epochs", "2"];
    let done = mmc(folder.path()).args(more).assert().success();
    let reported = plain(&done.get_output().stderr);
    let note = "note: the page could not be made: ";
    assert!(reported.contains(note) && reported.contains("`mmc report` makes it again"), "{reported}");
    let summary: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(run.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["epochs"], 2);
}

#[test]
fn measurements_after_the_run_enter_its_page() {
    let folder = folder(SMALL);
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet", "--epochs", "1"]).assert().success();
    let run = folder.path().join("runs/small-0001");
    let page = || fs::read_to_string(run.join("report.html")).unwrap();
    assert!(!page().contains("Subsets of the modalities"));
    mmc(folder.path()).args(["eval", "small-0001", "--ablate", "--no-cache"]).assert().success();
    assert!(page().contains("Subsets of the modalities"));
    mmc(folder.path()).args(["eval", "small-0001", "--corrupt", "low=gaussian:0.5,1", "--no-cache"]).assert().success();
    assert!(page().contains("Subsets of the modalities") && page().contains("low: gaussian"));
    // The run is still what its sums say.
    mmc(folder.path()).args(["verify", "small-0001", "--no-cache", "--steps", "0"]).assert().success();
    // Trained on, it is another model, of which nothing was measured.
    let more = ["run", "--resume", "runs/small-0001", "--no-cache", "--quiet", "--epochs", "3"];
    mmc(folder.path()).args(more).assert().success();
    assert!(!page().contains("Subsets of the modalities"));
}

#[test]
fn what_cannot_be_reported_is_named() {
    let folder = folder(SMALL);
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet", "--epochs", "1"]).assert().success();
    let path = folder.path().join("runs/small-0001/predictions.csv");
    let text = fs::read_to_string(&path).unwrap();
    for damaged in [text.replacen("signal", "signals", 3), text.replacen("0.", "o.", 3), "row,label\n1,2\n".into()] {
        fs::write(&path, damaged).unwrap();
        let done = mmc(folder.path()).args(["report", "small-0001"]).assert().code(1);
        let reported = plain(&done.get_output().stderr);
        assert!(reported.contains("MMC0606") && reported.contains("predictions.csv"), "{reported}");
    }
    let done = mmc(folder.path()).args(["report", "smal-0001"]).assert().code(1);
    assert!(plain(&done.get_output().stderr).contains("did you mean"));
}

#[test]
#[cfg(not(feature = "png"))]
fn a_build_without_pictures_says_which_has_them() {
    let folder = folder(SMALL);
    let done = mmc(folder.path()).args(["graph", "small.mmc", "-o", "graph.png"]).assert().code(1);
    let reported = plain(&done.get_output().stderr);
    assert!(reported.contains("MMC0622") && reported.contains("--features png"), "{reported}");
    assert!(!folder.path().join("graph.png").exists());
    mmc(folder.path()).args(["run", "small.mmc", "--epochs", "1", "--no-cache", "--quiet"]).assert().success();
    let done = mmc(folder.path()).args(["report", "small-0001", "--png", "plots"]).assert().code(1);
    assert!(plain(&done.get_output().stderr).contains("MMC0622"));
    assert!(!folder.path().join("plots").exists(), "an empty folder was left behind");
}
