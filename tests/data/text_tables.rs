//! Text tables in their variants: separators, quotes, line ends, compression.

use super::*;

const TEXT: &str = "y,a,b,c\nyes,1,-2.5,3e2\nno,4,5,6\nyes,7,8,9\n";

fn three() -> [Select; 3] {
    ["a", "b", "c"].map(name)
}

fn values(case: &Case) -> Vec<f32> {
    case.load().train.modalities[0].values()
}

const EXPECTED: [f32; 9] = [1.0, -2.5, 300.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];

#[test]
fn plain_gz_and_zst_hold_the_same() {
    for (file, bytes) in [
        ("t.csv", TEXT.as_bytes().to_vec()),
        ("t.csv.gz", gz(TEXT.as_bytes())),
        ("t.csv.zst", zst(TEXT.as_bytes())),
        // Members and frames one after the other are one text.
        ("u.csv.gz", [gz(&TEXT.as_bytes()[..11]), gz(&TEXT.as_bytes()[11..])].concat()),
        ("u.csv.zst", [zst(&TEXT.as_bytes()[..11]), zst(&TEXT.as_bytes()[11..])].concat()),
    ] {
        let case = Case::new(&[file]).modality("m", &three(), &[]);
        case.write(file, &bytes);
        let data = case.load();
        assert_eq!(data.train.modalities[0].values(), EXPECTED, "{file}");
        assert_eq!(data.train.labels, [1, 0, 1]);
        assert_eq!(data.train.row_ids, [0, 1, 2]);
        assert_eq!(data.label.classes, ["no", "yes"]);
        assert_eq!(data.fingerprint, blake3::hash(&bytes).to_hex().as_str());
    }
}

/// `y,a` and forty rows `yes,0`, `no,1`, `no,2`, `yes,3`, ...: made by zstd 1.5.7 at level 19 with `--check`.
const REFERENCE: [u8; 99] = [
    0x28, 0xb5, 0x2f, 0xfd, 0x24, 0xf8, 0xb5, 0x02, 0x00, 0xa2, 0xc3, 0x0b, 0x10, 0xc0, 0xb7, 0x01, 0x76, 0x81, 0xda,
    0xfe, 0x5f, 0xbb, 0xbb, 0xbb, 0x77, 0x2e, 0xab, 0xe2, 0xf4, 0xb4, 0x9a, 0x78, 0x56, 0x77, 0x85, 0x5a, 0x4d, 0x3c,
    0xab, 0xfb, 0xe1, 0xab, 0x89, 0x67, 0x75, 0xdb, 0xab, 0x89, 0x67, 0x75, 0x83, 0x42, 0x28, 0x00, 0x33, 0x0e, 0x09,
    0x70, 0x02, 0x26, 0xa8, 0x10, 0xe0, 0xee, 0x6f, 0x80, 0x19, 0xe6, 0x01, 0x10, 0x40, 0xf9, 0x36, 0xaf, 0x70, 0x17,
    0xc1, 0x06, 0xd1, 0xab, 0xa2, 0xa8, 0xc9, 0x98, 0x81, 0x4a, 0x26, 0x93, 0xc7, 0xb3, 0xd9, 0x2b, 0x8a, 0x4d, 0x01,
    0x0d, 0x23, 0x0d, 0x2e,
];

#[test]
fn a_frame_of_the_reference_zstd_is_read() {
    let case = Case::new(&["t.csv.zst"]).modality("m", &[name("a")], &[]);
    case.write("t.csv.zst", &REFERENCE);
    let expected: Vec<f32> = (0..40u8).map(f32::from).collect();
    assert_eq!(values(&case), expected);
    // A skippable frame before it holds no text.
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    case.write("t.csv.zst", &[&skippable[..], &REFERENCE].concat());
    assert_eq!(values(&case), expected);
    // Every bit of the checksum counts.
    let mut damaged = REFERENCE;
    damaged[98] ^= 1;
    case.write("t.csv.zst", &damaged);
    assert_eq!(case.problem().code, Code::CorruptFile);
}

#[test]
fn line_ends_blank_lines_quotes_and_a_byte_order_mark() {
    for text in [
        TEXT.replace('\n', "\r\n"),
        TEXT.replace('\n', "\r"),
        TEXT.replace('\n', "\n\n\n"),
        format!("\u{feff}{TEXT}"),
        TEXT.trim_end().to_owned(),
        TEXT.replace("-2.5", "\"-2.5\"").replace(",4", ", 4 "),
    ] {
        assert_eq!(values(&Case::text(&text).modality("m", &three(), &[])), EXPECTED, "{text:?}");
    }
}

#[test]
fn tabs_and_no_header() {
    let mut case = Case::new(&["t.tsv"]).modality("m", &[1, 2, 3].map(Select::Position), &[]);
    case.data.origin = Origin::Whole(table(&["t.tsv"], '\t', false));
    case.label.column.select = Select::Position(0);
    case.write("t.tsv", b"1.0e+00\t1\t-2.5\t3e2\n0.0\t4\t5\t6\n1\t7\t8\t9\n");
    let data = case.load();
    assert_eq!(data.train.modalities[0].values(), EXPECTED);
    assert_eq!(data.train.labels, [1, 0, 1]);
    assert_eq!(data.modalities[0].column_names(), ["1", "2", "3"]);
}

#[test]
fn globs_are_one_table() {
    let case = Case::new(&["part-*.csv", "last.csv"]).modality("m", &[name("a")], &[]);
    case.write("part-2.csv", b"y,a\nno,3\n");
    case.write("part-1.csv", b"y,a\nno,1\nyes,2\n");
    case.write("last.csv", b"y,a\nyes,4\n");
    let data = case.load();
    assert_eq!(data.train.modalities[0].values(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(data.train.row_ids, [0, 1, 2, 3]);
    assert_eq!(data.tables[0].files, ["part-1.csv", "part-2.csv", "last.csv"]);
}

#[test]
fn columns_by_glob_come_in_the_order_of_the_table() {
    let mut case = Case::text("c_2,y,c_1,d\n2,no,1,0\n4,yes,3,0\n").modality("m", &[Select::Glob("c_*".into())], &[]);
    case.modalities[0].shape = Shape::vector(2);
    assert_eq!(values(&case), [2.0, 1.0, 4.0, 3.0]);
    assert_eq!(case.load().modalities[0].column_names(), ["c_2", "c_1"]);
}

#[test]
fn separate_tables_match_columns_by_name() {
    let mut case = Case::new(&[]).modality("m", &[Select::Glob("c*".into())], &[TransformKind::Standardize]);
    case.modalities[0].shape = Shape::vector(2);
    let [train, valid, test] = ["train.csv", "valid.csv", "test.csv"].map(|path| table(&[path], ',', true));
    case.data.origin = Origin::Parts { train, valid: Some(valid), calib: None, test: Some(test) };
    case.write("train.csv", b"y,c1,c2\nno,1,10\nyes,3,30\n");
    case.write("valid.csv", b"c2,c1,y\n10,3,no\n");
    case.write("test.csv", b"c1,extra,y,c2\n1,x,yes,30\n5,x,no,30\n");
    let data = case.load();
    // Means are 2 and 20, standard deviations 1 and 10.
    assert_eq!(data.train.modalities[0].values(), [-1.0, -1.0, 1.0, 1.0]);
    assert_eq!(data.valid.unwrap().modalities[0].values(), [1.0, -1.0]);
    let test = data.test.unwrap();
    assert_eq!(test.modalities[0].values(), [-1.0, 1.0, 3.0, 1.0]);
    assert_eq!(test.row_ids, [0, 1]);
    let parts: Vec<_> = data.tables.iter().map(|table| table.part).collect();
    assert_eq!(parts, [Some(Part::Train), Some(Part::Valid), Some(Part::Test)]);
}

#[test]
fn transforms_apply_in_order() {
    // -9 is missing, the median of 1, 3, 11 is 3, clipped to 5: 1, 3, 5, 3 have mean 3 and variance 2.
    let transforms = [
        TransformKind::Missing { values: vec![-9.0], words: vec![] },
        TransformKind::Impute(Impute::Median),
        TransformKind::Clip { lo: 0.0, hi: 5.0 },
        TransformKind::Standardize,
    ];
    let case = Case::text("y,a\nno,1\nno,3\nyes,11\nno,-9\n").modality("m", &[name("a")], &transforms);
    let half = 2f32.sqrt();
    assert_eq!(values(&case), [-half, 0.0, half, 0.0]);
    let data = case.load();
    let applied: Vec<f32> = [1.0, 3.0, 11.0, -9.0].map(|cell| data.modalities[0].apply(0, cell) as f32).to_vec();
    assert_eq!(applied, values(&case));
}

#[test]
fn an_optional_modality_may_be_missing_on_a_row() {
    let text = "y,a,b\nno,1,10\nno,,20\nyes,3,30\nyes,5,NA\n";
    let case = Case::text(text).modality("m?", &["a", "b"].map(name), &[TransformKind::MinMax]);
    let case = case.modality("n", &[name("y")], &[]).kind(ModalityKind::Category { count: 2 }, &[1]);
    let data = case.load();
    let rows = &data.train.modalities[0];
    assert_eq!(rows.present.as_deref(), Some(&[true, false, true, false][..]));
    // Ranges are those of all filled cells: 1 to 5 and 10 to 30.
    assert_eq!(rows.values(), [0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 0.0, 0.0]);
    let batch = data.train.batch(&[2, 1], &data.places(["m"]).unwrap());
    assert_eq!(batch.present, [Some(vec![true, false])]);
    assert_eq!(batch.inputs, [vec![0.5, 1.0, 0.0, 0.0]]);
}

#[test]
fn only_the_requested_modalities_are_read() {
    let case = Case::text("y,a,words\nno,1,x\nyes,2,y\n").modality("m", &[name("a")], &[]);
    assert_eq!(values(&case), [1.0, 2.0]);
}

#[test]
fn preprocessing_survives_yaml() {
    let case = Case::text(&lines(30)).modality("m", &["a", "b"].map(name), &[TransformKind::Standardize]);
    let fitted = case.load().modalities;
    let text = serde_yaml::to_string(&fitted).unwrap();
    assert_eq!(serde_yaml::from_str::<Vec<mmc::data::FittedModality>>(&text).unwrap(), fitted);
}
