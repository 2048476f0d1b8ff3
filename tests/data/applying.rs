//! New rows, prepared as the training rows were: the same bits, with and without labels.

use super::{Case, name};
use mmc::data::{ApplyRequest, Dataset, LabelUse, PreparedRows, Preprocessing, apply, source_of};
use mmc::diag::{Checked, Code, Problem};
use mmc::spec::*;
use std::path::Path;

const TRAINING: &str = "\
y,a,b,word,color,text
no,1,2,x,red,Ada L.
yes,3,,y,blue,bob
no,-5,4.25,x,red,
yes,0.1,7,z,green,Ada
no,8,1e-3,x,blue,eve and bob
";

/// A vector, a category, one-hot numbers, an optional text; all rows are training rows.
fn case() -> Case {
    let impute = [TransformKind::Impute(Impute::Median), TransformKind::Log1p, TransformKind::Standardize];
    let chars = [TransformKind::Lowercase, TransformKind::Chars { max: 5, vocab: 12 }];
    Case::text(TRAINING)
        .modality("numbers", &["a", "b"].map(name), &impute)
        .modality("word", &[name("word")], &[])
        .kind(ModalityKind::Category { count: 3 }, &[1])
        .modality("color", &[name("color")], &[TransformKind::OneHot])
        .kind(ModalityKind::Dense, &[3])
        .modality("text?", &[name("text")], &chars)
        .kind(ModalityKind::Text { vocabulary: 12 }, &[5])
}

/// Written to JSON and read back.
fn reread(data: &Dataset) -> Preprocessing {
    Preprocessing::from_json(&data.preprocessing().to_json(), "preprocessing.json").unwrap()
}

fn run(case: &Case, fitted: &Preprocessing, file: &str, labels: LabelUse) -> Checked<PreparedRows> {
    let source = source_of(Path::new(file), fitted.has_header()).unwrap();
    let request = ApplyRequest {
        source: &source,
        base: case.folder.path(),
        modalities: vec![],
        labels,
        required: vec![],
        cache: None,
        memory: 1 << 30,
    };
    apply(fitted, &request)
}

fn prepared(case: &Case, fitted: &Preprocessing, file: &str, labels: LabelUse) -> PreparedRows {
    let checked = run(case, fitted, file, labels);
    checked.value.unwrap_or_else(|| panic!("{:#?}", checked.problems))
}

fn problem(case: &Case, fitted: &Preprocessing, file: &str, labels: LabelUse) -> Problem {
    let problems: Vec<Problem> = run(case, fitted, file, labels).problems.into_iter().collect();
    let [problem] = problems.as_slice() else { panic!("one problem: {problems:#?}") };
    assert!(problem.labels.is_empty() && problem.edits.is_empty(), "{problem:#?}");
    problem.clone()
}

#[test]
fn the_same_cells_give_the_same_bits_whatever_they_are_read_from() {
    let case = case();
    let data = case.load();
    let fitted = reread(&data);
    assert_eq!(fitted, data.preprocessing());
    assert_eq!(prepared(&case, &fitted, "t.csv", LabelUse::Required).rows, data.train);

    // Other columns, another order, no label.
    case.write("new.tsv", b"text\tz\tb\ta\tcolor\tword\nAda L.\t0\t2\t1\tred\tx\nbob\t0\t\t3\tblue\ty\n");
    case.write(
        "new.jsonl",
        b"{\"word\": \"x\", \"color\": \"red\", \"text\": \"Ada L.\", \"a\": 1, \"b\": 2}\n{\"a\": 3, \"word\": \"y\", \"color\": \"blue\", \"text\": \"bob\"}\n",
    );
    let all: Vec<usize> = (0..4).collect();
    let expected = data.train.batch(&[1, 0], &all);
    for file in ["new.tsv", "new.jsonl"] {
        let new = prepared(&case, &fitted, file, LabelUse::IfPresent);
        assert!(!new.rows.has_labels() && new.absent.is_empty());
        let batch = new.rows.batch(&[1, 0], &all);
        assert_eq!((&batch.inputs, &batch.present), (&expected.inputs, &expected.present), "{file}");
        assert!(batch.labels.is_empty());
    }
}

#[test]
fn images_are_scaled_by_the_same_bits() {
    let mut records = vec![];
    for row in 0..7u8 {
        records.push(row % 2);
        records.extend((0..3072u32).map(|pixel| (pixel.wrapping_mul(37) as u8).wrapping_mul(row).wrapping_add(row)));
    }
    let mean = TransformKind::SubtractMean { reference: false };
    for transforms in [
        vec![mean.clone()],
        vec![TransformKind::NormalizePixels, mean.clone()],
        vec![mean, TransformKind::NormalizePixels],
        vec![TransformKind::Standardize, TransformKind::Augment { flip: true, pad: 2 }],
    ] {
        let case =
            Case::new(&[]).modality("photo", &[name("image")], &transforms).kind(ModalityKind::Image, &[3, 32, 32]);
        let mut case = case.source(SourceKind::CifarBinary { paths: vec![super::path("t.bin")], labels: 1 });
        case.label.column.select = name("label");
        case.write("t.bin", &records);
        let data = case.load();
        let Origin::Whole(source) = &case.data.origin else { panic!() };
        let (base, memory) = (case.folder.path(), 1 << 30);
        let (labels, modalities) = (LabelUse::Required, vec!["photo"]);
        let request = ApplyRequest { source, base, modalities, labels, required: vec![], cache: None, memory };
        let new = apply(&reread(&data), &request).value.unwrap();
        assert_eq!(new.rows, data.train);
        let expected: Vec<u32> = data.train.batch(&[3, 6], &[0]).inputs[0].iter().map(|x| x.to_bits()).collect();
        let found: Vec<u32> = new.rows.batch(&[3, 6], &[0]).inputs[0].iter().map(|x| x.to_bits()).collect();
        assert_eq!(found, expected, "{transforms:?}");
    }
}

#[test]
fn columns_without_names_are_found_by_position() {
    let mut case = Case::new(&[]).modality("m", &[Select::Position(2), Select::Position(0)], &[TransformKind::MinMax]);
    case.label.column.select = Select::Position(1);
    case.data.origin = Origin::Whole(super::table(&["t.csv"], ',', false));
    case.write("t.csv", b"1,no,2\n3,yes,8\n");
    let data = case.load();
    let fitted = reread(&data);
    assert!(!fitted.has_header());
    assert_eq!(prepared(&case, &fitted, "t.csv", LabelUse::Required).rows, data.train);
}

#[test]
fn an_optional_modality_may_be_absent_and_a_required_one_may_not() {
    let case = case();
    let fitted = reread(&case.load());
    case.write("new.csv", b"a,b,word,color,txt\n1,2,x,red,hello\n");
    let new = prepared(&case, &fitted, "new.csv", LabelUse::IfPresent);
    assert_eq!(new.absent, ["text"]);
    assert_eq!(new.rows.modalities[3].present.as_deref(), Some(&[false][..]));
    assert_eq!(new.rows.modalities[3].values(), [0.0; 5]);
    assert_eq!(
        new.notes,
        ["`text` is missing on every row: there is no column `text` in `new.csv`; did you mean `txt`?"]
    );

    case.write("new.csv", b"a,b,word,colour,text\n1,2,x,red,hello\n");
    let missing = problem(&case, &fitted, "new.csv", LabelUse::IfPresent);
    assert_eq!(missing.code, Code::MissingColumn);
    assert_eq!(missing.message, "there is no column `color` in `new.csv`");
    assert_eq!(missing.help.as_deref(), Some("did you mean `colour`?"));

    case.write("new.csv", b"a,b,word,color\n1,2,x,red\n3,4,,red\n");
    let empty = problem(&case, &fitted, "new.csv", LabelUse::IfPresent);
    assert_eq!(empty.code, Code::MissingValue);
    assert_eq!(empty.data.unwrap().line, Some(3));
    assert!(empty.help.unwrap().contains("`modality NAME?`"));
}

#[test]
fn labels_are_read_if_they_are_there_and_wanted() {
    let case = case();
    let fitted = reread(&case.load());
    let header = "y,a,b,word,color\n";
    let labels = |text: &str, labels| {
        case.write("new.csv", format!("{header}{text}").as_bytes());
        prepared(&case, &fitted, "new.csv", labels).rows.labels
    };
    let two = "yes,1,2,x,red\nno,1,2,x,red\n";
    assert_eq!(labels(two, LabelUse::IfPresent), [1, 0]);
    assert_eq!(labels(two, LabelUse::Ignore), [0; 0]);
    // A column that is empty on every row is no label.
    assert_eq!(labels(",1,2,x,red\n,1,2,x,red\n", LabelUse::IfPresent), [0; 0]);

    case.write("new.csv", format!("{header}yes,1,2,x,red\nye,1,2,x,red\n").as_bytes());
    let unknown = problem(&case, &fitted, "new.csv", LabelUse::IfPresent);
    assert_eq!((unknown.code, unknown.help.as_deref()), (Code::UnknownLabel, Some("did you mean `yes`?")));
    case.write("new.csv", b"a,b,word,color\n1,2,x,red\n");
    assert_eq!(problem(&case, &fitted, "new.csv", LabelUse::Required).code, Code::MissingColumn);
}

#[test]
fn a_row_that_nothing_can_decide_is_reported() {
    let case =
        Case::text("y,a,b\nno,1,2\nyes,3,1\n").modality("m?", &[name("a")], &[]).modality("n?", &[name("b")], &[]);
    let fitted = reread(&case.load());
    case.write("new.csv", b"a,b\n1,\n,\n");
    let source = source_of(Path::new("new.csv"), true).unwrap();
    let combine =
        mmc::data::RequiredComponents { name: "mul", span: Default::default(), components: vec![vec![0], vec![1]] };
    let request = ApplyRequest {
        source: &source,
        base: case.folder.path(),
        modalities: vec!["m", "n"],
        labels: LabelUse::Ignore,
        required: vec![combine],
        cache: None,
        memory: 1 << 30,
    };
    let problems: Vec<Problem> = apply(&fitted, &request).problems.into_iter().collect();
    assert_eq!((problems.len(), problems[0].code), (1, Code::NothingPresent));
    assert_eq!(problems[0].data.as_ref().unwrap().line, Some(3));
}

#[test]
fn damaged_and_foreign_files_are_detected() {
    let json = case().load().preprocessing().to_json();
    let read = |text: &str| Preprocessing::from_json(text, "preprocessing.json");
    assert!(read(&json).is_ok());
    for (broken, says) in [
        (json[..json.len() / 2].to_owned(), "truncated"),
        ("[1, 2]".to_owned(), "not the preprocessing"),
        (json.replace("\"version\":1", "\"version\":2"), "version 2"),
        (json.replacen("\"mean\":[", "\"mean\":[0.5,", 1), "statistics"),
        (json.replace("\"one_hot\"", "\"two_hot\""), "damaged"),
        (json.replace("\"name\":\"color\",\"kind\"", "\"name\":\"word\",\"kind\""), "twice"),
    ] {
        assert_ne!(broken, json, "{says}");
        let problem = read(&broken).unwrap_err();
        assert_eq!(problem.code, Code::BadModel);
        assert!(problem.message.contains(says) && problem.help.is_some(), "{says}: {problem:#?}");
    }
    let unknown = source_of(Path::new("rows.xlsx"), true).unwrap_err();
    assert_eq!(unknown.code, Code::FileUnreadable);
    assert!(unknown.help.unwrap().contains("`.parquet`"));
}

#[test]
fn preprocessing_of_another_plan_is_reported() {
    let text = crate::support::process::SMALL;
    let pipeline = mmc::Pipeline::from_text(text, mmc::NoFiles).unwrap();
    let fitted = |low: &str, kind: ModalityKind, shape: usize| {
        let columns = [Select::Glob(if shape == 21 { "low_*" } else { "high_*" }.into())];
        let high = [Select::Glob("high_*".into())];
        let case = Case::new(&[]).modality(low, &columns, &[]).kind(kind, &[shape]);
        let mut case = case.modality("high", &high, &[]).kind(ModalityKind::Dense, &[7]);
        case = case.source(SourceKind::Synthetic { name: "collider".into(), rows: 20, seed: 7 });
        case.label.classes = Classes::Named(vec!["background".into(), "signal".into()]);
        case.label.column.select = name("process");
        case.load().preprocessing()
    };
    let messages = |fitted: &Preprocessing| {
        let problems: Vec<Problem> = fitted.check(pipeline.plan()).into_iter().collect();
        assert!(problems.iter().all(|problem| problem.code == Code::ModelMismatch && problem.help.is_some()));
        problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>()
    };
    let right = fitted("low", ModalityKind::Dense, 21);
    assert!(messages(&right).is_empty());
    assert_eq!(messages(&fitted("lo", ModalityKind::Dense, 21)), ["`mul` reads `low`, and nothing was fitted to it"]);
    assert_eq!(
        messages(&fitted("low", ModalityKind::Dense, 7)),
        ["`low` was fitted as `dense[7]`, and `mul` reads `dense[21]`"]
    );
    assert_eq!(
        messages(&fitted("low?", ModalityKind::Dense, 21)),
        ["`low` may be missing in the data, and may not be missing in `mul`"]
    );
    let mut more = right;
    more.label.classes.push("other".into());
    assert_eq!(messages(&more), ["the label has 3 classes, and `mul` decides between 2"]);
}
