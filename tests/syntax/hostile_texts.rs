//! Texts made to break a parser: each is parsed and formatted on a small stack in bounded time.

use super::FILE;
use mmc::diag::{Code, Problems};
use mmc::syntax::{format, parse, parse_expr};
use std::time::{Duration, Instant};

/// The problems of a text, read, formatted and dropped on a stack of 2 MiB, in seconds rather than minutes.
fn survive(text: String) -> Problems {
    let start = Instant::now();
    let reading = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let (_, problems) = parse(FILE, &text);
        let _ = format(&text);
        let _ = parse_expr(FILE, &text);
        problems
    });
    let problems = reading.expect("a thread").join().expect("no panic");
    assert!(start.elapsed() < Duration::from_secs(60), "took {:?}", start.elapsed());
    problems
}

fn codes(problems: &Problems) -> Vec<Code> {
    problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_megabyte_of_random_bytes() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = vec![];
    while bytes.len() < 1 << 20 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    let ascii = bytes.iter().map(|byte| char::from(byte % 95 + 32)).collect();
    assert!(survive(ascii).has_errors());
    let lines = bytes.iter().map(|byte| if byte % 20 == 0 { '\n' } else { char::from(byte % 95 + 32) }).collect();
    let problems = survive(lines);
    assert!(problems.has_errors() && problems.len() <= 101);
    assert!(survive(String::from_utf8_lossy(&bytes).into_owned()).has_errors());
}

#[test]
fn a_hundred_thousand_brackets() {
    for open in ["(", "[", "{a:", "f(", "[(", "-(", "if("] {
        for close in ["", ")", "]", "}"] {
            let text = format!("encoder a = {}{}\nencoder b = c\n", open.repeat(100_000), close.repeat(100_000));
            let problems = survive(text);
            assert!(codes(&problems).contains(&Code::TooDeep), "{open} {close}");
            assert!(problems.len() < 3, "{open} {close}: {}", problems.len());
        }
    }
    let text = format!("train {{\n  a = {}1{}\n  b = 2\n}}\n", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(codes(&survive(text)), [Code::TooDeep]);
}

#[test]
fn closing_brackets_without_opening_ones() {
    let problems = survive(format!("encoder a = b{}\n", ")]}".repeat(50_000)));
    assert_eq!(codes(&problems), [Code::UnclosedBracket]);
    let mixed = survive(format!("encoder a = {}{}", "(".repeat(50_000), "]".repeat(50_000)));
    assert!(mixed.has_errors());
}

#[test]
fn long_chains() {
    let chains = [
        "a".to_owned() + &" |> f".repeat(100_000),
        "1".to_owned() + &" + 1".repeat(100_000),
        "1".to_owned() + &"\n + 1".repeat(100_000),
        "a".to_owned() + &".b".repeat(100_000),
        "f".to_owned() + &"()".repeat(100_000),
        "-".repeat(100_000) + "1",
        "if a then b else ".repeat(100_000) + "c",
        "if ".repeat(100_000),
        "a..".repeat(100_000) + "b",
    ];
    for chain in chains {
        let start: String = chain.chars().take(20).collect();
        let problems = survive(format!("encoder a = {chain}\nencoder b = c\n"));
        assert_eq!(codes(&problems), [Code::TooDeep], "{start}");
    }
}

#[test]
fn chains_in_chains() {
    // A tree as deep as its brackets times its operators would overflow the stack of recursive code.
    let sum = " + 1".repeat(400);
    let problems = survive(format!("encoder a = {}1{}\n", "(".repeat(100), format!("{sum})").repeat(100)));
    assert_eq!(codes(&problems), [Code::TooDeep]);
}

#[test]
fn as_deep_as_allowed() {
    let deep = format!("encoder a = {}1{}\n", "f([".repeat(60), "])".repeat(60));
    assert!(survive(deep).is_empty());
    let ifs = format!("encoder a = {}c\n", "if a then b else ".repeat(120));
    assert!(survive(ifs).is_empty());
    let pipes = format!("encoder a = b{}\n", " |> f(x, [1, 2], k: -1)".repeat(490));
    assert!(survive(pipes).is_empty());
    let nested = format!("encoder a = {}1{}\n", "(".repeat(120), " + 1 * 2)".repeat(120));
    assert!(survive(nested).is_empty());
}

#[test]
fn a_line_of_a_megabyte() {
    let list = format!("param a = [{}1]\n", "1, ".repeat(350_000));
    assert!(survive(list).is_empty());
    let comment = format!("# {}\n", "x".repeat(1 << 20));
    assert!(survive(comment).is_empty());
    let string = format!("param a = \"{}\"\n", "x".repeat(1 << 20));
    assert!(survive(string).is_empty());
    let unclosed = format!("param a = \"{}\n", "x)".repeat(1 << 19));
    assert_eq!(codes(&survive(unclosed)), [Code::BadString]);
    let name = format!("param {} = 1\n", "x".repeat(1 << 20));
    assert!(survive(name).is_empty());
    let digits = format!("param a = {}\n", "1".repeat(1 << 20));
    assert_eq!(codes(&survive(digits)), [Code::BadNumber]);
    let junk = format!("param a = {}\n", "@ ".repeat(1 << 19));
    assert!(survive(junk).has_errors());
}

#[test]
fn many_mistakes() {
    let entries = format!("param a = [{}1]\n", "1 2, ".repeat(100_000));
    assert!(survive(entries).has_errors());
    let settings = format!("train {{\n{}}}\n", "  a: 1\n".repeat(100_000));
    assert!(survive(settings).has_errors());
    let declarations = "encoder a = \n".repeat(50_000);
    let problems = survive(declarations);
    assert_eq!(problems.len(), 101);
    let unclosed = "encoder a = f(\n".repeat(50_000);
    assert!(survive(unclosed).has_errors());
    let words = "x = (\n".repeat(100_000);
    assert!(survive(words).has_errors());
    let calls = format!("train {{\n{}}}\n", "  a = f(\n".repeat(50_000));
    assert!(survive(calls).has_errors());
    let crossed = format!("train {{\n{}}}\n", "  a = f([(])\n".repeat(50_000));
    assert!(survive(crossed).has_errors());
    let doubles = "train {\n".repeat(50_000);
    assert!(survive(doubles).has_errors());
}

#[test]
fn texts_without_declarations_have_no_problems() {
    for text in ["", "\u{feff}", "\n\n", "   ", "# only a comment", "## only a doc\n", "\r\n"] {
        let (ast, problems) = parse(FILE, text);
        assert!(problems.is_empty() && ast.items.is_empty());
    }
}
