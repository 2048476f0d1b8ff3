//! A table as a spreadsheet of another country writes it, through every command: checked, planned, trained, predicted.

use crate::support::process::{mmc, plain};
use std::fs;
use tempfile::TempDir;

const PIPELINE: &str = r##"pipeline small

data {
  source    = csv("rows.csv", separator: ";", decimal: ",", encoding: "latin1", comment: "#", skip: 1)
  split     = { test: last(20) }
  missing   = ["k.A.", -999]
  unlabeled = drop
}

label side: class["links", "rechts"] = column("Seite")

modality size: dense[2] = columns("Größe", "Gewicht") |> impute(mean) |> standardize

combine one = single(size |> mlp([4]))

train {
  batch_size = 16
  epochs     = 1
  seed       = 4
}
"##;

/// The rows in Latin-1, and the title, comment and header before them.
fn table(labels: bool) -> Vec<u8> {
    let mut text = "Liste \"1\n# von Hand\nSeite;Größe;Gewicht\n".to_owned();
    for row in 0..100 {
        let side = match row {
            _ if !labels => "",
            7 | 90 => "k.A.",
            _ => ["links", "rechts"][row % 2],
        };
        let size = if row == 3 { "-999".to_owned() } else { format!("1,{:02}", row * 37 % 100) };
        text.push_str(&format!("{side};{size};{},5\n", row * 53 % 91));
    }
    encoding_rs::WINDOWS_1252.encode(&text).0.into_owned()
}

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("small.mmc"), PIPELINE).unwrap();
    fs::write(folder.path().join("rows.csv"), table(true)).unwrap();
    fs::write(folder.path().join("new.csv"), table(false)).unwrap();
    folder
}

/// What a command wrote to its output and its errors, once it has succeeded.
fn said(folder: &TempDir, arguments: &str) -> (String, String) {
    let output = mmc(folder.path()).args(arguments.split(' ')).output().unwrap();
    let (out, err) = (plain(&output.stdout), plain(&output.stderr));
    assert!(output.status.success(), "{arguments}: {out}{err}");
    (out, err)
}

#[test]
fn every_command_reads_the_table_as_it_is_declared() {
    let folder = folder();
    let checked = said(&folder, "lint small.mmc").1;
    let expected = "checked against rows.csv: 100 rows (links: 49, rechts: 49); 2 rows have no label and are left out";
    assert!(checked.contains(expected), "{checked}");

    let plan = said(&folder, "plan small.mmc").0;
    for line in [
        "cells        between `;`, quoted by `\"`, decimal sign `,`, windows-1252, no lines that begin with `#`, without the first line",
        "missing      empty cells; among numbers also NA, N/A, NaN, null, None and ?; everywhere \"k.A.\", -999",
        "unlabeled    rows without a label are left out",
    ] {
        assert!(plan.contains(line), "{plan}");
    }

    let run = said(&folder, "run small.mmc --resume out --device cpu").1;
    assert!(run.contains("2 of 100 rows of `rows.csv` have no `side` and are left out"), "{run}");
    assert!(run.contains("side: links: 49, rechts: 49"), "{run}");
    let record = fs::read_to_string(folder.path().join("out/run.yaml")).unwrap();
    for setting in ["windows-1252", "k.A.", "unlabeled: drop"] {
        assert!(record.contains(setting), "{record}");
    }

    // New rows are written as the training rows are, whether they come from a file or a pipe.
    let predicted = said(&folder, "predict out new.csv").0;
    assert_eq!(predicted.lines().count(), 101);
    let piped = mmc(folder.path()).args(["predict", "out"]).write_stdin(table(false)).output().unwrap();
    assert_eq!(plain(&piped.stdout), predicted);
    let decisions = fs::read_to_string(folder.path().join("out/predictions.csv")).unwrap();
    let probability = |text: &str, row: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{row},"))).unwrap().to_owned();
        line.split(',').next_back().unwrap().to_owned()
    };
    // The rows without a label keep their numbers: of the last 20 one is left out.
    for row in ["79", "80", "99"] {
        assert_eq!(probability(&predicted, row), probability(&decisions, row), "{row}");
    }
    said(&folder, "verify out");
    let measured = said(&folder, "eval out --data rows.csv").1;
    assert!(measured.contains("2 of 100 rows of `rows.csv` have no `side` and are left out"), "{measured}");
}
