//! The boundaries between the rooms of `src/`, by the table of ARCHITECTURE.md.

use super::{root, sources};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// A room and the rooms it may use.
struct Room {
    name: String,
    may_use: BTreeSet<String>,
}

/// The rows of the table in ARCHITECTURE.md, which is the only list of what each room may use.
fn rooms() -> Vec<Room> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let section = text.split("\n## ").find(|section| section.starts_with("Rooms\n")).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells: Vec<Vec<&str>> = rows.map(|row| row.trim_matches('|').split(" | ").collect()).collect();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let names: Vec<String> = cells.iter().flat_map(|row| quoted(row[0])).collect();
    let room = |row: &Vec<&str>| {
        assert_eq!(row.len(), 4, "{row:?}");
        let name = quoted(row[0]).remove(0);
        let may_use = match row[2] {
            "every room" => names.iter().filter(|other| **other != name).cloned().collect(),
            cell => quoted(cell).into_iter().collect(),
        };
        Room { name, may_use }
    };
    cells.iter().map(room).collect()
}

/// The rooms that the items of the crate's root are defined in, by the `pub use` lines of `lib.rs`.
fn root_items() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let uses = text.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next()?.split_once("::"));
    let items = uses.flat_map(|(room, items)| {
        let names = items.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        names.filter(|name| !name.is_empty()).map(|name| (name.to_owned(), room.to_owned()))
    });
    items.collect()
}

/// Names that are allowed in some places only.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("dfdx::", &["exec/"]),
    ("gemm::", &["exec/"]),
    ("pest::", &["syntax/"]),
    ("pest_derive::", &["syntax/"]),
    ("petgraph::", &["graph/"]),
    ("miette::", &["diag/"]),
    ("prost::", &["export/"]),
    ("clap::", &["cli/"]),
    ("lsp_server::", &["lsp/"]),
    ("gen_lsp_types::", &["lsp/"]),
    ("hyper::", &["serve/"]),
    ("tokio::", &["serve/"]),
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

/// What `text` names after `crate::`, also in groups: rooms, and items of the crate's root.
fn names_after_crate(text: &str) -> BTreeSet<String> {
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
    rooms
}

/// The rooms that a text uses, by name or through an item of the crate's root.
fn used_rooms(text: &str, rooms: &[Room], root_items: &BTreeMap<String, String>) -> BTreeSet<String> {
    let is_room = |name: &String| rooms.iter().any(|room| room.name == *name);
    let room = |name: String| if is_room(&name) { Some(name) } else { root_items.get(&name).cloned() };
    names_after_crate(text).into_iter().filter_map(room).collect()
}

#[test]
fn imports_are_found() {
    let text =
        "use crate::diag::{Code, Span};\nuse crate::{plan::{Batch, Plan}, shape::Shape, exec};\ncrate::ops::one_of(x)";
    let found: Vec<String> = names_after_crate(text).into_iter().collect();
    assert_eq!(found, ["diag", "exec", "ops", "plan", "shape"]);
}

#[test]
fn rooms_use_what_the_architecture_says_and_no_other() {
    let (rooms, items) = (rooms(), root_items());
    assert_eq!(items.get("Plan").map(String::as_str), Some("plan"));
    let mut broken = vec![];
    let mut unused: BTreeSet<(&str, &str)> = BTreeSet::new();
    for room in rooms.iter().filter(|room| room.name != "cli") {
        unused.extend(room.may_use.iter().map(|other| (room.name.as_str(), other.as_str())));
    }
    for code in sources().iter().filter(|code| !["lib", "main"].contains(&code.room.as_str())) {
        let Some(room) = rooms.iter().find(|room| room.name == code.room) else {
            broken.push(format!("src/{}: `{}` is not a room of the table", code.place, code.room));
            continue;
        };
        for used in used_rooms(&code.text, &rooms, &items) {
            unused.retain(|(name, other)| *name != room.name || *other != used);
            if used != code.room && !room.may_use.contains(&used) {
                broken.push(format!("src/{}: `{}` may not use `{used}`", code.place, code.room));
            }
        }
    }
    broken.extend(unused.iter().map(|(room, other)| format!("ARCHITECTURE.md: `{room}` does not use `{other}`")));
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_row_of_the_table_is_a_folder_or_a_file() {
    let src = root().join("src");
    for Room { name, .. } in rooms() {
        assert!(src.join(&name).is_dir() || src.join(format!("{name}.rs")).is_file(), "`{name}` is not in src/");
    }
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
