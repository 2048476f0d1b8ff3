//! Random edits of a pipeline's text: no panic, and every span lies in the text.

use mmc::diag::{SourceMap, Style, render};
use proptest::prelude::*;

const PIPELINES: [&str; 5] = [
    include_str!("../../pipelines/quickstart.mmc"),
    include_str!("../../pipelines/higgs.mmc"),
    include_str!("../../pipelines/digits.mmc"),
    include_str!("../../pipelines/athletes.mmc"),
    include_str!("../../pipelines/cifar.mmc"),
];

/// The words and signs of a text, what separates them included, so that their concatenation is the text.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = vec![];
    for letter in text.chars() {
        let word = letter.is_alphanumeric() || letter == '_';
        match pieces.last_mut() {
            Some(last) if word && last.chars().all(|before| before.is_alphanumeric() || before == '_') => {
                last.push(letter);
            }
            _ => pieces.push(letter.to_string()),
        }
    }
    pieces
}

/// The edits of one piece.
#[derive(Clone, Debug)]
enum Change {
    Remove(prop::sample::Index),
    Repeat(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    /// Another piece of some pipeline in its place.
    Replace(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        index().prop_map(Change::Remove),
        index().prop_map(Change::Repeat),
        (index(), index()).prop_map(|(a, b)| Change::Swap(a, b)),
        (index(), index()).prop_map(|(a, b)| Change::Replace(a, b)),
    ]
}

fn changed(text: &str, changes: &[Change]) -> String {
    let all: Vec<String> = PIPELINES.iter().flat_map(|text| pieces(text)).collect();
    let mut pieces = pieces(text);
    for change in changes {
        let count = pieces.len();
        match change {
            Change::Remove(at) => drop(pieces.remove(at.index(count))),
            Change::Repeat(at) => {
                let at = at.index(count);
                pieces.insert(at, pieces[at].clone());
            }
            Change::Swap(a, b) => pieces.swap(a.index(count), b.index(count)),
            Change::Replace(at, by) => pieces[at.index(count)] = all[by.index(all.len())].clone(),
        }
    }
    pieces.concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_changed_pipeline_is_compiled_or_explained(
        which in 0..PIPELINES.len(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let text = changed(PIPELINES[which], &changes);
        let mut sources = SourceMap::new();
        let file = sources.add("changed.mmc", text.as_str());
        let compiled = mmc::compile(&mut sources, file, &[], None);
        prop_assert!(compiled.value.is_some() || compiled.problems.has_errors());
        for problem in compiled.problems.iter() {
            prop_assert!(!problem.labels.is_empty(), "{problem:?} has no place");
            for label in &problem.labels {
                let text = &sources.get(label.span.file).unwrap().text;
                prop_assert!(text.get(label.span.range()).is_some(), "{label:?} lies outside of its text");
            }
        }
        render(&compiled.problems, &sources, Style { color: true, unicode: true, width: 80 });
    }
}

#[test]
fn a_value_given_for_a_param_is_checked_as_if_it_were_written() {
    let reported = |name: &str, value: &str| {
        let mut sources = SourceMap::new();
        let file = sources.add("higgs.mmc", PIPELINES[1]);
        let compiled = mmc::compile(&mut sources, file, &[(name.into(), value.into())], None);
        compiled.problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(reported("beta", "0.25"), [] as [&str; 0]);
    assert_eq!(reported("beta", "1.5"), ["MMC0303"]);
    assert_eq!(reported("beta", "true"), ["MMC0302"]);
    assert_eq!(reported("betta", "0.5"), ["MMC0210"]);
    assert_eq!(reported("beta", "0.5 +"), ["MMC0101"]);
    assert_eq!(reported("path", "elsewhere/higgs.csv.gz"), [] as [&str; 0]);
}
