//! New rows block by block: the same bits as all of them at once, whatever they are read from, and problems by row.

use super::{Case, name};
use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use mmc::data::{
    ApplyRequest, BlockRequest, ByteStream, KeptColumns, LabelUse, PreparedBlock, Preprocessing, apply, open_blocks,
    source_of,
};
use mmc::diag::{Code, Problems};
use mmc::spec::*;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// More than two blocks.
const ROWS: usize = 20_000;

fn a(row: usize) -> f64 {
    (row * 37 % 101) as f64 / 7.0
}

fn word(row: usize) -> &'static str {
    ["x", "y", "", "z"][row * 7 % 4]
}

/// A table whose second column is missing on a quarter of the rows.
fn table(rows: usize) -> String {
    let mut text = "y,a,text\n".to_owned();
    (0..rows).for_each(|row| text.push_str(&format!("{},{},{}\n", ["no", "yes"][row % 2], a(row), word(row))));
    text
}

fn case() -> Case {
    Case::text(&table(40))
        .modality("number", &[name("a")], &[TransformKind::Standardize])
        .modality("text?", &[name("text")], &[TransformKind::Chars { max: 3, vocab: 6 }])
        .kind(ModalityKind::Text { vocabulary: 6 }, &[3])
}

/// All blocks of a file of the case, or of a stream in its format.
fn blocks(
    case: &Case,
    fitted: &Preprocessing,
    file: &str,
    stream: Option<ByteStream>,
    keep: KeptColumns,
) -> Result<(Vec<PreparedBlock>, Vec<String>), Problems> {
    let source = source_of(Path::new(file), fitted.has_header()).unwrap();
    let request = BlockRequest {
        source: &source,
        base: case.folder.path(),
        stream,
        modalities: vec!["number", "text"],
        required: vec![],
        keep,
        memory: 1 << 30,
    };
    let (preparer, mut rows) = open_blocks(fitted, request)?;
    let mut found = vec![];
    let mut counts = mmc::data::BlockTally::default();
    while let Some(block) = rows.read()? {
        let mut block = preparer.prepare(&block)?;
        counts.merge(std::mem::take(&mut block.tally));
        found.push(block);
    }
    Ok((found, preparer.notes(&counts)))
}

/// Writes the rows in every format, and returns the names of the files.
fn write_all(case: &Case) -> Vec<&'static str> {
    case.write("new.csv", table(ROWS).as_bytes());
    case.write("new.tsv", format!("\u{feff}{}", table(ROWS).replace(',', "\t").replace('\n', "\r\n")).as_bytes());
    let mut lines = String::new();
    for row in 0..ROWS {
        let y = ["no", "yes"][row % 2];
        lines.push_str(&format!("{{\"a\": {}, \"text\": \"{}\", \"y\": \"{y}\"}}\n", a(row), word(row)));
    }
    case.write("new.jsonl", lines.as_bytes());
    let column = |value: &dyn Fn(usize) -> &'static str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values((0..ROWS).map(value)))
    };
    let numbers: ArrayRef = Arc::new(Float64Array::from_iter_values((0..ROWS).map(a)));
    let batch = RecordBatch::try_from_iter([
        ("text", column(&word)),
        ("a", numbers),
        ("y", column(&|row| ["no", "yes"][row % 2])),
    ]);
    let batch = batch.unwrap();
    let mut file = arrow_ipc::writer::FileWriter::try_new(vec![], &batch.schema()).unwrap();
    let mut stream = arrow_ipc::writer::StreamWriter::try_new(vec![], &batch.schema()).unwrap();
    let mut parquet = parquet::arrow::ArrowWriter::try_new(vec![], batch.schema(), None).unwrap();
    for from in (0..ROWS).step_by(6_000) {
        let part = batch.slice(from, 6_000.min(ROWS - from));
        file.write(&part).unwrap();
        stream.write(&part).unwrap();
        parquet.write(&part).unwrap();
        parquet.flush().unwrap();
    }
    case.write("new.arrow", &file.into_inner().unwrap());
    case.write("new.arrows", &stream.into_inner().unwrap());
    case.write("new.parquet", &parquet.into_inner().unwrap());
    vec!["new.csv", "new.tsv", "new.jsonl", "new.arrow", "new.arrows", "new.parquet"]
}

#[test]
fn blocks_of_every_format_have_the_bits_of_the_whole_table() {
    let case = case();
    let fitted = case.load().preprocessing();
    for file in write_all(&case) {
        let source = source_of(Path::new(file), true).unwrap();
        let request = ApplyRequest {
            source: &source,
            base: case.folder.path(),
            modalities: vec![],
            labels: LabelUse::IfPresent,
            required: vec![],
            cache: None,
            memory: 1 << 30,
        };
        let whole = apply(&fitted, &request).value.unwrap().rows;
        assert_eq!(whole.rows, ROWS, "{file}");
        let bytes = std::fs::read(case.folder.path().join(file)).unwrap();
        let stream = (file != "new.parquet").then(|| ByteStream::new(std::io::Cursor::new(bytes)));
        for stream in [None, stream] {
            let (blocks, notes) = blocks(&case, &fitted, file, stream, KeptColumns::All).unwrap();
            assert!(blocks.len() > 2, "{file}");
            assert_eq!(notes[0], "`text` is missing on 5,000 of 20,000 rows", "{file}");
            let mut first = 0;
            for block in &blocks {
                assert!(block.problems.is_empty(), "{file}");
                let rows: Vec<u32> = (0..block.rows.rows as u32).collect();
                let same: Vec<u32> = rows.iter().map(|row| row + first).collect();
                let (found, expected) = (block.rows.batch(&rows, &[0, 1]), whole.batch(&same, &[0, 1]));
                assert_eq!((found.inputs, found.present), (expected.inputs, expected.present), "{file}");
                assert_eq!(block.rows.row_ids[0], u64::from(first));
                assert_eq!(block.labels.as_ref().unwrap()[1].as_deref(), Some(["yes", "no"][first as usize % 2]));
                assert!(block.kept.len() == 3 && block.kept[0].len() == rows.len());
                first += rows.len() as u32;
            }
            assert_eq!(first as usize, ROWS, "{file}");
        }
    }
}

#[test]
fn a_row_with_a_problem_is_reported_by_its_line_and_the_others_are_prepared() {
    let case = case();
    let fitted = case.load().preprocessing();
    let mut lines: Vec<String> = table(9_000).lines().map(str::to_owned).collect();
    lines[5_000] = "no,1,2,3".into();
    lines[8_500] = "yes,abc,x".into();
    lines[8_900] = "maybe,,x".into();
    lines[8_950] = "maybe,1e300,x".into();
    case.write("new.csv", lines.join("\n").as_bytes());
    let (blocks, notes) = blocks(&case, &fitted, "new.csv", None, KeptColumns::Named(vec!["text".into()])).unwrap();
    let problems: Vec<(u64, Code, Option<u64>)> = (blocks.iter())
        .flat_map(|block| block.problems.iter().map(|(row, problem)| (block.rows.row_ids[*row], problem)))
        .map(|(row, problem)| (row, problem.code, problem.data.as_ref().and_then(|place| place.line)))
        .collect();
    assert_eq!(
        problems,
        [
            (4_999, Code::RowLength, Some(5_001)),
            (8_499, Code::BadCell, Some(8_501)),
            (8_899, Code::MissingValue, Some(8_901)),
            (8_949, Code::BadCell, Some(8_951)),
        ]
    );
    assert!(notes.iter().any(|note| note.contains("2 of 9,000 rows have a label")), "{notes:?}");
    assert_eq!(blocks[2].labels.as_ref().unwrap()[8_899 - 8_192].as_deref(), Some("maybe"));
}

#[test]
fn a_column_to_keep_that_is_not_there_is_named() {
    let case = case();
    let fitted = case.load().preprocessing();
    case.write("new.csv", b"a,text\n1,x\n");
    let problems = blocks(&case, &fitted, "new.csv", None, KeptColumns::Named(vec!["txt".into()])).unwrap_err();
    let problem = problems.iter().next().unwrap();
    assert_eq!((problem.code, problem.help.as_deref()), (Code::MissingColumn, Some("did you mean `text`?")));
}

#[test]
fn damaged_arrow_is_an_error_and_never_a_panic() {
    let case = case();
    let fitted = case.load().preprocessing();
    write_all(&case);
    for file in ["new.arrow", "new.arrows"] {
        let whole = std::fs::read(case.folder.path().join(file)).unwrap();
        let mut damaged: Vec<Vec<u8>> = (0..25).map(|at| whole[..at * 97 % whole.len()].to_vec()).collect();
        for at in (0..600).chain(whole.len() - 600..whole.len()).step_by(29) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x41;
            damaged.push(bytes);
        }
        for bytes in damaged {
            let mut open = std::fs::File::create(case.folder.path().join("bad.arrow")).unwrap();
            open.write_all(&bytes).unwrap();
            let _ = blocks(&case, &fitted, "bad.arrow", None, KeptColumns::None);
            let _ = blocks(
                &case,
                &fitted,
                "bad.arrow",
                Some(ByteStream::new(std::io::Cursor::new(bytes))),
                KeptColumns::None,
            );
        }
    }
}
