//! Invalid data: each problem has its code, the place in the data and the place in the pipeline. Never a panic.

use super::*;
use proptest::prelude::*;
use std::fs;

fn a() -> [Select; 1] {
    [name("a")]
}

#[test]
fn a_cell_that_is_no_number() {
    let case = Case::text("y,a\r\nno,1\r\n\r\nno,x1\r\nyes,\"inf\"\r\nno,\"1,5\"\r\n").modality("m", &a(), &[]);
    let problems = case.problems();
    let places: Vec<_> = problems.iter().map(place).collect();
    let at = |line| (Code::BadCell, "t.csv", Some(line), Some("a"), COLUMNS);
    assert_eq!(places, [at(4), at(5), at(6)]);
    assert_eq!(problems[0].message, "column `a`: expected a number, found `x1`");
    assert!(problems[1].help.as_deref().unwrap().contains("finite"));
    assert!(problems[2].help.as_deref().unwrap().contains("decimal comma"));
}

#[test]
fn a_column_of_bad_cells_is_one_report_with_their_number() {
    let rows: String = (0..25).map(|row| format!("no,x{row},{},1\n", row % 7)).collect();
    let case =
        Case::text(&format!("y,a,b,c\n{rows}yes,1,x,two\n")).modality("m", &[name("a"), name("b"), name("c")], &[]);
    let problems = case.problems();
    let places: Vec<_> = problems.iter().map(place).collect();
    let at = |line, column| (Code::BadCell, "t.csv", Some(line), Some(column), COLUMNS);
    assert_eq!(places, [at(2, "a"), at(27, "b"), at(27, "c")]);
    assert_eq!(
        problems[0].message,
        "column `a`: expected a number, found `x0`; the same in 24 more cells of the column, the next on lines 3, 4 and 5"
    );
    assert!(problems[0].help.as_ref().unwrap().contains("`category`"));
    // A single bad cell is reported as before, and a word again and again may be a mark.
    assert_eq!(problems[1].message, "column `b`: expected a number, found `x`");
    let problem = Case::text(&format!("y,a\n{}", "no,x\n".repeat(25))).modality("m", &a(), &[]).problem();
    assert!(problem.help.as_ref().unwrap().contains("missing = [\"x\"]"), "{problem:?}");
}

#[test]
fn many_bad_columns_are_counted() {
    let names: Vec<String> = (0..14).map(|at| format!("c{at}")).collect();
    let row = format!("no,{}\n", vec!["word"; 14].join(","));
    let case = Case::text(&format!("y,{}\n{}", names.join(","), row.repeat(9)));
    let columns: Vec<Select> = names.iter().map(|column| name(column)).collect();
    let problems = case.modality("m", &columns, &[]).problems();
    assert_eq!(problems.len(), 11);
    assert!(problems.iter().any(|problem| problem.message == "and 4 more columns like these"), "{problems:?}");
}

#[test]
fn a_header_where_none_was_expected() {
    let mut case = Case::text("0,a\n1,2\n").modality("m", &[Select::Position(1)], &[]);
    case.data.origin = Origin::Whole(table(&["t.csv"], ',', false));
    case.label.column.select = Select::Position(0);
    let problem = case.problem();
    assert_eq!(place(&problem), (Code::BadCell, "t.csv", Some(1), Some("1"), COLUMNS));
    assert!(problem.help.unwrap().contains("header: false"));
}

#[test]
fn rows_of_another_length() {
    let problems = Case::text("y,a\nno,1\nno\nyes,2,3\n").modality("m", &a(), &[]).problems();
    let places: Vec<_> = problems.iter().map(place).collect();
    let at = |line| (Code::RowLength, "t.csv", Some(line), None, SOURCE);
    assert_eq!(places, [at(3), at(4)]);
    assert_eq!(problems[0].message, "expected 2 cells, found 1");
    // A quote that is never closed would take the rest of the file into one cell.
    let problem = Case::text("y,a\nno,1\nno,\"2\nyes,3\nyes,4\n").modality("m", &a(), &[]).problem();
    assert_eq!(place(&problem), (Code::RowLength, "t.csv", Some(3), None, SOURCE));
}

#[test]
fn missing_columns() {
    let case = Case::text("y,width,height\nno,1,2\n").modality("m", &["widht", "height"].map(name), &[]);
    let problem = case.problem();
    assert_eq!(place(&problem), (Code::MissingColumn, "t.csv", None, Some("widht"), COLUMNS));
    assert_eq!(problem.help.as_deref(), Some("did you mean `width`?"));

    let case = Case::text("y,a\nno,1\n").modality("m", &[1, 2, 3].map(Select::Position), &[]);
    let problem = case.problem();
    assert_eq!((problem.code, problem.message.as_str()), (Code::MissingColumn, "there is no column 2 in `t.csv`"));

    let case = Case::text("0,1\n1,2\n").modality("m", &[name("a")], &[]);
    let problems = case.problems();
    assert!(problems.iter().all(|problem| problem.code == Code::MissingColumn), "{problems:#?}");
    assert!(problems[1].help.as_deref().unwrap().contains("header: false"), "{problems:#?}");
}

#[test]
fn columns_that_are_not_as_many_as_declared() {
    let mut case = Case::text("y,a1,a2,a3\nno,1,2,3\n").modality("m", &[Select::Glob("a*".into())], &[]);
    case.modalities[0].shape = Shape::vector(4);
    let problem = case.problem();
    assert_eq!((problem.code, problem.place()), (Code::ColumnCount, Some(span(TYPE))));
    assert_eq!(problem.message, "`m` is declared as 4 wide, but 3 columns of `t.csv` match");

    let twice = Case::text("y,a\nno,1\n").modality("m", &[name("a"), Select::Position(1)], &[]);
    assert_eq!(twice.problem().message, "column `a` is selected twice in `m`");
    let unclear = Case::text("y,a,a\nno,1,2\n").modality("m", &a(), &[]);
    assert_eq!(unclear.problem().code, Code::ColumnCount);
}

#[test]
fn labels_outside_of_the_classes() {
    let problem = Case::text("y,a\nno,1\nyess,2\n").modality("m", &a(), &[]).problem();
    assert_eq!(place(&problem), (Code::UnknownLabel, "t.csv", Some(3), Some("y"), LABEL));
    assert_eq!(problem.help.as_deref(), Some("did you mean `yes`?"));
}

#[test]
fn the_label_among_the_inputs_is_a_fact() {
    let mut case = Case::text("y,a\n0,1\n1,2\n").modality("m", &[Select::Position(0), Select::Position(1)], &[]);
    case.label.classes = Classes::Count(2);
    let data = case.run().value.unwrap();
    let profile = data.profile();
    let is_label: Vec<bool> = profile.modalities[0].columns.iter().map(|column| column.is_label).collect();
    assert_eq!(is_label, [true, false]);
    assert_eq!(profile.parts[0].classes, [1, 1]);
}

#[test]
fn empty_files() {
    for (file, bytes) in [
        ("t.csv", vec![]),
        ("t.csv", b"\n\n".to_vec()),
        ("t.csv", b"y,a\n".to_vec()),
        ("t.csv.gz", vec![]),
        ("t.csv.gz", gz(b"")),
        ("t.csv.gz", gz(b"y,a")),
        ("t.csv.zst", vec![]),
        ("t.csv.zst", zst(b"y,a\n")),
    ] {
        let case = Case::new(&[file]).modality("m", &a(), &[]);
        case.write(file, &bytes);
        assert_eq!(place(&case.problem()), (Code::EmptyData, file, None, None, SOURCE), "{file} {bytes:?}");
    }
}

#[test]
fn truncated_and_damaged_archives() {
    let text = lines(20_000);
    for (file, whole) in [("t.csv.gz", gz(text.as_bytes())), ("t.csv.zst", zst(text.as_bytes()))] {
        let case = Case::new(&[file]).modality("m", &a(), &[]);
        case.write(file, &whole[..whole.len() * 9 / 10]);
        let problem = case.problem();
        let (code, name, line, _, at) = place(&problem);
        assert_eq!((code, name, at), (Code::CorruptFile, file, SOURCE));
        // A Zstandard frame of this size is unpacked as one.
        assert_eq!(line.is_none(), file.ends_with("zst"), "{problem:?}");
        assert!(line.is_none_or(|line| (10_000..20_000).contains(&line)), "{problem:?}");
        assert!(problem.message.contains("truncated or damaged"));

        case.write(file, &whole[..whole.len() - 1]);
        assert_eq!(case.problem().code, Code::CorruptFile);
        // A text that is not packed is read, whatever it is called.
        case.write(file, b"y,a\nno,1\n");
        assert_eq!(case.load().train.rows, 1);
    }
}

#[test]
fn files_that_are_not_there() {
    let case = Case::new(&["higs.csv"]).modality("m", &a(), &[]);
    case.write("higgs.csv", b"y,a\nno,1\n");
    let problem = case.problem();
    assert_eq!(place(&problem), (Code::FileUnreadable, "higs.csv", None, None, SOURCE));
    assert_eq!(problem.help.as_deref(), Some("did you mean `higgs.csv`?"));

    let folder = Case::new(&["."]).modality("m", &a(), &[]);
    assert_eq!(folder.problem().code, Code::FileUnreadable);
}

#[test]
fn files_of_one_table_disagree() {
    let case = Case::new(&["1.csv", "2.csv", "3.csv"]).modality("m", &a(), &[]);
    case.write("1.csv", b"y,a\nno,1\n");
    case.write("2.csv", b"a,y\n1,no\n");
    case.write("3.csv", b"y,a,b\nno,1,2\n");
    let problems = case.problems();
    let places: Vec<_> = problems.iter().map(place).collect();
    let at = |code, file| (code, file, Some(1), None, SOURCE);
    assert_eq!(places, [at(Code::RowLength, "3.csv"), at(Code::MissingColumn, "2.csv")]);
}

#[test]
fn a_constant_column_cannot_be_standardized() {
    let text = "y,a,b\nno,7.5,1\nyes,7.5,2\nyes,9,3\n";
    let case = Case::text(text).modality("m", &["a", "b"].map(name), &[TransformKind::Standardize]);
    // The column varies only in the test row, which transforms are not fitted on.
    let case = case.portions(&[(Part::Test, PortionRule::Last(1))]);
    let problem = case.problem();
    assert_eq!(place(&problem), (Code::ConstantColumn, "t.csv", None, Some("a"), TRANSFORM));
    assert_eq!(problem.message, "column `a` is 7.5 on all 2 training rows and cannot be standardized");
}

#[test]
fn an_empty_cell_without_a_meaning() {
    let text = "y,a,b\nno,1,2\nyes,3,\nno,NaN,na\nyes,5,9\n";
    let problem = Case::text(text).modality("m", &["a", "b"].map(name), &[TransformKind::MinMax]).problem();
    // Columns are checked in their order.
    assert_eq!(place(&problem), (Code::MissingValue, "t.csv", Some(4), Some("a"), COLUMNS));
    assert!(problem.message.contains("the first of 3"), "{}", problem.message);
    assert!(problem.help.unwrap().contains("impute(mean)"));
}

#[test]
fn a_number_beyond_single_precision() {
    let problem = Case::text("y,a\nno,1\nyes,1e300\n").modality("m", &a(), &[]).problem();
    assert_eq!(place(&problem), (Code::BadCell, "t.csv", Some(3), Some("a"), COLUMNS));
}

#[test]
fn problems_of_all_tables_are_reported_together() {
    let mut case = Case::new(&[]).modality("m", &a(), &[]);
    let [train, test] = ["train.csv", "test.csv"].map(|path| table(&[path], ',', true));
    case.data.origin = Origin::Parts { train, valid: None, calib: None, test: Some(test) };
    case.write("train.csv", b"y,a\nno,x\n");
    case.write("test.csv", b"y,a\nno,y\n");
    let problems = case.problems();
    assert_eq!(problems.iter().map(|problem| place(problem).1).collect::<Vec<_>>(), ["train.csv", "test.csv"]);
}

#[test]
fn a_row_without_anything_to_decide_it_by_is_named() {
    let text = "y,a,b\nno,1,2\nyes,3,\nno,,\nyes,,9\nno,,\n";
    let of = |components: &[&[usize]]| {
        let case = Case::text(text).modality("m?", &a(), &[]).modality("n?", &["b"].map(name), &[]);
        Case { components: components.iter().map(|needs| needs.to_vec()).collect(), ..case }
    };
    let problem = of(&[&[0], &[1], &[0, 1]]).problem();
    assert_eq!(place(&problem), (Code::NothingPresent, "t.csv", Some(4), None, STRATEGY));
    assert!(problem.message.starts_with("row 2 has none") && problem.message.ends_with("(and 1 more rows)"));
    // With one component of both modalities, a row that lacks one has no component.
    assert_eq!(place(&of(&[&[0, 1]]).problem()).2, Some(3));
    assert!(of(&[]).run().value.is_some());
}

proptest! {
    #[test]
    fn any_bytes_are_data_or_a_problem(
        bytes in proptest::collection::vec(prop_oneof![any::<u8>(), proptest::sample::select(b"y,a\n\"\r01.e-".to_vec())], 0..200),
        header: bool,
        ending in proptest::sample::select(vec!["t.csv", "t.csv.gz", "t.csv.zst"]),
    ) {
        let mut case = Case::new(&[]).modality("m?", &[Select::Position(1)], &[TransformKind::MinMax]);
        case.data.origin = Origin::Whole(table(&[ending], ',', header));
        case.label.column.select = Select::Position(0);
        case.write(ending, &[if header { b"y,a\n".to_vec() } else { vec![] }, bytes].concat());
        let checked = case.run();
        prop_assert!(checked.value.is_some() || checked.problems.has_errors());
    }
}

#[test]
fn a_folder_in_place_of_a_table_is_answered_with_a_table_in_it() {
    let case = Case::new(&["tables"]).modality("m", &[name("a")], &[]);
    fs::create_dir(case.folder.path().join("tables")).unwrap();
    let help = |case: &Case| {
        let problem = case.problem();
        assert_eq!(problem.code, Code::FileUnreadable, "{problem:?}");
        problem.help.unwrap()
    };
    assert!(help(&case).contains("`images(..)`"));
    case.write("tables/b.csv", lines(3).as_bytes());
    case.write("tables/a.csv", lines(3).as_bytes());
    let help = help(&case);
    assert!(help.contains("`tables/a.csv`") && help.contains("`tables/*.csv`"), "{help}");
}
