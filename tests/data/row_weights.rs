//! The weights of rows and classes in the loss: read, fitted to the training rows, applied to new rows, refused.

use super::{Case, LABEL, column, name, place, span};
use mmc::data::{ApplyRequest, LabelUse, Preprocessing, apply, source_of};
use mmc::diag::Code;
use mmc::spec::*;
use std::path::Path;

const ROWS: &str = "x,y,w\n1,no,2\n2,no,0.5\n3,no,1\n4,yes,0\n5,yes,4\n6,no,3\n";

fn case(weight: bool, classes: Option<ClassWeights>) -> Case {
    let mut case = Case::text(ROWS).modality("x", &[name("x")], &[]).portions(&[(Part::Test, PortionRule::Last(1))]);
    case.data.weight = weight.then(|| column(name("w"), LABEL + 1));
    case.class_weights = classes.map(|value| Spanned { value, span: span(LABEL + 2) });
    case
}

#[test]
fn a_row_weighs_the_number_of_its_column_times_the_weight_of_its_class() {
    let data = case(false, None).load();
    assert!(data.train.weights.is_empty() && data.label.weights.is_none());
    assert!(!data.preprocessing().to_json().contains("weights"));

    let data = case(true, None).load();
    assert_eq!(data.train.weights, [2.0, 0.5, 1.0, 0.0, 4.0]);
    assert_eq!(data.test.unwrap().weights, [3.0]);

    let data = case(true, Some(ClassWeights::Each(vec![1.0, 3.0]))).load();
    assert_eq!(data.train.weights, [2.0, 0.5, 1.0, 0.0, 12.0]);

    // Without a column: 5 training rows, 3 of them of the first of two classes.
    let data = case(false, Some(ClassWeights::Balanced)).load();
    assert_eq!(data.train.weights, [5.0 / 6.0, 5.0 / 6.0, 5.0 / 6.0, 1.25, 1.25]);
    assert_eq!(data.test.as_ref().unwrap().weights, [5.0 / 6.0]);
    assert!(
        data.notes.iter().any(|note| note == "balanced class weights: `no` 0.8333, `yes` 1.2500"),
        "{:?}",
        data.notes
    );

    // With one: both classes weigh 3.75 in total.
    let data = case(true, Some(ClassWeights::Balanced)).load();
    let total = |class: u32| -> f64 {
        data.train.labels.iter().zip(&data.train.weights).filter(|(label, _)| **label == class).map(|(_, w)| w).sum()
    };
    assert_eq!((total(0), total(1)), (3.75, 3.75));
}

#[test]
fn new_rows_weigh_what_training_rows_would() {
    let case = case(true, Some(ClassWeights::Balanced));
    let data = case.load();
    let fitted = Preprocessing::from_json(&data.preprocessing().to_json(), "preprocessing.json").unwrap();
    assert_eq!(fitted, data.preprocessing());
    let run = |file: &str, text: &str, labels: LabelUse| {
        case.write(file, text.as_bytes());
        let source = source_of(Path::new(file), true).unwrap();
        let request = ApplyRequest {
            source: &source,
            base: case.folder.path(),
            modalities: vec![],
            labels,
            required: vec![],
            cache: None,
            memory: 1 << 30,
        };
        apply(&fitted, &request)
    };
    let all = run("all.csv", ROWS, LabelUse::Required).value.unwrap();
    assert_eq!(all.rows.weights[..5], data.train.weights);
    assert_eq!(all.rows.weights[5..], data.test.unwrap().weights);
    // Without the column, which is said, and where nothing is measured.
    let without = run("without.csv", "x,y\n1,no\n5,yes\n", LabelUse::Required).value.unwrap();
    assert_eq!(without.rows.weights, [all.rows.weights[0] / 2.0, all.rows.weights[4] / 4.0]);
    assert!(without.notes.iter().any(|note| note.contains("no column `w`")), "{:?}", without.notes);
    assert!(run("new.csv", "x,w\n1,-7\n", LabelUse::Ignore).value.unwrap().rows.weights.is_empty());
    let problems = run("bad.csv", "x,y,w\n1,no,-7\n", LabelUse::Required).problems;
    assert!(problems.iter().any(|problem| problem.code == Code::BadCell));
}

#[test]
fn weights_that_are_none_are_refused_where_they_are() {
    let problem = |text: &str| {
        let case = case(true, None);
        case.write("t.csv", text.as_bytes());
        case.problem()
    };
    let missing = problem("x,y,w\n1,no,1\n2,yes,\n3,no,\n4,no,1\n");
    assert_eq!(place(&missing), (Code::MissingValue, "t.csv", Some(3), Some("w"), LABEL + 1));
    assert!(missing.message.ends_with("(2 rows)"), "{}", missing.message);
    let negative = problem("x,y,w\n1,no,1\n2,yes,-0.5\n4,no,1\n");
    assert_eq!(place(&negative), (Code::BadCell, "t.csv", Some(3), Some("w"), LABEL + 1));
    assert!(problem("x,y,w\n1,no,1\n2,yes,heavy\n4,no,1\n").message.contains("heavy"));
    assert_eq!(problem("x,y,v\n1,no,1\n2,yes,1\n").code, Code::MissingColumn);
    let none = problem("x,y,w\n1,no,0\n2,yes,0\n4,no,1\n");
    assert!(none.code == Code::BadCell && none.message.contains("every row of `train` weighs 0"), "{}", none.message);
    // The rows of the last part are of a class that weighs nothing.
    let test = case(false, Some(ClassWeights::Each(vec![0.0, 1.0]))).problem();
    assert!(
        test.message.contains("every row of `test` weighs 0") && test.place() == Some(span(LABEL + 2)),
        "{test:#?}"
    );
}
