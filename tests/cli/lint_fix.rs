//! `mmc lint --fix`, and the output formats that other programs read.

use crate::support::process::{SMALL, folder, mmc, plain};
use serde_json::Value;
use std::fs;

/// Three misspelt names, whose fixes are not safe.
fn misspelt() -> String {
    SMALL
        .replace("= low  |> mlp", "= lwo  |> mlp")
        .replace("batch_size", "batchsize")
        .replace("beta = 0.5", "bata = 0.5")
}

#[test]
fn fixes_restore_the_intended_text() {
    let folder = folder(&misspelt());
    let path = folder.path().join("small.mmc");
    let text = || fs::read_to_string(&path).unwrap();
    let lint = |args: &[&str]| mmc(folder.path()).arg("lint").args(args).arg("small.mmc").assert();

    let shown = lint(&["--unsafe-fixes", "--diff"]);
    let shown = plain(&shown.get_output().stdout);
    for line in ["-  batchsize = 64", "+  batch_size = 64", "-encoder low_net  = lwo  |> mlp([16])"] {
        assert!(shown.contains(line), "{shown}");
    }
    assert_eq!(text(), misspelt(), "a diff writes nothing");
    lint(&["--fix"]).code(1);
    assert_eq!(text(), misspelt(), "another name may mean something else: that is not done unasked");
    lint(&["--unsafe-fixes"]).success();
    assert_eq!(text(), SMALL);
}

#[test]
fn problems_without_a_fix_are_left_and_reported() {
    let broken = SMALL.replace("dense[21]", "dense[\"wide\"]").replace("batch_size", "batchsize");
    let folder = folder(&broken);
    mmc(folder.path()).args(["lint", "--unsafe-fixes", "small.mmc"]).assert().code(1);
    let text = fs::read_to_string(folder.path().join("small.mmc")).unwrap();
    assert_eq!(text, broken.replace("batchsize", "batch_size"));
}

#[test]
fn sarif_has_what_its_readers_need() {
    let folder = folder(&misspelt());
    let done = mmc(folder.path()).args(["lint", "--format", "sarif", "small.mmc"]).assert().code(1);
    let log: Value = serde_json::from_str(&plain(&done.get_output().stdout)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "mmc");
    let rules: Vec<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        assert!(rules.contains(&result["ruleId"].as_str().unwrap()), "{result}");
        assert_eq!(result["level"], "error");
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "small.mmc");
        // The text that a region names is the misspelt word.
        let number = |key: &str| usize::try_from(place["region"][key].as_u64().unwrap()).unwrap();
        assert_eq!(number("startLine"), number("endLine"));
        let line = misspelt().lines().nth(number("startLine") - 1).unwrap().to_owned();
        let word = &line[number("startColumn") - 1..number("endColumn") - 1];
        assert!(["lwo", "batchsize", "bata"].contains(&word), "{word:?}");
    }
}

#[test]
fn workflow_commands_name_file_line_and_column() {
    let folder = folder(&misspelt());
    let done = mmc(folder.path()).args(["lint", "--format", "github", "small.mmc"]).assert().code(1);
    let reported = plain(&done.get_output().stdout);
    assert_eq!(reported.lines().count(), 3, "{reported}");
    for line in reported.lines() {
        assert!(line.starts_with("::error file=small.mmc,line=") && line.contains("col="), "{line}");
    }
}
