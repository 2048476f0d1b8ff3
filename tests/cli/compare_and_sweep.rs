//! `mmc compare` and `mmc sweep` as processes: the same numbers as single runs, and nothing lost by an interrupt.

use crate::support::process::{SMALL, ended, folder, mmc, names, plain, signal, start_until};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// With a param to sweep, and two sweeps.
pub(super) fn swept() -> String {
    SMALL
        .replace("combine mul =", "param beta = 0.5 in 0.0..=1.0\n\ncombine mul =")
        .replace("{ beta = 0.5 }", "{ beta = beta }")
        + "
sweep curve {
  over   = { beta: [0.0, 0.5, 1.0] }
  train  = [mul, low_only]
  seeds  = [1, 2]
  select = min(valid.loss)
}

sweep seeds_only {
  train = [low_only]
  seeds = 3..5
}
"
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let done = mmc(folder).args(arguments).args(["--no-cache", "--quiet", "--format", "json"]).assert().success();
    serde_json::from_str(&plain(&done.get_output().stdout)).unwrap()
}

fn json_file(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_comparison_has_the_numbers_of_single_runs() {
    let folder = folder(SMALL);
    let arguments = ["compare", "small.mmc", "--seeds", "2", "--epochs", "2", "--over-learn", "components"];
    let found = json(folder.path(), &arguments);
    assert_eq!((&found["rows"], &found["seeds"]), (&200.into(), &serde_json::json!([1, 2])));
    let mut errors = vec![];
    for name in ["mul", "low_only"] {
        let line = found["lines"].as_array().unwrap().iter().find(|line| line["name"] == name).unwrap();
        assert_eq!(line["runs"], 2);
        let of_seed = |seed: &str| {
            let arguments = ["run", "small.mmc", "--no-cache", "--quiet", "--json", "--epochs", "2", "--seed", seed];
            let done = mmc(folder.path()).args(arguments).args(["--combine", name]).assert().success();
            let lines = plain(&done.get_output().stdout);
            let summary: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
            summary
        };
        let seeds = [of_seed("1"), of_seed("2")];
        for split in ["valid", "test"] {
            for metric in ["error", "loss", "auc", "f1", "log_loss", "brier", "calibration_error"] {
                let single: Vec<&Value> = seeds.iter().map(|summary| &summary[split][metric]).collect();
                let of_trials: Vec<&Value> = line[split][metric]["values"].as_array().unwrap().iter().collect();
                assert_eq!(of_trials, single, "{name}: {metric} on {split}");
            }
            // Where the probabilities were not calibrated, they are the same before.
            let before = |summary: &Value| match &summary[split]["uncalibrated"] {
                Value::Null => summary[split]["log_loss"].clone(),
                before => before["log_loss"].clone(),
            };
            let of_trials = &line[split]["uncalibrated"]["log_loss"]["values"];
            assert_eq!(*of_trials, Value::from(seeds.iter().map(before).collect::<Vec<_>>()), "{name} on {split}");
        }
        let mean = |split: &str| line[split]["error"]["mean"].as_f64().unwrap();
        errors.push((mean("valid"), mean("test")));
        let over = &line["over_learn"];
        let count = |what: &str| over[what]["mean"].as_f64().unwrap();
        assert!(count("of_all") <= count("of_those") && count("subset") <= 200.0, "{over}");
    }
    // The validation rows rank; the difference is one of test rows.
    let best = usize::from(errors[1].0 < errors[0].0);
    let lines = &found["lines"];
    assert_eq!((&lines[0]["name"], &found["against"]), (&["mul", "low_only"][best].into(), &lines[0]["name"]));
    assert_eq!((&lines[0]["selected"], &lines[1]["selected"]), (&true.into(), &false.into()));
    let difference = lines[1]["difference"]["mean"].as_f64().unwrap();
    assert!((difference - (errors[1 - best].1 - errors[best].1)).abs() < 1e-12);
    assert!(lines[0]["difference"].is_null());
    assert_eq!(names(folder.path()).iter().filter(|name| *name != "runs").collect::<Vec<_>>(), ["small.mmc"]);
}

#[test]
fn a_table_does_not_depend_on_threads_and_has_four_forms() {
    let folder = folder(SMALL);
    let table = |arguments: &[&str]| {
        let common = ["compare", "small.mmc", "--seeds", "2", "--epochs", "1", "--no-cache", "--quiet"];
        let done = mmc(folder.path()).args(common).args(arguments).assert().success();
        plain(&done.get_output().stdout)
    };
    let without_time = |text: &str| -> Vec<[Value; 4]> {
        let value: Value = serde_json::from_str(text).unwrap();
        let lines = value["lines"].as_array().unwrap().iter();
        lines
            .map(|line| [&line["name"], &line["valid"], &line["test"], &line["difference"]].map(Value::clone))
            .collect()
    };
    let [one, two] = ["1", "2"].map(|threads| table(&["--threads", threads, "--format", "json"]));
    assert_eq!(without_time(&one), without_time(&two));

    let markdown = table(&["--format", "markdown", "--combine", "low_only,mul"]);
    let lines: Vec<&str> = markdown.lines().collect();
    assert_eq!((lines.len(), lines[1].matches("---:").count()), (4, 14));
    assert!(lines[2].starts_with("| **`") && lines[3].starts_with("| `"), "{markdown}");
    let csv = table(&["--format", "csv", "--combine", "low_only"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let row = reader.records().next().unwrap().unwrap();
    assert_eq!((&row[0], &row[1], &row[2]), ("low_only", "2", "1"));
    let names: Vec<&str> = reader.headers().unwrap().iter().collect();
    for name in
        ["valid_error", "test_auc_deviation", "test_uncalibrated_log_loss", "valid_brier", "difference", "seconds"]
    {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    let text = table(&[]);
    for word in [
        "test, 200 rows",
        "valid error %",
        "test error %",
        "difference [95%]",
        "log loss",
        "ECE %",
        "mul",
        "low_only",
        "*",
        "paired test",
        "seeds       1, 2",
        "alone       mmc run small.mmc --combine ",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100 || line.starts_with("alone")), "{text}");
}

#[test]
fn one_seed_is_compared_by_its_rows() {
    let folder = folder(SMALL);
    let found = json(folder.path(), &["compare", "small.mmc", "--seeds", "1", "--epochs", "1", "--against", "mul"]);
    let lines = found["lines"].as_array().unwrap();
    let other = lines.iter().find(|line| line["name"] == "low_only").unwrap();
    assert_eq!((&found["against"], &other["difference"]["test"]), (&"mul".into(), &"mc_nemar".into()));
    assert!(lines[0]["test"]["error"]["deviation"].is_null());
}

#[test]
fn a_file_is_named_only_before_combines_that_several_have() {
    let folder = folder(SMALL);
    let deep = folder.path().join("deep");
    fs::create_dir(&deep).unwrap();
    fs::write(deep.join("small.mmc"), SMALL.replace("combine low_only", "combine first")).unwrap();
    fs::write(folder.path().join("other.mmc"), SMALL.replace("combine low_only", "combine alone")).unwrap();
    let called = |files: &[&str]| {
        let arguments = [&["compare"], files, &["--seeds", "1", "--epochs", "1", "--against", "alone"]].concat();
        let found = json(folder.path(), &arguments);
        let lines = found["lines"].as_array().unwrap().iter();
        lines.map(|line| line["name"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let two = set(&["small:mul", "low_only", "other:mul", "alone"]);
    assert_eq!(called(&["small.mmc", "other.mmc"]), two);
    let three = called(&["small.mmc", "deep/small.mmc", "other.mmc"]);
    assert_eq!(three, set(&["small.mmc:mul", "low_only", "deep/small.mmc:mul", "first", "other:mul", "alone"]));

    // The study keeps copies of all files, and has the names that they had.
    let study = folder.path().join("runs/small-compare-0001");
    assert!(study.join("pipeline-1/pipeline.mmc").exists() && study.join("pipeline-2/pipeline.mmc").exists());
    for file in ["small.mmc", "other.mmc"] {
        fs::remove_file(folder.path().join(file)).unwrap();
    }
    let again = json(folder.path(), &["compare", "--resume", "runs/small-compare-0001"]);
    let names = again["lines"].as_array().unwrap().iter().map(|line| line["name"].as_str().unwrap());
    assert_eq!(names.map(str::to_owned).collect::<BTreeSet<_>>(), two);
    assert_eq!(again.to_string(), json_file(&study.join("compare.json")).to_string());
}

#[test]
fn impossible_comparisons_are_reported() {
    let folder = folder(SMALL);
    fs::write(folder.path().join("other.mmc"), SMALL.replace("seed: 7", "seed: 8")).unwrap();
    let reported = |arguments: &[&str]| {
        let done = mmc(folder.path()).args(arguments).args(["--no-cache", "--epochs", "1"]).assert().code(1);
        plain(&done.get_output().stderr)
    };
    let other = reported(&["compare", "small.mmc", "other.mmc", "--combine", "mul", "--seeds", "1"]);
    assert!(other.contains("`small:mul` and `other:mul`") && other.contains("same rows"), "{other}");
    let unknown = reported(&["compare", "small.mmc", "--combine", "mull"]);
    assert!(unknown.contains("did you mean `mul`?"), "{unknown}");
    let unknown = reported(&["compare", "small.mmc", "--against", "none"]);
    assert!(unknown.contains("`mul`, `low_only`"), "{unknown}");
    assert!(reported(&["sweep", "small.mmc"]).contains("has no `sweep`"));
    fs::write(folder.path().join("small.mmc"), swept()).unwrap();
    assert!(reported(&["sweep", "small.mmc"]).contains("`curve`, `seeds_only`"));
    assert!(reported(&["sweep", "small.mmc", "curv"]).contains("did you mean `curve`?"));
}

#[test]
fn a_sweep_selects_on_validation_and_resumes() {
    let folder = folder(&swept());
    let found = json(folder.path(), &["sweep", "small.mmc", "curve", "--epochs", "1"]);
    let points = found["points"].as_array().unwrap();
    assert_eq!((points.len(), &found["trials"]), (6, &12.into()));
    for combine in ["mul", "low_only"] {
        let of: Vec<&Value> = points.iter().filter(|point| point["combine"] == combine).collect();
        let betas: Vec<&str> = of.iter().map(|point| point["params"]["beta"].as_str().unwrap()).collect();
        assert_eq!(betas, ["0", "0.5", "1"]);
        let valid = |point: &&Value| point["valid"]["loss"]["mean"].as_f64().unwrap();
        let least = of.iter().map(valid).fold(f64::INFINITY, f64::min);
        let selected: Vec<&&Value> = of.iter().filter(|point| point["selected"] == true).collect();
        assert_eq!((selected.len(), valid(selected[0])), (1, least));
    }
    let path = folder.path().join("runs/small-curve-0001");
    let files: Vec<String> = names(&path).into_iter().filter(|name| !name.contains("-seed-")).collect();
    let expected =
        ["best", "pipeline.mmc", "report.html", "study.yaml", "sweep.csv", "sweep.json", "sweep.md", "trials.jsonl"];
    assert_eq!((files, names(&path).len()), (expected.map(String::from).to_vec(), 8 + 8));
    let trials = fs::read_to_string(path.join("trials.jsonl")).unwrap();
    // `low_only` is trained once for each seed, and stands for all three points.
    assert_eq!(trials.lines().count(), 8);

    // Trials of an interrupted sweep are not repeated, and the result is the same. `low_only` does not depend on beta,
    // so that one trial of it stands for three. Trials are written as they end, in an order that varies.
    let kept = |line: &&str| {
        let trial: Value = serde_json::from_str(line).unwrap();
        trial["seed"] == 1 && (trial["combine"] == "mul" || trial["params"]["beta"] == "0")
    };
    let half: String = trials.lines().filter(kept).map(|line| format!("{line}\n")).collect();
    fs::write(path.join("trials.jsonl"), half).unwrap();
    let arguments = ["sweep", "small.mmc", "curve", "--epochs", "1", "--no-cache", "--resume", "runs/small-curve-0001"];
    let done = mmc(folder.path()).args(arguments).assert().success();
    let reported = plain(&done.get_output().stderr);
    assert!(reported.contains("12 trials, 6 done before") && reported.contains("12/12"), "{reported}");
    assert!(reported.lines().all(|line| !line.starts_with("1/12") && !line.starts_with("6/12")), "{reported}");
    let again: Value = serde_json::from_str(&fs::read_to_string(path.join("sweep.json")).unwrap()).unwrap();
    let measured = |found: &Value| -> Vec<Value> {
        found["points"]
            .as_array()
            .unwrap()
            .iter()
            .map(|point| serde_json::json!([point["valid"], point["test"]]))
            .collect()
    };
    assert_eq!(measured(&again), measured(&found));
    assert_eq!(names(&folder.path().join("runs")), ["small-curve-0001"]);

    // A trial of another length is another trial.
    let other = ["sweep", "small.mmc", "curve", "--epochs", "2", "--no-cache", "--resume", "runs/small-curve-0001"];
    let done = mmc(folder.path()).args(other).assert().success();
    assert!(plain(&done.get_output().stderr).lines().any(|line| line.starts_with("1/12")));
    // The trials of the other length stay.
    assert!(fs::read_to_string(path.join("trials.jsonl")).unwrap().lines().count() >= 8 + 4);
    fs::write(path.join("trials.jsonl"), "{}\n").unwrap();
    let done = mmc(folder.path()).args(arguments).assert().code(1);
    assert!(plain(&done.get_output().stderr).contains("MMC0606"));
}

#[test]
#[cfg(unix)]
fn an_interrupted_sweep_keeps_what_is_done() {
    let text = swept()
        .replace("combine mul =", "param length = 1\n\ncombine mul =")
        .replace("epochs     = 3", "epochs     = length")
        .replace("over   = { beta: [0.0, 0.5, 1.0] }", "over   = { length: [1, 1_000_000] }");
    let folder = folder(&text);
    let (child, lines) =
        start_until(folder.path(), &["sweep", "small.mmc", "curve", "--no-cache", "--threads", "1"], "1/8");
    signal(&child, "-INT");
    let reported: Vec<String> = lines.collect();
    let (code, result) = ended(child);
    assert_eq!(code, Some(75), "{reported:?}");
    assert!(
        reported.iter().any(|line| {
            line.contains("1 of 8 trials are done; to continue: mmc sweep --resume runs/small-curve-0001")
        }),
        "{reported:?}"
    );
    assert!(result.contains("runs/small-curve-0001"), "{result}");
    let path = folder.path().join("runs/small-curve-0001");
    assert_eq!(fs::read_to_string(path.join("trials.jsonl")).unwrap().lines().count(), 1);
    assert!(path.join("sweep.json").exists());
}

#[test]
#[cfg(unix)]
fn an_interrupted_comparison_shows_what_is_done() {
    let folder = folder(SMALL);
    fs::write(folder.path().join("long.mmc"), SMALL.replace("epochs     = 3", "epochs     = 1_000_000")).unwrap();
    let arguments =
        ["compare", "small.mmc", "long.mmc", "--combine", "mul", "--seeds", "1", "--no-cache", "--threads", "1"];
    let (child, lines) = start_until(folder.path(), &arguments, "1/2");
    signal(&child, "-INT");
    let reported: Vec<String> = lines.collect();
    let (code, result) = ended(child);
    assert_eq!(code, Some(75), "{reported:?}");
    let resume = "to continue: mmc compare --resume runs/small-compare-0001";
    assert!(reported.iter().any(|line| line.starts_with("interrupted") && line.contains(resume)), "{reported:?}");
    assert!(!folder.path().join("runs/small-compare-0001/best").exists(), "nothing is selected before the end");
    assert!(result.contains("small:mul") && result.contains("long:mul"), "{result}");

    // Before the first trial ends there is nothing to show; it continues from its checkpoint.
    let warned = SMALL.replace("epochs     = 3", "epochs     = 1_000_000");
    fs::write(folder.path().join("long.mmc"), warned).unwrap();
    let arguments = ["compare", "long.mmc", "--seeds", "1", "--no-cache", "--threads", "1"];
    let (child, _lines) = start_until(folder.path(), &arguments, "training");
    signal(&child, "-INT");
    let (code, result) = ended(child);
    assert_eq!(result, "");
    // Whether there is a checkpoint depends on whether a step was made.
    assert!(matches!(code, Some(75 | 130)), "{code:?}");
    assert_eq!(folder.path().join("runs/small-compare-0002").exists(), code == Some(75));
}
