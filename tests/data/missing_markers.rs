//! What marks an empty cell: words among numbers by default, other words and numbers where they are declared.

use super::*;
use mmc::data::{ApplyRequest, FittedTransform, LabelUse, Preprocessing, apply, source_of};

fn markers(words: &[&str], numbers: &[f64]) -> MissingMarkers {
    MissingMarkers::new(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), numbers)
}

fn marked(words: &[&str], numbers: &[f64]) -> TransformKind {
    TransformKind::Missing { values: numbers.to_vec(), words: words.iter().map(|word| (*word).to_owned()).collect() }
}

fn present(case: &Case) -> Vec<bool> {
    case.load().train.modalities[0].present.clone().unwrap()
}

fn values(data: &Dataset) -> Vec<String> {
    match data.modalities[0].transforms.as_slice() {
        [FittedTransform::Category { values }] => values.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn words_that_are_no_numbers_are_empty_cells_among_numbers_in_every_format() {
    let cells = ["NA", "N/A", "nan", "NULL", "None", "?", "#N/A", "<NA>", "", "1.5"];
    let csv: String = cells.iter().map(|cell| format!("yes,{cell}\n")).collect();
    let json: String = cells.iter().map(|cell| format!("{{\"y\": \"yes\", \"a\": \"{cell}\"}}\n")).collect();
    let mut expected = vec![false; cells.len()];
    expected[cells.len() - 1] = true;
    let case = Case::text(&format!("y,a\n{csv}no,2\n")).modality("m?", &[name("a")], &[]);
    assert_eq!(present(&case)[..cells.len()], expected);
    let case = Case::new(&[]).source(SourceKind::Jsonl { paths: vec![path("t.jsonl")] });
    case.write("t.jsonl", format!("{json}{{\"y\": \"no\", \"a\": 2}}\n").as_bytes());
    assert_eq!(present(&case.modality("m?", &[name("a")], &[]))[..cells.len()], expected);
}

#[test]
fn the_same_words_are_words_where_words_are_read() {
    let text = "y,a\nyes,NA\nno,None\nyes,?\nno,DE\nyes,\n";
    let case = Case::text(text).modality("m?", &[name("a")], &[]).kind(ModalityKind::Category { count: 4 }, &[1]);
    assert_eq!(values(&case.load()), ["?", "DE", "NA", "None"]);
    assert_eq!(present(&case), [true, true, true, true, false]);
}

#[test]
fn what_the_data_block_declares_is_empty_in_every_column() {
    let text = "y,a,b,c\nyes,NA,?,1\nno,DE,-999,-999.0\n?,FR,hello,3\nyes,-999,NA,unknown\n";
    let mut case = Case::text(text).modality("m?", &[name("a")], &[]).kind(ModalityKind::Category { count: 3 }, &[1]);
    case.data.missing = markers(&["?", "NA", "unknown"], &[-999.0]);
    case.data.unlabeled = Unlabeled::Drop;
    let data = case.load();
    assert_eq!((values(&data), present(&case)), (vec!["DE".to_owned()], vec![false, true, false]));
    assert_eq!((data.unlabeled, data.train.row_ids.as_slice()), (1, &[0, 1, 3][..]));
    let numbers = |column| {
        let mut case = Case::text(text).modality("m?", &[name(column)], &[]);
        (case.data.missing, case.data.unlabeled) = (markers(&["?", "NA", "unknown"], &[-999.0]), Unlabeled::Drop);
        present(&case)
    };
    assert_eq!(numbers("c"), [true, false, false]);
    // Case counts: a word is declared letter by letter.
    let mut other = Case::text("y,a\nyes,na\nno,b\n").modality("m", &[name("a")], &[]);
    other = other.kind(ModalityKind::Category { count: 2 }, &[1]);
    other.data.missing = markers(&["NA"], &[]);
    assert_eq!(values(&other.load()), ["b", "na"]);
}

#[test]
fn a_modality_declares_words_of_its_own_columns_only() {
    let text = "y,a,b\nyes,unknown,unknown\nno,2,x\n";
    let case = Case::text(text).modality("m?", &[name("a")], &[marked(&["unknown"], &[])]);
    assert_eq!(present(&case), [false, true]);
    let problem = Case::text(text).modality("m?", &[name("a")], &[]).problem();
    assert_eq!(problem.code, Code::BadCell);
    assert!(problem.help.as_ref().unwrap().contains("missing"), "{:?}", problem.help);
    let both = Case::text(text).modality("m?", &[name("a")], &[marked(&["unknown"], &[])]);
    let both = both.modality("n", &[name("b")], &[]).kind(ModalityKind::Category { count: 2 }, &[1]);
    let data = both.load();
    let [_, FittedTransform::Category { values }] =
        [&data.modalities[0].transforms[0], &data.modalities[1].transforms[0]]
    else {
        panic!()
    };
    assert_eq!(values, &["unknown", "x"]);
}

#[test]
fn one_hot_and_texts_take_markers_too() {
    let text = "y,a\nyes,n/a\nno,red\nyes,blue\n";
    let case = Case::text(text).modality("m?", &[name("a")], &[marked(&["n/a"], &[]), TransformKind::OneHot]);
    let mut case = case;
    case.modalities[0].shape = Shape::vector(2);
    assert_eq!(present(&case), [false, true, true]);
    let chars = TransformKind::Chars { max: 3, vocab: 10 };
    let case = Case::text(text).modality("m?", &[name("a")], &[marked(&["n/a"], &[]), chars]);
    assert_eq!(present(&case.kind(ModalityKind::Text { vocabulary: 10 }, &[3])), [false, true, true]);
}

#[test]
fn new_rows_have_the_marks_of_the_training_rows() {
    let text = "y,a,b\nyes,1,x\nno,2,z\nyes,?!,gone\nno,-1,x\n";
    let mut case = Case::text(text).modality("a?", &[name("a")], &[marked(&["?!"], &[])]);
    case = case.modality("b?", &[name("b")], &[]).kind(ModalityKind::Category { count: 3 }, &[1]);
    case.data.missing = markers(&["gone"], &[-1.0]);
    let fitted = case.load().preprocessing();
    let fitted = Preprocessing::from_json(&fitted.to_json(), "x").unwrap();
    case.write("new.csv", b"a,b\n?!,x\n-1.0,gone\n3,-1\ngone,z\n");
    let source = source_of(Path::new("new.csv"), true).unwrap();
    let request = ApplyRequest {
        source: &source,
        base: case.folder.path(),
        modalities: vec![],
        labels: LabelUse::Ignore,
        required: vec![],
        cache: None,
        memory: 1 << 20,
    };
    let prepared = apply(&fitted, &request).value.unwrap();
    let present = |at: usize| prepared.rows.modalities[at].present.clone().unwrap();
    assert_eq!(present(0), [false, false, true, false]);
    assert_eq!(present(1), [true, false, false, true]);
}

#[test]
fn a_marked_key_matches_nothing() {
    let tables = || vec![table(&["l.csv"], ',', true), table(&["r.csv"], ',', true)];
    let on = vec![path("id")];
    let mut case = Case::new(&[]).source(SourceKind::Join { sources: tables(), on }).modality("m?", &[name("a")], &[]);
    case.write("l.csv", b"id,y\n1,yes\nNA,no\n");
    // Twice, which is an error of a key.
    case.write("r.csv", b"id,a\nNA,5\nNA,6\n1,7\n");
    assert_eq!(case.problem().code, Code::RepeatedKey);
    case.data.missing = markers(&["NA"], &[]);
    assert_eq!(present(&case), [true, false]);
}

#[test]
fn the_cache_tells_marks_apart() {
    let mut case = Case::text("y,a\nyes,x\nno,z\n").modality("m?", &[name("a")], &[]);
    case = case.kind(ModalityKind::Category { count: 2 }, &[1]);
    case.cache = true;
    assert_eq!(present(&case), [true, true]);
    case.data.missing = markers(&["z"], &[]);
    assert_eq!(present(&case), [true, false]);
    assert_eq!(present(&case), [true, false]);
}

#[test]
fn marks_that_are_read_as_empty_and_words_that_are_not_are_told() {
    let text = "y,a,b,c\nyes,?,1,NA\nno,NA,?,DE\nyes,?,,none\nno,2,3,NA\n";
    let mut case = Case::text(text).modality("m?", &[name("a"), name("b")], &[]);
    case = case.modality("n?", &[name("c")], &[]).kind(ModalityKind::Category { count: 3 }, &[1]);
    case.cache = true;
    // The second time from the cache.
    for _ in 0..2 {
        assert_eq!(
            case.load().notes,
            [
                "read as empty cells of `t.csv`: `?` on 3 rows in `a`, `b`; `NA` on 1 row in `a`",
                "`NA` is a word of `c` on 2 rows; `missing = [\"NA\"]` in `data` reads it as an empty cell",
                "`none` is a word of `c` on 1 row; `missing = [\"none\"]` in `data` reads it as an empty cell",
            ]
        );
    }
    case.data.missing = markers(&["NA", "none"], &[]);
    let notes = case.load().notes;
    assert_eq!(
        notes[0],
        "read as empty cells of `t.csv`: `?` on 3 rows in `a`, `b`; `NA` on 3 rows in `a`, `c`; `none` on 1 row in `c`"
    );
}
