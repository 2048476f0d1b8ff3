//! Empty cells of texts, categories and dates, from the file to the predictions of new rows: kept, filled with a word, filled
//! with a learned vector, in strategies that cannot leave an input out.

use crate::support::process::{folder, mmc, plain};
use std::fs;

/// A pipeline with these declarations.
fn pipeline(declarations: &str, train: &str) -> String {
    format!(
        "pipeline small\n\
         data {{ source = csv(\"rows.csv\")\n split = by_column(\"fold\", train: [0, 1, 2], valid: 3, test: \"4\") }}\n\
         label side: class[\"left\", \"right\"] = column(\"side\")\n\
         modality a: dense[1] = column(\"a\") |> standardize\n\
         {declarations}\n\
         train {{ optimizer = adam(lr: 0.05)\n batch_size = 16\n epochs = 2\n seed = 3\n {train} }}\n"
    )
}

/// Rows whose color, note and day are empty on some of them.
fn rows() -> String {
    let mut text = String::from("a,color,note,day,side,fold\n");
    for row in 0..120usize {
        let color = ["red", "", "green", "blue", "red"][row * 7 % 11 % 5];
        let note = ["warm day", "", "rain again", "sun"][row * 5 % 7 % 4];
        let day = if row % 6 == 0 { String::new() } else { format!("{:02}.{:02}.2020", row % 28 + 1, row % 12 + 1) };
        let side = ["left", "right"][usize::from(row * 37 % 101 > 50)];
        text.push_str(&format!("{},{color},{note},{day},{side},{}\n", (row * 37 % 101) as f64 / 9.0, row % 5));
    }
    text
}

const COLOR: &str = "modality color?: category[3] = column(\"color\")";
const NOTE: &str = "modality note?: text[4] = column(\"note\") |> words(max: 4)";
const DAY: &str =
    "modality day?: dense[3] = column(\"day\") |> date(year, cycle(month), format: \"%d.%m.%Y\") |> min_max";

#[test]
fn every_way_with_empty_cells_trains_and_predicts_new_rows() {
    let kept_color = "modality color: category[4] = column(\"color\") |> keep_missing";
    let kept_note = "modality note: text[4] = column(\"note\") |> keep_missing |> words(max: 4)";
    let filled_day = DAY
        .replace("day?", "day")
        .replace("year, cycle", "cycle")
        .replace("[3]", "[2]")
        .replace("|> min_max", "|> impute(mean)");
    let variants = [
        (format!("{kept_color}\ncombine m = early(a, color |> embedding(2)) {{ net = mlp([4]) }}"), ""),
        (format!("{kept_color}\ncombine m = single(color |> embedding(2))"), ""),
        (
            "modality color: dense[3] = column(\"color\") |> keep_missing |> group_rare(min_count: 20) |> one_hot\n\
          combine m = early(a, color) { net = mlp([4]) }"
                .to_owned(),
            "",
        ),
        (
            "modality color: category[3] = column(\"color\") |> impute(most_frequent)\n\
          combine m = early(a, color |> embedding(2)) { net = mlp([4]) }"
                .to_owned(),
            "",
        ),
        (
            format!(
                "{kept_note}\nencoder note_net = note |> embedding(4) |> mean_pool\nencoder a_net = a |> mlp([4])\n\
                  combine m = additive(note_net, a_net) {{ merge = concat\n head = mlp([4]) }}"
            ),
            "",
        ),
        (format!("{kept_note}\ncombine m = early(note |> embedding(4) |> lstm(4), a) {{ net = mlp([4]) }}"), ""),
        (format!("{kept_note}\ncombine m = early(note |> embedding(4) |> max_pool, a) {{ net = mlp([4]) }}"), ""),
        (
            format!(
                "{kept_note}\ncombine m = early(note |> embedding(4) |> attention_pool(4), a) {{ net = mlp([4]) }}"
            ),
            "",
        ),
        (format!("{filled_day}\ncombine m = early(day, a) {{ net = mlp([4]) }}"), ""),
        (
            format!(
                "{COLOR}\n{NOTE}\n{}\n\
                  combine m = early(a, color |> embedding(2) |> fill_missing, note |> embedding(4) |> mean_pool |> fill_missing, \
                  day |> fill_missing) {{ net = mlp([4]) }}",
                DAY.replace("year, ", "").replace("[3]", "[2]").replace("|> min_max", "")
            ),
            "modality_dropout = 0.2",
        ),
        (
            format!(
                "{COLOR}\n{NOTE}\nencoder color_net = color |> embedding(4) |> fill_missing\nencoder note_net = note |> embedding(4) |> mean_pool\n\
                  combine m = mulmix(color_net, note_net)"
            ),
            "",
        ),
        (
            format!(
                "{COLOR}\n{NOTE}\nencoder color_net = color |> embedding(4) |> fill_missing\nencoder note_net = note |> embedding(4) |> mean_pool\n\
                  combine m = late(color_net, note_net, a) {{ by = learned }}"
            ),
            "",
        ),
    ];
    for (declarations, train) in variants {
        let folder = folder(&pipeline(&declarations, train));
        fs::write(folder.path().join("rows.csv"), rows()).unwrap();
        let out = mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).output().unwrap();
        assert!(out.status.success(), "{declarations}\n{}{}", plain(&out.stdout), plain(&out.stderr));
        mmc(folder.path()).args(["verify", "runs/small-0001"]).assert().success();
        fs::write(folder.path().join("new.csv"), "note,a,day,color\n,1.5,,\nsun,2,03.02.2021,violet\n").unwrap();
        let out = mmc(folder.path()).args(["predict", "runs/small-0001", "new.csv"]).output().unwrap();
        assert!(out.status.success(), "{declarations}\n{}", plain(&out.stderr));
        let predicted = plain(&out.stdout);
        assert_eq!(predicted.lines().count(), 3, "{declarations}\n{predicted}");
        assert!(!predicted.contains("NaN"), "{predicted}");
    }
}

#[test]
fn the_plan_shows_what_a_component_is_there_without() {
    let encoders = "encoder color_net = color |> embedding(4) |> fill_missing\nencoder note_net = note |> embedding(4) |> mean_pool";
    let folder =
        folder(&pipeline(&format!("{COLOR}\n{NOTE}\n{encoders}\ncombine m = multiplicative(color_net, note_net)"), ""));
    let out = plain(&mmc(folder.path()).args(["plan", "small.mmc"]).output().unwrap().stdout);
    assert!(out.contains("color? (filled)") && out.contains("note?"), "{out}");
    assert!(!out.contains("note? (filled)"), "{out}");
}

/// Each message about an empty cell leads to a pipeline that runs, when its edits are followed one after the other.
#[test]
fn following_the_edits_ends_in_a_run() {
    for declarations in [
        format!("{COLOR}\ncombine m = early(a, color |> embedding(2)) {{ net = mlp([4]) }}"),
        format!("{NOTE}\nencoder note_net = note |> embedding(4) |> mean_pool\nencoder a_net = a |> mlp([4])\n\
                 combine m = additive(note_net, a_net) {{ merge = concat\n head = mlp([4]) }}"),
        "modality note: text[4] = column(\"note\") |> impute(mean) |> words(max: 4)\n\
         combine m = early(a, note |> embedding(4) |> mean_pool) { net = mlp([4]) }".to_owned(),
        "modality color?: dense[3] = column(\"color\") |> one_hot\ncombine m = early(a, color) { net = mlp([4]) }".to_owned(),
        "modality day: dense[4] = column(\"day\") |> date(days) |> impute(mean) |> min_max\ncombine m = early(a, day) { net = mlp([4]) }".to_owned(),
    ] {
        let folder = folder(&pipeline(&declarations, ""));
        fs::write(folder.path().join("rows.csv"), rows()).unwrap();
        let ran = (0..4).any(|_| {
            let out = mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).output().unwrap();
            if !out.status.success() {
                let _ = mmc(folder.path()).args(["lint", "--fix", "--unsafe-fixes", "small.mmc"]).output().unwrap();
            }
            out.status.success()
        });
        let text = fs::read_to_string(folder.path().join("small.mmc")).unwrap();
        let last = mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).output().unwrap();
        assert!(ran, "{text}\n{}", plain(&last.stderr));
    }
}
