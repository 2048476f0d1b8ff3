//! Values that mean the same have one meaning: whole numbers with all their digits, decimals, numbers and truth values as
//! labels, keys and categories; files by their first bytes, text in its encoding, quotes that are never closed.

use super::*;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

/// A Parquet file of a label and the columns `id` (64 bits), `flag` (truth) and `d` (a decimal of 38 digits, 10 of them
/// after the point).
fn parquet(ids: &[i64], flags: &[bool], decimals: &[i128]) -> Vec<u8> {
    let message = "message t { required binary y (UTF8); required int64 id; required boolean flag; \
                   required fixed_len_byte_array(16) d (DECIMAL(38, 10)); }";
    let schema = Arc::new(parse_message_type(message).unwrap());
    let mut bytes = vec![];
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(WriterProperties::default())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let labels: Vec<ByteArray> = (0..ids.len()).map(|row| ["no", "yes"][row % 2].into()).collect();
    let decimals: Vec<FixedLenByteArray> =
        decimals.iter().map(|units| ByteArray::from(units.to_be_bytes().to_vec()).into()).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&labels, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(ids, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<BoolType>().write_batch(flags, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<FixedLenByteArrayType>().write_batch(&decimals, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

fn of_parquet(bytes: &[u8]) -> Case {
    let case = Case::new(&[]).source(SourceKind::Parquet { paths: vec![path("t.parquet")] });
    case.write("t.parquet", bytes);
    case
}

#[test]
fn decimals_are_exact_whatever_their_sign_and_precision() {
    let units = [-1, -12_345_678_901, 5_000_000_000, 123_456_789_012_345_678_901_234_567, i128::from(i64::MIN)];
    let data = of_parquet(&parquet(&[0; 5], &[true; 5], &units)).modality("m", &[name("d")], &[]).load();
    let expected = units.map(|units| format!("{units}e-10").parse::<f64>().unwrap() as f32);
    assert_eq!(data.train.modalities[0].values(), expected);
}

#[test]
fn whole_numbers_as_words_keep_all_digits() {
    // These differ in their last digit, which an `f64` does not have.
    let ids = [9_007_199_254_740_992, 9_007_199_254_740_993, 9_007_199_254_740_994];
    let case = of_parquet(&parquet(&ids, &[true, false, true], &[0; 3])).modality("c", &[name("id")], &[]);
    let data = case.kind(ModalityKind::Category { count: 3 }, &[1]).load();
    assert_eq!(data.train.modalities[0].values(), [1.0, 2.0, 3.0]);

    let json = ids.iter().zip(["no", "yes", "no"]).map(|(id, y)| format!("{{\"y\": \"{y}\", \"id\": {id}}}\n"));
    let case = Case::new(&[]).source(SourceKind::Jsonl { paths: vec![path("t.jsonl")] });
    case.write("t.jsonl", json.collect::<String>().as_bytes());
    let data = case.modality("c", &[name("id")], &[]).kind(ModalityKind::Category { count: 3 }, &[1]).load();
    assert_eq!(data.train.modalities[0].values(), [1.0, 2.0, 3.0]);
}

#[test]
fn categories_that_mean_the_same_are_one() {
    let text = "y,c\nno,1\nyes,1.0\nno,True\nyes,TRUE\nno,01\nyes,1e0\n";
    let case = Case::text(text).modality("c", &[name("c")], &[]).kind(ModalityKind::Category { count: 3 }, &[1]);
    // `01` may be an identifier, and stays another value.
    assert_eq!(case.load().train.modalities[0].values(), [2.0, 2.0, 3.0, 3.0, 1.0, 2.0]);
    // A truth value of a typed format is the same word.
    let flags = of_parquet(&parquet(&[0, 1], &[true, false], &[0; 2])).modality("c", &[name("flag")], &[]);
    let data = flags.kind(ModalityKind::Category { count: 2 }, &[1]).load();
    assert_eq!(data.train.modalities[0].values(), [2.0, 1.0]);
}

#[test]
fn keys_are_equal_across_types_and_none_that_match_are_an_error() {
    let join = |first: &str, second: &str| {
        let case = Case::new(&[]);
        case.write("a.csv", first.as_bytes());
        case.write("b.csv", second.as_bytes());
        let sources = ["a.csv", "b.csv"].map(|file| table(&[file], ',', true)).to_vec();
        case.source(SourceKind::Join { sources, on: vec![path("id")] }).modality("m", &[name("b")], &[])
    };
    let data = join("id,y\n1.0,no\n2.0,yes\n", "id,b\n2,20\n1,10\n").load();
    assert_eq!(data.train.modalities[0].values(), [10.0, 20.0]);

    let problem = join("id,y\nu1,no\nu2,yes\n", "id,b\n1,10\n2,20\n").problem();
    assert_eq!(problem.code, Code::UnmatchedKey);
    assert_eq!(problem.message, "no key of `a.csv` is a key of `b.csv`");
    let help = problem.help.unwrap();
    assert!(help.contains("`u1`, `u2`") && help.contains("`1`, `2`"), "{help}");
}

#[test]
fn labels_are_matched_by_name_and_what_was_assumed_of_indices_is_noted() {
    let case = |classes: [&str; 2], text: &str| {
        let mut case = Case::text(text).modality("m", &[name("a")], &[]);
        case.label.classes = Classes::Named(classes.map(str::to_owned).to_vec());
        case
    };
    let rows = "a,y\n1,0.0\n2,1.0\n3,1.0\n";
    let data = case(["1", "0"], rows).load();
    assert_eq!((data.train.labels.as_slice(), data.notes.len()), (&[1, 0, 0][..], 0));
    let data = case(["yes", "no"], rows).load();
    assert_eq!(data.train.labels, [0, 1, 1]);
    assert_eq!(data.notes, ["`y` has indices in its cells: 0 is `yes` (1 rows), 1 is `no` (2 rows)"]);
    assert_eq!(case(["true", "false"], "a,y\n1,True\n2,FALSE\n").load().train.labels, [0, 1]);
    assert_eq!(case(["2", "1"], rows).problem().code, Code::UnknownLabel);
}

#[test]
fn a_file_is_what_its_first_bytes_say() {
    let text = "a,y\n1,no\n2,yes\n";
    let utf16 = |big: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let read = |bytes: &[u8], file: &str| {
        let case = Case::new(&[file]);
        case.write(file, bytes);
        case.modality("m", &[name("a")], &[])
    };
    for bytes in [text.as_bytes().to_vec(), gz(text.as_bytes()), zst(text.as_bytes()), utf16(false), utf16(true)] {
        for file in ["t.csv", "t.csv.GZ", "t.csv.zst"] {
            assert_eq!(read(&bytes, file).load().train.modalities[0].values(), [1.0, 2.0], "{file}");
        }
    }
    let problem = read(b"BZh91AY&SY rest", "t.csv").problem();
    assert_eq!(problem.message, "`t.csv` is a bzip2 archive, which is not read");
    // A column may be called so.
    assert_eq!(read(b"BZh,a,y\n0,1,no\n0,2,yes\n", "t.csv").load().train.rows, 2);
    assert!(read(b"PK\x03\x04 rest", "t.csv").problem().message.contains("a zip archive or a spreadsheet"));
}

#[test]
fn words_in_another_encoding_are_an_error_and_never_merged() {
    let case = Case::new(&["t.csv"]);
    case.write("t.csv", b"c,y\ncaf\xe9,no\ncaf\xe8,yes\n");
    let problems = case.modality("c", &[name("c")], &[]).kind(ModalityKind::Category { count: 2 }, &[1]).problems();
    assert_eq!(problems.len(), 2);
    let problem = problems[0].clone();
    assert_eq!(place(&problem), (Code::BadText, "t.csv", Some(2), Some("c"), COLUMNS));
    assert!(problem.help.unwrap().contains("`encoding: \"latin1\"` it reads `café`"));
}

#[test]
fn a_quote_that_is_never_closed_loses_no_rows() {
    let rows = |quoted: &str| format!("n,a,y\nx,1,no\n{quoted}Hello,2,yes\nx,3,no\n{quoted}Bye,4,yes\nx,5,no\n");
    let read = |text: &str, quote: bool| {
        let case = Case::new(&[]);
        case.write("t.csv", text.as_bytes());
        let format = TextFormat { quote: quote.then_some('"'), ..TextFormat::csv() };
        let kind = SourceKind::Table { paths: vec![path("t.csv")], format: Box::new(format) };
        case.source(kind).modality("m", &[name("a")], &[])
    };
    let problem = read(&rows("\""), true).problem();
    assert_eq!((problem.code, problem.data.as_ref().unwrap().line), (Code::RowLength, Some(3)));
    assert!(problem.help.unwrap().contains("`quote: false`"));
    assert_eq!(read(&rows("\""), false).load().train.modalities[0].values(), [1.0, 2.0, 3.0, 4.0, 5.0]);
    // One that is open at the end of the file, and lines within quotes that are closed.
    let open = "n,a,y\n\"x,1,no\ny,2,yes\n";
    assert_eq!(read(open, true).problem().data.unwrap().line, Some(2));
    let closed = "n,a,y\n\"x\nand \"\"y\"\"\",1,no\n\"\",2,yes\n";
    assert_eq!(read(closed, true).load().train.modalities[0].values(), [1.0, 2.0]);
}

#[test]
fn thousands_separators_are_named() {
    let problem = Case::text("a,y\n\"1,234\",no\n").modality("m", &[name("a")], &[]).problem();
    assert!(problem.help.unwrap().starts_with("`csv(.., thousands: \",\")` reads groups of thousands"));
    let problem = Case::text("a,y\n\"1,5\",no\n").modality("m", &[name("a")], &[]).problem();
    assert_eq!(problem.help.as_deref(), Some("`csv(.., decimal: \",\")` reads numbers with a decimal comma"));
}
