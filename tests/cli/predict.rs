//! `mmc predict`: every format in and out, standard input and output, bad rows, and what is left behind.

use crate::support::process::{SMALL, ended, folder, mmc, names, plain, signal};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use arrow_array::{Array, Int64Array, RecordBatch, StringArray};
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Number of rows of the table, of which the last are the test rows.
const ROWS: usize = 120;
const TEST: usize = 30;

const PIPELINE: &str = r#"pipeline small

data {
  source = csv("rows.csv")
  split  = { test: last(30), valid: fraction(20%) }
}

label side: class["left", "right"] = column("side")

modality size:  dense[2] = columns(["a", "b"]) |> standardize
modality note?: text[6] = column("note") |> chars(max: 6)

encoder size_net = size |> mlp([8])
encoder note_net = note |> embedding(4) |> lstm(4)

combine both = multiplicative(size_net, note_net) { beta = 0.5 }

train {
  optimizer  = adam(lr: 0.02)
  batch_size = 16
  epochs     = 1
  seed       = 4
}
"#;

fn cells(row: usize) -> (String, String, String, &'static str, &'static str) {
    let number = |by: usize| format!("{:.2}", ((row * by) % 101) as f64 / 7.0 - 5.0);
    let note = ["warm \"day\"", "", "rain, again", "sun"][row * 5 % 4];
    (format!("{row:03}"), number(37), number(53), note, ["left", "right"][usize::from(row * 37 % 101 > 50)])
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

/// Rows as a text table.
fn table(rows: std::ops::Range<usize>) -> String {
    let mut text = "id,a,b,note,side\n".to_owned();
    for row in rows {
        let (id, a, b, note, side) = cells(row);
        text.push_str(&format!("{id},{a},{b},{},{side}\n", quoted(note)));
    }
    text
}

/// A folder with a run, and the test rows in `new.csv`.
fn run() -> TempDir {
    let folder = folder(PIPELINE);
    fs::write(folder.path().join("rows.csv"), table(0..ROWS)).unwrap();
    fs::write(folder.path().join("new.csv"), table(ROWS - TEST..ROWS)).unwrap();
    mmc(folder.path()).args(["run", "small.mmc", "--quiet", "--no-cache"]).assert().success();
    folder
}

const RUN: &str = "runs/small-0001";

fn records(text: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        headers.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
    });
    rows.collect()
}

/// Standard output of a prediction that succeeds.
fn predicted(folder: &Path, arguments: &[&str]) -> String {
    let output = mmc(folder).args(["predict", RUN]).args(arguments).output().unwrap();
    let errors = plain(&output.stderr);
    assert!(output.status.success(), "{errors}");
    plain(&output.stdout)
}

#[test]
fn the_test_rows_have_the_numbers_of_the_run() {
    let folder = run();
    let own = fs::read_to_string(folder.path().join(RUN).join("predictions.csv")).unwrap();
    let expected = records(&own);
    let found = records(&predicted(folder.path(), &["new.csv"]));
    assert_eq!(own.lines().next().unwrap(), "row,label,prediction,p_left,p_right,margin");
    assert_eq!((expected.len(), found.len()), (TEST, TEST));
    for (row, (mut expected, mut found)) in expected.into_iter().zip(found).enumerate() {
        assert_eq!(expected.remove("row").unwrap(), (ROWS - TEST + row).to_string());
        assert_eq!(found.remove("row").unwrap(), row.to_string());
        assert_eq!(expected, found);
    }
    let components = fs::read_to_string(folder.path().join(RUN).join("components.csv")).unwrap();
    let detailed = records(&predicted(folder.path(), &["new.csv", "--detail", "all"]));
    for (row, expected) in records(&components).into_iter().enumerate() {
        for (name, cell) in expected.iter().filter(|(name, _)| *name != "row") {
            assert_eq!(detailed[row][name], *cell, "{name}");
        }
        let losses = ["loss_left", "loss_right"].map(|name| detailed[row][name].parse::<f32>().unwrap());
        let margin: f32 = detailed[row]["margin"].parse().unwrap();
        assert!(((losses[0] - losses[1]).abs() - margin).abs() < 1e-5);
    }
    // Threads and other rows beside a row change no digit.
    let one = predicted(folder.path(), &["new.csv", "--threads", "1"]);
    assert_eq!(one, predicted(folder.path(), &["new.csv", "--threads", "3"]));
    let lines: Vec<&str> = one.lines().collect();
    fs::write(folder.path().join("one.csv"), table(ROWS - 7..ROWS - 6)).unwrap();
    let alone = predicted(folder.path(), &["one.csv"]);
    assert_eq!(alone.lines().nth(1).unwrap().split_once(',').unwrap().1, lines[TEST - 6].split_once(',').unwrap().1);
}

/// The rows as an Arrow batch, with types of their own.
fn batch() -> RecordBatch {
    let rows: Vec<_> = (ROWS - TEST..ROWS).map(cells).collect();
    let ids = Int64Array::from_iter_values(rows.iter().map(|row| row.0.parse::<i64>().unwrap()));
    let numbers = |text: &dyn Fn(usize) -> String| {
        arrow_array::Float64Array::from_iter_values((0..TEST).map(|row| text(row).parse::<f64>().unwrap()))
    };
    let notes: StringArray = rows.iter().map(|row| Some(row.3).filter(|note| !note.is_empty())).collect();
    RecordBatch::try_from_iter([
        ("id", Arc::new(ids) as Arc<dyn Array>),
        ("a", Arc::new(numbers(&|row| rows[row].1.clone()))),
        ("b", Arc::new(numbers(&|row| rows[row].2.clone()))),
        ("note", Arc::new(notes)),
    ])
    .unwrap()
}

/// The predictions of a file of columns: the id, the class, the bits of a probability.
fn columns(batches: &[RecordBatch]) -> Vec<(i64, String, u32)> {
    let mut rows = vec![];
    for batch in batches {
        let ids = batch.column_by_name("id").unwrap().as_primitive::<Int64Type>();
        let classes = batch.column_by_name("prediction").unwrap().as_string::<i32>();
        let shares = batch.column_by_name("p_left").unwrap().as_primitive::<Float32Type>();
        rows.extend(
            (0..batch.num_rows())
                .map(|row| (ids.value(row), classes.value(row).to_owned(), shares.value(row).to_bits())),
        );
    }
    rows
}

#[test]
fn every_format_is_read_and_written_with_the_same_predictions() {
    let folder = run();
    let at = |name: &str| folder.path().join(name);
    let batch = batch();
    let mut file = arrow_ipc::writer::FileWriter::try_new(vec![], &batch.schema()).unwrap();
    file.write(&batch).unwrap();
    fs::write(at("new.arrow"), file.into_inner().unwrap()).unwrap();
    let mut stream = arrow_ipc::writer::StreamWriter::try_new(vec![], &batch.schema()).unwrap();
    stream.write(&batch).unwrap();
    fs::write(at("new.arrows"), stream.into_inner().unwrap()).unwrap();
    let mut parquet = parquet::arrow::ArrowWriter::try_new(vec![], batch.schema(), None).unwrap();
    parquet.write(&batch).unwrap();
    fs::write(at("new.parquet"), parquet.into_inner().unwrap()).unwrap();
    let text = table(ROWS - TEST..ROWS);
    fs::write(
        at("new.tsv"),
        text.replace("rain, again", "rain; again").replace(',', "\t").replace("rain; again", "rain, again"),
    )
    .unwrap();
    let lines: Vec<String> = (ROWS - TEST..ROWS)
        .map(|row| {
            let (id, a, b, note, _) = cells(row);
            format!("{{\"id\": {}, \"a\": {a}, \"b\": {b}, \"note\": {note:?}}}", id.parse::<i64>().unwrap())
        })
        .collect();
    fs::write(at("new.jsonl"), lines.join("\n")).unwrap();

    let expected: Vec<(i64, String, u32)> = records(&predicted(folder.path(), &["new.csv", "--keep", "id"]))
        .iter()
        .map(|row| {
            (row["id"].parse().unwrap(), row["prediction"].clone(), row["p_left"].parse::<f32>().unwrap().to_bits())
        })
        .collect();
    assert_eq!((expected.len(), expected[0].0), (TEST, (ROWS - TEST) as i64));
    for input in ["new.tsv", "new.jsonl", "new.arrow", "new.arrows", "new.parquet"] {
        let csv = records(&predicted(folder.path(), &[input, "--keep", "id"]));
        let found: Vec<(i64, String, u32)> = csv
            .iter()
            .map(|row| {
                (row["id"].parse().unwrap(), row["prediction"].clone(), row["p_left"].parse::<f32>().unwrap().to_bits())
            })
            .collect();
        assert_eq!(found, expected, "{input}");
    }
    for output in ["out.csv", "out.tsv", "out.jsonl", "out.parquet", "out.arrow", "out.arrows"] {
        predicted(folder.path(), &["new.parquet", "--keep", "all", "-o", output]);
        let bytes = fs::read(at(output)).unwrap();
        let found = match output {
            "out.csv" | "out.tsv" => {
                let separator = if output == "out.csv" { b',' } else { b'\t' };
                let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(&bytes[..]);
                let headers = reader.headers().unwrap().clone();
                assert_eq!(headers.iter().take(5).collect::<Vec<_>>(), ["id", "a", "b", "note", "prediction"]);
                let rows = reader.records().map(|row| {
                    let row = row.unwrap();
                    (row[0].parse().unwrap(), row[4].to_owned(), row[5].parse::<f32>().unwrap().to_bits())
                });
                rows.collect()
            }
            "out.jsonl" => {
                let text = String::from_utf8(bytes).unwrap();
                let rows = text.lines().map(|line| {
                    let row: serde_json::Value = serde_json::from_str(line).unwrap();
                    assert!(row["note"].is_null() || row["note"].is_string());
                    let share = row["p_left"].to_string().parse::<f32>().unwrap().to_bits();
                    (row["id"].as_i64().unwrap(), row["prediction"].as_str().unwrap().to_owned(), share)
                });
                rows.collect::<Vec<_>>()
            }
            "out.parquet" => {
                let bytes = fs::File::open(at(output)).unwrap();
                let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
                columns(&reader.build().unwrap().map(Result::unwrap).collect::<Vec<_>>())
            }
            "out.arrow" => {
                let reader = arrow_ipc::reader::FileReader::try_new(std::io::Cursor::new(bytes), None).unwrap();
                columns(&reader.map(Result::unwrap).collect::<Vec<_>>())
            }
            _ => {
                let reader = arrow_ipc::reader::StreamReader::try_new(&bytes[..], None).unwrap();
                columns(&reader.map(Result::unwrap).collect::<Vec<_>>())
            }
        };
        assert_eq!(found, expected, "{output}");
    }
    // Kept cells of a text table are as they were written, and values of JSON keep their types.
    let text = predicted(folder.path(), &["new.csv", "--keep", "id,note,a"]);
    for (row, found) in (ROWS - TEST..ROWS).zip(records(&text)) {
        let (id, a, _, note, _) = cells(row);
        assert_eq!((&found["id"], &found["a"], found["note"].as_str()), (&id, &a, note));
    }
    let lines = predicted(folder.path(), &["new.jsonl", "--keep", "id,note", "--format", "jsonl"]);
    assert!(lines.starts_with("{\"id\":90,\"note\":"), "{lines}");
}

#[test]
fn streams_are_read_from_standard_input_and_their_format_is_told() {
    let folder = run();
    let expected = predicted(folder.path(), &["new.csv"]);
    let text = table(ROWS - TEST..ROWS);
    let piped = |arguments: &[&str], bytes: Vec<u8>| {
        let output = mmc(folder.path()).args(["predict", RUN]).args(arguments).write_stdin(bytes).output().unwrap();
        assert!(output.status.success(), "{}", plain(&output.stderr));
        plain(&output.stdout)
    };
    assert_eq!(piped(&["-"], text.clone().into_bytes()), expected);
    assert_eq!(piped(&[], format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes()), expected);
    // Packed, by the first bytes.
    let mut gzip = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    assert_eq!(piped(&["-"], gzip.finish().unwrap()), expected);
    let zstd = ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    assert_eq!(piped(&["-"], zstd), expected);
    let batch = batch();
    let mut stream = arrow_ipc::writer::StreamWriter::try_new(vec![], &batch.schema()).unwrap();
    stream.write(&batch).unwrap();
    let found = records(&piped(&["-"], stream.into_inner().unwrap()));
    let expected = records(&expected);
    assert!(found.iter().zip(&expected).all(|(found, expected)| found["p_left"] == expected["p_left"]));
    let mut parquet = parquet::arrow::ArrowWriter::try_new(vec![], batch.schema(), None).unwrap();
    parquet.write(&batch).unwrap();
    let output =
        mmc(folder.path()).args(["predict", RUN, "-"]).write_stdin(parquet.into_inner().unwrap()).output().unwrap();
    let errors = plain(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("write it to a file"), "{errors}");
}

#[test]
fn a_bad_row_ends_the_prediction_or_is_left_out_or_says_why() {
    let folder = run();
    let at = |name: &str| folder.path().join(name);
    let mut lines: Vec<String> = (0..9_000).map(|row| format!("{row},1.5,{},x", row % 7)).collect();
    lines[4_998] = "4998,oops,1,x".into();
    lines[8_500] = "8500,,1,x".into();
    fs::write(at("bad.csv"), format!("id,a,b,note\n{}\n", lines.join("\n"))).unwrap();
    let predict = |action: &str| {
        let arguments = ["predict", RUN, "bad.csv", "-o", "out.csv", "--keep", "id", "--on-error", action];
        let output = mmc(folder.path()).args(arguments).output().unwrap();
        (output.status.code(), plain(&output.stderr))
    };
    let (code, errors) = predict("stop");
    assert_eq!(code, Some(1));
    assert!(errors.contains("MMC0502") && errors.contains("bad.csv, line 5000") && errors.contains("oops"), "{errors}");
    assert!(!at("out.csv").exists() && !names(folder.path()).iter().any(|name| name.ends_with(".part")));

    let (code, errors) = predict("skip");
    assert_eq!(code, Some(0), "{errors}");
    assert!(errors.contains("1 row left out, the first of them: MMC0502: bad.csv, line 5000"), "{errors}");
    assert!(errors.contains("9,000 rows"), "{errors}");
    let rows = records(&fs::read_to_string(at("out.csv")).unwrap());
    assert_eq!(rows.len(), 8_998);
    assert!(rows.iter().all(|row| row["id"] != "4998" && row["id"] != "8500" && !row["prediction"].is_empty()));

    let (code, errors) = predict("null");
    assert_eq!(code, Some(0), "{errors}");
    let rows = records(&fs::read_to_string(at("out.csv")).unwrap());
    assert_eq!(rows.len(), 9_000);
    for (at, row) in rows.iter().enumerate() {
        let bad = [4_998, 8_500].contains(&at);
        assert_eq!(row["id"], at.to_string());
        assert_eq!([&row["prediction"], &row["p_left"], &row["margin"]].iter().all(|cell| cell.is_empty()), bad);
        assert_eq!(row["error"].is_empty(), !bad);
    }
    assert!(rows[4_998]["error"].starts_with("MMC0502: bad.csv, line 5000"), "{}", rows[4_998]["error"]);
    assert!(rows[8_500]["error"].starts_with("MMC0511"), "{}", rows[8_500]["error"]);
}

#[test]
fn what_cannot_be_predicted_is_said_with_a_code() {
    let folder = run();
    let failing = |text: &str, arguments: &[&str]| {
        fs::write(folder.path().join("x.csv"), text).unwrap();
        let output = mmc(folder.path()).args(["predict", RUN, "x.csv"]).args(arguments).output().unwrap();
        let errors = plain(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{errors}");
        assert!(output.stdout.is_empty(), "{}", plain(&output.stdout));
        errors
    };
    let errors = failing("id,aa,b\n1,2,3\n", &[]);
    assert!(errors.contains("MMC0504") && errors.contains("did you mean `aa`?"), "{errors}");
    let errors = failing("", &[]);
    assert!(errors.contains("MMC0506"), "{errors}");
    let errors = failing("a,b\n1,2\n", &["--keep", "c"]);
    assert!(errors.contains("MMC0504") && errors.contains("to keep"), "{errors}");
    let errors = failing("a,b,prediction\n1,2,3\n", &["--keep", "all"]);
    assert!(errors.contains("MMC0522") && errors.contains("--prefix"), "{errors}");
    let prefixed = predicted(folder.path(), &["x.csv", "--keep", "all", "--prefix", "mmc_"]);
    assert!(prefixed.starts_with("a,b,prediction,mmc_prediction,mmc_p_left,"), "{prefixed}");
    // A table without rows is one.
    fs::write(folder.path().join("x.csv"), "a,b\n").unwrap();
    assert_eq!(predicted(folder.path(), &["x.csv"]), "row,prediction,p_left,p_right,margin\n");
    for (arguments, expected) in [
        (vec!["predict", RUN, "x.xlsx"], "`--input-format`"),
        (vec!["predict", RUN, "x.csv", "-o", "y.xlsx"], "`--format`"),
    ] {
        let output = mmc(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(plain(&output.stderr).contains(expected));
    }
    let output = mmc(folder.path()).args(["predict", "nowhere", "x.csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(plain(&output.stderr).contains("MMC0620"));
}

#[test]
fn the_rows_of_the_readme_have_the_columns_of_the_quickstart() {
    let folder = folder(SMALL);
    mmc(folder.path()).args(["run", "small.mmc", "--quiet", "--no-cache"]).assert().success();
    let rows = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/collisions.csv");
    let found = records(&predicted(folder.path(), &[rows.to_str().unwrap()]));
    assert_eq!(found.len(), 20);
    assert!(["background", "signal"].iter().all(|class| found.iter().any(|row| row["prediction"] == *class)));
}

#[test]
fn missing_modalities_and_labels_are_counted() {
    let folder = run();
    let notes = |text: &str| {
        fs::write(folder.path().join("x.csv"), text).unwrap();
        let output = mmc(folder.path()).args(["predict", RUN, "x.csv"]).output().unwrap();
        assert!(output.status.success());
        plain(&output.stderr)
    };
    let errors = notes("a,b,note,side\n1,2,,left\n1,2,sun,up\n1,2,,\n");
    assert!(errors.contains("note: `note` is missing on 2 of 3 rows"), "{errors}");
    assert!(errors.contains("`side`: 1 of 3 rows have a label that is none of the classes"), "{errors}");
    let labels: Vec<String> =
        records(&predicted(folder.path(), &["x.csv"])).iter().map(|row| row["label"].clone()).collect();
    assert_eq!(labels, ["left", "up", ""]);
    let errors = notes("a,b,nite\n1,2,x\n");
    assert!(errors.contains("there is no column `note` in `x.csv`; did you mean `nite`?"), "{errors}");
}

#[test]
fn rows_of_a_slow_pipe_are_predicted_as_they_come() {
    let folder = run();
    for (format, header) in [("csv", "a,b,note\n"), ("jsonl", "")] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mmc"))
            .args(["predict", RUN, "-", "--input-format", "csv", "--format", format])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        input.write_all(b"a,b,note\n").unwrap();
        for row in 0..3 {
            input.write_all(b"1,2,sun\n").unwrap();
            if row == 0 && !header.is_empty() {
                assert!(lines.next().unwrap().starts_with("row,prediction"));
            }
            // The row is answered before the next is written.
            let line = lines.next().unwrap();
            assert!(line.starts_with(&format!("{row},")) || line.starts_with(&format!("{{\"row\":{row},")), "{line}");
        }
        drop(input);
        assert!(lines.next().is_none());
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn objects_of_a_slow_pipe_are_predicted_as_they_come() {
    let folder = run();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmc"))
        .args(["predict", RUN, "-", "--format", "jsonl"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    for row in 0..3 {
        input.write_all(b"{\"a\": 1, \"b\": 2, \"note\": \"sun\"}\n").unwrap();
        // The row is answered before the next is written.
        let line = lines.next().unwrap();
        assert!(line.starts_with(&format!("{{\"row\":{row},")), "{line}");
    }
    drop(input);
    assert!(lines.next().is_none());
    assert!(child.wait().unwrap().success());
}

/// The columns of a pipe of objects are those of the first one and those that may be empty, whenever the others come.
#[test]
fn columns_of_a_pipe_of_objects_do_not_depend_on_a_pause() {
    let folder = run();
    let objects = ["{\"a\": 1, \"b\": 2}\n", "{\"a\": 3, \"b\": 4, \"note\": \"sun\", \"more\": 5}\n"];
    let answers = |pause: Duration| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mmc"))
            .args(["predict", RUN, "-", "--format", "jsonl", "--keep", "all"])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        for object in objects {
            input.write_all(object.as_bytes()).unwrap();
            std::thread::sleep(pause);
        }
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let at_once = answers(Duration::ZERO);
    assert_eq!(at_once, answers(Duration::from_millis(300)));
    let lines: Vec<serde_json::Value> = at_once.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    // What is passed on is what the first object has.
    assert!(lines.iter().all(|line| line.get("b").is_some() && line.get("more").is_none()), "{at_once}");
    // The text of the second object is read.
    let whole =
        mmc(folder.path()).args(["predict", RUN, "-", "--format", "jsonl"]).write_stdin(objects[1]).output().unwrap();
    let alone: serde_json::Value = serde_json::from_slice(&whole.stdout).unwrap();
    assert_eq!(alone["p_left"], lines[1]["p_left"], "{at_once}");
}

#[test]
fn a_table_of_another_form_than_the_training_rows_is_told() {
    let folder = run();
    let expected = predicted(folder.path(), &["new.csv"]);
    let mut text = String::new();
    for line in fs::read_to_string(folder.path().join("new.csv")).unwrap().lines().map(str::to_owned) {
        // No cell that is quoted has a point or a semicolon.
        let cells = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(line.as_bytes())
            .records()
            .next()
            .unwrap()
            .unwrap();
        let cells: Vec<String> =
            cells.iter().map(|cell| format!("\"{}\"", cell.replace('.', ",").replace('"', "\"\""))).collect();
        text.push_str(&format!("{}\n", cells.join(";")));
    }
    let text = text.replace("sun", "sùn");
    let latin1: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    fs::write(folder.path().join("other.csv"), latin1).unwrap();
    let other = ["other.csv", "--separator", ";", "--decimal", ",", "--encoding", "latin1"];
    let found = records(&predicted(folder.path(), &other));
    let plain_rows = records(&expected);
    assert_eq!(found.len(), plain_rows.len());
    let notes: Vec<&str> = (ROWS - TEST..ROWS).map(|row| cells(row).3).collect();
    for ((found, expected), note) in found.iter().zip(&plain_rows).zip(notes) {
        assert_eq!(found["row"], expected["row"]);
        // The accent is a letter of its own, which the training rows did not have.
        assert!(note == "sun" || found["p_left"] == expected["p_left"], "{found:?} {expected:?}");
    }
    for (arguments, expected) in [
        (vec!["new.csv", "--separator", "ab"], "expected one character"),
        (vec!["new.csv", "--decimal", ";"], "expected `.` or `,`"),
        (vec!["new.csv", "--encoding", "klingon"], "encoding.spec.whatwg.org"),
        (vec!["new.csv", "--thousands", "."], "`thousands` and `decimal` are the same character"),
        (vec!["new.parquet", "--separator", ";"], "only rows of `csv` and `tsv`"),
    ] {
        let output = mmc(folder.path()).args(["predict", RUN]).args(&arguments).output().unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(plain(&output.stderr).contains(expected), "{arguments:?}: {}", plain(&output.stderr));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind_and_a_closed_pipe_is_no_error() {
    let folder = run();
    let start = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_mmc"))
            .args(["predict", RUN])
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let before = names(folder.path());
    let mut child = start(&["-", "-o", "out.csv"]);
    let mut input = child.stdin.take().unwrap();
    // More than is looked at before the file is begun.
    input.write_all(table(0..20_000).as_bytes()).unwrap();
    let began = std::time::Instant::now();
    while names(folder.path()) == before && began.elapsed().as_secs() < 60 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(names(folder.path()).iter().any(|name| name.ends_with(".part")));
    signal(&child, "-INT");
    assert_eq!(ended(child).0, Some(130));
    drop(input);
    assert_eq!(names(folder.path()), before);

    fs::write(folder.path().join("long.csv"), table(0..60_000)).unwrap();
    let mut child = start(&["long.csv"]);
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Sequences of several lengths: a row is predicted alone, among others, and from another format as in its own run.
#[test]
fn sequences_of_several_lengths_are_predicted_as_in_the_run() {
    let text = "pipeline small\n\
        data { source = jsonl(\"t.jsonl\")\n split = { test: last(20) } }\n\
        label y: class[\"no\", \"yes\"] = column(\"y\")\n\
        modality s: sequence[4, 2] = column(\"s\") |> standardize\n\
        combine one = single(s |> gru(4))\n\
        train { epochs = 2\n seed = 1 }\n";
    let folder = folder(text);
    let steps = |row: usize| {
        let steps = (0..1 + row % 6).map(|step| format!("[{}, {}]", row % 7 + step, row % 3));
        steps.collect::<Vec<_>>().join(",")
    };
    let line = |row: usize| format!("{{\"y\": \"{}\", \"s\": [{}]}}\n", ["no", "yes"][row % 2], steps(row));
    fs::write(folder.path().join("t.jsonl"), (0..80).map(line).collect::<String>()).unwrap();
    let run = mmc(folder.path()).args(["run", "small.mmc", "--no-cache"]).assert().success();
    let said = plain(&run.get_output().stderr) + &plain(&run.get_output().stdout);
    assert!(said.contains("`s`: 26 of 80 rows are cut to 4"), "{said}");
    mmc(folder.path()).args(["verify", "small-0001", "--no-cache"]).assert().success();

    fs::write(folder.path().join("new.jsonl"), (60..80).map(line).collect::<String>()).unwrap();
    let predict = |file: &str| {
        let done = mmc(folder.path()).args(["predict", "small-0001", file]).assert().success();
        plain(&done.get_output().stdout)
            .lines()
            .map(|line| line.split_once(',').unwrap().1.to_owned())
            .collect::<Vec<_>>()
    };
    let all = predict("new.jsonl");
    assert_eq!(all.len(), 21);
    for row in 60..66 {
        fs::write(folder.path().join("one.jsonl"), line(row)).unwrap();
        assert_eq!(predict("one.jsonl")[1], all[row - 59], "row {row}");
    }
}
