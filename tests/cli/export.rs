//! `mmc export`: what it writes, and what it refuses.

use crate::support::process::{mmc as program, names, plain};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

fn mmc(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let done = program(folder).args(arguments).output().unwrap();
    (done.status.code(), plain(&done.stderr))
}

/// Trains a pipeline of these modalities on a small table, and gives the folder with the run `runs/small-0001`.
fn trained(modalities: &str, combine: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("x,y,note,day,kind\n");
    for row in 0..60 {
        let y = if row % 5 == 0 { String::new() } else { format!("{}", row % 7) };
        writeln!(
            table,
            "{},{y},note {} of a row,2024-01-{:02},{}",
            row % 11,
            row % 3,
            row % 28 + 1,
            ["a", "b"][row % 2]
        )
        .unwrap();
    }
    fs::write(folder.path().join("rows.csv"), table).unwrap();
    let text = format!(
        "pipeline small\n\ndata {{\n  source = csv(\"rows.csv\")\n  split  = {{ test: last(10), valid: fraction(30%) }}\n}}\n\n\
         label kind: class[\"a\", \"b\"] = column(\"kind\")\n\n{modalities}\n\ncombine c = {combine}\n\ntrain {{\n  epochs = 1\n  seed = 1\n}}\n"
    );
    fs::write(folder.path().join("small.mmc"), text).unwrap();
    let (code, errors) = mmc(folder.path(), &["run", "small.mmc", "--quiet", "--no-cache"]);
    assert_eq!(code, Some(0), "{errors}");
    folder
}

const NUMBERS: &str =
    "modality x: dense[1] = column(\"x\") |> standardize\nmodality y?: dense[1] = column(\"y\") |> standardize";

#[test]
fn weights_have_a_module_and_a_card() {
    let folder = trained(NUMBERS, "multiplicative(x, y) { beta = 0.5 }");
    let (code, errors) = mmc(folder.path(), &["export", "small-0001", "--safetensors", "out", "--card"]);
    assert_eq!((code, errors.as_str()), (Some(0), "wrote out\n"));
    assert_eq!(names(&folder.path().join("out")), ["README.md", "model.py", "model.safetensors", "preprocessing.json"]);
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("out/model.safetensors"), read("runs/small-0001/model.safetensors"));
    assert_eq!(read("out/preprocessing.json"), read("runs/small-0001/preprocessing.json"));
    let module = String::from_utf8(read("out/model.py")).unwrap();
    for line in [
        "CLASSES = [\"a\", \"b\"]",
        "BETA = 0.5",
        "COMPONENT_INPUTS = [[\"x\"], [\"y\"]]",
        "    def forward(self, inputs, present):",
    ] {
        assert!(module.lines().any(|found| found == line), "{line} is not in\n{module}");
    }
    let card = String::from_utf8(read("out/README.md")).unwrap();
    for part in ["`y` of `y`, which may be missing", "| error | 0.", "pipeline small"] {
        assert!(card.contains(part), "{part} is not in\n{card}");
    }
    let first = read("out/model.py");
    assert_eq!(mmc(folder.path(), &["export", "small-0001", "--safetensors", "again"]).0, Some(0));
    assert_eq!(read("again/model.py"), first);
}

#[test]
fn a_folder_for_mlflow_states_which_columns_may_be_missing() {
    let folder = trained(NUMBERS, "multiplicative(x, y)");
    let (code, errors) = mmc(folder.path(), &["export", "small-0001", "--mlflow", "out", "--no-cache"]);
    assert_eq!((code, errors.as_str()), (Some(0), "wrote out\n"));
    let text = fs::read_to_string(folder.path().join("out/MLmodel")).unwrap();
    let model: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(model["flavors"]["python_function"]["loader_module"].as_str(), Some("mmc_loader"));
    let inputs: serde_json::Value = serde_json::from_str(model["signature"]["inputs"].as_str().unwrap()).unwrap();
    let expected = serde_json::json!([
        {"type": "double", "name": "x", "required": true},
        {"type": "double", "name": "y", "required": false},
    ]);
    assert_eq!(inputs, expected);
    let example = fs::read_to_string(folder.path().join("out/input_example.json")).unwrap();
    let example: serde_json::Value = serde_json::from_str(&example).unwrap();
    assert_eq!((&example["columns"], example["data"].as_array().unwrap().len()), (&serde_json::json!(["x", "y"]), 5));
    assert!(folder.path().join("out/model/model.py").exists() && folder.path().join("out/code/mmc_loader.py").exists());
}

#[test]
fn a_format_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let (code, errors) = mmc(folder.path(), &["export", "runs/x"]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("--onnx <FILE>") && errors.contains("--safetensors <DIR>"), "{errors}");
    let (code, errors) = mmc(folder.path(), &["export", "runs/x", "--safetensors", "out"]);
    assert!(code == Some(1) && errors.contains("MMC0620"), "{errors}");
}

#[cfg(not(feature = "onnx"))]
#[test]
fn a_build_without_onnx_says_how_to_build_with_it() {
    let folder = trained(NUMBERS, "multiplicative(x, y)");
    let (code, errors) = mmc(folder.path(), &["export", "small-0001", "--onnx", "model.onnx"]);
    assert_eq!(code, Some(1));
    assert!(errors.contains("MMC0631") && errors.contains("--features onnx"), "{errors}");
    assert!(!folder.path().join("model.onnx").exists());
}

#[cfg(feature = "onnx")]
mod onnx {
    use super::*;

    #[test]
    fn a_graph_has_test_data_and_says_what_it_was_made_of() {
        let folder = trained(NUMBERS, "multiplicative(x, y)");
        let (code, errors) = mmc(folder.path(), &["export", "small-0001", "--onnx", "deep/model.onnx", "--no-cache"]);
        assert_eq!(code, Some(0), "{errors}");
        assert!(errors.contains("18 rows of the run"), "{errors}");
        assert_eq!(names(&folder.path().join("deep")), ["model.onnx", "test_data_set_0"]);
        let tests = names(&folder.path().join("deep/test_data_set_0"));
        assert_eq!(tests, ["input_0.pb", "input_1.pb", "output_0.pb", "output_1.pb", "output_2.pb", "output_3.pb"]);
        let bytes = fs::read(folder.path().join("deep/model.onnx")).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for part in ["pipeline small", "mmc.classes", "[\"a\",\"b\"]", "probabilities", "class_losses"] {
            assert!(text.contains(part), "{part} is not in the graph");
        }
        assert_eq!(mmc(folder.path(), &["export", "small-0001", "--onnx", "again.onnx", "--no-cache"]).0, Some(0));
        assert!(fs::read(folder.path().join("again.onnx")).unwrap() == bytes, "the same run has another graph");
    }

    #[test]
    fn a_graph_needs_no_data() {
        let folder = trained(NUMBERS, "multiplicative(x, y)");
        fs::remove_file(folder.path().join("rows.csv")).unwrap();
        let (code, errors) = mmc(folder.path(), &["export", "small-0001", "--onnx", "model.onnx", "--no-cache"]);
        assert!(code == Some(0) && errors.contains("note: no test data"), "{errors}");
        assert!(folder.path().join("model.onnx").exists());
    }

    #[test]
    fn words_and_dates_are_refused_with_their_place_and_exported_as_a_core() {
        let note = "modality note: text[4] = column(\"note\") |> lowercase |> words(max: 4, vocab: 20)";
        let day = "modality day: dense[1] = column(\"day\") |> date(month)";
        for (modality, call, line) in [(note, "words", ":10:"), (day, "date", ":10:")] {
            let single = if call == "words" { "single(note |> embedding(3) |> mean_pool)" } else { "single(day)" };
            let folder = trained(modality, single);
            let (code, errors) = mmc(folder.path(), &["export", "small-0001", "--onnx", "model.onnx"]);
            assert_eq!(code, Some(1));
            assert!(
                errors.contains("MMC0630") && errors.contains(line) && errors.contains("--inputs prepared"),
                "{errors}"
            );
            assert!(!folder.path().join("model.onnx").exists());
            let core = ["export", "small-0001", "--onnx", "core.onnx", "--inputs", "prepared", "--no-cache"];
            let (code, errors) = mmc(folder.path(), &core);
            assert_eq!(code, Some(0), "{errors}");
            let beside = fs::read_to_string(folder.path().join("core.preprocessing.json")).unwrap();
            assert!(beside.contains(call), "{beside}");
        }
    }
}

/// The tensors of a kind in the folder of test data, in order.
#[cfg(feature = "onnx")]
fn test_tensors(folder: &Path, kind: &str) -> Vec<tract_onnx::prelude::Tensor> {
    use tract_onnx::data_resolver::FopenDataResolver;
    use tract_onnx::tensor::{load_tensor, proto_from_reader};
    (0..)
        .map_while(|place| fs::File::open(folder.join(format!("{kind}_{place}.pb"))).ok())
        .map(|file| load_tensor(&FopenDataResolver, &proto_from_reader(file).unwrap(), None).unwrap())
        .collect()
}

#[cfg(feature = "onnx")]
#[test]
fn tract_decides_as_the_program_does() {
    use tract_onnx::prelude::*;
    let rest = "modality note: text[12] = column(\"note\") |> chars(max: 12)\n\
                modality place?: category[8] = column(\"y\")";
    let letters = "note |> embedding(6) |> conv1d(4, kernel: 2, padding: 1) |> max_pool(2) |> mean_pool";
    for combine in [
        "multiplicative(x |> mlp([4]), y) { beta = 0.5 }",
        "mulmix(x |> mlp([8]), y |> mlp([4])) { project = linear(4), head = mlp([8]) }",
        "cldl(x |> mlp([8]), y |> mlp([4])) { weights = [0.3, 1.0] }",
        "additive(x |> mlp([8]), LETTERS) { project = linear(4), merge = mean }",
        "early(x, LETTERS) { net = mlp([8]) }",
        "late(x |> mlp([8]), LETTERS) { by = learned }",
        "late(x |> mlp([8]), y |> mlp([4]), LETTERS) { by = vote }",
        "evidential(x |> mlp([4]), y |> mlp([4]), place |> embedding(3)) { rule = dempster }",
        "dynamic(x |> mlp([4]), y |> mlp([4])) { by = energy }",
        "fuzzy(x |> mlp([4]), place |> embedding(3))",
    ] {
        let folder = trained(&format!("{NUMBERS}\n{rest}"), &combine.replace("LETTERS", letters));
        let arguments = ["export", "small-0001", "--onnx", "core/model.onnx", "--inputs", "prepared"];
        let (code, errors) = mmc(folder.path(), &arguments);
        assert_eq!(code, Some(0), "{combine}: {errors}");
        let core = folder.path().join("core");
        let model = tract_onnx::onnx().model_for_path(core.join("model.onnx")).unwrap();
        let model = model.into_typed().unwrap().into_runnable().unwrap();
        let given = test_tensors(&core.join("test_data_set_0"), "input");
        let expected = test_tensors(&core.join("test_data_set_0"), "output");
        let found = model.run(given.into_iter().map(|tensor| tensor.into_tvalue()).collect()).unwrap();
        assert_eq!((found.len(), expected.len()), (4, 4), "{combine}");
        for (place, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(found.shape(), expected.shape(), "{combine}: output {place}");
            let [found, expected] = [&**found, expected].map(|tensor| tensor.cast_to::<f64>().unwrap().into_owned());
            let (found, expected) =
                (found.to_plain_array_view::<f64>().unwrap(), expected.to_plain_array_view::<f64>().unwrap());
            for (a, b) in found.iter().zip(expected.iter()) {
                assert!((a - b).abs() <= 1e-5 || a.is_nan() && b.is_nan(), "{combine}: output {place}: {a} and {b}");
            }
        }
    }
}
