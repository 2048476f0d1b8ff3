//! Rows without a label: an error, or left out and counted.

use super::*;
use mmc::data::{ApplyRequest, LabelUse, apply, source_of};

const TEXT: &str = "y,a\nyes,1\n,2\nno,3\n  ,4\nyes,5\nno,6\n,7\nno,8\n";

fn case(unlabeled: Unlabeled) -> Case {
    let mut case = Case::text(TEXT).modality("m", &[name("a")], &[]);
    case.data.unlabeled = unlabeled;
    case
}

#[test]
fn an_empty_label_is_an_error_whose_edit_leaves_the_rows_out() {
    let problem = case(Unlabeled::Error).problem();
    assert_eq!(place(&problem), (Code::UnknownLabel, "t.csv", Some(3), Some("y"), LABEL));
    assert_eq!(problem.message, "`y`: the label is empty (3 rows)");
    assert!(problem.help.as_ref().unwrap().contains("`unlabeled = drop`"), "{:?}", problem.help);
    assert_eq!(problem.edits[0].replacement, "\n  unlabeled = drop");
}

#[test]
fn rows_that_are_left_out_are_counted_and_change_no_row_number() {
    let case =
        case(Unlabeled::Drop).portions(&[(Part::Test, PortionRule::Last(2)), (Part::Valid, PortionRule::Last(1))]);
    let data = case.load();
    assert_eq!(data.unlabeled, 3);
    assert_eq!(data.train.row_ids, [0, 2]);
    assert_eq!(data.valid.as_ref().unwrap().row_ids, [4]);
    assert_eq!(data.test.as_ref().unwrap().row_ids, [5, 7]);
    assert_eq!(data.test.as_ref().unwrap().modalities[0].values(), [6.0, 8.0]);
    assert_eq!((data.train.labels.as_slice(), data.class_rows()), (&[1, 0][..], vec![3, 2]));
    assert_eq!(data.tables[0].rows, 8);
    assert!(data.notes.contains(&"3 of 8 rows of `t.csv` have no `y` and are left out".to_owned()), "{:?}", data.notes);
}

#[test]
fn problems_of_the_rows_that_are_left_name_their_lines() {
    let text = "y,a\n,1\nyes,2\n,x\nno,\nyes,3\n";
    let mut case = Case::text(text).modality("m", &[name("a")], &[]);
    case.data.unlabeled = Unlabeled::Drop;
    // A cell that is no number is an error wherever it is.
    assert_eq!(place(&case.problem()).2, Some(4));
    case.write("t.csv", text.replace('x', "9").as_bytes());
    let problem = case.problem();
    assert_eq!((problem.code, place(&problem).2), (Code::MissingValue, Some(5)));
}

#[test]
fn counted_classes_are_counted_without_the_empty_label() {
    let mut case = case(Unlabeled::Drop);
    case.label.classes = Classes::Count(2);
    assert_eq!(case.load().label.classes, ["no", "yes"]);
    let mut none = Case::text("y,a\n,1\n,2\n").modality("m", &[name("a")], &[]);
    none.data.unlabeled = Unlabeled::Drop;
    assert_eq!(none.problem().code, Code::TooFewRows);
}

#[test]
fn rows_to_measure_on_are_left_out_where_that_is_said() {
    let case = case(Unlabeled::Drop);
    let fitted = case.load().preprocessing();
    case.write("new.csv", b"a,y\n1,\n2,no\n");
    let source = source_of(Path::new("new.csv"), true).unwrap();
    let base = case.folder.path();
    let request = |labels| ApplyRequest {
        source: &source,
        base,
        modalities: vec![],
        labels,
        required: vec![],
        cache: None,
        memory: 1 << 20,
    };
    assert!(apply(&fitted, &request(LabelUse::Required)).value.is_none());
    let prepared = apply(&fitted, &request(LabelUse::RequiredOrDropped)).value.unwrap();
    assert_eq!((prepared.rows.row_ids.as_slice(), prepared.rows.labels.as_slice()), (&[1][..], &[0][..]));
    assert_eq!(prepared.notes, ["1 of 2 rows of `new.csv` has no `y` and is left out"]);
}
