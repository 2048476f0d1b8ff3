//! Properties of every text: no panic, spans inside of the text, formatting keeps meaning and comments.

use super::random_programs::{broken, program};
use super::{FILE, shown};
use mmc::syntax::{dump, format, parse, parse_expr};
use proptest::prelude::*;

fn check_places(text: &str) -> Result<(), TestCaseError> {
    let (ast, problems) = parse(FILE, text);
    let spans = problems.iter().flat_map(|problem| {
        problem.labels.iter().map(|label| label.span).chain(problem.edits.iter().map(|edit| edit.span))
    });
    for span in spans.chain(ast.items.iter().map(|item| item.span)).chain(ast.comments.iter().map(|c| c.span)) {
        prop_assert!(text.get(span.range()).is_some(), "{span:?} is no piece of the text");
    }
    for problem in problems.iter() {
        prop_assert!(problem.labels.iter().any(|label| label.primary), "{problem:?} has no place");
        prop_assert!(problem.code.as_str() < "MMC0107" || problem.code.as_str() == "MMC0107", "{problem:?}");
    }
    Ok(())
}

/// How often each numbered comment occurs in a text.
fn comments(text: &str) -> Vec<usize> {
    (1..=text.matches("c").count())
        .map(|number| text.matches(&format!(" c{number}#")).count())
        .take_while(|n| *n > 0)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn programs_parse_and_format_to_the_same(text in program()) {
        let (ast, problems) = parse(FILE, &text);
        let problems: mmc::diag::Problems =
            problems.into_iter().filter(|problem| problem.code != mmc::diag::Code::DuplicateKey).collect();
        prop_assert!(problems.is_empty(), "{}", shown(&text, &problems));
        let formatted = format(&text).text;
        let (again, _) = parse(FILE, &formatted);
        prop_assert_eq!(dump(&ast), dump(&again), "{}", &formatted);
        prop_assert_eq!(comments(&text), comments(&formatted), "{}", &formatted);
        prop_assert_eq!(&format(&formatted).text, &formatted);
        prop_assert!(!formatted.contains(['\r', '\t']) && formatted.ends_with('\n'));
        prop_assert!(formatted.lines().all(|line| line.trim_end() == line));
        check_places(&text)?;
    }

    #[test]
    fn broken_texts_do_no_harm(text in broken()) {
        check_places(&text)?;
        let (ast, problems) = parse(FILE, &text);
        let formatted = format(&text);
        prop_assert_eq!(&format(&formatted.text).text, &formatted.text);
        let (again, still) = parse(FILE, &formatted.text);
        prop_assert_eq!(problems.has_errors(), still.has_errors());
        if !problems.has_errors() {
            prop_assert_eq!(dump(&ast), dump(&again));
        }
        let _ = parse_expr(FILE, &text);
    }
}
