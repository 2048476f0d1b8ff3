//! Splits: which rows go where.

use super::*;
use mmc::data::Dataset;
use proptest::prelude::*;

fn ids(data: &Dataset, part: Part) -> Vec<u64> {
    data.part(part).map(|subset| subset.row_ids.clone()).unwrap_or_default()
}

fn case(rows: usize) -> Case {
    Case::text(&lines(rows)).modality("m", &["a", "b"].map(name), &[])
}

#[test]
fn portions_are_taken_in_the_order_written() {
    let data = case(10).portions(&[(Part::Test, PortionRule::Last(3)), (Part::Valid, PortionRule::Last(2))]).load();
    assert_eq!(ids(&data, Part::Test), [7, 8, 9]);
    assert_eq!(ids(&data, Part::Valid), [5, 6]);
    assert_eq!(ids(&data, Part::Train), [0, 1, 2, 3, 4]);
    let data = case(10).portions(&[(Part::Valid, PortionRule::First(2)), (Part::Test, PortionRule::First(1))]).load();
    assert_eq!(ids(&data, Part::Test), [2]);
    assert_eq!(data.train.modalities[0].values()[..2], [3.0, 9.0]);
}

#[test]
fn a_fraction_is_of_all_rows() {
    let data =
        case(40).portions(&[(Part::Test, PortionRule::Last(20)), (Part::Valid, PortionRule::Fraction(0.1))]).load();
    assert_eq!(ids(&data, Part::Valid).len(), 4);
    assert!(ids(&data, Part::Valid).iter().all(|row| *row < 20));
    let data = case(3).portions(&[(Part::Valid, PortionRule::Fraction(0.01))]).load();
    assert_eq!(ids(&data, Part::Valid).len(), 1);
}

#[test]
fn train_may_be_a_portion() {
    let data = case(10).portions(&[(Part::Test, PortionRule::Last(2)), (Part::Train, PortionRule::First(5))]).load();
    assert_eq!(ids(&data, Part::Train), [0, 1, 2, 3, 4]);
    assert_eq!(data.notes, ["3 rows are in no part"]);
}

#[test]
fn too_few_rows() {
    let problem =
        case(5).portions(&[(Part::Test, PortionRule::Last(4)), (Part::Valid, PortionRule::First(2))]).problem();
    assert_eq!(place(&problem), (Code::TooFewRows, "t.csv", None, None, PORTION));
    assert_eq!(problem.message, "`valid` asks for the first 2 rows and 1 are left of 5");
    let problem = case(5).portions(&[(Part::Test, PortionRule::Last(5))]).problem();
    assert_eq!(problem.code, Code::TooFewRows);
}

#[test]
fn valid_may_come_from_a_train_table() {
    let mut case = case(0).portions(&[(Part::Valid, PortionRule::Fraction(0.25))]);
    let [train, test] = ["train.csv", "test.csv"].map(|path| table(&[path], ',', true));
    case.data.origin = Origin::Parts { train, valid: None, calib: None, test: Some(test) };
    case.write("train.csv", lines(8).as_bytes());
    case.write("test.csv", lines(3).as_bytes());
    let data = case.load();
    assert_eq!([Part::Train, Part::Valid, Part::Test].map(|part| ids(&data, part).len()), [6, 2, 3]);
    let twice = case.portions(&[(Part::Test, PortionRule::Last(1))]);
    assert_eq!(twice.problem().code, Code::DuplicateKey);
}

#[test]
fn a_column_may_say_the_part() {
    let mut case = Case::text("y,a,part\nno,1,test\nyes,2,train\nno,3,dev\nno,4,Validation\nyes,5,train\n");
    case = case.modality("m", &[name("a")], &[]);
    case.data.split.by_column = Some(Spanned { value: "part".into(), span: span(STRATEGY) });
    let data = case.load();
    assert_eq!([Part::Train, Part::Valid, Part::Test].map(|part| ids(&data, part)), [vec![1, 4], vec![2, 3], vec![0]]);

    case.write("t.csv", b"y,a,part\nno,1,tets\nyes,2,train\n");
    let problem = case.problem();
    assert_eq!(place(&problem), (Code::BadSplitValue, "t.csv", Some(2), Some("part"), STRATEGY));
    assert_eq!(problem.help.as_deref(), Some("did you mean `test`?"));
}

#[test]
fn groups_stay_together() {
    let mut text = "y,a,who\n".to_owned();
    (0..120).for_each(|row| text.push_str(&format!("{},{row},p{}\n", ["no", "yes"][row % 2], (row * 7) % 23)));
    let mut case = Case::text(&text).modality("m", &[name("a")], &[]);
    case = case.portions(&[(Part::Test, PortionRule::Fraction(0.25)), (Part::Valid, PortionRule::Fraction(0.2))]);
    case.data.split.group = columns_of(&["who"]);
    for stratify in [false, true] {
        case.data.split.stratify = stratify;
        let data = case.load();
        let who = |part| ids(&data, part).iter().map(|row| (row * 7) % 23).collect::<std::collections::BTreeSet<u64>>();
        let [train, valid, test] = [Part::Train, Part::Valid, Part::Test].map(who);
        assert!(train.is_disjoint(&valid) && train.is_disjoint(&test) && valid.is_disjoint(&test));
        // Groups hold 5 or 6 rows: a share is met to within half of one.
        assert!(ids(&data, Part::Test).len().abs_diff(30) <= 3, "{}", ids(&data, Part::Test).len());
        assert!(ids(&data, Part::Valid).len().abs_diff(24) <= 3);
    }
    case.write("t.csv", b"y,a,who\nno,1,p\nyes,2,\nno,3,p\n");
    let problem = case.problem();
    assert_eq!(place(&problem), (Code::MissingValue, "t.csv", Some(3), Some("who"), STRATEGY));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn parts_are_disjoint_complete_sized_and_seeded(
        rows in 4usize..200, test in 0.05..0.4f64, valid in 0.05..0.4f64, stratify: bool, seed: u64,
    ) {
        let mut case = case(rows).portions(&[(Part::Test, PortionRule::Fraction(test)), (Part::Valid, PortionRule::Fraction(valid))]);
        case.data.split.stratify = stratify;
        case.data.split.seed = seed;
        let data = case.load();
        let size = |share: f64| ((share * rows as f64).round() as usize).max(1);
        let [train_ids, valid_ids, test_ids] = [Part::Train, Part::Valid, Part::Test].map(|part| ids(&data, part));
        prop_assert_eq!(test_ids.len(), size(test));
        prop_assert_eq!(valid_ids.len(), size(valid));
        prop_assert!([&train_ids, &valid_ids, &test_ids].iter().all(|ids| ids.is_sorted()));
        let mut together = [train_ids, valid_ids.clone(), test_ids.clone()].concat();
        together.sort_unstable();
        prop_assert_eq!(together, (0..rows as u64).collect::<Vec<_>>());
        if stratify {
            let everyone = rows.div_ceil(3) as f64;
            let share = everyone * test_ids.len() as f64 / rows as f64;
            let yes = test_ids.iter().filter(|row| **row % 3 == 0).count() as f64;
            prop_assert!((yes - share).abs() < 1.0);
        }
        let again = case.load();
        prop_assert_eq!(ids(&again, Part::Test), test_ids);
        prop_assert_eq!(ids(&again, Part::Valid), valid_ids);
    }

    #[test]
    fn rows_outside_of_train_never_reach_what_is_fitted(seed: u64, factor in 2.0..1e6f64) {
        let transforms = [TransformKind::Impute(Impute::Mean), TransformKind::Log1p, TransformKind::Standardize];
        let mut case = case(60).portions(&[(Part::Test, PortionRule::Fraction(0.3)), (Part::Valid, PortionRule::Fraction(0.2))]);
        case.data.split.seed = seed;
        case.modalities[0].transforms =
            transforms.into_iter().map(|kind| Transform { kind, span: span(TRANSFORM) }).collect();
        let before = case.load();
        let train = ids(&before, Part::Train);
        let mut text = String::new();
        for (line, cells) in lines(60).lines().enumerate() {
            if line == 0 || train.contains(&(line as u64 - 1)) {
                text.push_str(&format!("{cells}\n"));
            } else {
                let label = cells.split(',').next().unwrap_or_default();
                text.push_str(&format!("{label},{},\n", -factor * line as f64));
            }
        }
        case.write("t.csv", text.as_bytes());
        let after = case.load();
        prop_assert_eq!(&after.modalities, &before.modalities);
        prop_assert_eq!(&after.train, &before.train);
        prop_assert_ne!(&after.test, &before.test);
    }
}

#[test]
fn another_seed_is_another_split() {
    let mut case = case(100).portions(&[(Part::Test, PortionRule::Fraction(0.5))]);
    let first = ids(&case.load(), Part::Test);
    case.data.split.seed = 1;
    assert_ne!(ids(&case.load(), Part::Test), first);
}

/// A row for each of these words in the column `part`.
fn by_words(words: &[&str], parts: &[(Part, &[&str])]) -> Case {
    let rows: Vec<String> =
        words.iter().enumerate().map(|(at, word)| format!("{},{at},{word}\n", ["no", "yes"][at % 2])).collect();
    let mut case = Case::text(&format!("y,a,part\n{}", rows.concat())).modality("m", &[name("a")], &[]);
    case.data.split.by_column = Some(Spanned { value: "part".into(), span: span(STRATEGY) });
    let spanned = |word: &&str| Spanned { value: (*word).to_owned(), span: span(PORTION) };
    let of = |(part, words): &(Part, &[&str])| PartWords { part: *part, words: words.iter().map(spanned).collect() };
    case.data.split.words = parts.iter().map(of).collect();
    case
}

#[test]
fn a_column_may_say_the_part_in_words_of_the_pipeline() {
    let words = ["0", "1.0", "2", "b", "0.0", "train"];
    let case = by_words(&words, &[(Part::Train, &["0", "2"]), (Part::Test, &["1", "b", "train"])]);
    let data = case.load();
    assert_eq!([Part::Train, Part::Test].map(|part| ids(&data, part)), [vec![0, 2, 4], vec![1, 3, 5]]);
    assert!(data.valid.is_none() && data.notes.is_empty());

    let case = by_words(&["0", "x", "1", "2", "x", ""], &[(Part::Train, &["0"]), (Part::Test, &["1"])]);
    let problem = case.problem();
    assert_eq!(place(&problem), (Code::BadSplitValue, "t.csv", Some(3), Some("part"), STRATEGY));
    let listed = "column `part` has words that are in no part: `x` on 2 rows, `2` on 1 row, an empty cell on 1 row";
    assert_eq!(problem.message, listed);
}

/// 240 rows, the column `land` of which has four values, two of them rare; the class is independent of it.
fn lands() -> Case {
    let land = |row: usize| ["de", "de", "de", "de", "fr", "fr", "fr", "it"][row % 8];
    let rows = (0..240).map(|row| format!("{},{row},{},{}\n", ["no", "yes"][row / 8 % 2], land(row), row % 5));
    Case::text(&format!("y,a,land,day\n{}", rows.collect::<String>())).modality("m", &[name("a")], &[])
}

fn columns_of(names: &[&str]) -> Vec<Spanned<String>> {
    names.iter().map(|name| Spanned { value: (*name).into(), span: span(STRATEGY) }).collect()
}

#[test]
fn every_value_of_a_column_has_its_share() {
    let count = |rows: &[u64], of: &dyn Fn(u64) -> bool| rows.iter().filter(|row| of(**row)).count();
    for seed in 0..5 {
        let mut case = lands().portions(&[(Part::Test, PortionRule::Fraction(0.25))]);
        case.data.split.seed = seed;
        case.data.split.stratify_by = columns_of(&["land"]);
        let test = ids(&case.load(), Part::Test);
        // Quarters of 120, 90 and 30 rows; a remainder goes to the first.
        let found = [0..4, 4..7, 7..8].map(|values| count(&test, &|row| values.contains(&(row % 8))));
        assert_eq!(found.iter().sum::<usize>(), 60);
        assert!(found[0] == 30 && (22..=23).contains(&found[1]) && (7..=8).contains(&found[2]), "{found:?}");
        // With the class, each combination has its share.
        case.data.split.stratify = true;
        let test = ids(&case.load(), Part::Test);
        let yes = |row: u64| row / 8 % 2 == 1;
        let found = [false, true].map(|class| count(&test, &|row| row % 8 < 4 && yes(row) == class));
        assert_eq!(found, [15, 15]);
    }
}

#[test]
fn rows_of_the_same_values_in_several_columns_stay_together() {
    let mut case = lands().portions(&[(Part::Test, PortionRule::Fraction(0.25))]);
    case.data.split.group = columns_of(&["land", "day"]);
    let land = |row: u64| [0, 0, 0, 0, 1, 1, 1, 2][(row % 8) as usize];
    let data = case.load();
    let of = |part| ids(&data, part).iter().map(|row| (land(*row), row % 5)).collect::<std::collections::BTreeSet<_>>();
    let [train, test] = [Part::Train, Part::Test].map(of);
    assert!(train.is_disjoint(&test) && train.len() + test.len() == 15);
    // Neither column alone keeps its rows on one side.
    let lands = |of: &std::collections::BTreeSet<(u64, u64)>| of.iter().map(|(land, _)| *land).collect::<Vec<_>>();
    assert!(lands(&train).iter().any(|land| lands(&test).contains(land)));
}
