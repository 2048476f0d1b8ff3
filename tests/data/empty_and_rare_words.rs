//! Categories and texts with empty cells, and categories with rare values: what becomes of them, in training and of new rows.

use super::*;
use mmc::data::{ApplyRequest, FittedTransform, LabelUse, PreparedRows, Preprocessing, apply, source_of};

const GROUP: TransformKind = TransformKind::GroupRare { min_count: 2 };

fn category(text: &str, transforms: &[TransformKind], count: usize) -> Case {
    Case::text(text).modality("m", &[name("t")], transforms).kind(ModalityKind::Category { count }, &[1])
}

fn words(text: &str, before: &[TransformKind]) -> Case {
    let transforms = [before, &[TransformKind::Words { max: 3, vocab: 9 }]].concat();
    Case::text(text).modality("m", &[name("t")], &transforms).kind(ModalityKind::Text { vocabulary: 9 }, &[3])
}

fn values(case: &Case) -> Vec<f32> {
    case.load().train.modalities[0].values()
}

/// New rows with the preprocessing of training, written to JSON and read back.
fn new_rows(case: &Case, rows: &str) -> PreparedRows {
    let fitted = case.load().preprocessing();
    let fitted = Preprocessing::from_json(&fitted.to_json(), "preprocessing.json").unwrap();
    case.write("new.csv", rows.as_bytes());
    let source = source_of(Path::new("new.csv"), true).unwrap();
    let request = ApplyRequest {
        source: &source,
        base: case.folder.path(),
        modalities: vec![],
        labels: LabelUse::Ignore,
        required: vec![],
        cache: None,
        memory: 1 << 30,
    };
    let checked = apply(&fitted, &request);
    checked.value.unwrap_or_else(|| panic!("{:#?}", checked.problems))
}

#[test]
fn an_empty_cell_is_a_category_of_its_own() {
    let case = category("y,t\nno,b\nyes,\nno,a\nyes,\n", &[TransformKind::KeepMissing], 3);
    assert_eq!(values(&case), [3.0, 1.0, 2.0, 1.0]);
    let new = new_rows(&case, "t,other\n,1\nb,2\nz,3\n");
    assert_eq!(new.rows.modalities[0].values(), [1.0, 3.0, 0.0]);
    assert_eq!(new.notes, ["`m`: 1 rows have a value that no training row has: `z`"]);

    let problem = category("y,t\nno,b\nyes,\nno,a\n", &[TransformKind::KeepMissing], 2).problem();
    assert_eq!(problem.code, Code::TooManyValues);
    assert!(problem.message.contains("3 different values in the training rows, an empty cell among them"));
    assert_eq!(problem.edits[0].replacement, "category[3]");
}

#[test]
fn an_empty_cell_that_no_training_row_has_is_unknown() {
    let case = category("y,t\nno,b\nyes,a\n", &[TransformKind::KeepMissing], 3);
    let new = new_rows(&case, "t,other\n,1\nb,2\n");
    assert_eq!(new.rows.modalities[0].values(), [0.0, 2.0]);
    assert_eq!(new.notes, ["`m`: 1 rows have a value that no training row has: an empty cell"]);
}

#[test]
fn categories_are_filled_with_a_word() {
    let rows = "y,t\nno,b\nyes,\nno,a\nyes,b\n";
    let most_frequent = category(rows, &[TransformKind::Impute(Impute::MostFrequent)], 2);
    assert_eq!(values(&most_frequent), [2.0, 2.0, 1.0, 2.0]);
    assert_eq!(new_rows(&most_frequent, "t,other\n,1\na,2\n").rows.modalities[0].values(), [2.0, 1.0]);
    let other = category(rows, &[TransformKind::Impute(Impute::Word("none".into()))], 3);
    assert_eq!(values(&other), [2.0, 3.0, 1.0, 2.0]);
    assert_eq!(new_rows(&other, "t,other\n,1\nnone,2\n").rows.modalities[0].values(), [3.0, 3.0]);
}

#[test]
fn rare_values_share_an_id_with_unknown_ones() {
    let rows = "y,t\nno,b\nyes,a\nno,b\nyes,c\nno,a\nyes,d\n";
    let case = category(rows, &[GROUP], 3);
    assert_eq!(values(&case), [2.0, 1.0, 2.0, 3.0, 1.0, 3.0]);
    let new = new_rows(&case, "t,other\nd,1\nz,2\na,3\n");
    assert_eq!(new.rows.modalities[0].values(), [3.0, 3.0, 1.0]);
    // A rare value is no unknown one.
    assert_eq!(new.notes, ["`m`: 1 rows have a value that no training row has: `z`"]);

    // Without rare values nothing is grouped, and unknown ones stay unknown.
    let case = category("y,t\nno,b\nyes,a\nno,b\nyes,a\n", &[GROUP], 2);
    assert_eq!(values(&case), [2.0, 1.0, 2.0, 1.0]);
    assert_eq!(new_rows(&case, "t,other\nz,1\nb,2\n").rows.modalities[0].values(), [0.0, 2.0]);
}

#[test]
fn the_least_frequent_values_are_rare_where_the_type_has_no_room() {
    // c three times, b and a twice, d once.
    let rows = "y,t\nno,c\nyes,c\nno,c\nyes,b\nno,b\nyes,a\nno,a\nyes,d\n";
    let transforms = |case: &Case| case.load().modalities[0].transforms.clone();
    let of = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let expect = |rare: &[&str], values: &[&str]| {
        [FittedTransform::GroupRare { rare: of(rare) }, FittedTransform::Category { values: of(values) }]
    };
    assert_eq!(transforms(&category(rows, &[GROUP], 4)), expect(&["d"], &["a", "b", "c"]));
    // Among equals the first in order stays.
    assert_eq!(transforms(&category(rows, &[GROUP], 3)), expect(&["b", "d"], &["a", "c"]));
    assert_eq!(transforms(&category(rows, &[GROUP], 2)), expect(&["a", "b", "d"], &["c"]));
    assert_eq!(transforms(&category(rows, &[GROUP], 1)), expect(&["a", "b", "c", "d"], &[]));
    // One row is enough: only the room decides.
    let every = [TransformKind::GroupRare { min_count: 1 }];
    assert_eq!(transforms(&category(rows, &every, 4)), expect(&[], &["a", "b", "c", "d"]));
    assert_eq!(transforms(&category(rows, &every, 3)), expect(&["b", "d"], &["a", "c"]));
}

#[test]
fn an_empty_cell_that_is_a_value_is_never_rare() {
    let rows = "y,t\nno,b\nyes,\nno,b\nyes,c\nno,a\nyes,b\n";
    let case = category(rows, &[TransformKind::KeepMissing, GROUP], 3);
    // Empty, `b`, rare.
    assert_eq!(values(&case), [2.0, 1.0, 2.0, 3.0, 3.0, 2.0]);
    assert_eq!(new_rows(&case, "t,other\n,1\nz,2\n").rows.modalities[0].values(), [1.0, 3.0]);
}

#[test]
fn one_hot_has_a_number_for_the_empty_cell_and_for_rare_values() {
    let rows = "y,t\nno,b\nyes,\nno,b\nyes,c\n";
    let case = Case::text(rows)
        .modality("m", &[name("t")], &[TransformKind::KeepMissing, GROUP, TransformKind::OneHot])
        .kind(ModalityKind::Dense, &[3]);
    assert_eq!(values(&case), [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].concat());
    let new = new_rows(&case, "t,other\nz,1\n,2\n");
    assert_eq!(new.rows.modalities[0].values(), [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]].concat());
}

#[test]
fn an_empty_text_is_kept_or_replaced() {
    let rows = "y,t\nno,red shoe\nyes,\nno,!\n";
    let kept = words(rows, &[TransformKind::KeepMissing]);
    assert_eq!(values(&kept), [2.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert!(kept.load().train.modalities[0].present.is_none());
    assert_eq!(new_rows(&kept, "t,other\n,1\n").rows.modalities[0].values(), [0.0; 3]);

    let before = [TransformKind::Impute(Impute::Word("Red".into())), TransformKind::Lowercase];
    let replaced = words(rows, &before);
    assert_eq!(values(&replaced), [2.0, 3.0, 0.0, 2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
    assert_eq!(new_rows(&replaced, "t,other\n,1\n").rows.modalities[0].values(), [2.0, 0.0, 0.0]);
}

#[test]
fn each_message_on_an_empty_cell_names_a_way_that_works() {
    let problem = category("y,t\nno,b\nyes,\n", &[], 2).problem();
    assert!(problem.help.unwrap().contains("`keep_missing` if an empty cell is a value of its own"));
    let problem = words("y,t\nno,b\nyes,\n", &[]).problem();
    assert!(problem.help.unwrap().contains("`keep_missing` if an empty cell is a text without words"));
}

#[test]
fn declared_marks_are_empty_cells() {
    let marks = || TransformKind::Missing { values: vec![], words: vec!["?".into()] };
    let case = category("y,t\nno,b\nyes,?\nno,a\nyes,\n", &[marks(), TransformKind::KeepMissing], 3);
    assert_eq!(values(&case), [3.0, 1.0, 2.0, 1.0]);
    assert_eq!(new_rows(&case, "t,other\n?,1\nb,2\n").rows.modalities[0].values(), [1.0, 3.0]);
    let case = words("y,t\nno,red\nyes,?\n", &[marks(), TransformKind::Impute(Impute::Word("red".into()))]);
    assert_eq!(values(&case), [2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
    assert_eq!(new_rows(&case, "t,other\n?,1\n").rows.modalities[0].values(), [2.0, 0.0, 0.0]);
    let parts = vec![DatePart::Field(DateField::Year)];
    let date = TransformKind::Date { parts, forms: DateForms::default() };
    let impute = TransformKind::Impute(Impute::Mean);
    let case =
        Case::text("y,t\nno,2001-01-01\nyes,?\nno,2003-01-01\n").modality("m", &[name("t")], &[marks(), date, impute]);
    assert_eq!(values(&case), [2001.0, 2002.0, 2003.0]);
    assert_eq!(new_rows(&case, "t,other\n?,1\n").rows.modalities[0].values(), [2002.0]);
}
