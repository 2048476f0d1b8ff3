//! Tables without quotes are read column by column, those with quotes row by row: the same rows and the same problems.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// The cells of a row: a class, two numbers, a word.
type Row = [Vec<u8>; 4];

fn number() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        20 => "-?[0-9]{1,4}([.][0-9]{0,14})?",
        3 => "[ ]?-?[0-9]{0,20}[.]?[0-9]{1,20}(e-?[0-9]{1,2})?[ ]?",
        3 => prop_oneof![Just(""), Just("NA"), Just("-999"), Just("-999.0"), Just("gone")].prop_map(str::to_owned),
        1 => prop_oneof![Just("x"), Just("1 2"), Just("inf"), Just("\u{661}"), Just("1e999")].prop_map(str::to_owned),
    ]
    .prop_map(String::into_bytes)
}

fn word() -> impl Strategy<Value = Vec<u8>> {
    let words = ["red", " blue", "", "gone", "gr\u{fc}n"].map(|word| word.as_bytes().to_vec());
    prop_oneof![30 => proptest::sample::select(words.to_vec()), 1 => Just(b"\xffred".to_vec())]
}

fn row() -> impl Strategy<Value = Row> {
    let class = prop_oneof![30 => Just("yes"), 30 => Just("no"), 1 => Just("maybe")];
    (class, number(), number(), word()).prop_map(|(class, a, b, word)| [class.as_bytes().to_vec(), a, b, word])
}

/// What is between two rows: blank lines, a comment, a row of another length.
fn between() -> impl Strategy<Value = &'static str> {
    prop_oneof![60 => Just(""), 3 => Just("\n"), 3 => Just("# a,b\n"), 1 => Just("yes,1\n"), 1 => Just("no,1,2,red,q,q\n")]
}

/// The table whose last column, which nothing reads, is this cell in every row.
fn table(rows: &[(Row, &str)], last: &str) -> Vec<u8> {
    let mut text = b"y,a,b,word,last\n".to_vec();
    for (row, after) in rows {
        text.extend([&row.join(&b','), last.as_bytes()].join(&b','));
        text.extend(b"\n");
        text.extend(after.as_bytes());
    }
    text
}

/// What is read of a table, or the problems.
fn read(text: &[u8], optional: bool) -> String {
    let names = if optional { ["m?", "n?"] } else { ["m", "n"] };
    let mut case = Case::new(&["t.csv"]).modality(names[0], &["b", "a"].map(name), &[]);
    case = case.modality(names[1], &[name("word")], &[]).kind(ModalityKind::Category { count: 9 }, &[1]);
    let format = TextFormat { comment: Some('#'), ..TextFormat::csv() };
    case = case.source(SourceKind::Table { paths: vec![path("t.csv")], format: Box::new(format) });
    case.data.missing = MissingMarkers::new(&["gone".to_owned()], &[-999.0]);
    case.write("t.csv", text);
    let checked = case.run();
    match checked.value {
        Some(data) => format!("{:?}", Dataset { fingerprint: String::new(), ..data }),
        None => format!("{:#?}", checked.problems.into_iter().collect::<Vec<_>>()),
    }
}

proptest! {
    #[test]
    fn quotes_around_a_cell_that_is_not_read_change_nothing(
        rows in vec((row(), between()), 1..200), good in any::<bool>(), optional: bool,
    ) {
        // Half of the tables have no bad cells, so that their rows are compared and not their problems alone.
        let fits = |(row, after): &(Row, &str)| {
            let number = |cell: &[u8]| std::str::from_utf8(cell).is_ok_and(|cell| cell.trim().parse::<f64>().is_ok_and(f64::is_finite));
            row[0] != b"maybe" && number(&row[1]) && number(&row[2]) && !row[3].contains(&0xff) && !after.contains("1")
        };
        let rows: Vec<_> = rows.into_iter().filter(|row| !good || fits(row)).collect();
        let (plain, quoted) = (read(&table(&rows, "q"), optional), read(&table(&rows, "\"q\""), optional));
        prop_assert_eq!(plain, quoted);
    }
}

#[test]
fn problems_are_the_same_with_and_without_quotes() {
    let text = "y,a,b,word,last\nyes,1,x,red,q\nno,y,2,red,q\nno\nyes,z,z,red,q\nno,1,2,red,q\n";
    let problems = |text: &str| {
        let mut case = Case::text(text).modality("m", &["a", "b"].map(name), &[]);
        case.label.classes = Classes::Named(vec!["no".into(), "yes".into()]);
        let problems = case.problems();
        problems.iter().map(|problem| problem.data.as_ref().unwrap().to_string()).collect::<Vec<_>>()
    };
    // The length of a row is reported at the source, cells by column in the order of their first lines.
    let expected = [
        "t.csv, line 4",
        "t.csv, line 2, column `b`",
        "t.csv, line 5, column `b`",
        "t.csv, line 3, column `a`",
        "t.csv, line 5, column `a`",
    ];
    assert_eq!(problems(text), expected);
    assert_eq!(problems(&text.replace(",q", ",\"q\"")), expected);
}
