//! Pipelines with problems and their reports: `tests/ui/**/NAME.mmc` and its snapshot.
//!
//! If the data of a pipeline exists, it is checked too. A first line `# ui: ARGUMENTS` gives the file to
//! the program itself, in a copy of the folders.

use crate::support::process::{mmc, plain};
use mmc::data::{Inspection, LoadRequest, RequiredComponents, inspect};
use mmc::diag::{Code, FileId, Problems, SourceMap, Style, render};
use mmc::lint::{LintLevels, Subject, lint_data};
use mmc::world::{Disk, FoundFile, MissingFile, World};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")
}

fn corpus(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && path.file_name().is_some_and(|name| name == "used") {
            // Files used by other pipelines.
        } else if path.is_dir() {
            corpus(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "mmc") {
            found.push(path);
        }
    }
}

/// The report of a text, and of its data if it exists; relative paths are looked up from `base`.
pub(crate) fn reported_for(name: &str, text: &str, base: &Path) -> (Problems, String) {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let request = mmc::CompileOptions { world: &Beside(base), ..mmc::CompileOptions::default() };
    let compiled = mmc::compile_in(&mut sources, file, &request);
    let mut problems = compiled.problems;
    if let Some(mut compiled) = compiled.value {
        problems.extend(said_of_data(&mut compiled, base));
        problems.sort();
    }
    let shown = render(&problems, &sources, Style { color: false, unicode: true, width: 100 });
    (problems, shown)
}

fn said_of_data(compiled: &mut mmc::Compiled, base: &Path) -> Problems {
    let mmc::Compiled { hir, plan, ast, suppressions, .. } = compiled;
    let names: Vec<&str> = hir.modalities.iter().map(|modality| modality.name.as_str()).collect();
    let (modalities, required) = (hir.modalities.iter().collect(), vec![RequiredComponents::of(plan, &names)]);
    match inspect(&LoadRequest {
        data: &hir.data,
        label: &hir.label,
        class_weights: hir.train.class_weights.as_ref(),
        modalities,
        required,
        base,
        cache: None,
        memory: 1 << 30,
    }) {
        Inspection::MissingFiles(_) | Inspection::TooLarge(_) => Problems::new(),
        Inspection::Inspected { profile: None, problems } => problems,
        Inspection::Inspected { profile: Some(profile), mut problems } => {
            problems.extend(lint_data(&Subject { hir, ast }, &profile, &LintLevels::default(), suppressions));
            problems
        }
    }
}

/// The output of the program for a file in a copy of the corpus, with these arguments.
fn said_by_program(path: &Path, arguments: &str) -> String {
    let copy = tempfile::tempdir().unwrap();
    for folder in [path.parent().unwrap(), &root().join("data")] {
        let to = copy.path().join(folder.strip_prefix(root()).unwrap());
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            fs::copy(&entry, to.join(entry.file_name().unwrap())).unwrap();
        }
    }
    let folder = copy.path().join(path.parent().unwrap().strip_prefix(root()).unwrap());
    let mut arguments = arguments.split_whitespace();
    let output = mmc(&folder).args(arguments.next()).arg(path.file_name().unwrap()).args(arguments).output().unwrap();
    format!("{}{}exit code {}\n", plain(&output.stdout), plain(&output.stderr), output.status.code().unwrap())
}

/// The files of one folder, named without it, so that no snapshot contains the path of the project.
struct Beside<'a>(&'a Path);

impl World for Beside<'_> {
    fn text(&self, of: &str, path: &str) -> Result<FoundFile, MissingFile> {
        let found = Disk.text(&self.0.join(of).display().to_string(), path)?;
        let name = Path::new(&found.name).strip_prefix(self.0).unwrap().display().to_string();
        Ok(FoundFile { name, ..found })
    }

    fn identity(&self, name: &str) -> String {
        Disk.identity(&self.0.join(name).display().to_string())
    }
}

#[test]
fn every_broken_pipeline_is_explained() {
    let mut files = vec![];
    corpus(&root(), &mut files);
    assert!(files.len() >= 120, "the corpus is missing: {} files", files.len());
    let mut reached = BTreeSet::new();
    for path in files {
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let shown = match text.lines().next().and_then(|first| first.strip_prefix("# ui: ")) {
            Some(arguments) => said_by_program(&path, arguments),
            None => {
                let name = path.file_name().unwrap().to_string_lossy();
                let (problems, shown) = reported_for(&name, &text, path.parent().unwrap());
                assert!(!problems.is_empty(), "no problem in {}", path.display());
                shown
            }
        };
        reached.extend(Code::ALL.iter().copied().filter(|code| shown.contains(&format!("[{code}]"))));
        insta::with_settings!({
            snapshot_path => path.parent().unwrap(),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(path.file_stem().unwrap().to_string_lossy().as_ref(), format!("{text}\n---\n{shown}"));
        });
    }
    for (code, reason) in UNREACHED {
        assert!(!reached.contains(code), "{code} is reached: take it off the list ({reason})");
        reached.insert(*code);
    }
    let missing: Vec<&Code> = Code::ALL.iter().filter(|code| !reached.contains(code)).collect();
    assert!(missing.is_empty(), "no file of the corpus is answered with {missing:?}");
}

/// Codes that no file can cause, with the reason.
const UNREACHED: &[(Code, &str)] = &[
    (Code::NoPictures, "a build with the feature `png` has them; tests/page/process.rs asks one without"),
    (Code::NoAddress, "a port that is taken is needed; tests/serve/many_models.rs takes one"),
    (Code::BadCheckpoint, "a damaged checkpoint is needed; tests/cli/resume.rs makes one"),
    (Code::CannotResume, "the folder of an interrupted run is needed; tests/cli/resume.rs makes one"),
    (Code::CannotExport, "the folder of a run is needed; tests/cli/export.rs exports one"),
    (Code::FeatureMissing, "the folder of a run is needed; tests/cli/export.rs exports one in a build without ONNX"),
    (Code::UnknownRun, "a command that takes a run is needed; tests/cli/verify.rs has one"),
    (Code::RunDisagrees, "the folder of a run is needed; tests/cli/verify.rs changes one"),
    (Code::NoRoom, "a full disk is needed"),
    (Code::OutOfMemory, "a machine with little memory is needed"),
    (Code::WriteFailed, "a full disk is needed; tests/report/files.rs makes one of a folder"),
    (Code::ColumnCollision, "a result of `mmc predict`; tests/cli/predict.rs"),
    (Code::BadModel, "read by programs that load weights; tests/train/model_file.rs"),
    (Code::ModelMismatch, "read by programs that load weights; tests/train/model_file.rs"),
    (Code::Internal, "a defect, by definition"),
];

/// The text with all edits of a problem made.
fn fixed(text: &str, problem: &mmc::diag::Problem) -> String {
    let mut edits = problem.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    edits.into_iter().fold(text.to_owned(), |mut text, edit| {
        text.replace_range(edit.span.range(), &edit.replacement);
        text
    })
}

#[test]
fn every_edit_fixes_its_problem() {
    let mut files = vec![];
    corpus(&root(), &mut files);
    let (mut tried, mut broken) = (0, vec![]);
    for path in files {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let base = path.parent().unwrap();
        let reported = |text: &str| reported_for("edited.mmc", text, base).0;
        let before = reported(&text);
        let unread = |problems: &Problems| problems.iter().filter(|problem| problem.code.as_str() < "MMC0200").count();
        // An edit of a file that is used leaves the text as it is.
        let own = |problem: &&mmc::diag::Problem| problem.edits.iter().all(|edit| edit.span.file == FileId(0));
        for problem in before.iter().filter(|problem| !problem.edits.is_empty()).filter(own) {
            tried += 1;
            let after_text = fixed(&text, problem);
            let after = reported(&after_text);
            let same = |problems: &Problems| {
                let alike =
                    |other: &&mmc::diag::Problem| other.code == problem.code && other.message == problem.message;
                problems.iter().filter(alike).count()
            };
            if same(&after) >= same(&before) || unread(&after) > unread(&before) {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                broken.push(format!("{name}: {} {}\n{after_text}\n{after:?}", problem.code, problem.message));
            }
        }
    }
    assert!(tried > 60, "only {tried} edits were tried");
    assert!(broken.is_empty(), "{} of {tried} edits do not fix their problem:\n{}", broken.len(), broken.join("\n\n"));
}
