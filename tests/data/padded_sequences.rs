//! Sequences of several lengths from columns of lists: padded, cut and counted, fitted without the padding.

use super::*;
use mmc::data::{ApplyRequest, FittedTransform, LabelUse, Preprocessing, apply, source_of};

const LINES: &str = r#"{"y": "no", "s": [[1, 10], [3, 30]]}
{"y": "yes", "s": [[5, 50]]}
{"y": "no", "s": [[7, 70], [9, 90], [11, 110], [13, 130]]}
"#;

fn case(lines: &str, shape: &[usize; 2], transforms: &[TransformKind]) -> Case {
    let case = Case::new(&[]).modality("s", &[name("s")], transforms).kind(ModalityKind::PaddedSequence, shape);
    case.write("t.jsonl", lines.as_bytes());
    case.source(SourceKind::Jsonl { paths: vec![path("t.jsonl")] })
}

/// Numbers, where nothing is padding.
fn shown(values: &[f32]) -> Vec<Option<f32>> {
    values.iter().map(|value| Some(*value).filter(|value| !value.is_nan())).collect()
}

fn real(numbers: &[f32], padding: usize) -> Vec<Option<f32>> {
    numbers.iter().map(|number| Some(*number)).chain(std::iter::repeat_n(None, padding)).collect()
}

#[test]
fn lists_are_padded_and_longer_ones_are_cut_and_counted() {
    let data = case(LINES, &[3, 2], &[]).load();
    let expected =
        [real(&[1.0, 10.0, 3.0, 30.0], 2), real(&[5.0, 50.0], 4), real(&[7.0, 70.0, 9.0, 90.0, 11.0, 110.0], 0)];
    assert_eq!(shown(&data.train.modalities[0].values()), expected.concat());
    assert!(data.train.modalities[0].present.is_none());
    assert!(data.notes.iter().any(|note| note == "`s`: 1 of 3 rows are cut to 3"), "{:?}", data.notes);
    assert!(!case(LINES, &[4, 2], &[]).load().notes.iter().any(|note| note.contains("cut")));
    // A list of numbers has steps of one.
    let flat = "{\"y\": \"no\", \"s\": [1, 2, 3]}\n{\"y\": \"yes\", \"s\": [4]}\n";
    let values = case(flat, &[3, 1], &[]).load().train.modalities[0].values();
    assert_eq!(shown(&values), [real(&[1.0, 2.0, 3.0], 0), real(&[4.0], 2)].concat());
}

#[test]
fn statistics_are_those_of_the_real_steps() {
    let impute = [TransformKind::Impute(Impute::Constant(1000.0)), TransformKind::Standardize];
    for transforms in [&impute[1..], &impute[..]] {
        let case = case(LINES, &[4, 2], transforms);
        let data = case.load();
        let Some(FittedTransform::Standardize { mean, std }) = data.modalities[0].transforms.last() else { panic!() };
        // 1, 3, 5, 7, 9, 11, 13: mean 7, variance 16.
        assert_eq!((mean.as_slice(), std.as_slice()), (&[7.0, 70.0][..], &[4.0, 40.0][..]));
        let values = data.train.modalities[0].values();
        assert_eq!(shown(&values)[..8], real(&[-1.5, -1.5, -1.0, -1.0], 4));

        let fitted = Preprocessing::from_json(&data.preprocessing().to_json(), "preprocessing.json").unwrap();
        let source = source_of(Path::new("t.jsonl"), true).unwrap();
        let request = ApplyRequest {
            source: &source,
            base: case.folder.path(),
            modalities: vec![],
            labels: LabelUse::Required,
            required: vec![],
            cache: None,
            memory: 1 << 30,
        };
        assert_eq!(shown(&apply(&fitted, &request).value.unwrap().rows.modalities[0].values()), shown(&values));
    }
}

#[test]
fn an_empty_list_is_missing_and_a_missing_number_is_reported() {
    let lines = LINES.replace("[[5, 50]]", "[]");
    let problem = case(&lines, &[4, 2], &[]).problem();
    assert_eq!(place(&problem), (Code::MissingValue, "t.jsonl", Some(2), Some("s"), COLUMNS));
    let mut optional = case(&lines, &[4, 2], &[TransformKind::Standardize]);
    optional.modalities[0].optional = true;
    let data = optional.modality("n", &[name("y")], &[]).kind(ModalityKind::Category { count: 2 }, &[1]).load();
    assert_eq!(data.train.modalities[0].present.as_deref(), Some(&[true, false, true][..]));
    assert_eq!(data.train.modalities[0].values()[8..16], [0.0; 8]);

    let lines = LINES.replace("[9, 90]", "[null, 90]");
    assert_eq!(place(&case(&lines, &[4, 2], &[]).problem()).0, Code::MissingValue);
    let filled = case(&lines, &[4, 2], &[TransformKind::Impute(Impute::Constant(-1.0))]).load();
    assert_eq!(filled.train.modalities[0].values()[18], -1.0);
    // One that is cut off is nobody's.
    let lines = LINES.replace("[13, 130]", "[null, 130]");
    assert!(case(&lines, &[3, 2], &[]).load().train.modalities[0].present.is_none());
}

#[test]
fn lists_of_other_shapes_are_reported() {
    let problem = case(LINES, &[4, 3], &[]).problem();
    assert_eq!((problem.code, problem.edits[0].replacement.as_str()), (Code::ColumnCount, "sequence[4, 2]"));
    for (from, to, says) in [
        ("[[5, 50]]", "[[5], [50, 6, 7]]", "several lengths"),
        ("[[5, 50]]", "[[5, 50, 7]]", "3 numbers is no whole steps of 2"),
        ("[[5, 50]]", "5", "holds no lists"),
        ("[[5, 50]]", "\"five\"", "holds no lists"),
    ] {
        let problem = case(&LINES.replace(from, to), &[4, 2], &[]).problem();
        assert_eq!(place(&problem), (Code::ColumnType, "t.jsonl", Some(2), Some("s"), COLUMNS), "{to}");
        assert!(problem.message.contains(says), "{}", problem.message);
    }
    // Lists of one length within one another are checked for vectors too.
    let case = case(&LINES.replace("[[5, 50]]", "[[5], [50, 3, 30]]"), &[2, 2], &[]).kind(ModalityKind::Dense, &[4]);
    assert!(case.problems().iter().any(|problem| problem.message.contains("several lengths")));
}
