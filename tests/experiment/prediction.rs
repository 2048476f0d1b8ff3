//! A model that was saved and loaded predicts for new rows what `predictions.csv` has for them, to the last digit.

use crate::support::process::mmc;
use image::{Rgb, RgbImage};
use mmc::{Disk, ErrorKind, Model, Pipeline, Source, TrainOptions, TrainedModel};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Number of test rows, the last of the table.
const TEST: usize = 40;
const ROWS: usize = 160;

/// The cells of a row: `a`, `b`, `color`, `note`, `file`. The optional ones are empty on some rows.
fn cells(row: usize) -> [String; 5] {
    let some = |present: bool, text: String| if present { text } else { String::new() };
    let number = |by: usize| ((row * by) % 101) as f64 / 7.0 - 5.0;
    let color = ["red", "green", "blue", "Grey"][row * 7 % 4].to_owned();
    let note = ["Warm day", "cold", "it rains, again", "sun"][row * 5 % 4];
    [
        some(!row.is_multiple_of(5), number(37).to_string()),
        some(!row.is_multiple_of(5), number(53).to_string()),
        color,
        some(!row.is_multiple_of(3), format!("\"{note} {}\"", row % 11)),
        some(!row.is_multiple_of(4), format!("photos/{}.png", row % 6)),
    ]
}

/// A folder with a table, the same test rows without label in another order of columns, and images.
pub(super) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (mut old, mut new) = ("a,b,color,note,file,side\n".to_owned(), "note,b,a,extra,file,color\n".to_owned());
    for row in 0..ROWS {
        let [a, b, color, note, file] = cells(row);
        let side = ["left", "right"][usize::from(row * 37 % 101 > 50)];
        writeln!(old, "{a},{b},{color},{note},{file},{side}").unwrap();
        if row >= ROWS - TEST {
            writeln!(new, "{note},{b},{a},x,{file},{color}").unwrap();
        }
    }
    fs::write(folder.path().join("rows.csv"), old).unwrap();
    fs::write(folder.path().join("new.csv"), new).unwrap();
    fs::create_dir(folder.path().join("photos")).unwrap();
    for at in 0..6u8 {
        let pixel = |x: u32, y: u32| Rgb([at * 40, (x * 30) as u8, (y * 50) as u8]);
        let path = folder.path().join(format!("photos/{at}.png"));
        RgbImage::from_fn(4, 4, pixel).save(path).unwrap();
    }
    folder
}

/// A pipeline over the table, with this combine; `optional` modalities may be missing.
pub(super) fn pipeline(folder: &Path, combine: &str) -> String {
    format!(
        r#"pipeline mixed

data {{
  source = csv("{}")
  split  = {{ test: last({TEST}), valid: fraction(20%) }}
}}

label side: class[2] = column("side")

modality size?:  dense[2] = columns(["a", "b"]) |> standardize
modality filled: dense[2] = columns(["a", "b"]) |> impute(median) |> clip(-4, 8) |> log1p |> min_max
modality color:  category[6] = column("color")
modality one:    dense[4] = column("color") |> one_hot
modality note?:  text[10] = column("note") |> lowercase |> chars(max: 10)
modality said?:  text[4] = column("note") |> words(max: 4)
modality photo?: image[3, 4, 4] = column("file") |> subtract_mean |> augment(flip, crop(pad: 1))

param width = 4 in 1..=64

encoder size_net   = size   |> linear(width) |> relu
encoder filled_net = filled |> linear(4) |> batch_norm |> relu
encoder color_net  = color  |> embedding(3) |> flatten
encoder note_net   = note   |> embedding(4) |> lstm(4)
encoder said_net   = said   |> embedding(4) |> mean_pool
encoder photo_net  = photo  |> conv2d(4, 3, padding: 1) |> batch_norm |> relu |> global_avg_pool

{combine}

train {{
  optimizer  = adam(lr: 0.02)
  batch_size = 16
  epochs     = 2
  seed       = 4
}}
"#,
        folder.join("rows.csv").display()
    )
}

fn trained(folder: &Path, combine: &str) -> TrainedModel {
    let pipeline = Pipeline::from_text(&pipeline(folder, combine), Disk).unwrap();
    pipeline.train(&TrainOptions { threads: Some(1), ..TrainOptions::default() }, |_| ()).unwrap()
}

/// The predicted class and the bits of the probabilities of each row, as `predictions.csv` has them: in single precision.
fn written(run: &Path, classes: &[String]) -> Vec<(String, Vec<u32>)> {
    let mut reader = csv::Reader::from_path(run.join("predictions.csv")).unwrap();
    let headers = reader.headers().unwrap().clone();
    let place = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let prediction = place("prediction");
    let places: Vec<usize> = classes.iter().map(|class| place(&format!("p_{class}"))).collect();
    let records = reader.records().map(|record| {
        let record = record.unwrap();
        let bits = places.iter().map(|place| record[*place].parse::<f32>().unwrap().to_bits()).collect();
        (record[prediction].to_owned(), bits)
    });
    records.collect()
}

/// Predictions for the test rows of a saved run, as [`written`] has them.
fn predicted(run: &Path, new: PathBuf) -> Vec<(String, Vec<u32>)> {
    let predictions = Model::load(run).unwrap().predict(Source::csv(new)).unwrap();
    let bits = |probabilities: &[f64]| probabilities.iter().map(|p| (*p as f32).to_bits()).collect();
    predictions.iter().map(|prediction| (prediction.label.to_owned(), bits(prediction.probabilities))).collect()
}

pub(super) const COMBINES: [&str; 5] = [
    "combine both = multiplicative(size_net, color_net, note_net, photo_net) { beta = 0.5 }",
    "combine both = mulmix(size_net, color_net, said_net) {\n project = linear(4) |> relu\n head = mlp([4])\n}",
    "combine both = late(filled_net, size_net, photo_net) { by = learned }",
    "combine both = late(color_net, note_net, filled_net) { by = vote }",
    "combine both = early(filled_net, one) { net = mlp([4]) }",
];

#[test]
fn a_loaded_model_gives_the_bits_of_the_run() {
    let folder = folder();
    for (at, combine) in COMBINES.iter().enumerate() {
        let run = folder.path().join(format!("runs/{at}"));
        let trained = trained(folder.path(), combine);
        trained.save(&run).unwrap();
        let expected = written(&run, trained.model().classes());
        assert_eq!(expected.len(), TEST);
        assert_eq!(predicted(&run, folder.path().join("new.csv")), expected, "{combine}");
        // The label's column changes nothing, and neither does saving and loading the model.
        let kept = trained.predict(Source::csv(folder.path().join("new.csv"))).unwrap();
        assert_eq!(kept, Model::load(&run).unwrap().predict(Source::csv(folder.path().join("new.csv"))).unwrap());
    }
}

#[test]
fn a_run_of_the_command_line_is_loaded_with_its_settings() {
    let folder = folder();
    let two = format!("{}\n\ncombine other = single(filled_net)", COMBINES[0]);
    fs::write(folder.path().join("mixed.mmc"), pipeline(folder.path(), &two)).unwrap();
    let arguments = ["run", "mixed.mmc", "--combine", "both", "--set", "width=7", "--no-cache", "--quiet"];
    mmc(folder.path()).args(arguments).assert().success();
    let run = folder.path().join("runs/mixed-0001");
    let yaml = fs::read_to_string(run.join("run.yaml")).unwrap();
    for fitted in ["mean", "std", "Grey"] {
        assert!(!yaml.contains(fitted), "`{fitted}` is for a program to read, not for a person:\n{yaml}");
        assert!(fs::read_to_string(run.join("preprocessing.json")).unwrap().contains(fitted));
    }
    assert!(yaml.lines().count() < 250, "{yaml}");
    // The rows that it was trained on are not needed.
    fs::remove_file(folder.path().join("rows.csv")).unwrap();
    assert_eq!(predicted(&run, folder.path().join("new.csv")), written(&run, &["left".into(), "right".into()]));
}

#[test]
fn a_table_without_names_is_read_by_position() {
    let folder = folder();
    let text = pipeline(folder.path(), "combine both = multiplicative(size_net, color_net)")
        .replace("rows.csv\")", "bare.csv\", header: false)")
        .replace("columns([\"a\", \"b\"])", "columns(0..=1)")
        .replace("column(\"color\")", "column(2)")
        .replace("column(\"note\")", "column(3)")
        .replace("column(\"file\")", "column(4)")
        .replace("column(\"side\")", "column(5)");
    let rows = fs::read_to_string(folder.path().join("rows.csv")).unwrap();
    let (_, bare) = rows.split_once('\n').unwrap();
    fs::write(folder.path().join("bare.csv"), bare).unwrap();
    let new: Vec<&str> = bare.lines().skip(ROWS - TEST).collect();
    fs::write(folder.path().join("new.csv"), new.join("\n")).unwrap();
    let run = folder.path().join("run");
    let options = TrainOptions { threads: Some(1), ..TrainOptions::default() };
    Pipeline::from_text(&text, Disk).unwrap().train(&options, |_| ()).unwrap().save(&run).unwrap();
    assert_eq!(predicted(&run, folder.path().join("new.csv")), written(&run, &["left".into(), "right".into()]));
}

#[test]
fn absent_columns_are_an_error_unless_the_modality_may_be_missing() {
    let folder = folder();
    let trained = trained(folder.path(), COMBINES[0]);
    let new = folder.path().join("new.csv");
    fs::write(&new, "colour,a,b\nred,1,2\n").unwrap();
    let error = trained.predict(Source::csv(&new)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("MMC0504") && error.to_string().contains("colour"), "{error}");
    fs::write(&new, "color,a,b\nred,1,2\npurple,,\n").unwrap();
    let predictions = trained.predict(Source::csv(&new)).unwrap();
    assert_eq!((predictions.len(), predictions.notes().len()), (2, 4), "{:?}", predictions.notes());
    for prediction in &predictions {
        assert!((prediction.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn parts_of_different_runs_are_refused() {
    let folder = folder();
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    trained(folder.path(), COMBINES[0]).save(&one).unwrap();
    trained(folder.path(), COMBINES[2]).save(&other).unwrap();
    let refused = |expected: &str| {
        let error = Model::load(&one).unwrap_err();
        assert!(error.to_string().contains(expected), "{expected}: {error}");
    };
    let mixed = |file: &str, expected: &str| {
        let own = fs::read(one.join(file)).unwrap();
        fs::copy(other.join(file), one.join(file)).unwrap();
        refused(expected);
        fs::write(one.join(file), &own[..own.len() / 2]).unwrap();
        assert!(Model::load(&one).is_err(), "half of {file}");
        fs::remove_file(one.join(file)).unwrap();
        refused(file);
        fs::write(one.join(file), own).unwrap();
        Model::load(&one).unwrap();
    };
    mixed("model.safetensors", "MMC0607");
    mixed("preprocessing.json", "MMC0607");
    // The same tensors, and another decision.
    let text = fs::read_to_string(one.join("pipeline.mmc")).unwrap();
    fs::write(one.join("pipeline.mmc"), text.replace("beta = 0.5", "beta = 0.6")).unwrap();
    refused("another pipeline");
    fs::write(one.join("pipeline.mmc"), text).unwrap();
    fs::remove_file(one.join("run.yaml")).unwrap();
    refused("run.yaml");
}
