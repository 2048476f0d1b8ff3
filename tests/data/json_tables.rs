//! Tables of JSON as other programs write them: arrays, numbers as strings, NaN, marks at the beginning, nested fields.

use super::*;
use mmc::data::{BlockRequest, FittedTransform, KeptColumns, open_blocks, source_of};

fn json(text: &str) -> Case {
    let case = Case::new(&[]).source(SourceKind::Jsonl { paths: vec![path("t.json")] });
    case.write("t.json", text.as_bytes());
    case
}

fn numbers(text: &str, columns: &[&str]) -> Vec<f32> {
    let columns: Vec<Select> = columns.iter().map(|column| name(column)).collect();
    json(text).modality("m", &columns, &[]).load().train.modalities[0].values()
}

#[test]
fn an_array_holds_what_its_lines_would() {
    let lines = "{\"y\": \"yes\", \"a\": 1, \"t\": \"],[{\\\"\"}\n{\"y\": \"no\", \"a\": 2.5, \"t\": \"x\"}\n";
    let array = format!("[{}]", lines.trim().replace('\n', ",\n"));
    let pretty = array.replace("{\"y\"", "\n  {\n    \"y\"").replace(", \"", ",\n    \"");
    for text in [lines, &array, &format!("\u{feff}{array}"), &pretty, &pretty.replace('\n', "\r\n")] {
        assert_eq!(numbers(text, &["a"]), [1.0, 2.5], "{text}");
        let chars = TransformKind::Chars { max: 8, vocab: 20 };
        let case = json(text).modality("t", &[name("t")], &[chars]).kind(ModalityKind::Text { vocabulary: 20 }, &[8]);
        let ids = case.load().train.modalities[0].values();
        assert!(ids[..5].iter().all(|id| *id > 0.0) && ids[5..8] == [0.0; 3], "{text}: {ids:?}");
    }
}

#[test]
fn problems_in_an_array_name_the_line_of_the_element() {
    let text =
        "[\n {\"y\": \"yes\",\n  \"a\": 1},\n {\"y\": \"no\",\n  \"a\": \"x\"},\n 5,\n {\"y\": \"no\", \"a\": 2}\n]\n";
    let problems = json(text).modality("m", &[name("a")], &[]).problems();
    let lines: Vec<_> = problems.iter().map(|problem| (problem.code, problem.data.as_ref().unwrap().line)).collect();
    assert_eq!(lines, [(Code::BadCell, Some(6)), (Code::ColumnType, Some(4))]);
    let problem = json("[{\"y\": \"yes\", \"a\": 1},\n{\"y\": \"no\",").modality("m", &[name("a")], &[]).problem();
    assert!(problem.message.contains("not closed"), "{}", problem.message);
    assert_eq!(json("[]").modality("m", &[name("a")], &[]).problem().code, Code::EmptyData);
}

#[test]
fn numbers_are_read_from_strings_and_nan_is_empty() {
    let text = "{\"y\": \"yes\", \"a\": \"1.5\", \"b\": true}\n{\"y\": \"no\", \"a\": 2, \"b\": \"0\"}\n";
    assert_eq!(numbers(text, &["a", "b"]), [1.5, 1.0, 2.0, 0.0]);
    let text = "{\"y\": \"yes\", \"a\": NaN}\n{\"y\": \"no\", \"a\": \"NaN\"}\n{\"y\": \"no\", \"a\": 3}\n";
    let data = json(text).modality("m?", &[name("a")], &[]).load();
    assert_eq!(data.train.modalities[0].present, Some(vec![false, false, true]));
    let problem = json("{\"y\": \"yes\", \"a\": -Infinity}\n").modality("m", &[name("a")], &[]).problem();
    assert_eq!(problem.message, "column `a`: a number is infinite");
    let problem = json("{\"y\": \"yes\", \"a\": \"1,5\"}\n").modality("m", &[name("a")], &[]).problem();
    assert_eq!(problem.message, "column `a` holds text: expected a number, found `1,5`");
}

#[test]
fn whole_numbers_of_any_length_are_words_with_all_their_digits() {
    let ids = ["9007199254740993", "9007199254740992", "123456789012345678901234567890"];
    let text: String = ids.iter().map(|id| format!("{{\"y\": \"no\", \"a\": {id}}}\n")).collect();
    let case = json(&text).modality("m", &[name("a")], &[]).kind(ModalityKind::Category { count: 3 }, &[1]);
    let data = case.load();
    let [FittedTransform::Category { values }] = data.modalities[0].transforms.as_slice() else { panic!() };
    let mut expected = ids;
    expected.sort_unstable();
    assert_eq!(values, &expected);
}

#[test]
fn a_nested_object_is_no_value() {
    let text = "{\"y\": \"yes\", \"a\": {\"b\": 1}, \"c\": 2}\n{\"y\": \"no\", \"a\": {\"b\": 3}, \"c\": 4}\n";
    let problems = json(text).modality("m", &[name("a")], &[]).problems();
    assert_eq!(problems[0].code, Code::ColumnType);
    assert_eq!(problems[0].message, "column `a` holds an object with fields of its own, and no value");
    let category = json(text).modality("m", &[name("a")], &[]).kind(ModalityKind::Category { count: 3 }, &[1]);
    assert_eq!(category.problems()[0].message, problems[0].message);
    // Other columns are read.
    assert_eq!(numbers(text, &["c"]), [2.0, 4.0]);
}

#[test]
fn new_rows_of_an_array_are_read_block_by_block() {
    let train = json("{\"y\": \"yes\", \"a\": 1}\n{\"y\": \"no\", \"a\": 2}\n").modality("m", &[name("a")], &[]);
    let fitted = train.load().preprocessing();
    let elements: Vec<String> =
        (0..20_000).map(|row| format!("{{\"a\": {row},\n \"k\": {{\"b\":\n {row}}}}}")).collect();
    train.write("new.json", format!("[{}]\n", elements.join(",\n")).as_bytes());
    let source = source_of(Path::new("new.json"), true).unwrap();
    let request = BlockRequest {
        source: &source,
        base: train.folder.path(),
        stream: None,
        modalities: vec![],
        required: vec![],
        keep: KeptColumns::Named(vec!["k".into()]),
        memory: 1 << 20,
    };
    let (preparer, mut blocks) = open_blocks(&fitted, request).unwrap();
    let mut values = vec![];
    while let Some(block) = blocks.read().unwrap() {
        let prepared = preparer.prepare(&block).unwrap();
        assert!(prepared.problems.is_empty());
        let kept = arrow_array::cast::AsArray::as_string::<i32>(&prepared.kept[0]).clone();
        assert_eq!(kept.value(0), format!("{{\"b\":  {}}}", prepared.rows.row_ids[0]));
        values.extend(prepared.rows.modalities[0].values());
    }
    assert!(values == (0..20_000).map(|row| row as f32).collect::<Vec<_>>());
}
