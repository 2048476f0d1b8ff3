//! A run keeps its pipeline and all files it uses: it can be checked and run again from its folder.

use crate::support::process::{mmc, names, plain};
use std::fmt::Write;
use std::fs;
use std::path::Path;

const PIPELINE: &str = r#"pipeline small

use "../shared/blocks.mmc"

param path = "rows.csv" in ["rows.csv", "others.csv"]

data {
  source = csv(path)
  split  = { test: last(40), valid: last(40) }
}

label side: class[2] = column("side")

modality low:  dense[2] = columns(["a", "b"]) |> standardize
modality high: dense[1] = column("c")         |> standardize

encoder low_net  = low  |> tower
encoder high_net = high |> tower

combine mul = multiplicative(low_net, high_net)

train {
  optimizer  = sgd(lr: 0.05)
  batch_size = 20
  epochs     = 2
  seed       = 3
}

sweep widths {
  over  = { width: [2, 3] }
  seeds = 1..=2
}
"#;

/// A project whose pipeline uses a file outside of its folder, which uses another of the same name.
fn project(folder: &Path) {
    let mut rows = "a,b,c,side\n".to_owned();
    for row in 0..200_u32 {
        let (a, b) = (row * 37 % 101, row * 53 % 89);
        writeln!(rows, "{a},{b},{},{}", (a + 2 * b) % 7, u32::from(a > b)).unwrap();
    }
    for (name, text) in [
        ("project/small.mmc", PIPELINE),
        ("project/rows.csv", &rows),
        ("shared/blocks.mmc", "use \"deeper/blocks.mmc\"\n\nfn tower(x) = x |> layer(width) |> relu\n"),
        ("shared/deeper/blocks.mmc", "param width = 8 in 1..=64\n\nfn layer(x, n) = x |> linear(n)\n"),
    ] {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[test]
fn a_run_can_be_checked_and_run_again_from_its_own_folder() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let arguments = ["run", "project/small.mmc", "--set", "width=6", "--out", "results", "--no-cache", "--quiet"];
    mmc(folder.path()).args(arguments).assert().success();
    let first = folder.path().join("results/small-0001");
    let pipelines: Vec<String> = names(&first).into_iter().filter(|name| name.ends_with(".mmc")).collect();
    assert_eq!(pipelines, ["blocks.mmc", "blocks_2.mmc", "pipeline.mmc"]);
    let copy = fs::read_to_string(first.join("pipeline.mmc")).unwrap();
    let moved = PIPELINE
        .replace("../shared/blocks.mmc", "blocks_2.mmc")
        .replace("\"rows.csv\"", "\"../../project/rows.csv\"")
        .replace("\"others.csv\"", "\"../../project/others.csv\"");
    assert_eq!(copy, moved);
    let yaml: serde_yaml::Value = serde_yaml::from_str(&fs::read_to_string(first.join("run.yaml")).unwrap()).unwrap();
    assert_eq!(yaml["set"]["width"].as_str(), Some("6"));
    assert_eq!(yaml["params"]["width"].as_u64(), Some(6));

    // The original files may be deleted; the data stays.
    fs::remove_dir_all(folder.path().join("shared")).unwrap();
    fs::remove_file(folder.path().join("project/small.mmc")).unwrap();
    let done = mmc(&first).args(["lint", "pipeline.mmc"]).assert().success();
    assert_eq!(plain(&done.get_output().stdout), "");
    let reported = plain(&done.get_output().stderr);
    assert!(reported.contains("checked against") && reported.contains("200 rows"), "{reported}");
    mmc(&first).args(["run", "pipeline.mmc", "--set", "width=6", "--no-cache", "--quiet"]).assert().success();
    let again = first.join("runs/small-0001");
    for file in ["metrics.csv", "predictions.csv", "model.safetensors"] {
        assert!(fs::read(first.join(file)).unwrap() == fs::read(again.join(file)).unwrap(), "{file} is another");
    }
}

#[test]
fn a_sweep_keeps_them_too() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let arguments = ["sweep", "project/small.mmc", "widths", "--out", "results", "--no-cache", "--epochs", "1"];
    mmc(folder.path()).args(arguments).assert().success();
    let kept = folder.path().join("results/small-widths-0001");
    assert!(names(&kept).contains(&"blocks_2.mmc".to_owned()), "{:?}", names(&kept));
    fs::remove_dir_all(folder.path().join("shared")).unwrap();
    mmc(&kept).args(["lint", "pipeline.mmc"]).assert().success();
}
