//! The pipelines of the paper's experiments: each lints clean, is in the standard layout, and trains on a tiny table in the
//! format of its data set.

use crate::cli::{mmc, plain};
use mmc::diag::SourceMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn pipelines() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/paper");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "mmc"));
    files.sort();
    assert!(files.len() >= 6, "the paper's pipelines are missing");
    files
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Rows as the HIGGS file has them: the label, 21 low-level and 7 high-level features, no header.
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

#[test]
fn every_pipeline_of_the_paper_is_clean_and_listed() {
    let readme = include_str!("../pipelines/paper/README.md");
    for path in pipelines() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(readme.contains(&format!("`{}.mmc`", name(&path))), "{} is not in the README", name(&path));
        assert!(text.starts_with("## ") && text.contains(&format!("pipeline {}\n", name(&path))), "{}", name(&path));
        let mut sources = SourceMap::new();
        let file = sources.add(path.display().to_string(), text.as_str());
        let compiled = mmc::compile(&mut sources, file, &[], None);
        assert!(compiled.problems.is_empty(), "{}: {:#?}", name(&path), compiled.problems);
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{}: a line is too long", name(&path));
    }
}

#[test]
fn every_pipeline_of_the_paper_is_in_the_standard_layout() {
    let folder = tempfile::tempdir().unwrap();
    mmc(folder.path()).args(["fmt", "--check"]).args(pipelines()).assert().success();
}

/// What makes a pipeline small enough for a test.
const SMALL: [&str; 8] =
    ["--set", "path=rows.csv", "--set", "test_rows=30", "--set", "valid_rows=20", "--set", "width=6"];

#[test]
fn every_higgs_pipeline_trains_on_its_format() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rows.csv"), higgs(160)).unwrap();
    for path in pipelines().iter().filter(|path| name(path).contains("higgs")) {
        let file = folder.path().join(path.file_name().unwrap());
        fs::copy(path, &file).unwrap();
        let common = ["--no-cache", "--epochs", "1", "--format", "csv"];
        let done =
            mmc(folder.path()).arg("compare").arg(&file).args(SMALL).args(common).args(["--seeds", "1"]).assert();
        let table = plain(&done.success().get_output().stdout);
        let combines = fs::read_to_string(path).unwrap().lines().filter(|line| line.starts_with("combine ")).count();
        assert_eq!(table.lines().count(), 1 + combines, "{}: {table}", name(path));
    }
    // One sweep for them all: the grid of Figure 2, whose param is a depth.
    let arguments = ["sweep", "figure2_higgs.mmc", "--no-cache", "--epochs", "1", "--format", "csv"];
    let done = mmc(folder.path()).args(arguments).args(SMALL).assert().success();
    let table = plain(&done.get_output().stdout);
    let depths: Vec<&str> = table.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(depths, ["1", "2", "3", "4", "5", "6", "7", "8"], "{table}");
}
