//! The commands of the binary: exit codes, output streams and the text of the output.

use crate::support::process::{SMALL, folder, mmc, plain};
use std::fs;

#[test]
fn help() {
    let folder = folder(SMALL);
    for command in ["", "run", "compare", "sweep", "lint", "fmt", "plan", "explain", "bench"] {
        let arguments = [command, "--help"];
        let arguments = arguments.iter().filter(|argument| !argument.is_empty());
        let done = mmc(folder.path()).args(arguments).assert().success();
        let name = if command.is_empty() { "help".into() } else { format!("help_{command}") };
        insta::assert_snapshot!(name, plain(&done.get_output().stdout));
    }
}

#[test]
fn what_cannot_be_understood_exits_with_2() {
    let folder = folder(SMALL);
    let wrong: &[&[&str]] = &[
        &[],
        &["fly"],
        &["run"],
        &["run", "small.mmc", "--threads", "0"],
        &["run", "small.mmc", "--epochs", "0"],
        &["run", "small.mmc", "--set", "beta"],
        &["run", "small.mmc", "--device", "gpu"],
        &["run", "small.mmc", "--no-cache", "--cache", "x"],
        &["run", "missing.mmc"],
        &["lint", "missing.mmc"],
        &["plan", "missing.mmc"],
        &["fmt", "missing.mmc"],
        &["bench", "missing.mmc"],
        &["explain", "MMC9999"],
    ];
    for arguments in wrong {
        let done = mmc(folder.path()).args(*arguments).assert().code(2);
        let reported = plain(&done.get_output().stderr);
        assert!(!reported.is_empty(), "{arguments:?}");
        assert!(done.get_output().stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_sound_file_has_nothing_to_report() {
    let folder = folder(SMALL);
    mmc(folder.path()).args(["lint", "small.mmc"]).assert().success().stdout("").stderr("");
    let json = mmc(folder.path()).args(["lint", "small.mmc", "--format", "json"]).assert().success();
    let problems: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    assert_eq!(problems, serde_json::json!([]));
}

#[test]
fn problems_exit_with_1_in_every_command() {
    let folder = folder(&SMALL.replace("single(low_net)", "single(lwo_net)"));
    for command in ["run", "lint", "plan", "bench"] {
        let done = mmc(folder.path()).args([command, "small.mmc"]).assert().code(1);
        let output = done.get_output();
        let reported = plain(&output.stdout) + &plain(&output.stderr);
        assert!(
            reported.contains("MMC0201") && reported.contains("lwo_net") && reported.contains("1 error"),
            "{command}: {reported}"
        );
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something was left behind");
}

#[test]
fn syntax_problems_exit_with_1_in_fmt_too() {
    let folder = folder(&SMALL.replace("epochs     = 3", "epochs     = = 3"));
    for command in ["run", "lint", "plan", "fmt"] {
        mmc(folder.path()).args([command, "small.mmc"]).assert().code(1);
    }
}

#[test]
fn lint_in_three_forms() {
    let text = SMALL.replace("single(low_net)", "single(lwo_net)").replace("mlp([16])", "mlq([16])");
    let folder = folder(&text);
    let lint = |format: &str| {
        let done = mmc(folder.path()).args(["lint", "small.mmc", "--format", format]).assert().code(1);
        plain(&done.get_output().stdout)
    };
    insta::assert_snapshot!("lint_text", lint("text"));
    insta::assert_snapshot!("lint_short", lint("short"));
    let problems: serde_json::Value = serde_json::from_str(&lint("json")).unwrap();
    let problems = problems.as_array().unwrap();
    // `mlq` is used twice, and reported once.
    assert_eq!(problems.len(), 2);
    for problem in problems {
        for key in ["code", "severity", "message", "file", "labels", "help", "edits", "data"] {
            assert!(problem.get(key).is_some(), "{key}: {problem}");
        }
        let label = &problem["labels"][0];
        assert_eq!(label["file"], "small.mmc");
        for key in ["line", "column", "end_line", "end_column"] {
            assert!(label[key].as_u64().unwrap() >= 1, "{key}: {label}");
        }
    }
}

#[test]
fn several_files_are_one_report() {
    let folder = folder(&SMALL.replace("single(low_net)", "single(lwo_net)"));
    fs::write(folder.path().join("other.mmc"), SMALL.replace("single(low_net)", "single(hihg_net)")).unwrap();
    fs::write(folder.path().join("sound.mmc"), SMALL).unwrap();
    let files = ["small.mmc", "sound.mmc", "other.mmc"];
    let done = mmc(folder.path()).arg("lint").args(files).args(["--format", "json"]).assert().code(1);
    let problems: serde_json::Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
    let named: Vec<&str> =
        problems.as_array().unwrap().iter().map(|problem| problem["file"].as_str().unwrap()).collect();
    assert_eq!(named, ["small.mmc", "other.mmc"]);
}

#[test]
fn colour_is_printed_with_an_option() {
    let folder = folder(&SMALL.replace("single(low_net)", "single(lwo_net)"));
    let done = mmc(folder.path()).args(["lint", "small.mmc", "--color", "always"]).assert().code(1);
    assert!(String::from_utf8_lossy(&done.get_output().stdout).contains('\u{1b}'));
    let done = mmc(folder.path()).args(["lint", "small.mmc", "--ascii"]).assert().code(1);
    assert!(plain(&done.get_output().stdout).is_ascii());
}

#[test]
fn a_file_that_is_no_text_is_a_problem_of_the_file() {
    let folder = folder("");
    fs::write(folder.path().join("small.mmc"), b"pipeline x\n# caf\xe9\n").unwrap();
    let done = mmc(folder.path()).args(["lint", "small.mmc", "--format", "short"]).assert().code(1);
    let reported = plain(&done.get_output().stdout);
    assert!(reported.starts_with("small.mmc:2:6: error[MMC0108]"), "{reported}");
}

#[test]
fn fmt_changes_files_and_nothing_else() {
    let untidy = SMALL.replace("  epochs     = 3", "     epochs=3");
    let folder = folder(&untidy);
    let file = folder.path().join("small.mmc");
    let done = mmc(folder.path()).args(["fmt", "--check", "small.mmc"]).assert().code(1);
    assert!(plain(&done.get_output().stderr).contains("small.mmc"));
    let done = mmc(folder.path()).args(["fmt", "--diff", "small.mmc"]).assert().code(1);
    let diff = plain(&done.get_output().stdout);
    assert!(diff.contains("-     epochs=3\n+  epochs     = 3\n"), "{diff}");
    assert_eq!(fs::read_to_string(&file).unwrap(), untidy);

    mmc(folder.path()).args(["fmt", "small.mmc"]).assert().success().stdout("").stderr("");
    assert_eq!(fs::read_to_string(&file).unwrap(), SMALL);
    mmc(folder.path()).args(["fmt", "--check", "--diff", "small.mmc"]).assert().success();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    mmc(folder.path()).args(["fmt", "-"]).write_stdin(untidy.clone()).assert().success().stdout(SMALL);
    mmc(folder.path()).args(["fmt", "--check", "-"]).write_stdin(untidy).assert().code(1);
}

#[test]
fn explain_prints_and_lists() {
    let folder = folder(SMALL);
    let done = mmc(folder.path()).args(["explain", "mmc0301"]).assert().success();
    let reported = plain(&done.get_output().stdout);
    assert!(reported.starts_with("MMC0301: ") && reported.contains("    encoder "), "{reported}");
    let explain = |arguments: &[&str]| {
        let done = mmc(folder.path()).arg("explain").args(arguments).assert().success();
        plain(&done.get_output().stdout)
    };
    insta::assert_snapshot!("explain_exponential", explain(&["exponential"]));
    insta::assert_snapshot!("explain_mlp_in_ascii", explain(&["mlp", "--ascii"]));
    // The list has every name and every code, and lines that fit.
    let list = explain(&[]);
    for code in mmc::diag::Code::ALL {
        assert!(list.contains(&format!("{code}  {}", code.title())), "{code}");
    }
    for (_, signature) in mmc::sema::signatures() {
        assert!(list.contains(signature.name), "{}", signature.name);
    }
    assert!(list.lines().all(|line| line.chars().count() <= 100), "{list}");
    let done = mmc(folder.path()).args(["explain", "standarize"]).assert().code(2);
    assert!(plain(&done.get_output().stderr).contains("did you mean `standardize`?"));
}

#[test]
fn completions_know_every_command_and_name() {
    let folder = folder(SMALL);
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let done = mmc(folder.path()).args(["completions", shell]).assert().success();
        let script = plain(&done.get_output().stdout);
        // The completion script of PowerShell has the values of options only, not those of `explain NAME`.
        let names: &[&str] =
            if matches!(shell, "bash" | "zsh" | "fish") { &["mulmix", "standardize", "MMC0301"] } else { &[] };
        for word in ["graph", "explain", "--combine"].iter().chain(names) {
            assert!(script.contains(word.trim_start_matches("--")), "{shell}: {word}");
        }
    }
    // The completions of `explain` do not restrict its argument.
    let done = mmc(folder.path()).args(["explain", "mullmix"]).assert().code(2);
    assert!(plain(&done.get_output().stderr).contains("did you mean `mulmix`?"));
}

#[test]
#[ignore = "needs bash"]
fn bash_completes_with_the_script() {
    let folder = folder(SMALL);
    let script = plain(&mmc(folder.path()).args(["completions", "bash"]).assert().get_output().stdout);
    let asked = format!(
        "{script}\nCOMP_WORDS=(mmc explain standa) COMP_CWORD=2\n_mmc mmc standa explain\necho \"${{COMPREPLY[@]}}\""
    );
    let done = std::process::Command::new("bash").args(["-c", &asked]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&done.stdout).trim(), "standardize");
}

#[test]
fn the_manual_page_has_every_command() {
    let folder = folder(SMALL);
    let page = plain(&mmc(folder.path()).arg("man").assert().success().get_output().stdout);
    assert!(page.contains(".TH mmc 1"), "{page}");
    for command in ["run", "lint", "fmt", "plan", "graph", "explain", "completions"] {
        assert!(page.contains(&format!("mmc {command}")), "{command}");
    }
    for section in ["SYNOPSIS", "COMMANDS", "EXIT STATUS"] {
        assert!(page.contains(section), "{section}");
    }
}

#[test]
fn a_graph_is_written_to_standard_output_or_a_file() {
    let folder = folder(SMALL);
    let done = mmc(folder.path()).args(["graph", "small.mmc"]).assert().success();
    assert!(plain(&done.get_output().stdout).starts_with("<svg "));
    mmc(folder.path()).args(["graph", "small.mmc", "-o", "small.svg"]).assert().success().stdout("");
    assert_eq!(fs::read(folder.path().join("small.svg")).unwrap(), done.get_output().stdout);
    let done = mmc(folder.path()).args(["graph", "small.mmc", "-o", "no/such/folder.svg"]).assert().code(1);
    assert!(plain(&done.get_output().stderr).contains("MMC0605"));
    let done = mmc(folder.path()).args(["graph", "small.mmc", "--format", "mermaid"]).assert().success();
    assert!(plain(&done.get_output().stdout).contains("flowchart LR"));
}

#[test]
fn plan_in_three_forms() {
    let folder = folder(SMALL);
    let plan = |arguments: &[&str]| {
        let done = mmc(folder.path()).args(["plan", "small.mmc"]).args(arguments).assert().success();
        plain(&done.get_output().stdout)
    };
    insta::assert_snapshot!("plan_text", plan(&[]));
    let json: mmc::plan::Plan = serde_json::from_str(&plan(&["--format", "json"])).unwrap();
    let yaml: serde_json::Value = serde_yaml::from_str(&plan(&["--format", "yaml"])).unwrap();
    assert_eq!(serde_json::from_value::<mmc::plan::Plan>(yaml).unwrap(), json);
    // Two encoders 21 -> 16 and 7 -> 16, and a head 16 -> 2 for each.
    assert_eq!(json.parameter_count(), (21 + 1) * 16 + (7 + 1) * 16 + 2 * (16 + 1) * 2);
    let single = plan(&["--combine", "low_only"]);
    assert!(single.starts_with("small: low_only\n"), "{single}");
}

#[test]
fn params_are_set_from_outside() {
    let text = SMALL
        .replace("pipeline small\n", "pipeline small\n\nparam width = 16 in 1..=64\nparam path = \"rows.csv\"\n")
        .replace("mlp([16])", "mlp([width])")
        .replace("synthetic(\"collider\", rows: 1_000, seed: 7)", "csv(path)");
    let folder = folder(&text);
    let set = |setting: &str| mmc(folder.path()).args(["plan", "small.mmc", "--set", setting]).assert();
    let planned = plain(&set("width=32").success().get_output().stdout);
    assert!(planned.contains("linear(32)") && !planned.contains("linear(16)"), "{planned}");
    // A text needs no quotes.
    set("path=more/rows 2.csv").success();
    for (setting, code) in [("width=100", "MMC0303"), ("wdth=32", "MMC0210"), ("width=\"a\"", "MMC0302")] {
        let reported = plain(&set(setting).code(1).get_output().stderr);
        assert!(reported.contains(code) && reported.contains("--set"), "{setting}: {reported}");
    }
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let folder = folder(SMALL);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_mmc"))
        .args(["plan", "small.mmc", "--format", "json"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
#[cfg(not(feature = "serve"))]
fn a_build_without_the_server_names_the_command_that_builds_it() {
    let folder = tempfile::tempdir().unwrap();
    let done = mmc(folder.path()).args(["serve", "runs/x-0001"]).assert().code(2);
    let reported = plain(&done.get_output().stderr);
    assert!(reported.contains("MMC0631") && reported.contains("cargo install --path . --features serve"), "{reported}");
}
