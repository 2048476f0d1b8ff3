//! `mmc diff` as a process: equal pipelines and runs, and each kind of change.

use crate::support::process::{SMALL, folder, mmc, plain};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Runs `mmc diff` with `--json`, and returns its exit code and the object.
fn diff(folder: &Path, a: &str, b: &str) -> (i32, Value) {
    let done = mmc(folder).args(["diff", a, b, "--json"]).assert();
    let output = done.get_output();
    let text = plain(&output.stdout);
    (output.status.code().unwrap(), serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}")))
}

/// `part entry: a / b` for each difference.
fn lines(diff: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let differences = diff["differences"].as_array().unwrap().iter();
    let line = |found: &Value| {
        let [part, entry, a, b] = ["part", "entry", "a", "b"].map(|name| text(&found[name]));
        format!("{part} {entry}: {a} / {b}")
    };
    differences.map(line).collect()
}

fn train(folder: &Path, file: &str, arguments: &[&str]) {
    let quick = ["run", file, "--no-cache", "--quiet", "--epochs", "1"];
    mmc(folder).args(quick).args(arguments).assert().success();
}

#[test]
fn formatting_and_comments_are_no_difference() {
    let folder = folder(SMALL);
    let other = format!("# Another layout.\n{}", SMALL.replace("1_000", "1000").replace("  ", "      "));
    fs::create_dir(folder.path().join("deep")).unwrap();
    fs::write(folder.path().join("deep/other.mmc"), other).unwrap();
    let (code, found) = diff(folder.path(), "small.mmc", "deep/other.mmc");
    assert_eq!((code, &found["equal"], lines(&found).len()), (0, &true.into(), 0), "{found}");
    let done = mmc(folder.path()).args(["diff", "small.mmc", "deep/other.mmc"]).assert().success();
    assert_eq!(plain(&done.get_output().stdout), "small.mmc and deep/other.mmc mean the same\n");
}

#[test]
fn each_kind_of_change_is_named_with_both_values() {
    let folder = folder(SMALL);
    let text =
        SMALL.replace("pipeline small", "pipeline small\n\nparam beta = 0.5").replace("beta = 0.5 }", "beta = beta }");
    fs::write(folder.path().join("small.mmc"), &text).unwrap();
    for (from, to, expected) in [
        (
            "param beta = 0.5",
            "param beta = 0.25",
            &["param beta: 0.5 / 0.25", "combine multiplicative.beta: 0.5 / 0.25"][..],
        ),
        ("lr: 0.05", "lr: 0.01", &["train optimizer.sgd.lr: 0.05 / 0.01"]),
        ("epochs     = 3", "iterations = 70", &["train length: epochs(3) / iterations(70)"]),
        ("seed: 7", "seed: 8", &["data source.whole.kind.synthetic.seed: 7 / 8"]),
        ("last(200)", "last(300)", &["data split.portions: "]),
        (
            "dense[7]  = columns(\"high_*\") |> standardize",
            "dense[7]  = columns(\"high_*\") |> min_max",
            &["modality high.transforms: standardize / min_max"],
        ),
        (
            "low  |> mlp([16])",
            "low  |> mlp([32])",
            &["layer low_net.0: linear(16) |> relu: [21] -> [16] / linear(32) |> relu: [21] -> [32]"],
        ),
        (
            "multiplicative(low_net, high_net)",
            "mulmix(low_net, high_net)",
            &[
                "layer mul.head.low_net+high_net.0: - / linear(2): [16] -> [2]",
                "combine strategy: multiplicative / mulmix",
                "combine components.low_net+high_net: - / 1",
            ],
        ),
    ] {
        fs::write(folder.path().join("b.mmc"), text.replace(from, to)).unwrap();
        let (code, found) = diff(folder.path(), "small.mmc", "b.mmc");
        let found = lines(&found);
        assert_eq!(code, 1, "{to}: {found:?}");
        for expected in expected {
            assert!(found.iter().any(|line| line.starts_with(expected)), "{to}: {expected} in {found:#?}");
        }
        if expected.len() < 3 {
            assert_eq!(found.len(), expected.len(), "{to}: {found:#?}");
        }
    }
}

#[test]
fn a_modality_is_added_or_removed_as_a_whole() {
    let folder = folder(SMALL);
    let more = SMALL
        .replace("encoder low_net", "modality one: dense[1] = column(\"low_0\")\n\nencoder low_net")
        .replace("(low_net, high_net)", "(low_net, high_net, one |> linear(4) |> relu)");
    fs::write(folder.path().join("more.mmc"), more).unwrap();
    let (_, found) = diff(folder.path(), "small.mmc", "more.mmc");
    let added = lines(&found);
    assert!(added.iter().any(|line| line.starts_with("modality one: - / dense[1] of ")), "{added:#?}");
    assert!(added.iter().any(|line| line.contains("components.")), "{added:#?}");
    assert!(!added.iter().any(|line| line.contains("low_net.0")), "{added:#?}");
    let (_, found) = diff(folder.path(), "more.mmc", "small.mmc");
    let removed = lines(&found);
    assert_eq!(removed.len(), added.len());
    assert!(removed.iter().any(|line| line.starts_with("modality one: dense[1] of ")), "{removed:#?}");
}

#[test]
fn equal_runs_are_equal_and_others_are_tested_on_their_rows() {
    let folder = folder(SMALL);
    train(folder.path(), "small.mmc", &[]);
    train(folder.path(), "small.mmc", &[]);
    train(folder.path(), "small.mmc", &["--combine", "low_only"]);
    let (code, found) = diff(folder.path(), "runs/small-0001", "small-0002");
    assert_eq!((code, &found["equal"]), (0, &true.into()), "{found}");
    assert_eq!((&found["results"]["paired"]["changed"], &found["results"]["paired"]["rows"]), (&0.into(), &200.into()));
    // A run and the file it was made from differ in the epochs that the command line set.
    let (code, found) = diff(folder.path(), "small-0001", "small.mmc");
    assert_eq!((code, lines(&found)), (1, vec!["train length.epochs: 1 / 3".into()]));

    let (code, found) = diff(folder.path(), "small-0001", "small-0003");
    assert_eq!(code, 1);
    assert!(lines(&found).contains(&"combine name: mul / low_only".into()), "{found}");
    let paired = &found["results"]["paired"];
    let of = |run: usize| found["results"]["test"]["error"][run].as_f64().unwrap();
    assert!((paired["error"]["mean"].as_f64().unwrap() - (of(1) - of(0))).abs() < 1e-12, "{found}");
    let of = |run: usize| found["results"]["test"]["log_loss"][run].as_f64().unwrap();
    assert!((paired["log_loss"]["mean"].as_f64().unwrap() - (of(1) - of(0))).abs() < 1e-5, "{found}");
    let done = mmc(folder.path()).args(["diff", "small-0001", "small-0003"]).assert().code(1);
    let text = plain(&done.get_output().stdout);
    for word in ["low_only", "test error %", "difference", "McNemar", "200 test rows", "bootstrap"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn other_data_is_named_by_its_fingerprint_and_not_tested_on() {
    let pipeline = SMALL
        .replace("synthetic(\"collider\", rows: 1_000, seed: 7)", "csv(\"rows.csv\")")
        .replace("last(200)", "last(20)");
    let pipeline = pipeline.replace("dense[21] = columns(\"low_*\")", "dense[1] = column(\"a\")");
    let pipeline = pipeline.replace("dense[7]  = columns(\"high_*\")", "dense[1] = column(\"b\")");
    let folder = folder(&pipeline);
    let rows = |shift: i32| {
        let rows = (0..100)
            .map(|row| format!("{},{},{}\n", row % 7 + shift, row % 5, ["background", "signal"][row as usize % 2]));
        format!("a,b,process\n{}", rows.collect::<String>())
    };
    fs::write(folder.path().join("rows.csv"), rows(0)).unwrap();
    train(folder.path(), "small.mmc", &[]);
    fs::write(folder.path().join("rows.csv"), rows(1)).unwrap();
    train(folder.path(), "small.mmc", &[]);
    let (code, found) = diff(folder.path(), "small-0001", "small-0002");
    let differences = lines(&found);
    assert_eq!((code, differences.len()), (1, 1), "{differences:?}");
    assert!(differences[0].starts_with("data fingerprint: "), "{differences:?}");
    assert_eq!(found["results"]["paired"], Value::Null);
}

#[test]
fn an_unknown_run_is_trouble_with_the_nearest_name() {
    let folder = folder(SMALL);
    train(folder.path(), "small.mmc", &[]);
    for name in ["runs/smal-0001", "smal-0001"] {
        let done = mmc(folder.path()).args(["diff", name, "small.mmc"]).assert().code(2);
        let reported = plain(&done.get_output().stderr);
        assert!(reported.contains("MMC0620") && reported.contains("did you mean `runs/small-0001`?"), "{reported}");
    }
}
