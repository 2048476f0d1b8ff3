//! The model file: read back by the safetensors library, and by hand as its format is documented.

use super::softmax_regression::regression_plan;
use mmc::diag::{Code, Problems};
use mmc::exec::Params;
use mmc::plan::Plan;
use mmc::train::{plan_hash, read_model, write_model};
use safetensors::tensor::{Dtype, SafeTensors};
use std::fs;
use std::path::PathBuf;

/// A model of a plan in a temporary folder.
fn written() -> (tempfile::TempDir, PathBuf, Plan, Params) {
    let plan = regression_plan(2, 3);
    let mut params = Params::zeros(&plan);
    for (index, value) in params.values.iter_mut().enumerate() {
        *value = index as f32 + 0.1;
    }
    params.buffers[0] = vec![-1.5, f32::MIN_POSITIVE];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    write_model(&path, &plan, &params).unwrap();
    (folder, path, plan, params)
}

#[test]
fn reads_back_to_the_last_bit() {
    let (_folder, path, plan, params) = written();
    assert_eq!(read_model(&path, &plan).unwrap(), params);
}

#[test]
fn the_safetensors_library_reads_it_as_a_state_dict() {
    let (_folder, path, plan, _) = written();
    let bytes = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = file.names();
    names.sort_unstable();
    assert_eq!(names, ["net.0.bias", "net.0.weight", "net.mean"]);
    let weight = file.tensor("net.0.weight").unwrap();
    assert_eq!((weight.dtype(), weight.shape()), (Dtype::F32, &[3, 2][..]));
    // Row-major `[out, in]`: the fourth number is the second input's weight on the second class.
    assert_eq!(weight.data()[12..16], 3.1f32.to_le_bytes());
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let about = header.metadata().as_ref().unwrap()["mmc"].clone();
    let about: serde_json::Value = serde_json::from_str(&about).unwrap();
    assert_eq!(about["pipeline"], "little");
    assert_eq!(about["combine"], "base");
    assert_eq!(about["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(about["plan"], plan_hash(&plan));
}

#[test]
fn the_header_is_as_the_format_documents_it() {
    let (_folder, path, ..) = written();
    let bytes = fs::read(path).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let bias = &header["net.0.bias"];
    assert_eq!(bias["dtype"], "F32");
    assert_eq!(bias["shape"], serde_json::json!([3]));
    let offset = |at: usize| bias["data_offsets"][at].as_u64().unwrap() as usize;
    let data = &bytes[8 + length..][offset(0)..offset(1)];
    assert_eq!(data, [6.1f32, 7.1, 8.1].map(f32::to_le_bytes).concat());
    assert_eq!(bytes.len(), 8 + length + 4 * (6 + 3 + 2));
}

#[test]
fn the_same_model_makes_the_same_bytes() {
    let (_one, first, ..) = written();
    let (_two, second, ..) = written();
    assert_eq!(fs::read(first).unwrap(), fs::read(second).unwrap());
}

#[test]
fn another_plan_has_another_hash_and_another_place_in_the_text_has_not() {
    let plan = regression_plan(2, 3);
    let mut moved = plan.clone();
    moved.steps[1].span.start += 7;
    assert_eq!(plan_hash(&plan), plan_hash(&moved));
    assert_ne!(plan_hash(&plan), plan_hash(&regression_plan(2, 4)));
}

fn codes(problems: &Problems) -> Vec<Code> {
    problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn every_tensor_that_does_not_fit_is_named() {
    let (_folder, path, mut plan, _) = written();
    plan.params[0].name = "net.1.weight".into();
    plan.buffers[0].shape.0 = vec![1, 2];
    let problems = read_model(&path, &plan).unwrap_err();
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "the model lacks `net.1.weight`",
            "`net.mean` is stored as [2], expected [1, 2]",
            "the model holds `net.0.weight`, which `base` does not have",
        ]
    );
    assert_eq!(codes(&problems), [Code::ModelMismatch; 3]);
}

#[test]
fn a_file_that_is_cut_off_damaged_or_missing_is_a_problem() {
    let (folder, path, plan, _) = written();
    let whole = fs::read(&path).unwrap();
    for length in [0, 7, 20, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        assert_eq!(codes(&read_model(&path, &plan).unwrap_err()), [Code::BadModel], "{length} bytes");
    }
    let mut damaged = whole.clone();
    damaged[9] = b'#';
    fs::write(&path, &damaged).unwrap();
    assert_eq!(codes(&read_model(&path, &plan).unwrap_err()), [Code::BadModel]);
    let problems = read_model(&folder.path().join("none"), &plan).unwrap_err();
    assert_eq!(codes(&problems), [Code::BadModel]);
}
