//! Broken pipelines, each beside what is said of them: `tests/ui/**/NAME.mmc` and its snapshot.

use mmc::diag::{SourceMap, Style, render};
use mmc::world::{Absent, Disk, Found, World};
use std::path::{Path, PathBuf};

fn corpus(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && path.file_name().is_some_and(|name| name == "used") {
            // What the pipelines beside it use.
        } else if path.is_dir() {
            corpus(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "mmc") {
            found.push(path);
        }
    }
}

/// The files of one folder, named without it, so that no snapshot says where the project lies.
struct Beside<'a>(&'a Path);

impl World for Beside<'_> {
    fn text(&self, of: &str, path: &str) -> Result<Found, Absent> {
        let found = Disk.text(&self.0.join(of).display().to_string(), path)?;
        let name = Path::new(&found.name).strip_prefix(self.0).unwrap().display().to_string();
        Ok(Found { name, ..found })
    }

    fn identity(&self, name: &str) -> String {
        Disk.identity(&self.0.join(name).display().to_string())
    }
}

#[test]
fn every_broken_pipeline_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut files = vec![];
    corpus(&root, &mut files);
    assert!(files.len() > 60, "the corpus is missing");
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut sources = SourceMap::new();
        let file = sources.add(name, text.as_str());
        let request = mmc::Request { world: &Beside(path.parent().unwrap()), ..mmc::Request::default() };
        let problems = mmc::compile_in(&mut sources, file, &request).problems;
        assert!(!problems.is_empty(), "nothing is said of {}", path.display());
        let shown = render(&problems, &sources, Style { color: false, unicode: true, width: 100 });
        insta::with_settings!({
            snapshot_path => path.parent().unwrap(),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(path.file_stem().unwrap().to_string_lossy().as_ref(), format!("{text}\n---\n{shown}"));
        });
    }
}
