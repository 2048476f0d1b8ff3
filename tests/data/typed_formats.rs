//! Formats whose columns have types: Parquet, NumPy's arrays, lines of JSON. Files are written by other libraries
//! where there are any, else by their definition.

use super::*;
use mmc::spec::Origin;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

fn paths(names: &[&str]) -> Vec<Spanned<String>> {
    names.iter().map(|name| path(name)).collect()
}

fn of(kind: SourceKind, columns: &[&str]) -> Case {
    let columns: Vec<Select> = columns.iter().map(|column| name(column)).collect();
    Case::new(&[]).modality("m", &columns, &[]).source(kind)
}

/// An array as `numpy.save` writes it: magic, version, length, a dictionary padded to 64 bytes, the cells.
pub(super) fn npy(descr: &str, shape: &str, fortran: bool, cells: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({shape}), }}");
    while (header.len() + 11) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(cells);
    bytes
}

fn npz(arrays: &[(&str, Vec<u8>)], deflated: bool) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    let method = if deflated { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in arrays {
        zip.start_file(format!("{name}.npy"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn utf32(words: &[&str], length: usize) -> Vec<u8> {
    let letters = words.iter().flat_map(|word| {
        let padding = std::iter::repeat_n('\0', length - word.chars().count());
        word.chars().chain(padding).collect::<Vec<char>>()
    });
    letters.flat_map(|letter| (letter as u32).to_le_bytes()).collect()
}

pub(super) fn f32s(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

pub(super) fn labels() -> (&'static str, Vec<u8>) {
    ("y", npy("<U3", "3,", false, &utf32(&["yes", "no", "yes"], 3)))
}

pub(super) fn archive(arrays: &[(&str, Vec<u8>)], columns: &[&str]) -> Case {
    let case = of(SourceKind::Npz { paths: paths(&["t.npz"]) }, columns);
    case.write("t.npz", &npz(arrays, true));
    case
}

#[test]
fn arrays_of_an_archive_are_columns() {
    let embeddings = ("e", npy("<f4", "3, 2", false, &f32s(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])));
    let ages = ("age", npy(">i2", "3,", false, &[0, 7, 0xff, 0xff, 0, 9]));
    for deflated in [false, true] {
        let mut case = archive(&[], &["e", "age"]);
        case.modalities[0].shape = Shape::vector(3);
        case.write("t.npz", &npz(&[embeddings.clone(), labels(), ages.clone()], deflated));
        let data = case.load();
        assert_eq!(data.train.labels, [1, 0, 1]);
        assert_eq!(data.train.modalities[0].values(), [1.0, 2.0, 7.0, 3.0, 4.0, -1.0, 5.0, 6.0, 9.0]);
    }
    let mut case = archive(&[embeddings.clone(), labels()], &["e"]).kind(ModalityKind::Sequence, &[1, 2]);
    assert_eq!(case.load().train.modalities[0].values(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    case = case.kind(ModalityKind::Dense, &[5]);
    let problem = case.problem();
    assert_eq!((problem.code, problem.place()), (Code::ColumnCount, Some(span(TYPE))));
    assert_eq!(problem.message, "`m` is declared as 5 wide, but 2 numbers in 1 column of `t.npz` match");
}

#[test]
fn a_sequence_is_fitted_over_its_steps() {
    let steps =
        npy("<f8", "2, 2, 2", false, &[1.0f64, 10.0, 3.0, 30.0, 5.0, 50.0, 7.0, 70.0].map(f64::to_le_bytes).concat());
    let y = npy("<i8", "2,", false, &[0i64, 1].map(i64::to_le_bytes).concat());
    let mut case = archive(&[("e", steps), ("y", y)], &["e"]).kind(ModalityKind::Sequence, &[2, 2]);
    case.modalities[0].transforms = vec![Transform { kind: TransformKind::MinMax, span: span(TRANSFORM) }];
    let values = case.load().train.modalities[0].values();
    let third = |n: f32| n / 3.0;
    let expected = [0.0, 1.0, 2.0, 3.0].map(|n| [third(n), third(n)]).concat();
    assert!(values.iter().zip(&expected).all(|(value, expected)| (value - expected).abs() < 1e-6), "{values:?}");
}

#[test]
fn unsuitable_arrays_are_reported_with_the_reason() {
    let pair = f32s(&[1.0, 2.0, 3.0]);
    for (array, code, says) in [
        (npy("<f4", "2,", false, &pair[..8]), Code::RowLength, "have 3 and 2 rows"),
        (npy("|O", "3,", false, &[0; 24]), Code::ColumnType, "is of the type"),
        (npy("<f4", "", false, &pair[..4]), Code::MissingColumn, "no column `e`"),
        (npy("<f4", "3,", false, &f32s(&[1.0, f32::INFINITY, 2.0])), Code::BadCell, "is infinite"),
        (npy("<U3", "3,", false, &utf32(&["a", "b", "c"], 3)), Code::ColumnType, "expected a number, found `a`"),
        (npy("<f4", "3,", false, &pair[..9]), Code::CorruptFile, "truncated, damaged"),
        (b"no array".to_vec(), Code::CorruptFile, "truncated, damaged"),
    ] {
        let case = archive(&[labels(), ("e", array)], &["e"]);
        let problems = case.problems();
        assert_eq!(problems[0].code, code, "{says}");
        assert!(problems[0].message.contains(says), "{}", problems[0].message);
    }
    let nothing_wrong = ("e", npy("<f4", "3,", false, &f32s(&[1.0, f32::NAN, 2.0])));
    let mut case = archive(&[labels(), nothing_wrong], &["e"]);
    let problem = case.problem();
    assert_eq!(problem.code, Code::MissingValue);
    assert_eq!(problem.data.as_ref().map(|data| (data.row, data.line)), Some((Some(1), None)));
    assert_eq!(problem.data.unwrap().to_string(), "t.npz, row 1, column `e`");
    case.modalities[0].columns[0].select = name("f");
    assert_eq!(case.problem().code, Code::MissingColumn);
}

#[test]
fn a_truncated_archive_is_corrupt_wherever_it_ends() {
    let whole = npz(&[labels(), ("e", npy("<f4", "3,", false, &f32s(&[1.0, 2.0, 3.0])))], false);
    for end in (1..whole.len()).step_by(7) {
        let case = archive(&[], &["e"]);
        case.write("t.npz", &whole[..end]);
        assert_eq!(case.problem().code, Code::CorruptFile, "{end} of {}", whole.len());
    }
    let case = archive(&[], &["e"]);
    case.write("t.npz", b"");
    assert_eq!(case.problem().code, Code::EmptyData);
}

#[test]
fn single_arrays_lie_side_by_side() {
    let case = of(SourceKind::Npy { paths: paths(&["y.npy", "e.npy"]) }, &["e"]);
    case.write("y.npy", &labels().1);
    case.write("e.npy", &npy("|u1", "3,", false, &[200, 0, 7]));
    assert_eq!(case.load().train.modalities[0].values(), [200.0, 0.0, 7.0]);
}

#[test]
fn an_array_of_bytes_is_images_as_they_are() {
    let pixels: Vec<u8> = (0..24).collect();
    let images = ("photo", npy("|u1", "3, 1, 2, 4", false, &pixels));
    let case = archive(&[labels(), images], &["photo"]).kind(ModalityKind::Image, &[1, 2, 4]);
    assert_eq!(
        case.load().train.modalities[0].values(),
        pixels.iter().map(|pixel| f32::from(*pixel)).collect::<Vec<_>>()
    );
    // Numbers that are no bytes are images too, missing where one of them is.
    let mut numbers: Vec<f32> = (0..24).map(|at| at as f32 / 2.0).collect();
    numbers[9] = f32::NAN;
    let images = ("photo", npy("<f4", "3, 1, 2, 4", false, &f32s(&numbers)));
    let mut case = archive(&[labels(), images], &["photo"]).kind(ModalityKind::Image, &[1, 2, 4]);
    assert_eq!(case.problem().code, Code::MissingValue);
    case.modalities[0].optional = true;
    case = case.modality("n", &[name("y")], &[]).kind(ModalityKind::Category { count: 2 }, &[1]);
    let rows = &case.load().train.modalities[0];
    assert_eq!(rows.present.as_deref(), Some(&[true, false, true][..]));
    assert_eq!(rows.values()[..8], numbers[..8]);
}

/// A column of a row group: definition and repetition levels, and what writes the values.
type Column<'a> = &'a dyn Fn(&mut SerializedRowGroupWriter<'_, Vec<u8>>);

fn parquet(schema: &str, groups: &[&[Column<'_>]]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder().set_compression(parquet::basic::Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(vec![], schema, Arc::new(properties)).unwrap();
    for columns in groups {
        let mut group = writer.next_row_group().unwrap();
        columns.iter().for_each(|column| column(&mut group));
        group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

macro_rules! column {
    ($group:expr, $kind:ty, $values:expr, $defined:expr, $repeated:expr) => {{
        let mut column = $group.next_column().unwrap().unwrap();
        column.typed::<$kind>().write_batch(&$values, $defined, $repeated).unwrap();
        column.close().unwrap();
    }};
}

fn texts(words: &[&str]) -> Vec<ByteArray> {
    words.iter().map(|word| ByteArray::from(*word)).collect()
}

const SCHEMA: &str = "message m {
    required binary y (UTF8);
    optional double height;
    required int32 age;
    required boolean left;
    optional group e (LIST) { repeated group list { optional float element; } }
}";

/// Two groups of two rows; on the third there is no height, on the fourth no list.
fn rows() -> Vec<u8> {
    let first: &[Column<'_>] = &[
        &|group| column!(group, ByteArrayType, texts(&["no", "yes"]), None, None),
        &|group| column!(group, DoubleType, [1.5, 2.5], Some(&[1, 1]), None),
        &|group| column!(group, Int32Type, [-3, 4], None, None),
        &|group| column!(group, BoolType, [true, false], None, None),
        &|group| column!(group, FloatType, [1.0, 2.0, 3.0, 4.0], Some(&[3; 4]), Some(&[0, 1, 0, 1])),
    ];
    let second: &[Column<'_>] = &[
        &|group| column!(group, ByteArrayType, texts(&["yes", "no"]), None, None),
        &|group| column!(group, DoubleType, [9.0], Some(&[0, 1]), None),
        &|group| column!(group, Int32Type, [5, 6], None, None),
        &|group| column!(group, BoolType, [true, true], None, None),
        &|group| column!(group, FloatType, [5.0, 6.0], Some(&[3, 3, 0]), Some(&[0, 1, 0])),
    ];
    parquet(SCHEMA, &[first, second])
}

fn parquet_case(bytes: &[u8], modality: &str, columns: &[&str], width: usize) -> Case {
    let columns: Vec<Select> = columns.iter().map(|column| name(column)).collect();
    let mut case = Case::new(&[]).modality(modality, &columns, &[]);
    case = case.source(SourceKind::Parquet { paths: paths(&["t.parquet"]) }).kind(ModalityKind::Dense, &[width]);
    case.write("t.parquet", bytes);
    case
}

#[test]
fn columns_of_parquet_are_numbers_texts_and_lists() {
    let data = parquet_case(&rows(), "m", &["age", "left"], 2).load();
    assert_eq!(data.train.labels, [0, 1, 1, 0]);
    assert_eq!(data.train.modalities[0].values(), [-3.0, 1.0, 4.0, 0.0, 5.0, 1.0, 6.0, 1.0]);

    let case = parquet_case(&rows(), "m?", &["height"], 1).modality("e?", &[name("e")], &[]);
    let case = case.kind(ModalityKind::Dense, &[2]).modality("n", &[name("age")], &[]);
    let data = case.load();
    let [height, e, _] = &data.train.modalities[..] else { panic!() };
    assert_eq!(
        (height.values(), height.present.as_deref()),
        (vec![1.5, 2.5, 0.0, 9.0], Some(&[true, true, false, true][..]))
    );
    assert_eq!(e.values(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 0.0]);
    assert_eq!(e.present.as_deref(), Some(&[true, true, true, false][..]));

    let problem = parquet_case(&rows(), "m", &["height"], 1).problem();
    assert_eq!(problem.code, Code::MissingValue);
    assert_eq!(problem.data.unwrap().to_string(), "t.parquet, row 2, column `height`");
}

#[test]
fn numbers_of_parquet_that_mark_an_empty_cell_are_missing() {
    for column in ["age", "height"] {
        let mut case = parquet_case(&rows(), "m?", &[column], 1);
        case.data.missing = MissingMarkers::new(&[], &[-3.0, 1.5]);
        let present = case.load().train.modalities[0].present.clone().unwrap();
        assert_eq!(present, [false, true, column == "age", true], "{column}");
    }
}

#[test]
fn parquet_of_the_wrong_type_is_reported_by_column() {
    let problems = parquet_case(&rows(), "m", &["y"], 1).problems();
    assert_eq!(problems[0].code, Code::ColumnType);
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems[0].message,
        "column `y` holds text: expected a number, found `no`; the same in 3 more cells of the column, the next on rows 1, 2 and 3"
    );
    assert_eq!(problems[0].data.as_ref().unwrap().to_string(), "t.parquet, row 0, column `y`");
    let case = parquet_case(&rows(), "m", &["e"], 2).kind(ModalityKind::Text { vocabulary: 9 }, &[4]);
    assert_eq!(case.problems()[0].message, "column `e` holds several numbers in a row, and no text");

    let schema = "message m { required binary y (UTF8); required int96 t; required binary b; }";
    let bytes = parquet(
        schema,
        &[&[
            &|group| column!(group, ByteArrayType, texts(&["no"]), None, None),
            &|group| column!(group, parquet::data_type::Int96Type, [parquet::data_type::Int96::new()], None, None),
            &|group| column!(group, ByteArrayType, [ByteArray::from(vec![0xff, 0xfe])], None, None),
        ]],
    );
    // The first of all days of 96-bit times, in microseconds.
    let first = -2_440_588.0 * 86_400e6;
    assert_eq!(parquet_case(&bytes, "m", &["t"], 1).load().train.modalities[0].values(), [first as f32]);
    let case = parquet_case(&bytes, "m", &["b"], 1).kind(ModalityKind::Text { vocabulary: 9 }, &[4]);
    assert_eq!(case.problem().code, Code::BadText);
}

#[test]
fn lists_of_another_length_are_named_by_row() {
    let schema = "message m {
        required binary y (UTF8);
        required group e (LIST) { repeated group list { required int64 element; } }
    }";
    let bytes = parquet(
        schema,
        &[&[&|group| column!(group, ByteArrayType, texts(&["no", "yes"]), None, None), &|group| {
            column!(group, Int64Type, [1, 2, 3], Some(&[1; 3]), Some(&[0, 1, 0]))
        }]],
    );
    let problem = parquet_case(&bytes, "m", &["e"], 2).problem();
    assert_eq!(problem.message, "column `e`: expected 2 numbers in a row, found 1");
    assert_eq!(problem.data.unwrap().row, Some(1));
}

#[test]
fn parquet_that_is_none() {
    for (bytes, code) in [
        (&b""[..], Code::EmptyData),
        (b"PAR1 and nothing more", Code::CorruptFile),
        (&rows()[..300], Code::CorruptFile),
    ] {
        assert_eq!(parquet_case(bytes, "m", &["age"], 1).problem().code, code);
    }
}

fn json(lines: &[u8], modality: &str, columns: &[&str], width: usize) -> Case {
    let columns: Vec<Select> = columns.iter().map(|column| name(column)).collect();
    let case = Case::new(&[]).modality(modality, &columns, &[]).kind(ModalityKind::Dense, &[width]);
    case.write("t.jsonl", lines);
    case.source(SourceKind::Jsonl { paths: paths(&["t.jsonl"]) })
}

#[test]
fn keys_of_lines_of_json_are_columns() {
    let lines = br#"{"y": "no", "a": 1, "e": [1, 2.5], "n": "Ada"}

{"y": "yes", "a": true, "e": [3, 4], "n": "caf\u00e9"}
"#;
    let data = json(lines, "m", &["a", "e"], 3).load();
    assert_eq!(data.train.labels, [0, 1]);
    assert_eq!(data.train.modalities[0].values(), [1.0, 1.0, 2.5, 1.0, 3.0, 4.0]);
    let mut case = json(lines, "m", &["n"], 1).kind(ModalityKind::Text { vocabulary: 99 }, &[4]);
    case.modalities[0].transforms =
        vec![Transform { kind: TransformKind::Chars { max: 4, vocab: 99 }, span: span(TRANSFORM) }];
    let rows = case.load().train.modalities[0].values();
    assert!(rows[4..].iter().all(|id| *id >= 2.0), "{rows:?}");
}

#[test]
fn a_key_may_be_missing_and_a_line_may_be_wrong() {
    let case = json(b"{\"y\":\"no\"}\n{\"y\":\"yes\",\"a\":7}\n{\"y\":\"no\",\"a\":null}\n", "m?", &["a"], 1);
    let case = case.modality("n", &[name("y")], &[]).kind(ModalityKind::Category { count: 2 }, &[1]);
    assert_eq!(case.load().train.modalities[0].present.as_deref(), Some(&[false, true, false][..]));

    let problems =
        json(b"{\"y\":\"no\",\"a\":1}\n[1]\n{\"y\":\"no\",\"a\":\"x\"}\n{\"y\":\n", "m", &["a"], 1).problems();
    let places: Vec<_> = problems.iter().map(|problem| (problem.code, problem.data.clone().unwrap().line)).collect();
    assert!(places.contains(&(Code::BadCell, Some(2))) && places.contains(&(Code::BadCell, Some(4))), "{places:?}");
    assert!(places.contains(&(Code::ColumnType, Some(3))), "{places:?}");
    let problem = json(b"{\"y\":\"no\",\"a\":1}\n{\"y\":\"\xff\"}\n", "m", &["a"], 1).problem();
    assert_eq!((problem.code, problem.data.unwrap().line), (Code::BadText, Some(2)));
    assert_eq!(json(b"\n\n", "m", &["a"], 1).problem().code, Code::EmptyData);
}

#[test]
fn typed_files_are_cached_and_several_are_one_table() {
    let mut case = parquet_case(&rows(), "m", &["age"], 1).source(SourceKind::Parquet { paths: paths(&["*.parquet"]) });
    case.write("u.parquet", &rows());
    case.cache = true;
    let first = case.load();
    assert_eq!(first.train.modalities[0].values(), [-3.0, 4.0, 5.0, 6.0, -3.0, 4.0, 5.0, 6.0]);
    let second = case.load();
    assert!(second.tables[0].cached);
    assert_eq!(second.train, first.train);
}

#[test]
fn typed_tables_can_be_surveyed() {
    let folder = tempfile::tempdir().unwrap();
    let survey = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let Origin::Whole(source) = mmc::data::sources_of(&[folder.path().join(name)])? else { panic!("one table") };
        mmc::data::survey(&source, std::path::Path::new(""))
    };
    let seen = survey("t.parquet", &rows()).unwrap();
    assert_eq!((seen.header, seen.rows, seen.all_rows, seen.whole), (true, 4, 4, true));
    let names: Vec<&str> = seen.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["y", "height", "age", "left", "e"]);
    let [y, height, age, _, e] = &seen.columns[..] else { panic!() };
    assert_eq!((y.numeric, y.different()), (0, Some(2)));
    assert_eq!((height.empty, height.numeric, height.integers, height.max), (1, 3, false, 9.0));
    assert_eq!((age.integers, age.min), (true, -3.0));
    let array = e.array.as_ref().unwrap();
    assert_eq!((e.empty, &array.shape, array.varies), (1, &Shape::vector(2), true));

    let vectors = ("v", npy("<f4", "3, 2", false, &f32s(&[1.0, 7.0, 2.0, 7.0, 3.0, 7.0])));
    let seen = survey("t.npz", &npz(&[labels(), vectors], true)).unwrap();
    let v = seen.columns.iter().find(|column| column.name == "v").unwrap();
    assert!(!v.array.as_ref().unwrap().varies);

    let seen = survey("t.jsonl.gz", &gz(b"{\"y\": 1, \"w\": \"one two\"}\n{\"y\": 2, \"w\": null}\n")).unwrap();
    assert!(seen.columns[0].integers);
    assert_eq!((seen.columns[1].words, seen.columns[1].empty), (2, 1));

    assert!(survey("t.npy", b"").unwrap_err().to_string().contains("`.npz`"));
    assert!(survey("u.parquet", b"PAR1").is_err());
}

/// Columns of several pages that are read at the same time have each their own cells, on any number of threads.
#[test]
fn columns_that_are_read_at_once_keep_their_cells() {
    const COLUMNS: usize = 8;
    const ROWS: usize = 30_000;
    let fields: String = (0..COLUMNS).map(|column| format!("required double c{column}; ")).collect();
    let number = |column: usize, row: usize| (column * 100_000 + row) as f64;
    let cells: Vec<Vec<f64>> = (0..COLUMNS).map(|column| (0..ROWS).map(|row| number(column, row)).collect()).collect();
    let names: Vec<&str> = (0..ROWS).map(|row| ["no", "yes"][row % 2]).collect();
    let schema = Arc::new(parse_message_type(&format!("message m {{ required binary y (UTF8); {fields}}}")).unwrap());
    let properties = WriterProperties::builder().set_data_page_row_count_limit(500).set_write_batch_size(500).build();
    let mut writer = SerializedFileWriter::new(vec![], schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&texts(&names), None, None).unwrap();
    column.close().unwrap();
    for cells in &cells {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<DoubleType>().write_batch(cells, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    let bytes = writer.into_inner().unwrap();
    let names: Vec<String> = (0..COLUMNS).map(|column| format!("c{column}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let case = parquet_case(&bytes, "m", &names, COLUMNS);
    let threads = rayon::ThreadPoolBuilder::new().num_threads(8).build().unwrap();
    for _ in 0..4 {
        let values = threads.install(|| case.load()).train.modalities[0].values();
        let wrong = (0..ROWS * COLUMNS).find(|at| values[*at] != number(at % COLUMNS, at / COLUMNS) as f32);
        assert_eq!(wrong, None);
    }
}

/// Integers, truth values and numbers of single precision with and without empty cells, over several chunks.
#[test]
fn numbers_of_every_type_are_read_with_their_gaps() {
    const ROWS: usize = 150_000;
    let there = |row: usize| !row.is_multiple_of(3);
    let rows = || 0..ROWS;
    let present = || rows().filter(|row| there(*row));
    let schema = "message m { required binary y (UTF8); optional float f; optional int32 i; optional int64 l; \
                  optional int64 u (UINT_64); optional boolean t; required float whole; }";
    let levels: Vec<i16> = rows().map(|row| i16::from(there(row))).collect();
    let mut writer =
        SerializedFileWriter::new(vec![], Arc::new(parse_message_type(schema).unwrap()), Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    macro_rules! column {
        ($kind:ty, $values:expr, $levels:expr) => {{
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<$kind>().write_batch(&$values.collect::<Vec<_>>(), $levels, None).unwrap();
            column.close().unwrap();
        }};
    }
    let names: Vec<&str> = rows().map(|row| ["no", "yes"][row % 2]).collect();
    column!(ByteArrayType, texts(&names).into_iter(), None);
    column!(FloatType, present().map(|row| row as f32 / 8.0), Some(&levels));
    column!(Int32Type, present().map(|row| -(row as i32)), Some(&levels));
    column!(Int64Type, present().map(|row| row as i64 * 2), Some(&levels));
    column!(Int64Type, present().map(|row| -1 - row as i64), Some(&levels));
    column!(BoolType, present().map(|row| row % 4 == 0), Some(&levels));
    column!(FloatType, rows().map(|row| row as f32), None);
    group.close().unwrap();
    let bytes = writer.into_inner().unwrap();
    let mut case = parquet_case(&bytes, "m", &["f", "i", "l", "u", "t", "whole"], 6);
    let impute = TransformKind::Impute(Impute::Constant(-7.0));
    case.modalities[0].transforms.push(Transform { kind: impute, span: span(TRANSFORM) });
    let values = case.load().train.modalities[0].values();
    for (row, found) in values.chunks(6).enumerate() {
        let gap = |number: f32| if there(row) { number } else { -7.0 };
        let unsigned = (u64::MAX - row as u64) as f64 as f32;
        let truth = if row % 4 == 0 { 1.0 } else { 0.0 };
        let expected =
            [gap(row as f32 / 8.0), gap(-(row as f32)), gap(row as f32 * 2.0), gap(unsigned), gap(truth), row as f32];
        assert_eq!(found, expected, "{row}");
    }
}
