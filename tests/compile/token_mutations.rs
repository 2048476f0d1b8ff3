//! One mistake, one report: every token of every pipeline is removed, doubled and misspelt in turn.

use mmc::diag::{Problem, SourceMap};
use std::collections::BTreeMap;
use std::ops::Range;

const PIPELINES: [(&str, &str); 5] = [
    ("quickstart", include_str!("../../pipelines/quickstart.mmc")),
    ("higgs", include_str!("../../pipelines/higgs.mmc")),
    ("digits", include_str!("../../pipelines/digits.mmc")),
    ("athletes", include_str!("../../pipelines/athletes.mmc")),
    ("cifar", include_str!("../../pipelines/cifar.mmc")),
];

/// The tokens of a text: words and numbers, strings, punctuation.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut tokens = vec![];
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        at += 1;
        match bytes[start] {
            b'#' => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1
                }
            }
            b'"' => {
                while at < bytes.len() && bytes[at] != b'"' {
                    at += 1
                }
                at += 1;
                tokens.push(start..at);
            }
            byte if byte.is_ascii_whitespace() => {}
            byte if word(byte) => {
                while at < bytes.len()
                    && (word(bytes[at]) || bytes[at] == b'.' && byte.is_ascii_digit() && bytes[at + 1].is_ascii_digit())
                {
                    at += 1
                }
                tokens.push(start..at);
            }
            _ => {
                for sign in ["..=", "..", "|>", "==", "<=", ">=", "!="] {
                    if text[start..].starts_with(sign) {
                        at = start + sign.len();
                        break;
                    }
                }
                tokens.push(start..at);
            }
        }
    }
    tokens
}

/// The mistakes that can be made at one token.
fn mistakes(text: &str, token: &Range<usize>) -> Vec<(&'static str, String)> {
    let piece = &text[token.clone()];
    let with = |new: &str| format!("{}{new}{}", &text[..token.start], &text[token.end..]);
    let mut made = vec![("without", with("")), ("doubled", with(&format!("{piece} {piece}")))];
    if piece.len() > 2 && piece.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) {
        let mut letters: Vec<char> = piece.chars().collect();
        let middle = letters.len() / 2;
        if letters[middle - 1] != letters[middle] {
            letters.swap(middle - 1, middle);
        } else {
            letters.push('x');
        }
        made.push(("misspelt", with(&letters.into_iter().collect::<String>())));
    }
    made
}

fn errors(text: &str) -> Vec<Problem> {
    let mut sources = SourceMap::new();
    let file = sources.add("mutated.mmc", text);
    mmc::compile(&mut sources, file, &[], None).problems.into_iter().filter(Problem::is_error).collect()
}

/// Which of the mistakes are tried: all of them take minutes, which `MMC_EVERY_MISTAKE` enables.
fn tried() -> usize {
    if std::env::var_os("MMC_EVERY_MISTAKE").is_some() { 1 } else { 29 }
}

#[test]
fn one_mistake_is_mostly_one_report() {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut several = vec![];
    for (name, text) in PIPELINES {
        let before = errors(text).len();
        for token in tokens(text).into_iter().step_by(tried()) {
            for (what, changed) in mistakes(text, &token) {
                let found = errors(&changed);
                let more = found.len().saturating_sub(before);
                *counts.entry(more).or_default() += 1;
                if more > 1 {
                    let line = text[..token.start].matches('\n').count() + 1;
                    let reported: Vec<String> =
                        found.iter().map(|problem| format!("{}: {}", problem.code, problem.message)).collect();
                    let piece = &text[token.clone()];
                    several.push(format!("{name}:{line} {what} `{piece}`\n    {}", reported.join("\n    ")));
                }
            }
        }
    }
    let all: usize = counts.values().sum();
    println!("mistakes by how many reports they make: {counts:?}");
    assert!(several.len() * 10 <= all, "{counts:?}\n{}", several.join("\n"));
}
