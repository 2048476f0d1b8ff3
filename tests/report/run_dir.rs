//! The folder of a run: numbers, races, and the clean-up after a failed run.

use mmc::diag::Code;
use mmc::report::RunDir;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn create(out: &Path) -> RunDir {
    RunDir::create(out, "little").unwrap()
}

fn name(run: &RunDir) -> String {
    run.path().file_name().unwrap().to_str().unwrap().to_string()
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn runs_are_numbered_from_one_and_after_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/runs");
    let mut first = create(&out);
    first.keep();
    assert_eq!(name(&first), "little-0001");
    for taken in ["little-0041", "little-12345", "little-x", "littler-99999", "little-99999999999999999999"] {
        fs::create_dir(out.join(taken)).unwrap();
    }
    assert_eq!(name(&create(&out)), "little-12346");
}

#[test]
fn runs_that_begin_at_once_never_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("runs");
    let names: BTreeSet<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let make = |_| {
                        let mut run = create(&out);
                        run.keep();
                        name(&run)
                    };
                    (0..10).map(make).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let expected: BTreeSet<String> = (1..=80).map(|number| format!("little-{number:04}")).collect();
    assert_eq!(names, expected);
}

#[test]
fn a_failed_run_leaves_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("runs");
    let run = create(&out);
    run.write("metrics.csv", |file| file.write_all(b"epoch\n")).unwrap();
    assert_eq!(entries(run.path()), ["metrics.csv"]);
    drop(run);
    assert!(!out.exists());

    // Existing files stay.
    create(&out).keep();
    drop(create(&out));
    assert_eq!(entries(&out), ["little-0001"]);
}

#[test]
fn failed_runs_do_not_disturb_others() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("runs");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| drop(create(&out))));
        }
    });
    assert!(!out.exists() || entries(&out).is_empty());
}

#[test]
fn a_folder_that_cannot_be_made_is_a_problem_with_a_way_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for out in [file.clone(), file.join("runs")] {
        let problem = RunDir::create(&out, "little").unwrap_err();
        assert_eq!(problem.code, Code::OutputUnwritable);
        assert!(problem.message.contains(&format!("`{}`", out.display())), "{}", problem.message);
        assert!(problem.help.unwrap().contains("--out"));
    }
    assert_eq!(entries(folder.path()), ["file"]);
}

#[test]
fn a_folder_is_named_step_by_step_from_where_the_run_is() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("project/deep");
    fs::create_dir_all(&project).unwrap();
    let run = create(&folder.path().join("runs"));
    assert_eq!(run.way_to(&project), Path::new("../../project/deep"));
    assert_eq!(run.way_to(run.path()), Path::new(""));
    assert_eq!(run.way_to(&folder.path().join("absent")), folder.path().join("absent"));
}
