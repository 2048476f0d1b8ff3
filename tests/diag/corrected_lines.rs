//! Corrected lines below the help: which fixes are shown, and how.

use mmc::diag::{Code, Problem, Problems, SourceMap, Span, Style, render, render_json, render_plain, render_short};
use mmc::diag::{Fixes, fix};

const PLAIN: Style = Style { color: false, unicode: true, width: 80 };

/// A problem whose fix replaces pieces of a text: each `(there, instead)`, and `(before, "")` with `+` in front of what
/// is put before it.
fn problem(sources: &mut SourceMap, text: &str, edits: &[(&str, &str)]) -> Problem {
    let file = sources.add("p.mmc", text);
    let wrong = Problem::error(Code::UnknownName, "wrong").at(Span::new(file, 0, 1), "here").help("mend it");
    edits.iter().fold(wrong, |problem, (there, instead)| {
        let start = text.find(there).unwrap();
        match instead.strip_prefix('^') {
            Some(put) => problem.edit(Span::new(file, start, start), put, false),
            None => problem.edit(Span::new(file, start, start + there.len()), *instead, false),
        }
    })
}

/// The text below the help.
fn shown_as(text: &str, edits: &[(&str, &str)], style: Style) -> String {
    let mut sources = SourceMap::new();
    let problems = Problems::from(problem(&mut sources, text, edits));
    let drawn = render(&problems, &sources, style);
    let (_, below) = drawn.split_once("mend it").unwrap();
    let (_, below) = below.split_once('\n').unwrap();
    below.trim_end().to_owned()
}

fn shown(text: &str, edits: &[(&str, &str)]) -> String {
    shown_as(text, edits, PLAIN)
}

#[test]
fn replacements_and_additions_are_distinguished() {
    let text = "pipeline p\nencoder e = lwo |> mlp([64)]\n";
    assert_eq!(
        shown(text, &[("lwo", "low"), (")]", "])"), ("\nencoder", "^ # one")]),
        " 1 │ pipeline p # one\n   ·            +++++\n 2 │ encoder e = low |> mlp([64])\n   ·             ~~~           ~~"
    );
}

#[test]
fn lines_that_are_added_bear_a_sign_and_the_numbers_they_would_have() {
    let text = "a\nb\nc = mulmix(x)\nd = lwo\n";
    assert_eq!(
        shown(text, &[("\nd", "^ {\n  beta = 1.0\n}"), ("lwo", "low")]),
        " 3 │ c = mulmix(x) {\n   ·               +\n 4 +   beta = 1.0\n 5 + }\n 6 │ d = low\n   ·     ~~~"
    );
}

#[test]
fn a_line_that_only_loses_something_is_shown_before_and_after() {
    assert_eq!(shown("a\nb = c |> d\n", &[(" |> d", "")]), " 2 - b = c |> d\n 2 + b = c");
}

#[test]
fn numbers_after_lines_that_go_are_those_of_the_corrected_text() {
    let text = "a\nb\nc\nd\nlwo\n";
    assert_eq!(shown(text, &[("b\nc\n", ""), ("lwo", "low")]), " 3 │ low\n   · ~~~");
}

#[test]
fn nothing_is_shown_of_whole_lines_that_go_or_of_no_change() {
    assert_eq!(shown("a\nb # why\nc\n", &[("b", "")]), "");
    assert_eq!(shown("a\nb\nc\n", &[("b\n", "")]), "");
    assert_eq!(shown("a\nb\nc\n", &[("b", "b")]), "");
}

#[test]
fn a_fix_that_the_help_shows_in_full_is_not_repeated() {
    let mut sources = SourceMap::new();
    let problem = problem(&mut sources, "a = 1\n", &[("a = 1", "b = 1")]);
    let drawn = |help: &str| render(&problem.clone().help(help).into(), &sources, PLAIN);
    assert!(!drawn("write `b = 1`").contains('~'));
    assert!(drawn("did you mean `b`?").contains(" 1 │ b = 1\n   · ~~~~~"));
}

#[test]
fn tabs_and_wide_letters_take_the_columns_they_take() {
    assert_eq!(shown("\t\u{65e5}\u{672c} = lwo\r\n", &[("lwo", "low")]), " 1 │     日本 = low\n   ·            ~~~");
}

#[test]
fn a_long_line_is_cut_around_the_change() {
    let text = format!("{}lwo{}", "a ".repeat(100), " b".repeat(100));
    let style = Style { width: 50, ..PLAIN };
    let shown = shown_as(&text, &[("lwo", "low")], style);
    let lines: Vec<&str> = shown.lines().collect();
    let [line, marks] = lines[..] else { panic!("{shown}") };
    assert!(line.chars().count() <= 50, "{shown}");
    let column = |text: &str, piece: &str| text.split_once(piece).unwrap().0.chars().count();
    assert_eq!(column(line, "low"), column(marks, "~~~"), "{shown}");
    let ascii = shown_as(&text, &[("lwo", "low")], Style { unicode: false, ..style });
    assert!(ascii.is_ascii() && ascii.contains("..."), "{ascii}");
}

#[test]
fn long_changes_are_cut_short_and_endless_lines_left_out() {
    let many: String = (0..20).map(|at| format!("x{at}\n")).collect();
    let shown_of_many = shown("a\n", &[("a", &format!("^{many}"))]);
    assert_eq!(shown_of_many.lines().count(), 7, "{shown_of_many}");
    assert!(shown_of_many.ends_with('…'));
    assert_eq!(shown(&format!("{}lwo", "a".repeat(10_000)), &[("lwo", "low")]), "");
}

#[test]
fn colour_marks_the_change_itself() {
    let coloured = shown_as("a = lwo\n", &[("lwo", "low")], Style { color: true, ..PLAIN });
    assert!(coloured.contains("a = \u{1b}[36mlow\u{1b}[0m"), "{coloured:?}");
}

#[test]
fn another_text_is_named() {
    let mut sources = SourceMap::new();
    let main = sources.add("main.mmc", "use \"p.mmc\"\n");
    let mut problem = problem(&mut sources, "a = lwo\n", &[("lwo", "low")]);
    problem.labels.clear();
    let problem = problem.at(Span::new(main, 0, 3), "here");
    let drawn = render(&Problems::from(problem), &sources, PLAIN);
    assert!(drawn.ends_with("   │ in p.mmc\n 1 │ a = low\n   ·     ~~~\n\n"), "{drawn}");
}

#[test]
fn plain_text_names_the_line_and_other_formats_are_unchanged() {
    let mut sources = SourceMap::new();
    let problems = Problems::from(problem(&mut sources, "a = lwo\n", &[("lwo", "low")]));
    assert!(render_plain(&problems, &sources).contains("help: mend it.\np.mmc, line 1, corrected: `a = low`.\n"));
    assert!(!render_short(&problems, &sources).contains("low"));
    assert!(!render_json(&[(&problems, &sources)]).contains("a = low"));
}

#[test]
fn what_is_shown_is_what_a_fix_makes() {
    let mut sources = SourceMap::new();
    let text = "a\nb = lwo |> x\nc\n";
    let problem = problem(&mut sources, text, &[("lwo", "low"), ("\nc", "^ |> y")]);
    let fixed = fix(mmc::diag::FileId(0), text, &problem.into(), Fixes::All).unwrap().text;
    assert!(shown(text, &[("lwo", "low"), ("\nc", "^ |> y")]).contains(fixed.lines().nth(1).unwrap()));
}
