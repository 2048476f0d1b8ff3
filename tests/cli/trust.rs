//! `mmc trust` as a process, against what `mmc predict` says of the same rows with cells left out.

use crate::support::process::{folder, mmc, plain};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const ROWS: u32 = 600;
const TEST: u32 = 100;

/// A pipeline of three modalities that may be missing.
fn pipeline(combine: &str) -> String {
    format!(
        r#"pipeline small

data {{
  source = csv("rows.csv")
  split  = {{ test: last({TEST}), valid: fraction(30%) }}
}}

label kind: class["no", "yes"] = column("kind")

modality a?: dense[2] = columns("a*") |> standardize
modality b?: dense[1] = column("b") |> standardize
modality c?: category[4] = column("c")

{combine}

train {{ epochs = 4
  seed = 1
  optimizer = adam(lr: 0.02) }}
"#
    )
}

const MULMIX: &str = "combine mix = mulmix(a |> mlp([8]), b |> mlp([8]), c |> embedding(8)) { beta = 0.5 }";
const LATE: &str = "combine mix = late(a |> mlp([8]), b |> mlp([8]), c |> embedding(8)) { by = average }";
const EARLY: &str = "combine mix = early(a |> mlp([8]) |> fill_missing, b |> mlp([8]) |> fill_missing, \
                     c |> embedding(8) |> fill_missing)";

/// The cells of a row, without those of some modalities.
fn cells(row: u32, without: &[&str]) -> String {
    let noise = |by: u32| f64::from((row * by + row / 7) % 101) / 101.0 - 0.5;
    let yes = (row * 7 + row / 3) % 2 == 1;
    let sign = f64::from(u8::from(yes));
    let some = |name: &str, there: bool, cells: String| match there && !without.contains(&name) {
        true => cells,
        false => ",".repeat(cells.matches(',').count()),
    };
    let a = some("a", !row.is_multiple_of(5), format!("{},{}", sign + 2.0 * noise(37), noise(11)));
    let b = some("b", !row.is_multiple_of(4) || row.is_multiple_of(5), (0.5 * sign + noise(53)).to_string());
    let c = some("c", true, ["red", "blue", "green"][((row + u32::from(yes && row % 7 < 3)) % 3) as usize].to_owned());
    format!("{a},{b},{c}")
}

fn table(rows: std::ops::Range<u32>, without: &[&str]) -> String {
    let mut text = String::from("a1,a2,b,c,kind\n");
    for row in rows {
        let kind = if (row * 7 + row / 3) % 2 == 1 { "yes" } else { "no" };
        writeln!(text, "{},{kind}", cells(row, without)).unwrap();
    }
    text
}

fn run(combine: &str) -> TempDir {
    let folder = folder(&pipeline(combine));
    fs::write(folder.path().join("rows.csv"), table(0..ROWS, &[])).unwrap();
    mmc(folder.path()).args(["run", "small.mmc", "--quiet", "--no-cache"]).assert().success();
    folder
}

const RUN: &str = "runs/small-0001";

fn stdout(folder: &Path, arguments: &[&str]) -> String {
    let output = mmc(folder).args(arguments).assert().success().get_output().clone();
    plain(&output.stdout)
}

type Record = HashMap<String, String>;

fn records(text: &str) -> Vec<Record> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|record| record.unwrap()).collect()
}

/// The test rows as `mmc predict` decides them without the cells of some modalities, with those that nothing is left of.
fn predicted(folder: &Path, without: &[&str]) -> Vec<Record> {
    fs::write(folder.join("new.csv"), table(ROWS - TEST..ROWS, without)).unwrap();
    let detail = ["predict", RUN, "new.csv", "--detail", "losses", "--on-error", "null", "--quiet"];
    records(&stdout(folder, &detail))
}

fn number(record: &Record, name: &str) -> f64 {
    record[name].parse().unwrap()
}

/// The Shapley value of every modality of a row, by the orders in which they may come, from the predictions of the row with
/// cells left out.
fn by_orders(row: usize, predictions: &HashMap<String, Vec<Record>>) -> [f64; 3] {
    let all = &predictions[""][row];
    let margin = |members: &str| {
        let without: String = "abc".chars().filter(|name| !members.contains(*name)).collect();
        let found = &predictions[&without][row];
        if !found["error"].is_empty() {
            return 0.0;
        }
        let other = if all["prediction"] == "yes" { "no" } else { "yes" };
        number(found, &format!("loss_{other}")) - number(found, &format!("loss_{}", all["prediction"]))
    };
    let mut sums = [0.0; 3];
    for order in ["abc", "acb", "bac", "bca", "cab", "cba"] {
        let mut members = String::new();
        for name in order.chars() {
            let before = margin(&members);
            members.push(name);
            sums[(name as u8 - b'a') as usize] += (margin(&members) - before) / 6.0;
        }
    }
    sums
}

/// Everything that `mmc trust` says of subsets is what `mmc predict` decides with cells left out.
fn subsets_are_what_predict_decides(combine: &str) {
    let folder = run(combine);
    let folder = folder.path();
    let subsets = ["", "a", "b", "c", "ab", "ac", "bc", "abc"];
    let predictions: HashMap<String, Vec<Record>> = subsets
        .into_iter()
        .map(|without| {
            let names: Vec<&str> = without.split("").filter(|name| !name.is_empty()).collect();
            (without.to_owned(), predicted(folder, &names))
        })
        .collect();
    let found = records(&stdout(folder, &["trust", RUN, "-o", "-", "--no-cache"]));
    assert_eq!(found.len(), TEST as usize);
    for (row, found) in found.iter().enumerate() {
        let all = &predictions[""][row];
        assert_eq!((number(found, "row") as u32, &found["prediction"]), (ROWS - TEST + row as u32, &all["prediction"]));
        assert_eq!(found["p"], all[&format!("p_{}", all["prediction"])]);
        assert_eq!(found["margin"], all["margin"]);
        let scale = 1e-5 * (1.0 + number(all, "loss_yes") + number(all, "loss_no"));
        let expected = by_orders(row, &predictions);
        let mut sum = 0.0;
        for (name, expected) in ["a", "b", "c"].into_iter().zip(expected) {
            if found[&format!("present_{name}")] == "false" {
                assert!(expected.abs() < scale, "row {row}: {name} is missing, and counts {expected}");
                continue;
            }
            let own = number(found, &format!("shapley_{name}"));
            assert!((own - expected).abs() < scale, "row {row}, {name}: {own} for {expected}");
            sum += own;
            let without = &predictions[name][row];
            if without["error"].is_empty() {
                assert_eq!(found[&format!("without_{name}")], without["prediction"], "row {row} without {name}");
            }
        }
        let base = by_base(all, &predictions["abc"][row]);
        assert!((sum - (number(all, "margin") - base)).abs() < scale, "row {row}: {sum}");
    }
}

/// The margin without any modality.
fn by_base(all: &Record, none: &Record) -> f64 {
    let other = if all["prediction"] == "yes" { "no" } else { "yes" };
    match none["error"].is_empty() {
        true => number(none, &format!("loss_{other}")) - number(none, &format!("loss_{}", all["prediction"])),
        false => 0.0,
    }
}

#[test]
fn components_of_mulmix_are_left_out_exactly() {
    subsets_are_what_predict_decides(MULMIX);
}

#[test]
fn components_of_late_fusion_are_left_out_exactly() {
    subsets_are_what_predict_decides(LATE);
}

#[test]
fn an_early_merge_runs_again_for_each_subset() {
    subsets_are_what_predict_decides(EARLY);
}

#[test]
fn a_row_is_explained_in_words_and_as_json() {
    let folder = run(MULMIX);
    let folder = folder.path();
    let text = stdout(folder, &["trust", RUN, "--row", "523", "--no-cache"]);
    for words in ["Row 523 of the test rows", "decision ", "how sure ", "validation rows", "90 % set", "Shapley", "q  "]
    {
        assert!(text.contains(words), "{words}:\n{text}");
    }
    let row: Value =
        serde_json::from_str(&stdout(folder, &["trust", RUN, "--row", "523", "--json", "--no-cache"])).unwrap();
    let shapley = row["modalities"].as_array().unwrap().iter().filter_map(|of| of["shapley"].as_f64());
    let (sum, margin) = (shapley.sum::<f64>(), row["margin"].as_f64().unwrap());
    assert!((sum - margin).abs() < 1e-9, "{sum} for {margin}");
    let sure = &row["at_least_as_sure"];
    assert!(sure["wrong"].as_u64().unwrap() <= sure["rows"].as_u64().unwrap());
    // Rows of every part are found, and it is told that a training row is one.
    let training = (0..40).map(|row| stdout(folder, &["trust", RUN, "--row", &row.to_string(), "--no-cache"]));
    assert!(
        training.into_iter().any(|text| text.contains("training rows is decided") && text.contains("were fitted to"))
    );
    let missing = mmc(folder).args(["trust", RUN, "--row", "6000", "--no-cache"]).assert().code(1);
    assert!(plain(&missing.get_output().stderr).contains("there is no row 6000"));
}

#[test]
fn what_is_unlike_the_training_rows_is_named() {
    let folder = run(MULMIX);
    let folder = folder.path();
    fs::write(folder.join("new.csv"), "a1,a2,b,c\n0.5,77.5,,red\n0.1,0.1,0.2,purple\n,,0.3,\n").unwrap();
    let row = |row: &str| stdout(folder, &["trust", RUN, "--data", "new.csv", "--row", row, "--no-cache"]);
    let first = row("0");
    assert!(first.contains("a: a2 is 77.5, above the training rows"), "{first}");
    assert!(row("1").contains("c: its value is on no training row"));
    assert!(row("2").contains("nothing in this row is unlike"), "{}", row("2"));
}

#[test]
fn without_its_data_a_run_still_explains_new_rows() {
    let folder = run(MULMIX);
    let folder = folder.path();
    fs::write(folder.join("new.csv"), table(0..5, &[])).unwrap();
    fs::remove_file(folder.join("rows.csv")).unwrap();
    let output = mmc(folder).args(["trust", RUN, "--data", "new.csv", "--row", "1", "--no-cache"]).assert().success();
    let output = output.get_output();
    assert!(plain(&output.stderr).contains("the data of the run cannot be read"));
    assert!(plain(&output.stdout).contains("Shapley") && !plain(&output.stdout).contains("how sure"));
    mmc(folder).args(["trust", RUN, "--no-cache"]).assert().code(1);
}

#[test]
fn a_model_that_decides_only_together_says_so() {
    let required = pipeline("combine mix = early(a |> mlp([8]), b |> mlp([8]))").replace("?:", ":");
    let folder = folder(&required.replace("modality c: category[4] = column(\"c\")\n", ""));
    let rows: Vec<String> = (0..ROWS).map(|row| format!("{}.5,{},{},{}", row % 9, row % 7, row % 5, row % 2)).collect();
    fs::write(folder.path().join("rows.csv"), format!("a1,a2,b,kind\n{}\n", rows.join("\n"))).unwrap();
    let path = folder.path().join("small.mmc");
    let text = fs::read_to_string(&path).unwrap().replace("class[\"no\", \"yes\"]", "class[\"0\", \"1\"]");
    fs::write(path, text).unwrap();
    mmc(folder.path()).args(["run", "small.mmc", "--quiet", "--no-cache"]).assert().success();
    let text = stdout(folder.path(), &["trust", RUN, "--row", "599", "--no-cache"]);
    assert!(text.contains("has no decision by a and b without the others"), "{text}");
    assert!(text.contains("no training row lacks a or b"), "{text}");
}

#[test]
fn all_rows_are_summed_up_and_written_as_tables() {
    let folder = run(MULMIX);
    let folder = folder.path();
    let text = stdout(folder, &["trust", RUN, "-o", "trust.parquet", "--no-cache"]);
    for words in ["leads", "conflict between", "90 % set", "area below risk against coverage", "least sure"] {
        assert!(text.contains(words), "{words}:\n{text}");
    }
    assert!(folder.join("trust.parquet").metadata().unwrap().len() > 1000);
    let summary: Value = serde_json::from_str(&stdout(folder, &["trust", RUN, "--json", "--no-cache"])).unwrap();
    assert_eq!(summary["rows"], TEST);
    let leads: u64 = summary["modalities"].as_array().unwrap().iter().map(|of| of["leads"].as_u64().unwrap()).sum();
    assert!(leads >= u64::from(TEST) * 9 / 10, "{summary}");
    let bad = mmc(folder).args(["trust", RUN, "-o", "trust.xyz"]).assert().code(2);
    assert!(plain(&bad.get_output().stderr).contains("trust.xyz"));
}

#[test]
fn the_least_sure_rows_come_first_and_few() {
    let folder = run(MULMIX);
    let folder = folder.path();
    fs::write(folder.join("new.csv"), table(ROWS - TEST..ROWS, &[])).unwrap();
    let all = records(&stdout(folder, &["predict", RUN, "new.csv", "--quiet"]));
    let sorted = records(&stdout(folder, &["predict", RUN, "new.csv", "--sort", "uncertainty", "--quiet"]));
    let sureness = |record: &Record| number(record, "p_yes").max(number(record, "p_no"));
    let mut expected = all.clone();
    expected.sort_by(|one, other| sureness(one).total_cmp(&sureness(other)));
    let order = |records: &[Record]| records.iter().map(sureness).collect::<Vec<_>>();
    assert_eq!(order(&sorted), order(&expected));
    let top = records(&stdout(folder, &["predict", RUN, "new.csv", "--sort", "uncertainty", "--top", "7", "--quiet"]));
    assert_eq!(top, sorted[..7]);
    mmc(folder).args(["predict", RUN, "new.csv", "--top", "7"]).assert().code(2);
}

#[test]
fn abstention_leaves_the_least_sure_rows_without_a_prediction() {
    let folder = run(MULMIX);
    let folder = folder.path();
    fs::write(folder.join("new.csv"), table(ROWS - TEST..ROWS, &[])).unwrap();
    let arguments = ["predict", RUN, "new.csv", "--abstain", "error<35%", "--confidence", "80%"];
    let output = mmc(folder).args(arguments).assert().success().get_output().clone();
    assert!(plain(&output.stderr).contains("80.0 % confidence at most 35.0 % of decided rows are wrong"));
    let rows = records(&plain(&output.stdout));
    let sureness = |record: &Record| number(record, "p_yes").max(number(record, "p_no"));
    for row in &rows {
        assert_eq!(row["abstained"] == "true", row["prediction"].is_empty());
    }
    let least = rows.iter().filter(|row| row["abstained"] == "false").map(sureness).fold(1.0, f64::min);
    assert!(rows.iter().filter(|row| row["abstained"] == "true").all(|row| sureness(row) <= least));
    let refused = mmc(folder).args(["predict", RUN, "new.csv", "--abstain", "error<0.01%"]).assert().code(1);
    assert!(plain(&refused.get_output().stderr).contains("no threshold keeps the error below 0.010%"));
}
