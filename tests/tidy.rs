//! Holds the walls between the rooms, and the habits that no compiler checks. The tables here are those of
//! ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("diag", &[]),
    ("shape", &[]),
    ("spec", &["diag", "shape"]),
    ("whole_file", &["diag"]),
    ("world", &[]),
    ("syntax", &["diag"]),
    ("ops", &["diag", "shape", "spec"]),
    ("prelude", &[]),
    ("sema", &["syntax", "ops", "spec", "shape", "diag", "world"]),
    ("lint", &["syntax", "sema", "ops", "spec", "diag"]),
    ("compile", &["sema", "syntax", "lint", "graph", "plan", "diag", "world"]),
    ("reference", &["sema", "syntax", "lint", "ops", "spec", "diag"]),
    ("graph", &["sema", "ops", "spec", "shape", "diag"]),
    ("drawing", &["plan", "ops", "shape", "spec", "diag"]),
    ("plan", &["graph", "ops", "shape", "spec", "diag"]),
    ("exec", &["plan", "ops", "shape", "spec", "diag"]),
    ("data", &["spec", "plan", "shape", "diag"]),
    ("train", &["data", "exec", "plan", "spec", "shape", "diag", "whole_file"]),
    ("report", &["train", "exec", "plan", "spec", "shape", "diag", "whole_file"]),
    ("experiment", &["train", "exec", "plan", "spec", "diag"]),
    ("starter", &["data", "ops", "syntax", "diag"]),
    ("lsp", &["compile", "data", "sema", "syntax", "ops", "spec", "shape", "diag", "whole_file", "world"]),
    ("cli", ALL),
];

/// What `cli` may use.
const ALL: &[&str] = &[
    "compile",
    "data",
    "diag",
    "drawing",
    "exec",
    "experiment",
    "graph",
    "lint",
    "lsp",
    "ops",
    "plan",
    "reference",
    "report",
    "sema",
    "shape",
    "spec",
    "starter",
    "syntax",
    "train",
    "whole_file",
    "world",
];

/// Names and the only places they may stand in.
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

/// From text to plan nothing comes from outside.
const PURE: &[&str] =
    &["diag", "drawing", "shape", "spec", "syntax", "ops", "sema", "lint", "reference", "graph", "plan", "compile"];
const OUTSIDE: &[&str] =
    &["std::fs", "std::io", "std::env", "std::time", "std::net", "std::process", "rand::", "Instant::now"];

/// Files that may be longer than [`LONGEST`], and why.
const LONG_FILES: &[(&str, &str)] =
    &[("syntax/lexer.rs", "one scanner over one text, with what is said of each mistake beside it")];
const LONGEST: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` whose name ends so, in order.
fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// One source file: its place below `src/` and its code without comments and unit tests.
struct Code {
    place: String,
    room: String,
    text: String,
    whole: String,
}

fn sources() -> Vec<Code> {
    let src = root().join("src");
    let sources: Vec<Code> = files(&src, &[".rs"])
        .into_iter()
        .map(|path| {
            let place = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
            let whole = fs::read_to_string(&path).unwrap();
            let code = whole.split("#[cfg(test)]\nmod tests").next().unwrap();
            let text: String = code.lines().map(|line| line.split("//").next().unwrap().to_owned() + "\n").collect();
            let room = place.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
            Code { place, room, text, whole }
        })
        .collect();
    assert!(sources.len() > 20, "the walk found only {} files", sources.len());
    sources
}

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
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
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
fn some_names_stand_in_one_place_only() {
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
fn nothing_comes_from_outside_before_the_plan() {
    let mut broken = vec![];
    for code in sources().iter().filter(|code| PURE.contains(&code.room.as_str())) {
        for name in OUTSIDE.iter().filter(|name| code.text.contains(**name)) {
            broken.push(format!("src/{}: `{name}`", code.place));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let mut broken = vec![];
    for folder in ["src", "tests", "benches"].into_iter().filter(|folder| root().join(folder).exists()) {
        for path in files(&root().join(folder), &[".rs"]) {
            if !fs::read_to_string(&path).unwrap().starts_with("//!") {
                broken.push(path.display().to_string());
            }
        }
    }
    assert!(broken.is_empty(), "these do not begin with `//!`:\n{}", broken.join("\n"));
}

#[test]
fn long_files_have_a_reason() {
    let mut broken = vec![];
    let sources = sources();
    for code in &sources {
        let lines = code.whole.split("#[cfg(test)]\nmod tests").next().unwrap().lines().count();
        if lines > LONGEST && !LONG_FILES.iter().any(|(file, _)| *file == code.place) {
            broken.push(format!("src/{}: {lines} lines", code.place));
        }
    }
    for (file, _) in LONG_FILES {
        let lines = sources.iter().find(|code| code.place == *file).map_or(0, |code| code.whole.lines().count());
        if lines <= LONGEST {
            broken.push(format!("src/{file} is no longer long: take it off the list"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_path_of_a_machine_is_written_down() {
    let beginnings: Vec<String> =
        ["home", "root", "tmp", "work", "Users", "mnt"].iter().map(|folder| format!("/{folder}/")).collect();
    let ends = [".rs", ".md", ".mmc", ".pest", ".toml", ".snap", ".yaml", ".py", ".csv", "run"];
    let mut places: Vec<PathBuf> = vec![];
    for folder in ["src", "tests", "benches", "docs", "grammar", "pipelines", ".ci"] {
        if root().join(folder).exists() {
            places.extend(files(&root().join(folder), &ends));
        }
    }
    for file in ["Cargo.toml", "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "clippy.toml", "rustfmt.toml"] {
        places.push(root().join(file));
    }
    let mut broken = vec![];
    for path in places {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for beginning in &beginnings {
            for (at, _) in text.match_indices(beginning.as_str()) {
                let absolute = at == 0
                    || !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || "._-/~".contains(letter));
                if absolute {
                    broken.push(format!("{}: {beginning}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
