//! From the text of a pipeline to a trained model, by the same steps as `mmc run`.

use mmc::data::{Request, load};
use mmc::diag::SourceMap;
use mmc::exec::{DeviceChoice, engine, initialize};
use mmc::spec::Metric;
use mmc::train::{Rows, SubsetRows, Training, read_model, train, write_model};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const PIPELINE: &str = r#"pipeline little

data {
  source = synthetic("collider", rows: 3_000, seed: 7)
  split  = { test: last(800), valid: last(200) }
}

label process: class["background", "signal"] = column("process")

modality low:  dense[21] = columns("low_*")  |> standardize
modality high: dense[7]  = columns("high_*") |> standardize

combine mulmix = mulmix(low |> linear(24) |> batch_norm |> relu, high |> linear(24) |> relu) {
  beta = 0.5
}

train {
  optimizer  = sgd(lr: 0.05, momentum: 0.9, weight_decay: 2e-5)
  batch_size = 100
  epochs     = 6
  stop       = patience(3, on: valid.auc)
  seed       = 1
}
"#;

#[test]
fn a_pipeline_is_trained_on_its_data() {
    let mut sources = SourceMap::new();
    let file = sources.add("little.mmc", PIPELINE);
    let compiled = mmc::compile(&mut sources, file, &[], None);
    let messages: Vec<&str> = compiled.problems.iter().map(|problem| problem.message.as_str()).collect();
    let compiled = compiled.value.unwrap_or_else(|| panic!("{messages:?}"));
    let (hir, plan) = (compiled.hir, Arc::new(compiled.plan));
    let modalities = hir.modalities.iter().collect();
    let base = Path::new(".");
    let dataset = load(&Request { data: &hir.data, label: &hir.label, modalities, base, cache: None }).value.unwrap();
    let places = dataset.places(plan.inputs.iter().map(|input| input.name.as_str())).unwrap();
    let part = |subset| SubsetRows { subset, modalities: &places };
    let (valid, test) = (dataset.valid.as_ref().map(part).unwrap(), dataset.test.as_ref().map(part).unwrap());
    let rows = part(&dataset.train);
    assert_eq!((rows.len(), valid.len(), test.len()), (2000, 200, 800));

    let mut engine = engine(Arc::clone(&plan), DeviceChoice::Cpu, Some(2)).unwrap();
    let training = Training {
        plan: &plan,
        spec: &hir.train,
        train: &rows,
        valid: Some(&valid),
        test: Some(&test),
        interrupt: &AtomicBool::new(false),
    };
    let trained = train(&mut *engine, initialize(&plan, hir.train.seed), training, &mut |_| {}).unwrap();

    let scores = trained.test.unwrap().scores;
    assert_eq!(scores.rows, 800);
    // Whoever tosses a coin is at a half; the spread of 800 tosses is 0.018.
    assert!(scores.error < 0.42 && scores.auc.unwrap() > 0.6, "error {}, AUC {:?}", scores.error, scores.auc);
    let auc = |record: &mmc::train::EpochRecord| record.valid.as_ref().unwrap().get(Metric::Auc);
    let best = trained.history.iter().max_by(|a, b| auc(a).total_cmp(&auc(b)).then(b.epoch.cmp(&a.epoch))).unwrap();
    assert_eq!(trained.best_epoch, best.epoch);

    // Running statistics have moved from where they begin, and are part of the model.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    write_model(&path, &plan, &trained.params).unwrap();
    let read = read_model(&path, &plan).unwrap();
    assert_eq!(read, *trained.params);
    assert!(plan.buffers.len() == 2 && read.buffer(0).iter().all(|mean| *mean != 0.0));
}
