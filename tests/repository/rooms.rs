//! The boundaries between the rooms of `src/`, by the table of ARCHITECTURE.md.

use super::{root, sources};
use std::collections::BTreeSet;
use std::fs;

/// Each room and the rooms it may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("diag", &[]),
    ("shape", &[]),
    ("thousands", &[]),
    ("spec", &["diag", "shape"]),
    ("atomic_file", &["diag"]),
    ("world", &[]),
    ("syntax", &["diag"]),
    ("signature", &[]),
    ("fusion", &["signature"]),
    ("ops", &["diag", "fusion", "shape", "signature", "spec"]),
    ("optim", &["signature", "spec"]),
    ("prelude", &[]),
    ("sema", &["fusion", "syntax", "ops", "optim", "signature", "spec", "shape", "diag", "world"]),
    ("lint", &["fusion", "syntax", "sema", "ops", "signature", "spec", "diag", "thousands"]),
    ("compile", &["sema", "syntax", "lint", "graph", "plan", "diag", "world"]),
    ("reference", &["fusion", "sema", "syntax", "lint", "ops", "signature", "spec", "diag"]),
    ("graph", &["fusion", "sema", "ops", "signature", "spec", "shape", "diag"]),
    ("drawing", &["fusion", "plan", "ops", "shape", "spec", "diag", "thousands"]),
    ("plan", &["fusion", "graph", "ops", "shape", "spec", "diag"]),
    ("exec", &["fusion", "plan", "ops", "shape", "spec", "diag"]),
    ("data", &["spec", "plan", "shape", "diag", "atomic_file"]),
    ("train", &["fusion", "data", "exec", "plan", "optim", "spec", "shape", "diag", "atomic_file"]),
    ("report", &["fusion", "train", "data", "exec", "plan", "spec", "shape", "diag", "atomic_file"]),
    (
        "experiment",
        &[
            "fusion", "compile", "report", "train", "data", "exec", "lint", "sema", "syntax", "plan", "spec", "diag",
            "world",
        ],
    ),
    ("starter", &["data", "ops", "signature", "syntax", "diag", "thousands"]),
    (
        "lsp",
        &[
            "compile",
            "data",
            "sema",
            "syntax",
            "ops",
            "signature",
            "spec",
            "shape",
            "diag",
            "atomic_file",
            "thousands",
            "world",
        ],
    ),
    ("cli", ALL),
];

/// What `cli` may use.
const ALL: &[&str] = &[
    "atomic_file",
    "compile",
    "data",
    "diag",
    "drawing",
    "exec",
    "experiment",
    "fusion",
    "graph",
    "lint",
    "lsp",
    "ops",
    "optim",
    "plan",
    "reference",
    "report",
    "sema",
    "shape",
    "signature",
    "spec",
    "starter",
    "syntax",
    "thousands",
    "train",
    "world",
];

/// Names that are allowed in some places only.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("dfdx::", &["exec/"]),
    ("gemm::", &["exec/"]),
    ("pest::", &["syntax/"]),
    ("pest_derive::", &["syntax/"]),
    ("petgraph::", &["graph/"]),
    ("miette::", &["diag/"]),
    ("clap::", &["cli/"]),
    ("lsp_server::", &["lsp/"]),
    ("gen_lsp_types::", &["lsp/"]),
    ("indicatif::", &["cli/"]),
    ("pulldown_cmark::", &["cli/"]),
    ("textwrap::", &["cli/"]),
    ("owo_colors::", &["cli/"]),
    ("println!", &[]),
    ("print!(", &[]),
    ("eprint!(", &[]),
    ("io::stdout", &["cli/output.rs"]),
    ("io::stderr", &["cli/output.rs"]),
    ("process::exit", &["cli/"]),
    ("env::args", &["cli/"]),
    ("unsafe ", &["data/io/bytes.rs", "exec/math/gemm.rs"]),
    ("todo!", &[]),
    ("unimplemented!", &[]),
    ("dbg!", &[]),
];

/// From text to plan nothing depends on the environment.
const PURE: &[&str] = &[
    "diag",
    "drawing",
    "shape",
    "thousands",
    "signature",
    "spec",
    "syntax",
    "ops",
    "optim",
    "sema",
    "lint",
    "reference",
    "fusion",
    "graph",
    "plan",
    "compile",
];
const OUTSIDE: &[&str] =
    &["std::fs", "std::io", "std::env", "std::time", "std::net", "std::process", "rand::", "Instant::now"];

/// The rooms that `text` names after `crate::`, also in groups.
fn used_rooms(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, matched) in text.match_indices("crate::") {
        let rest = &text[at + matched.len()..];
        let word = |text: &str| -> String {
            text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
        };
        match rest.strip_prefix('{') {
            None => rooms.extend([word(rest)]),
            Some(group) => {
                let (mut depth, mut start) = (0, 0);
                for (at, letter) in group.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => {
                            rooms.extend([word(&group[start..at])]);
                            break;
                        }
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            rooms.extend([word(&group[start..at])]);
                            start = at + 1;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    // What is not a room is an item of the crate's root, such as `compile`.
    rooms.retain(|name| ROOMS.iter().any(|(room, _)| room == name));
    rooms
}

#[test]
fn imports_are_found() {
    let text =
        "use crate::diag::{Code, Span};\nuse crate::{plan::{Batch, Plan}, shape::Shape, exec};\ncrate::ops::one_of(x)";
    let found: Vec<String> = used_rooms(text).into_iter().collect();
    assert_eq!(found, ["diag", "exec", "ops", "plan", "shape"]);
}

#[test]
fn rooms_use_only_what_they_may() {
    let mut broken = vec![];
    for code in sources().iter().filter(|code| !["lib", "main"].contains(&code.room.as_str())) {
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == code.room) else {
            broken.push(format!("src/{}: `{}` is not a room of the table", code.place, code.room));
            continue;
        };
        for used in used_rooms(&code.text) {
            if used != code.room && !allowed.contains(&used.as_str()) {
                broken.push(format!("src/{}: `{}` may not use `{used}`", code.place, code.room));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_architecture_names_the_same_rooms() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let section = text.split("\n## ").find(|section| section.starts_with("Rooms\n")).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let named: Vec<&str> = rows.collect();
    let known: Vec<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    let sorted = |mut names: Vec<&'static str>| {
        names.sort_unstable();
        names
    };
    let named: Vec<&'static str> = named.into_iter().map(|name| &*name.to_owned().leak()).collect();
    assert_eq!(sorted(named), sorted(known));
}

#[test]
fn some_names_are_used_in_one_place_only() {
    let mut broken = vec![];
    for code in sources() {
        for (name, places) in ONLY_IN {
            if code.text.contains(name) && !places.iter().any(|place| code.place.starts_with(place)) {
                broken.push(format!("src/{}: `{name}`", code.place));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn stages_before_the_plan_are_pure() {
    let mut broken = vec![];
    for code in sources().iter().filter(|code| PURE.contains(&code.room.as_str())) {
        for name in OUTSIDE.iter().filter(|name| code.text.contains(**name)) {
            broken.push(format!("src/{}: `{name}`", code.place));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
