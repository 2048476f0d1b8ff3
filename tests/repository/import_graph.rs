//! The graph of imports between the files of a room, which has no cycle.
//!
//! A path that is written in a file leads to the file that defines the item: re-exports are followed, so that a `mod.rs`
//! that only passes names on is not part of any cycle. Calls of methods are not seen.

use super::paths::{Path, paths};
use super::{Code, sources};
use petgraph::algo::tarjan_scc;
use petgraph::stable_graph::StableDiGraph;
use std::collections::{BTreeMap, BTreeSet};

/// Rooms that still have cycles of imports.
const CIRCULAR_ROOMS: &[&str] = &[];

/// The modules of a crate and what their files import.
struct Modules {
    /// Module path, such as `data::table::cell`, and the file that holds it.
    files: BTreeMap<Vec<String>, usize>,
    /// For each file its module path.
    modules: Vec<Vec<String>>,
    /// For each file the paths it imports or mentions.
    paths: Vec<Vec<Path>>,
    /// For each file the names that it passes on with `pub use`, and the absolute path of each.
    exports: Vec<Vec<(String, Vec<String>)>>,
}

impl Modules {
    fn new(files: &[(String, String)]) -> Self {
        let modules: Vec<Vec<String>> = files.iter().map(|(place, _)| module_of(place)).collect();
        let known = modules.iter().cloned().zip(0..).collect();
        let mut new = Self {
            files: known,
            paths: files.iter().map(|(_, text)| paths(text)).collect(),
            exports: vec![vec![]; files.len()],
            modules,
        };
        for file in 0..files.len() {
            let exported = new.paths[file].iter().filter(|path| path.exported);
            let exported = exported.filter_map(|path| Some((path.name.clone(), new.absolute(file, &path.segments)?)));
            new.exports[file] = exported.collect();
        }
        new
    }

    /// The path from the crate's root; `None` for one into another crate.
    fn absolute(&self, file: usize, segments: &[String]) -> Option<Vec<String>> {
        let mut module = self.modules[file].clone();
        let mut rest = segments;
        match rest.first()?.as_str() {
            "crate" => module = vec![],
            "self" => {}
            "super" => {
                module.pop();
            }
            // A child module, or a module that was imported by its name.
            first => {
                let child: Vec<String> = module.iter().cloned().chain([first.to_owned()]).collect();
                if self.files.contains_key(&child) {
                    return Some(module.into_iter().chain(rest.iter().cloned()).collect());
                }
                let imported = self.paths[file].iter().find(|path| path.imported && path.name == first)?;
                if imported.segments.first().map(String::as_str) == Some(first) {
                    return None;
                }
                let module = self.absolute(file, &imported.segments)?;
                return self
                    .files
                    .contains_key(&module)
                    .then(|| module.into_iter().chain(rest[1..].to_vec()).collect());
            }
        }
        rest = &rest[1..];
        while rest.first().is_some_and(|segment| segment == "super") {
            module.pop();
            rest = &rest[1..];
        }
        Some(module.into_iter().chain(rest.iter().cloned()).collect())
    }

    /// The file that defines what an absolute path names.
    fn definition(&self, path: &[String], depth: usize) -> Option<usize> {
        let length = (0..=path.len()).rev().find(|length| self.files.contains_key(&path[..*length]))?;
        let file = self.files[&path[..length]];
        let Some(item) = path.get(length).filter(|_| depth < 16) else { return Some(file) };
        match self.exports[file].iter().find(|(name, _)| name == item) {
            Some((_, target)) => {
                let target: Vec<String> = target.iter().chain(&path[length + 1..]).cloned().collect();
                self.definition(&target, depth + 1)
            }
            None => Some(file),
        }
    }

    /// Every import from one file into another: both files and the name that is imported.
    fn imports(&self) -> Vec<(usize, usize, &str)> {
        let mut imports = vec![];
        for (file, paths) in self.paths.iter().enumerate() {
            for path in paths.iter().filter(|path| !path.exported) {
                let target = self.absolute(file, &path.segments).and_then(|path| self.definition(&path, 0));
                imports.extend(target.filter(|target| *target != file).map(|target| (file, target, &*path.name)));
            }
        }
        imports
    }
}

/// `data/table/cell.rs` is `data::table::cell`, `data/mod.rs` is `data`.
fn module_of(place: &str) -> Vec<String> {
    let path = place.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" || path == "mod" { vec![] } else { path.split('/').map(str::to_owned).collect() }
}

/// The cycles among files of one room: the files of each, and the imports that tie it.
fn cycles(files: &[(String, String)]) -> Vec<(String, String)> {
    let modules = Modules::new(files);
    let room = |file: usize| files[file].0.split('/').next().unwrap_or_default().to_owned();
    let imports = modules.imports();
    let within = imports.iter().filter(|(from, to, _)| room(*from) == room(*to));
    let graph: StableDiGraph<(), ()> =
        StableDiGraph::from_edges(within.map(|(from, to, _)| (*from as u32, *to as u32)));
    let mut found = vec![];
    for cycle in tarjan_scc(&graph).into_iter().filter(|cycle| cycle.len() > 1) {
        let members: BTreeSet<usize> = cycle.into_iter().map(|file| file.index()).collect();
        let mut ties: BTreeMap<(usize, usize), BTreeSet<&str>> = BTreeMap::new();
        for (from, to, name) in &imports {
            if members.contains(from) && members.contains(to) {
                ties.entry((*from, *to)).or_default().insert(*name);
            }
        }
        let ties = ties.into_iter().map(|((from, to), names)| {
            let names: Vec<&str> = names.into_iter().collect();
            format!("  {} imports {} from {}\n", files[from].0, names.join(", "), files[to].0)
        });
        let text = format!("a cycle of {} files:\n{}", members.len(), ties.collect::<String>());
        found.extend(members.first().map(|first| (room(*first), text)));
    }
    found
}

fn tree(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(place, text)| ((*place).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn cycles_are_found_behind_re_exports_and_module_paths() {
    let behind_a_re_export = tree(&[
        ("room/mod.rs", "mod a;\nmod b;\npub use a::A;\npub use b::B;\n"),
        ("room/a.rs", "use super::B;\npub struct A(B);\n"),
        ("room/b.rs", "pub struct B;\nfn f() { crate::room::A::new(); }\n"),
    ]);
    let found = cycles(&behind_a_re_export);
    assert_eq!(found.len(), 1);
    assert!(found[0].1.contains("room/a.rs imports B from room/b.rs"), "{}", found[0].1);
    assert!(found[0].1.contains("room/b.rs imports A from room/a.rs"), "{}", found[0].1);

    let by_modules = tree(&[
        ("room/mod.rs", "mod a;\nmod b;\nfn f() { a::g() }\n"),
        ("room/a.rs", "use super::b;\npub fn g() { b::h() }\n"),
        ("room/b.rs", "use super::{f};\npub fn h() { f() }\n"),
    ]);
    assert_eq!(cycles(&by_modules).len(), 1);

    let none = tree(&[
        ("room/mod.rs", "mod a;\nmod b;\npub use a::A;\npub use b::{B, C};\n"),
        ("room/a.rs", "use super::{B, b::C};\npub struct A(B, C);\n"),
        ("room/b.rs", "use std::fmt;\npub struct B;\npub struct C;\n"),
    ]);
    assert!(cycles(&none).is_empty());
}

#[test]
fn no_room_has_a_cycle_of_imports() {
    let files: Vec<(String, String)> = sources().into_iter().map(|Code { place, text, .. }| (place, text)).collect();
    let cycles = cycles(&files);
    let mut broken: Vec<String> = cycles
        .iter()
        .filter(|(room, _)| !CIRCULAR_ROOMS.contains(&room.as_str()))
        .map(|(room, text)| format!("`{room}` has {text}"))
        .collect();
    for room in CIRCULAR_ROOMS.iter().filter(|room| !cycles.iter().any(|(other, _)| other == *room)) {
        broken.push(format!("`{room}` has no cycle any more: take it off the list"));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
