//! Rules of this repository that the compiler does not check: rooms, imports, names, files.

mod architecture;
mod file_writes;
mod files;
mod ignored_tests;
mod import_graph;
mod names;
mod paths;
mod rooms;

use std::fs;
use std::path::{Path, PathBuf};

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

/// One source file.
struct Code {
    /// Path below `src/`.
    place: String,
    /// First folder of the path, or the file itself without its ending.
    room: String,
    /// Code without comments and unit tests.
    text: String,
    /// The whole text.
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
