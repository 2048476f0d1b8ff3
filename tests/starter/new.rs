//! `mmc new`: its pipelines have no problems and run.

use super::{lints_clean_and_runs, new};
use crate::support::process::{mmc, plain};
use std::fmt::Write;
use std::fs;
use tempfile::TempDir;

/// A table of people with columns of all kinds.
fn people() -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut text = String::from("id,height,weight,eye_left,eye_right,version,note,sex\n");
    for row in 0..200 {
        let sex = ["female", "male"][row % 2];
        let weight = if row % 11 == 0 { String::new() } else { format!("{}", 50 + (row * 7) % 40) };
        let (height, left, right) = (1.5 + (row % 13) as f64 / 20.0, row % 5, (row * 3) % 7);
        let _ = writeln!(text, "{},{height},{weight},{left},{right},1,,{sex}", 1000 + row);
    }
    fs::write(folder.path().join("people.csv"), text).unwrap();
    folder
}

#[test]
fn a_table_becomes_a_pipeline_that_runs() {
    let folder = people();
    let text = new(folder.path(), &["people.csv"]);
    insta::assert_snapshot!(text);
    fs::write(folder.path().join("pipeline.mmc"), text).unwrap();
    lints_clean_and_runs(folder.path());
}

#[test]
fn a_table_without_names_is_read_by_position() {
    let folder = TempDir::new().unwrap();
    let rows = (0..120).map(|row| format!("{}\t{}\t{}\t7\n", row % 3, row % 11, (row * row) % 17));
    fs::write(folder.path().join("t.tsv"), rows.collect::<String>()).unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    new(folder.path(), &["t.tsv", "-o", "sub/pipeline.mmc"]);
    let text = fs::read_to_string(folder.path().join("sub/pipeline.mmc")).unwrap();
    for part in ["tsv(\"../t.tsv\", header: false)", "class[3] = column(0)", "dense[2] = columns(1..=2)", "`3`"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    lints_clean_and_runs(&folder.path().join("sub"));
}

#[test]
fn the_label_can_be_named() {
    let folder = people();
    let text = new(folder.path(), &["people.csv", "--label", "eye_left"]);
    assert!(text.contains("label eye_left: class[5] = column(\"eye_left\")"), "{text}");
    for (column, reported) in [
        ("eye_lefty", "did you mean `eye_left`?"),
        ("weight", "regression is not supported"),
        ("note", "empty on every row"),
        ("version", "the same on every row"),
    ] {
        let output = mmc(folder.path()).args(["new", "people.csv", "--label", column]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(plain(&output.stderr).contains(reported), "{}", plain(&output.stderr));
    }
}

#[test]
fn existing_files_are_replaced_only_with_force() {
    let folder = people();
    new(folder.path(), &["people.csv", "-o", "pipeline.mmc"]);
    let before = fs::read(folder.path().join("pipeline.mmc")).unwrap();
    let again = ["new", "people.csv", "--label", "eye_left", "-o", "pipeline.mmc"];
    mmc(folder.path()).args(again).assert().code(2);
    assert_eq!(fs::read(folder.path().join("pipeline.mmc")).unwrap(), before);
    mmc(folder.path()).args(again).arg("--force").assert().success();
    assert_ne!(fs::read(folder.path().join("pipeline.mmc")).unwrap(), before);
}

#[test]
fn every_template_is_listed_and_has_no_problems() {
    let folder = TempDir::new().unwrap();
    let list = new(folder.path(), &["--list"]);
    for template in mmc::starter::TEMPLATES {
        assert!(list.contains(template.name) && !template.about().is_empty(), "{list}");
        assert_eq!(new(folder.path(), &["--template", template.name]), template.text);
        assert_eq!(mmc::syntax::format(template.text).text, template.text, "{}", template.name);
        let mut sources = mmc::diag::SourceMap::new();
        let file = sources.add(template.name, template.text);
        let problems = mmc::compile(&mut sources, file, &[], None).problems;
        assert!(problems.is_empty(), "{}: {problems:?}", template.name);
    }
    let output = mmc(folder.path()).args(["new", "--template", "tabula"]).output().unwrap();
    assert!(plain(&output.stderr).contains("did you mean `tabular`?"));
}

#[test]
fn lines_of_json_become_a_pipeline_that_runs() {
    let folder = TempDir::new().unwrap();
    let mut text = String::new();
    for row in 0..200 {
        let (kind, side) = (["cat", "dog"][row * 7 % 2], ["left", "mid", "right"][row % 3]);
        let vector = [row % 5, row * 3 % 7, 4].map(|number| number as f64 / 2.0);
        let note = if row % 9 == 0 { "null".to_owned() } else { format!("\"seen by {}\"", row * 31 % 97) };
        let _ = writeln!(
            text,
            "{{\"kind\": \"{kind}\", \"side\": \"{side}\", \"age\": {}.5, \"note\": {note}, \"vector\": {vector:?}}}",
            row % 17
        );
    }
    fs::write(folder.path().join("pets.jsonl"), text).unwrap();
    let text = new(folder.path(), &["pets.jsonl", "--label", "kind"]);
    insta::assert_snapshot!(text);
    fs::write(folder.path().join("pipeline.mmc"), text).unwrap();
    lints_clean_and_runs(folder.path());
}

#[test]
fn lists_of_several_lengths_become_a_sequence() {
    let folder = TempDir::new().unwrap();
    let steps = |row: usize| {
        let steps: Vec<String> = (0..2 + row % 5).map(|step| format!("[{}, {}]", row % 7 + step, row % 3)).collect();
        steps.join(", ")
    };
    let lines = (0..120).map(|row| format!("{{\"y\": \"{}\", \"s\": [{}]}}\n", ["no", "yes"][row % 2], steps(row)));
    fs::write(folder.path().join("t.jsonl"), lines.collect::<String>()).unwrap();
    let text = new(folder.path(), &["t.jsonl"]);
    assert!(text.contains("modality s: sequence[6, 2] = column(\"s\")"), "{text}");
    fs::write(folder.path().join("pipeline.mmc"), text).unwrap();
    lints_clean_and_runs(folder.path());
}
