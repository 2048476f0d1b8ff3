//! Inspection of the data without training: small tables whole, the first rows of large ones.

use super::typed_formats;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use mmc::data::{Inspection, LoadRequest, SAMPLE_ROWS, inspect};
use mmc::diag::{Code, Problems, SourceMap};
use mmc::spec::DataProfile;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

fn pipeline(data: &str, split: &str, body: &str) -> String {
    format!(
        "pipeline p\n\ndata {{\n  source = {data}\n  split = {split}\n}}\n\n\
         label kind: class[2] = column(\"kind\")\n\n{body}\n\ncombine model = single(body)\n\ntrain {{\n  seed = 1\n}}\n"
    )
}

fn seen(text: &str, base: &Path) -> Inspection {
    let mut sources = SourceMap::new();
    let file = sources.add("p.mmc", text);
    let compiled = mmc::compile(&mut sources, file, &[], None);
    let hir = compiled.value.unwrap_or_else(|| panic!("{:?}", compiled.problems)).hir;
    let modalities = hir.modalities.iter().collect();
    inspect(&LoadRequest {
        data: &hir.data,
        label: &hir.label,
        class_weights: None,
        modalities,
        required: vec![],
        base,
        cache: None,
        memory: 1 << 30,
    })
}

fn profile(look: Inspection) -> (DataProfile, Problems) {
    match look {
        Inspection::Inspected { profile: Some(profile), problems } => (profile, problems),
        other => panic!("{other:?}"),
    }
}

const BODY: &str = "modality body: dense[2] = columns([\"a\", \"b\"]) |> impute(mean) |> standardize";

#[test]
fn a_small_table_is_read_whole_before_transforms() {
    let folder = tempfile::tempdir().unwrap();
    let rows = (0..20)
        .map(|row| format!("{},{},{}\n", row % 2, row, if row % 4 == 0 { "".into() } else { (row * 100).to_string() }));
    fs::write(folder.path().join("t.csv"), format!("kind,a,b\n{}", rows.collect::<String>())).unwrap();
    let (profile, problems) = profile(seen(&pipeline("csv(\"t.csv\")", "{ test: last(5) }", BODY), folder.path()));
    assert!(problems.is_empty(), "{problems:?}");
    assert!(profile.whole());
    assert_eq!((profile.rows(), profile.parts.len(), profile.parts[1].rows()), (20, 2, 5));
    let body = &profile.modalities[0];
    assert_eq!((body.gap_rows, body.empty_rows), (5, 0));
    // The value before `standardize`.
    assert_eq!((body.columns[0].cells.min, body.columns[0].cells.max), (0.0, 19.0));
    assert_eq!((body.columns[1].name.as_str(), body.columns[1].cells.max), ("b", 1900.0));
    // A row number does not determine the class.
    assert_eq!(profile.telling, []);
}

#[test]
fn a_file_that_is_not_there_is_no_mistake_of_the_pipeline() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("table.csv"), "kind,a,b\n0,1,2\n").unwrap();
    match seen(&pipeline("csv(\"tabel.csv\")", "{ test: last(5) }", BODY), folder.path()) {
        Inspection::MissingFiles(problems) => {
            let problem = problems.iter().next().unwrap();
            assert_eq!(problem.help.as_deref(), Some("did you mean `table.csv`?"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_a_large_table_some_rows_are_read_and_the_split_is_not_checked() {
    let folder = tempfile::tempdir().unwrap();
    // More text than is sampled, in long cells that are quick to write.
    let row = |row: usize| format!("{},{},{}.{}\n", row % 2, row % 7, row % 11, "1".repeat(4000));
    let text: String = std::iter::once("kind,a,b\n".to_owned()).chain((0..18_500).map(row)).collect();
    assert!(text.len() > 68 << 20);
    fs::write(folder.path().join("t.csv"), text).unwrap();
    let split = "{ test: last(1_000_000) }";
    let (profile, problems) = profile(seen(&pipeline("csv(\"t.csv\")", split, BODY), folder.path()));
    assert!(problems.is_empty(), "{problems:?}");
    assert!(!profile.whole() && profile.parts.is_empty());
    assert!(profile.rows() < SAMPLE_ROWS && profile.rows() > 5_000, "{}", profile.rows());
    assert_eq!(profile.tables[0].name, "t.csv");

    let misspelt = BODY.replace("\"b\"", "\"bb\"");
    match seen(&pipeline("csv(\"t.csv\")", split, &misspelt), folder.path()) {
        Inspection::Inspected { profile: None, problems } => {
            let problem = problems.iter().next().unwrap();
            assert_eq!(problem.code, Code::MissingColumn);
            assert_eq!(problem.message, "there is no column `bb` in `t.csv`");
            assert_eq!(problem.data.as_ref().unwrap().file, "t.csv");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_large_file_that_cannot_be_read_in_part_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["t.parquet", "t.npz", "t.csv"] {
        // No byte of it is stored or read.
        fs::File::create(folder.path().join(file)).unwrap().set_len(65 << 20).unwrap();
    }
    fs::write(folder.path().join("small.csv"), "kind,a,b\n0,1,2\n1,2,3\n").unwrap();
    let joined = "join(csv(\"small.csv\"), csv(\"t.csv\"), on: \"kind\")";
    match seen(&pipeline(joined, "{ test: last(1) }", BODY), folder.path()) {
        Inspection::TooLarge(name) => assert_eq!(name, "t.csv"),
        other => panic!("{other:?}"),
    }
    // Whether it is damaged is seen all the same.
    for source in ["parquet(\"t.parquet\")", "npz(\"t.npz\")"] {
        match seen(&pipeline(source, "{ test: last(1) }", BODY), folder.path()) {
            Inspection::Inspected { profile: None, problems } => {
                assert_eq!(problems.iter().next().unwrap().code, Code::CorruptFile, "{problems:?}");
            }
            other => panic!("{source}: {other:?}"),
        }
    }
}

#[test]
fn of_a_large_table_that_is_joined_some_rows_are_seen_with_those_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("more")).unwrap();
    let row = |row: usize| format!("{},{},{}.{}\n", row % 50, row % 2, row % 7, "1".repeat(4000));
    let text: String = std::iter::once("who,kind,a\n".to_owned()).chain((0..18_500).map(row)).collect();
    fs::write(folder.path().join("t.csv"), text).unwrap();
    let people = |wrong: &str| {
        let rows: String = (0..50).map(|who| format!("{who},{}{wrong}\n", who * 3)).collect();
        fs::write(folder.path().join("more/people.csv"), format!("who,b\n{rows}")).unwrap();
    };
    people("");
    let joined = pipeline("join(csv(\"t.csv\"), csv(\"more/people.csv\"), on: \"who\")", "{ test: last(1) }", BODY);
    let (profile, problems) = profile(seen(&joined, folder.path()));
    assert!(problems.is_empty(), "{problems:?}");
    assert!(!profile.whole() && profile.rows() < 18_500, "{}", profile.rows());
    let b = &profile.modalities[0].columns[1];
    assert_eq!((b.name.as_str(), b.cells.min, b.cells.max), ("b", 0.0, 147.0));
    // A problem is that of the file.
    people("x");
    let Inspection::Inspected { profile: None, problems } = seen(&joined, folder.path()) else { panic!() };
    let problem = problems.iter().next().unwrap();
    let place = problem.data.as_ref().unwrap();
    assert_eq!((problem.code, place.file.as_str(), place.line), (Code::BadCell, "more/people.csv", Some(2)));
}

#[test]
fn of_many_generated_rows_the_first_are_seen() {
    let text = pipeline("synthetic(\"collider\", rows: 150_000)", "{ test: last(9) }", "")
        .replace("label kind: class[2] = column(\"kind\")", "label process: class[2] = column(\"process\")")
        .replace(
            "combine model = single(body)",
            "modality body: dense[7] = columns(\"high_*\")\n\ncombine model = single(body)",
        );
    let (profile, problems) = profile(seen(&text, Path::new(".")));
    assert!(problems.is_empty(), "{problems:?}");
    assert!(!profile.whole());
    assert_eq!((profile.rows(), profile.tables[0].name.as_str()), (SAMPLE_ROWS, "synthetic(\"collider\")"));
}

#[test]
fn of_a_large_table_that_is_sorted_every_part_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let rows = 20_000;
    let class = |row: usize| usize::from(row >= rows * 19 / 20);
    let long = "1".repeat(3500);
    let csv = |row: usize| format!("{},{}.{long},{}\n", class(row), row % 7, class(row) + 3);
    let json =
        |row: usize| format!("{{\"kind\": {}, \"a\": {}.{long}, \"b\": {}}}\n", class(row), row % 7, class(row) + 3);
    let text: String = std::iter::once("kind,a,b\n".to_owned()).chain((0..rows).map(csv)).collect();
    fs::write(folder.path().join("t.csv"), text).unwrap();
    fs::write(folder.path().join("t.jsonl"), (0..rows).map(json).collect::<String>()).unwrap();
    for source in ["csv(\"t.csv\")", "jsonl(\"t.jsonl\")"] {
        let (profile, problems) = profile(seen(&pipeline(source, "{ test: last(10) }", BODY), folder.path()));
        assert!(problems.is_empty() && !profile.whole(), "{source}: {problems:?}");
        // A column that is the same in all but the end of the table, and tells the label there.
        let column = &profile.modalities[0].columns[1];
        assert_eq!((column.cells.min, column.cells.max), (3.0, 4.0), "{source}");
        let telling: Vec<&str> = profile.telling.iter().map(|found| found.column.as_str()).collect();
        assert_eq!(telling, ["b"], "{source}");
    }
    let source = mmc::Source::csv(folder.path().join("t.csv"));
    let survey = mmc::data::survey(&source, folder.path()).unwrap();
    assert!(!survey.whole);
    assert_eq!(survey.columns[0].values.as_ref().map(|values| values.len()), Some(2));
    assert_eq!(survey.telling(0).iter().map(|(column, _)| *column).collect::<Vec<_>>(), [2]);
}

/// Rows of a class, two numbers and a long text, sorted by the class; the second number tells it.
fn sorted_rows(rows: usize) -> RecordBatch {
    let class = |row: usize| i64::from(row >= rows * 19 / 20);
    let long = "x".repeat(3600);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("kind", Arc::new(Int64Array::from_iter_values((0..rows).map(class)))),
        ("a", Arc::new(Float64Array::from_iter_values((0..rows).map(|row| (row % 7) as f64)))),
        ("b", Arc::new(Float64Array::from_iter_values((0..rows).map(|row| class(row) as f64 + 3.0)))),
        (
            "long",
            Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("{} {long}", row * 7919 % 20_011)))),
        ),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

#[test]
fn of_large_tables_of_binary_formats_rows_from_all_over_them_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let rows = 20_000;
    let all = sorted_rows(rows);
    let batches = || (0..rows / 1000).map(|at| all.slice(at * 1000, 1000));
    let create = |name: &str| fs::File::create(folder.path().join(name)).unwrap();
    let mut parquet = parquet::arrow::ArrowWriter::try_new(create("t.parquet"), all.schema(), None).unwrap();
    batches().for_each(|batch| parquet.write(&batch).unwrap());
    parquet.close().unwrap();
    let mut arrow = arrow_ipc::writer::FileWriter::try_new(create("t.arrow"), &all.schema()).unwrap();
    batches().for_each(|batch| arrow.write(&batch).unwrap());
    arrow.finish().unwrap();
    let mut npz = zip::ZipWriter::new(create("t.npz"));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let class = |row: usize| u8::from(row >= rows * 19 / 20);
    for (name, descr, shape, cells) in [
        ("kind", "|u1", "", (0..rows).map(class).collect::<Vec<u8>>()),
        ("a", "|u1", "", (0..rows).map(|row| (row % 7) as u8).collect()),
        ("b", "|u1", "", (0..rows).map(|row| class(row) + 3).collect()),
        ("long", "|u1", " 3600,", vec![7; rows * 3600]),
    ] {
        npz.start_file(format!("{name}.npy"), options).unwrap();
        npz.write_all(&typed_formats::npy(descr, &format!("{rows},{shape}"), false, &cells)).unwrap();
    }
    npz.finish().unwrap();
    for (source, file) in [
        ("parquet(\"t.parquet\")", mmc::Source::parquet("t.parquet")),
        ("arrow(\"t.arrow\")", mmc::Source::arrow("t.arrow")),
        ("npz(\"t.npz\")", mmc::Source::npz("t.npz")),
    ] {
        let (profile, problems) = profile(seen(&pipeline(source, "{ test: last(10) }", BODY), folder.path()));
        assert!(problems.is_empty() && !profile.whole(), "{source}: {problems:?}");
        assert!(profile.rows() < rows && profile.rows() > 10_000, "{source}: {}", profile.rows());
        let column = &profile.modalities[0].columns[1];
        assert_eq!((column.cells.min, column.cells.max), (3.0, 4.0), "{source}");
        let telling: Vec<&str> = profile.telling.iter().map(|found| found.column.as_str()).collect();
        assert_eq!(telling, ["b"], "{source}");
        let survey = mmc::data::survey(&file, folder.path()).unwrap();
        assert!(!survey.whole && survey.all_rows == rows && survey.rows < rows, "{source}: {}", survey.rows);
        assert_eq!(survey.telling(0).iter().map(|(column, _)| *column).collect::<Vec<_>>(), [2], "{source}");
        // One row in twenty, by the rows that were read.
        let classes = survey.class_rows(0);
        assert_eq!(classes.len(), 2, "{source}");
        assert!(classes[1].0 == "1" && (800..=1200).contains(&classes[1].1), "{source}: {classes:?}");
    }
}

#[test]
fn columns_that_tell_the_label_are_seen_by_a_check_and_by_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let class = |row: usize| (row * row / 3) % 2;
    let row = |row: usize| {
        let (word, noise) = (["red", "blue"][class(row)], (row * 7919) % 101);
        let date = format!("20{}-0{}-1{}", 10 + 5 * class(row), row % 9 + 1, row % 7);
        format!("{},{word},{},{noise},{date},{}\n", class(row), 10 * class(row) + row % 9, (row * 31) % 17)
    };
    fs::write(
        folder.path().join("t.csv"),
        format!("kind,word,number,noise,date,other\n{}", (0..300).map(row).collect::<String>()),
    )
    .unwrap();
    let body = "modality body: dense[3] = columns([\"noise\", \"number\", \"other\"])\n\n\
                modality word: category[2] = column(\"word\")\n\n\
                modality day: text[10] = column(\"date\") |> chars(max: 10)";
    let text = pipeline("csv(\"t.csv\")", "{ test: last(50) }", body)
        .replace("single(body)", "late(body, word |> embedding(2), day |> char_lstm)");
    let (profile, _) = profile(seen(&text, folder.path()));
    let names: Vec<&str> = profile.telling.iter().map(|found| found.column.as_str()).collect();
    assert_eq!(names, ["number", "word", "date"]);
    assert!(profile.telling.iter().all(|found| found.score > 0.97));
    let mut sources = SourceMap::new();
    let file = sources.add("p.mmc", text.as_str());
    let hir = mmc::compile(&mut sources, file, &[], None).value.unwrap().hir;
    let loaded = mmc::data::load(&LoadRequest {
        data: &hir.data,
        label: &hir.label,
        modalities: hir.modalities.iter().collect(),
        class_weights: None,
        required: vec![],
        base: folder.path(),
        cache: None,
        memory: 1 << 30,
    });
    assert_eq!(loaded.value.unwrap().profile().telling, profile.telling);
}
