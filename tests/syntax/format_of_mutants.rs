//! Formatting of whole pipelines with comments and mistakes at random places: no comment is lost, twice is as once.

use super::FILE;
use mmc::syntax::{LexemeKind, dump, format, lexemes, parse};
use proptest::prelude::*;

const PIPELINES: [&str; 4] = [
    include_str!("../../pipelines/quickstart.mmc"),
    include_str!("../../pipelines/athletes.mmc"),
    include_str!("../../pipelines/cifar.mmc"),
    include_str!("../../pipelines/digits_views.mmc"),
];

/// Pieces that are inserted; `@` becomes a number, so that each comment can be found again.
const PIECES: [&str; 34] = [
    "# c@\n",
    "## d@\n",
    "\n# c@\n",
    "\n## d@\n",
    "  # c@\n",
    "  ## d@\n",
    "##(c@\n",
    "##\n",
    "#\n",
    "\n\n## d@\n\n",
    "### c@\n",
    "#c@\n",
    "\n",
    "\n\n",
    " ",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    "=",
    ":",
    "|>",
    "\"",
    "-",
    "?",
    "x",
    "let ",
    "fn ",
    "param p = 1",
    "modality ",
];

/// A change of a text, at a place given as a share of its lexemes.
#[derive(Clone, Debug)]
enum Change {
    Insert(f64, usize),
    Remove(f64),
    Double(f64),
    Cut(f64),
}

fn change() -> impl Strategy<Value = Change> {
    let place = || 0.0..1.0_f64;
    prop_oneof![
        6 => (place(), 0..PIECES.len()).prop_map(|(at, piece)| Change::Insert(at, piece)),
        // Comments alone.
        4 => (place(), 0..12_usize).prop_map(|(at, piece)| Change::Insert(at, piece)),
        2 => place().prop_map(Change::Remove),
        1 => place().prop_map(Change::Double),
        1 => (0.9..1.0_f64).prop_map(Change::Cut),
    ]
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut text = text.to_owned();
    for (number, change) in changes.iter().enumerate() {
        let found = lexemes(FILE, &text);
        let at = |share: f64| found.get((share * found.len() as f64) as usize).map(|lexeme| lexeme.span.range());
        match change {
            Change::Insert(share, piece) => {
                let place = at(*share).map_or(text.len(), |range| range.start);
                text.insert_str(place, &PIECES[*piece].replace('@', &number.to_string()));
            }
            Change::Remove(share) => {
                if let Some(range) = at(*share) {
                    text.replace_range(range, "");
                }
            }
            Change::Double(share) => {
                if let Some(range) = at(*share) {
                    let piece = format!(" {}", &text[range.clone()]);
                    text.insert_str(range.end, &piece);
                }
            }
            Change::Cut(share) => {
                if let Some(range) = at(*share) {
                    text.truncate(range.end);
                }
            }
        }
    }
    text
}

/// The comments of a text in their order, without signs and blanks, those of one name together.
fn comments(text: &str) -> Vec<String> {
    let comments =
        lexemes(FILE, text).into_iter().filter(|it| matches!(it.kind, LexemeKind::Comment | LexemeKind::Doc));
    let mut found: Vec<String> = comments
        .map(|it| text[it.span.range()].trim_start_matches('#').trim().to_owned())
        .filter(|c| !c.is_empty())
        .collect();
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_comment_is_lost_and_twice_is_as_once(
        pipeline in 0..PIPELINES.len(),
        changes in proptest::collection::vec(change(), 1..7),
    ) {
        let text = changed(PIPELINES[pipeline], &changes);
        let once = format(&text).text;
        let twice = format(&once).text;
        prop_assert_eq!(&once, &twice, "of\n{}", text);
        prop_assert_eq!(comments(&text), comments(&once), "of\n{}\nis\n{}", text, once);
        let ((before, problems), (after, _)) = (parse(FILE, &text), parse(FILE, &once));
        if !problems.has_errors() {
            prop_assert_eq!(dump(&before), dump(&after), "of\n{}\nis\n{}", text, once);
        }
    }
}
