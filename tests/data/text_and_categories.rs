//! Texts as ids and categories as ids: vocabularies of the training rows, unknown and missing values.

use super::*;
use mmc::data::FittedTransform;

fn text(text: &str, modality: &str, max: usize, transforms: &[TransformKind]) -> Case {
    let vocabulary = match transforms.last() {
        Some(TransformKind::Chars { vocab, .. } | TransformKind::Words { vocab, .. }) => *vocab,
        _ => 2,
    };
    Case::text(text).modality(modality, &[name("t")], transforms).kind(ModalityKind::Text { vocabulary }, &[max])
}

fn chars(max: usize, vocab: usize) -> TransformKind {
    TransformKind::Chars { max, vocab }
}

fn category(text: &str, modality: &str, count: usize) -> Case {
    Case::text(text).modality(modality, &[name("t")], &[]).kind(ModalityKind::Category { count }, &[1])
}

#[test]
fn the_most_frequent_characters_of_the_training_rows_have_ids() {
    // `b` occurs four times in the training rows, `a` and `c` twice, `x` only in the test row.
    let case = text("y,t\nno,bbab\nyes,\" cab \"\nno,c\nyes,xcabbb\n", "m", 4, &[chars(4, 5)]);
    let data = case.portions(&[(Part::Test, PortionRule::Last(1))]).load();
    let vocabulary = ["b", "a", "c"].map(str::to_owned).to_vec();
    assert_eq!(data.modalities[0].transforms, [FittedTransform::Chars { max: 4, vocabulary }]);
    assert_eq!(data.train.modalities[0].values(), [2.0, 2.0, 3.0, 2.0, 4.0, 3.0, 2.0, 0.0, 4.0, 0.0, 0.0, 0.0]);
    assert_eq!(data.test.unwrap().modalities[0].values(), [1.0, 4.0, 3.0, 2.0]);
    let reported = ["`m`: 1 of 12 characters are unknown, 1 different ones", "`m`: 1 of 4 rows are cut to 4"];
    assert_eq!(data.notes, reported);
}

#[test]
fn a_small_vocabulary_keeps_the_most_frequent_and_counts_the_rest() {
    let case = text("y,t\nno,bbab\nyes,cab\nno,c\n", "m", 4, &[chars(4, 3)]);
    let data = case.load();
    assert_eq!(data.train.modalities[0].values()[..4], [2.0, 2.0, 1.0, 2.0]);
    assert_eq!(data.notes, ["`m`: 4 of 8 characters are unknown, 2 different ones"]);
}

#[test]
fn words_are_those_of_unicode_and_letters_grow_small_in_every_script() {
    let words = TransformKind::Words { max: 5, vocab: 100 };
    let case = text(
        "y,t\nno,\"The cat, THE mat!\"\nyes,Ärger — ÄRGER 3.5 can't\nno,ΑΣ 世界\n",
        "m",
        5,
        &[TransformKind::Lowercase, words],
    );
    let data = case.load();
    let [FittedTransform::Lowercase, FittedTransform::Words { max: 5, vocabulary }] =
        &data.modalities[0].transforms[..]
    else {
        panic!("{:?}", data.modalities[0].transforms)
    };
    // Twice, then once in the order of code points; each ideograph is a word, and a final sigma is one.
    assert_eq!(vocabulary[..], ["the", "ärger", "3.5", "can't", "cat", "mat", "ας", "世", "界"].map(str::to_owned));
    assert_eq!(data.train.modalities[0].values()[..5], [2.0, 6.0, 2.0, 7.0, 0.0]);
    assert!(data.notes.is_empty());
    assert_eq!(data.train.modalities[0].values()[5..10], [3.0, 3.0, 4.0, 5.0, 0.0]);
}

#[test]
fn a_text_without_tokens_is_missing() {
    let rows = "y,t\nno,ab\nyes,\nno,  \n";
    let problem = text(rows, "m", 3, &[chars(3, 9)]).problem();
    assert_eq!(place(&problem), (Code::MissingValue, "t.csv", Some(3), Some("t"), COLUMNS));
    assert!(problem.message.ends_with("the first of 2 rows"), "{}", problem.message);
    assert!(problem.help.unwrap().starts_with("write `modality m?: ...` if it may be missing on a row"));

    let case = text(rows, "m?", 3, &[chars(3, 9)]).modality("n", &[name("y")], &[]);
    let data = case.kind(ModalityKind::Category { count: 2 }, &[1]).load();
    assert_eq!(data.train.modalities[0].present.as_deref(), Some(&[true, false, false][..]));
    assert_eq!(data.train.modalities[0].values(), [2.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn a_text_in_another_encoding_is_named_and_not_guessed() {
    let case = text("", "m", 5, &[chars(5, 9)]);
    case.write("t.csv", b"y,t\nno,ok\nyes,Ren\xe9\n");
    let problem = case.problem();
    assert_eq!(place(&problem), (Code::BadText, "t.csv", Some(3), Some("t"), COLUMNS));
    assert_eq!(problem.message, "column `t`: `Ren\u{fffd}` is not valid UTF-8");
}

#[test]
fn categories_are_sorted_and_unseen_values_are_unknown() {
    let case = category("y,t\nno,b\nyes,a\nno,c\nyes,d\nno,b\n", "m", 4);
    let data = case.portions(&[(Part::Test, PortionRule::Last(2))]).load();
    let values = ["a", "b", "c"].map(str::to_owned).to_vec();
    assert_eq!(data.modalities[0].transforms, [FittedTransform::Category { values }]);
    assert_eq!(data.train.modalities[0].values(), [2.0, 1.0, 3.0]);
    assert_eq!(data.test.unwrap().modalities[0].values(), [0.0, 2.0]);
    assert_eq!(data.notes, ["`m`: 1 rows have a value that no training row has: `d`"]);
}

#[test]
fn more_values_than_declared_are_counted() {
    let problem = category("y,t\nno,b\nyes,a\nno,c\n", "m", 2).problem();
    assert_eq!(place(&problem), (Code::TooManyValues, "t.csv", None, Some("t"), TYPE));
    assert_eq!(problem.message, "column `t` has 3 different values in the training rows, not 2 at most");
    assert!(problem.help.unwrap().contains("category[3]"));
    // As many as declared are fine, and test rows do not count.
    let case = category("y,t\nno,b\nyes,a\nno,c\n", "m", 2).portions(&[(Part::Test, PortionRule::Last(1))]);
    assert_eq!(case.load().train.modalities[0].values(), [2.0, 1.0]);
}

#[test]
fn an_empty_category_is_missing() {
    let rows = "y,t,a\nno,b,1\nyes,,2\n";
    assert_eq!(place(&category(rows, "m", 2).problem()), (Code::MissingValue, "t.csv", Some(3), Some("t"), COLUMNS));
    let data = category(rows, "m?", 2).modality("n", &[name("a")], &[]).load();
    assert_eq!(data.train.modalities[0].present.as_deref(), Some(&[true, false][..]));
}

#[test]
fn one_hot_is_a_one_among_zeros() {
    let case = Case::text("y,t\nno,b\nyes,a\nno,z\n").modality("m", &[name("t")], &[TransformKind::OneHot]);
    let data = case.kind(ModalityKind::Dense, &[2]).portions(&[(Part::Test, PortionRule::Last(1))]).load();
    assert_eq!(data.train.modalities[0].values(), [0.0, 1.0, 1.0, 0.0]);
    assert_eq!(data.test.unwrap().modalities[0].values(), [0.0, 0.0]);
}

#[test]
fn a_vocabulary_survives_the_manifest() {
    let case = text("y,t\nno,\"a \"\"b\"\": #\"\nyes,- ~\n", "m", 9, &[TransformKind::Lowercase, chars(9, 99)]);
    let fitted = case.load().modalities;
    let plain = serde_json::to_value(&fitted).unwrap();
    let written = serde_yaml::to_string(&plain).unwrap();
    let read: serde_json::Value = serde_yaml::from_str(&written).unwrap();
    assert_eq!(serde_json::from_value::<Vec<mmc::data::FittedModality>>(read).unwrap(), fitted);
}
