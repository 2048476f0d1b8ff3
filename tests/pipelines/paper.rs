//! The pipelines of the paper's experiments: each lints clean, is in the standard layout, and trains on a tiny table in the
//! format of its data set.

use crate::support::process::{mmc, plain};
use mmc::CompileOptions;
use mmc::diag::SourceMap;
use mmc::world::Disk;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pipelines/paper");

/// Every `.mmc` file, including shared ones.
fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "mmc"));
    files.sort();
    files
}

/// The pipelines on one data set.
fn pipelines(data: &str) -> Vec<PathBuf> {
    let is_one = |path: &PathBuf| {
        let name = name(path);
        (name.starts_with("table") || name.starts_with("figure")) && name.contains(data)
    };
    files().into_iter().filter(is_one).collect()
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Every combine of a pipeline, or the one that `more` names, trains with `smaller`; the table of them as CSV.
fn compared(folder: &Path, path: &Path, smaller: &[&str], more: &[&str]) -> String {
    let set = smaller.iter().flat_map(|setting| ["--set", setting]);
    let common = ["--seeds", "1", "--no-cache", "--format", "csv"];
    let done = mmc(folder).arg("compare").arg(path).args(set).args(common).args(more).assert().success();
    let table = plain(&done.get_output().stdout);
    let all = fs::read_to_string(path).unwrap().lines().filter(|line| line.starts_with("combine ")).count();
    let combines = if more.contains(&"--combine") { 1 } else { all };
    assert_eq!(table.lines().count(), 1 + combines, "{}: {table}", name(path));
    for line in table.lines().skip(1) {
        assert!(line.split(',').nth(2).unwrap().parse::<f64>().is_ok(), "{}: no test error: {line}", name(path));
    }
    table
}

/// Rows in the format of the HIGGS file: the label, 21 low-level and 7 high-level features, no header.
fn higgs(rows: u32) -> String {
    let mut text = String::new();
    for row in 0..rows {
        let label = (row * 5 + row / 7) % 2;
        let _ = write!(text, "{label}.0");
        for column in 1..29u32 {
            let noise = f64::from((row * 37 + column * column * 11 + row * column) % 101) / 101.0;
            let _ = write!(text, ",{:.4}", noise + if column % 5 == 0 { f64::from(label) } else { 0.0 });
        }
        text.push('\n');
    }
    text
}

/// Two files in the format of CIFAR-100: a coarse and a fine label, then the planes of an image.
fn cifar(folder: &Path) {
    for (file, rows) in [("train.bin", 6), ("test.bin", 2)] {
        let record = |row: u32| {
            let class = row % 2;
            let pixels = (0..3072).map(move |at| (class * 90 + (row * 37 + at * 11) % 97) as u8);
            [class as u8, 50 + class as u8].into_iter().chain(pixels)
        };
        fs::write(folder.join(file), (0..rows).flat_map(record).collect::<Vec<u8>>()).unwrap();
    }
}

/// Users as `gender_nets.mmc` describes them, with 22 activity features.
fn profiles(rows: u32) -> String {
    let mut text = "gender,user_id,first_name".to_owned();
    (0..22).for_each(|column| write!(text, ",activity_{column}").unwrap());
    text.push('\n');
    for row in 0..rows {
        let male = (row * 5 / 7) % 2;
        let (gender, ending) = if male == 1 { ("male", "no") } else { ("female", "na") };
        let _ = write!(text, "{gender},user{},{}{ending}", row * 31 % 97, ["a", "Be", "c"][row as usize % 3]);
        for column in 0..22u32 {
            let noise = f64::from((row * 37 + column * 11) % 101) / 101.0;
            let _ = write!(text, ",{:.3}", noise + if column % 5 == 0 { f64::from(male) } else { 0.0 });
        }
        text.push('\n');
    }
    text
}

/// The rows the paper has and a pipeline for each.
#[test]
fn every_table_and_figure_has_its_pipeline() {
    let names: Vec<String> = pipelines("").iter().map(|path| name(path)).collect();
    assert_eq!(
        names,
        [
            "figure2_cifar",
            "figure2_gender",
            "figure2_higgs",
            "figure3_cifar",
            "figure3_gender",
            "figure3_higgs",
            "table2_cifar",
            "table2_gender",
            "table2_higgs",
            "table2_higgs_small",
            "table3_gender",
            "table3_higgs",
            "table4_gender",
            "table5_gender",
            "table5_higgs",
        ]
    );
}

#[test]
fn every_pipeline_of_the_paper_is_clean_and_listed() {
    let readme = include_str!("../../pipelines/paper/README.md");
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(readme.contains(&format!("`{}.mmc`", name(&path))), "{} is not in the README", name(&path));
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{}: a line is too long", name(&path));
        let mut sources = SourceMap::new();
        let file = sources.add(path.display().to_string(), text.as_str());
        let compiled =
            mmc::compile_in(&mut sources, file, &CompileOptions { world: &Disk, ..CompileOptions::default() });
        assert!(compiled.problems.is_empty(), "{}: {:#?}", name(&path), compiled.problems);
    }
    for path in pipelines("") {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("## ") && text.contains(&format!("pipeline {}\n", name(&path))), "{}", name(&path));
    }
}

#[test]
fn every_pipeline_of_the_paper_is_in_the_standard_layout() {
    let folder = tempfile::tempdir().unwrap();
    mmc(folder.path()).args(["fmt", "--check"]).args(files()).assert().success();
}

#[test]
fn every_higgs_pipeline_trains_on_its_format() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rows.csv"), higgs(160)).unwrap();
    let smaller = [&path_in(&folder, "rows.csv"), "test_rows=30", "valid_rows=20", "width=6"];
    for path in pipelines("higgs") {
        compared(folder.path(), &path, &smaller, &["--epochs", "1"]);
    }
    // One sweep for them all: the grid of Figure 2, whose param is a depth.
    let set = smaller.iter().flat_map(|setting| ["--set", setting]);
    let arguments = ["--no-cache", "--epochs", "1", "--format", "csv"];
    let figure = format!("{FOLDER}/figure2_higgs.mmc");
    let done = mmc(folder.path()).args(["sweep", &figure]).args(arguments).args(set).assert().success();
    let table = plain(&done.get_output().stdout);
    let depths: Vec<&str> = table.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(depths, ["1", "2", "3", "4", "5", "6", "7", "8"], "{table}");
}

#[test]
fn every_cifar_pipeline_trains_on_its_format() {
    let folder = tempfile::tempdir().unwrap();
    cifar(folder.path());
    let smaller = [&path_in(&folder, ""), "depth=20", "iterations=4"];
    for (path, more) in pipelines("cifar").iter().zip([&["--combine", "deep_add"][..], &["--combine", "mul"], &[]]) {
        compared(folder.path(), path, &smaller, more);
    }
}

#[test]
fn every_gender_pipeline_trains_on_its_format() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("profiles.csv"), profiles(90)).unwrap();
    let path = path_in(&folder, "profiles.csv");
    let smaller = [&path, "letters=6", "embed=3", "hidden=4", "width=5", "features=22"];
    for path in pipelines("gender") {
        compared(folder.path(), &path, &smaller, &["--epochs", "1"]);
    }
    let six = [&path, "letters=6", "embed=3", "hidden=4", "width=5", "features=6"];
    let table4 = Path::new(FOLDER).join("table4_gender.mmc");
    for singles in ["--over-learn", "--over-learn=components"] {
        let table = compared(folder.path(), &table4, &six, &["--epochs", "1", singles]);
        let mut rows = csv::Reader::from_reader(table.as_bytes());
        for row in rows.deserialize::<std::collections::BTreeMap<String, String>>() {
            let row = row.unwrap();
            let number = |column: &str| row[column].parse::<f64>().unwrap();
            // The same errors, as a share of the 12 test rows and of those that a single modality gets right.
            let (of_all, of_those) = (number("over_learn_of_all"), number("over_learn_of_those"));
            assert!((of_all * 12.0 - of_those * number("over_learn_rows")).abs() < 1e-9, "{row:?}");
            assert!(of_all <= number("test_error"), "{row:?}");
        }
    }
}

/// `path=..` for a file of the folder.
fn path_in(folder: &tempfile::TempDir, file: &str) -> String {
    format!("path={}", folder.path().join(file).display())
}
