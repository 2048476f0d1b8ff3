//! Columns of any name, selected by names and patterns, and left out of a selection.

use super::*;

/// Names that are awkward somewhere, each with its text in a list of columns.
const NAMES: [(&str, &str); 12] = [
    ("a b", "a b"),
    ("line\nend", "line\nend"),
    ("say \"hi\"", "say \"hi\""),
    ("x[0]", "x[0]"),
    ("a*b", "a\\*b"),
    ("what?", "what\\?"),
    ("!not", "\\!not"),
    ("größe", "größe"),
    ("back\\slash", "back\\slash"),
    ("", ""),
    ("it's", "it's"),
    ("{x}, y", "{x}, y"),
];

fn awkward() -> Case {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let header: Vec<String> = NAMES.iter().map(|(name, _)| quoted(name)).collect();
    let row = |y: &str, by: usize| {
        let cells: Vec<String> = (0..NAMES.len()).map(|at| (at * by).to_string()).collect();
        format!("{y},{}\n", cells.join(","))
    };
    Case::text(&format!("y,{}\n{}{}", header.join(","), row("no", 1), row("yes", 10)))
}

fn excepted(case: Case, selects: &[Select], width: usize) -> Case {
    let mut case = case.modality("m", selects, &[]);
    case.modalities[0].shape = Shape::vector(width);
    case
}

#[test]
fn a_column_of_any_name_is_selected_by_it() {
    for (at, (column, text)) in NAMES.into_iter().enumerate() {
        let data = awkward().modality("m", &[name(column)], &[]).load();
        assert_eq!(data.train.modalities[0].values(), [at as f32, (at * 10) as f32], "{column:?}");
        assert_eq!(data.modalities[0].column_names(), [column]);
        assert_eq!((escaped_name(column).as_str(), plain_name(text).as_deref()), (text, Some(column)));
    }
}

#[test]
fn names_and_patterns_are_left_out() {
    let glob = |pattern: &str| Select::Glob(pattern.into());
    let except = |pattern: &str| Select::Except(pattern.into());
    let all_but = |excepts: &[&str], width| {
        let selects: Vec<Select> = [glob("*")].into_iter().chain(excepts.iter().map(|text| except(text))).collect();
        excepted(awkward(), &selects, width)
    };
    let names = |case: Case| case.load().modalities[0].column_names();
    let expected: Vec<&str> = NAMES.iter().map(|(name, _)| *name).filter(|name| *name != "a*b").collect();
    assert_eq!(names(all_but(&["y", "a\\*b"], 11)), expected);
    // A pattern with a star leaves out what it matches.
    let expected: Vec<&str> = NAMES.iter().map(|(name, _)| *name).filter(|name| !name.starts_with('a')).collect();
    assert_eq!(names(all_but(&["a*", "y"], 10)), expected);
    // The order in the list does not matter, nor how a column was selected.
    let order =
        excepted(awkward(), &[except("!not"), Select::Position(7), name("a b"), except("größe"), name("!not")], 1);
    assert_eq!(names(order), ["a b"]);
    let problem = all_but(&["", "größ"], 11).problem();
    assert_eq!((problem.code, problem.help.as_deref()), (Code::MissingColumn, Some("did you mean `!größe`?")));
    assert_eq!(problem.edits[0].replacement, "\"!größe\"");
    let wrong = all_but(&["y"], 3).problem();
    assert_eq!(wrong.message, "`m` is declared as 3 wide, but 12 columns of `t.csv` match");
}

#[test]
fn columns_of_another_order_are_left_out_too() {
    let parts = |test: &[u8]| {
        let mut case = Case::new(&["t.csv"]);
        case.write("t.csv", b"y,a,id,b\nno,1,7,2\nyes,3,8,4\n");
        case.write("u.csv", test);
        let table = |file: &str| table(&[file], ',', true);
        case.data.origin =
            Origin::Parts { train: table("t.csv"), valid: None, calib: None, test: Some(table("u.csv")) };
        excepted(case, &[Select::Glob("*".into()), Select::Except("y".into()), Select::Except("id".into())], 2)
    };
    // Of the second table what is left out need not be there.
    let data = parts(b"b,y,a\n6,no,5\n").load();
    assert_eq!(data.test.unwrap().modalities[0].values(), [5.0, 6.0]);
}

#[test]
fn control_characters_are_shown_by_their_escapes() {
    let problem = Case::text("y,\"a\nb\"\nno,x\n").modality("m", &[name("a\nb")], &[]).problem();
    assert_eq!(problem.message, "column `a\\nb`: expected a number, found `x`");
    assert!(problem.data.as_ref().unwrap().to_string().ends_with("column `a\\nb`"));
    let problem = Case::text("y,a\nno,1\n").modality("m", &[name("\u{1b}[31mred\u{202e}")], &[]).problem();
    assert_eq!(problem.message, "there is no column `\\u{1b}[31mred\\u{202e}` in `t.csv`");
}
