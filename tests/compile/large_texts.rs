//! Artificial texts of a megabyte in `lint` and `fmt`: each ends in bounded time, on a small stack,
//! with a few short problems.

use mmc::diag::{SourceMap, Style, render};
use std::time::{Duration, Instant};

const MEGABYTE: usize = 1 << 20;

/// Compiles, explains and formats a text on a stack of 2 MiB; the number of problems, and the size of the report.
fn survive(what: &str, text: String) -> (usize, usize) {
    let start = Instant::now();
    let working = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let mut sources = SourceMap::new();
        let file = sources.add("heavy.mmc", text.as_str());
        let compiled = mmc::compile(&mut sources, file, &[], None);
        let reported = render(&compiled.problems, &sources, Style { color: false, unicode: true, width: 80 });
        let formatted = mmc::syntax::format(&text).text;
        assert!(formatted == mmc::syntax::format(&formatted).text, "formatting is not stable");
        (compiled.problems.len(), reported.len())
    });
    let found = working.expect("a thread").join().unwrap_or_else(|_| panic!("{what}: it panicked"));
    assert!(start.elapsed() < Duration::from_secs(60), "{what}: took {:?}", start.elapsed());
    found
}

#[test]
fn a_megabyte_of_anything_is_answered_in_a_few_words() {
    let repeated = |piece: &str| piece.repeat(MEGABYTE / piece.len());
    for (what, text) in [
        ("line ends", repeated("\n")),
        ("carriage returns", repeated("\r")),
        ("zero bytes", repeated("\0")),
        ("marks of byte order", repeated("\u{feff}")),
        ("a mark of byte order and CRLF", format!("\u{feff}{}", repeated("param a = 1\r\n"))),
        ("a string that is not closed", format!("param a = \"{}", repeated("x)"))),
        ("strings that are not closed", repeated("param a = \"never closed\n")),
        ("one name", format!("param {} = 1\n", repeated("x"))),
        ("one name, used", format!("encoder a = {}\n", repeated("x"))),
        ("comments", repeated("# why\n")),
        ("blocks", repeated("train {}\n")),
        ("headers", repeated("pipeline p\n")),
        ("unknown names", repeated("encoder a = nothing |> mlp([1])\n")),
        ("tabs", repeated("\t")),
    ] {
        let (problems, reported) = survive(what, text);
        assert!(problems <= 110, "{what}: {problems} problems");
        // A name is printed in full, however long it is.
        assert!(reported <= 2 * MEGABYTE, "{what}: {reported} bytes are printed");
    }
}

#[test]
fn a_hundred_thousand_brackets_are_one_problem_of_the_whole_text() {
    for open in ["(", "[", "{a:", "f(", "{"] {
        for text in [format!("encoder a = {}", open.repeat(100_000)), open.repeat(100_000)] {
            let (problems, reported) = survive(open, text);
            assert!(problems <= 3 && reported < 5_000, "{open}: {problems} problems, {reported} bytes are printed");
        }
    }
}
