//! Several tables as one by a key.

use super::*;

/// People and their visits, each a table.
fn join(first: &str, second: &str, on: &[&str]) -> Case {
    let case = Case::new(&[]);
    case.write("a.csv", first.as_bytes());
    case.write("b.csv", second.as_bytes());
    let sources = ["a.csv", "b.csv"].map(|file| table(&[file], ',', true)).to_vec();
    let on = on.iter().map(|key| Spanned { value: (*key).to_owned(), span: span(STRATEGY) }).collect();
    case.source(SourceKind::Join { sources, on })
}

#[test]
fn rows_of_the_first_table_get_those_of_the_others() {
    let case = join("id,y,a\nx,no,1\ny,yes,2\nx,no,3\n", "b,id\n10,y\n20,x\n30,z\n", &["id"]);
    let data = case.modality("m", &["a", "b"].map(name), &[]).load();
    assert_eq!(data.train.labels, [0, 1, 0]);
    assert_eq!(data.train.modalities[0].values(), [1.0, 20.0, 2.0, 10.0, 3.0, 20.0]);
    assert_eq!(data.notes, ["1 of 3 rows of `b.csv` match no row of `a.csv`"]);
    assert_eq!(data.tables[0].files, ["a.csv", "b.csv"]);
    assert_eq!(data.tables[0].row_files, ["a.csv"]);
}

#[test]
fn a_modality_is_missing_where_its_table_has_no_such_key() {
    let build = |modality| {
        let case = join("id,y,a\nx,no,1\ny,yes,2\n,no,3\n", "key,b\ny,10\n,7\n", &["id", "key"]);
        case.modality("n", &[name("a")], &[]).modality(modality, &[name("b")], &[])
    };
    let data = build("m?").load();
    assert_eq!(data.train.modalities[1].present.as_deref(), Some(&[false, true, false][..]));
    assert_eq!(data.train.modalities[1].values(), [0.0, 10.0, 0.0]);
    // An empty key matches nothing, not even another empty one.
    assert_eq!(data.notes[0], "2 of 3 rows of `a.csv` have no match in `b.csv`");

    let problem = build("m").problem();
    assert_eq!(place(&problem), (Code::UnmatchedKey, "a.csv", Some(2), Some("b"), COLUMNS));
    assert!(problem.message.starts_with("`b.csv` has no row for this key"), "{}", problem.message);
}

#[test]
fn a_duplicate_key_is_reported_with_both_places() {
    let case = join("id,y\nx,no\n", "id,b\nx,1\nz,2\nx,3\n", &["id"]).modality("m", &[name("b")], &[]);
    let problem = case.problem();
    assert_eq!(place(&problem), (Code::RepeatedKey, "b.csv", Some(4), Some("id"), STRATEGY));
    assert!(problem.help.unwrap().starts_with("it occurs first in b.csv, line 2"));
}

#[test]
fn a_key_that_is_no_column() {
    let problem = join("id,y\nx,no\n", "idd,b\nx,1\n", &["id"]).modality("m", &[name("b")], &[]).problem();
    assert_eq!(place(&problem), (Code::MissingColumn, "b.csv", None, Some("id"), STRATEGY));
    assert!(problem.help.unwrap().starts_with("did you mean `idd`?"));
}

#[test]
fn problems_are_those_of_the_table_they_are_in() {
    let case = join("id,y\nx,no\ny,no\n", "id,b\n\ny,\nx,2\n", &["id"]).modality("m", &[name("b")], &[]);
    assert_eq!(place(&case.problem()), (Code::MissingValue, "b.csv", Some(3), Some("b"), COLUMNS));
    // A name in two tables is ambiguous.
    let case = join("id,y,a\nx,no,1\n", "id,a\nx,2\n", &["id"]).modality("m", &[name("a")], &[]);
    assert_eq!(case.problem().code, Code::ColumnCount);
}

#[test]
fn a_join_is_cached_table_by_table() {
    let mut case = join("id,y\nx,no\n", "id,b\nx,1\n", &["id"]).modality("m", &[name("b")], &[]);
    case.cache = true;
    let first = case.load();
    assert!(!first.tables[0].cached);
    assert!(case.load().tables[0].cached);
    case.write("b.csv", b"id,b\nx,2\n");
    let changed = case.load();
    assert!(!changed.tables[0].cached);
    assert_ne!(changed.fingerprint, first.fingerprint);
}
