//! Typical mistakes, each made in a copy of a pipeline that runs: `docs/mistakes.md` shows the reports.

use crate::support::process::{folder, mmc, plain};
use crate::ui::reported_for;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A mistake: its title, the right text, and the wrong text.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("A misspelt modality", "encoder low_net  = low  |> mlp([64; 3])", "encoder low_net  = lwo  |> mlp([64; 3])"),
    ("Arguments in the wrong order", "patience(3, on: valid.error)", "patience(valid.error, 3)"),
    ("A wrong dimension", "modality high: dense[7]", "modality high: dense[8]"),
    ("A missing bracket", "encoder high_net = high |> mlp([64; 2])", "encoder high_net = high |> mlp([64; 2]"),
    ("A wrong column name", "column(\"process\")", "column(\"proces\")"),
    ("An unknown key", "batch_size = 128", "batchsize  = 128"),
];

const BEFORE: &str = "\
# Six mistakes

What `mmc lint` says when something is mistyped in [`pipelines/quickstart.mmc`](../pipelines/quickstart.mmc). A test makes
each of them and compares this page with the output.
";

#[test]
fn six_mistakes_are_one_edit_away() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let right = std::fs::read_to_string(root.join("pipelines/quickstart.mmc")).unwrap();
    let mut page = BEFORE.to_owned();
    for (title, there, written) in MISTAKES {
        assert_eq!(right.matches(there).count(), 1, "`{there}` is not in the pipeline");
        let wrong = right.replace(there, written);
        let (problems, shown) = reported_for("quickstart.mmc", &wrong, root);
        assert_eq!(problems.len(), 1, "one mistake, one report: {shown}");
        let _ = write!(
            page,
            "\n## {title}\n\n`{}` instead of `{}`:\n\n```text\n{}```\n",
            written,
            there,
            shown.trim_start()
        );
    }
    let path = root.join("docs/mistakes.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, page, "docs/mistakes.md differs from the reports: run the tests with UPDATE_DOCS=1");
}

#[test]
fn each_is_fixed_by_its_edit() {
    let right = include_str!("../../pipelines/quickstart.mmc");
    for (title, there, written) in MISTAKES {
        let folder = folder(&right.replace(there, written));
        let lint = |args: &[&str]| mmc(folder.path()).arg("lint").args(args).arg("small.mmc").assert();
        let shown = lint(&["--unsafe-fixes", "--diff"]);
        let difference = plain(&shown.get_output().stdout);
        let changed = |sign: char| {
            let all = difference.lines().filter(move |line| line.starts_with(sign));
            all.skip(1).map(|line| line[1..].to_owned()).collect::<Vec<_>>()
        };
        let ([before], [after]) = (&changed('-')[..], &changed('+')[..]) else { panic!("{title}: {difference}") };
        assert!(before.contains(written), "{title}: {difference}");
        // The line that the message showed is the line that is written.
        let reported = lint(&[]);
        let report = plain(&reported.get_output().stdout);
        assert!(report.split("help: ").nth(1).unwrap().contains(&format!("│ {after}\n")), "{title}: {report}");
        lint(&["--unsafe-fixes"]).success();
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let fixed = fs::read_to_string(folder.path().join("small.mmc")).unwrap();
        assert_eq!(words(&fixed), words(right), "{title}");
    }
}
