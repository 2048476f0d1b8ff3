//! A row has the same logits, to the last bit, alone and among any number of rows, on any number of threads.

use super::prediction::{COMBINES, folder, pipeline};
use crate::support::process::SMALL;
use mmc::data::{ApplyRequest, LabelUse, Preprocessing, Subset, apply};
use mmc::exec::{Engine, Params, engine};
use mmc::spec::SourceKind;
use mmc::train::read_model;
use mmc::{DeviceChoice, Disk, Pipeline, Source, TrainOptions};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// A trained model, and new rows that are prepared for it.
struct Prepared {
    pipeline: Pipeline,
    params: Arc<Params>,
    rows: Subset,
}

fn prepared(pipeline: Pipeline, source: &Source) -> Prepared {
    let run = tempfile::tempdir().unwrap();
    let options = TrainOptions { threads: Some(2), ..TrainOptions::default() };
    pipeline.train(&options, |_| ()).unwrap().save(run.path()).unwrap();
    let text = fs::read_to_string(run.path().join("preprocessing.json")).unwrap();
    let preprocessing = Preprocessing::from_json(&text, "preprocessing.json").unwrap();
    let request = ApplyRequest {
        source,
        base: Path::new(""),
        modalities: pipeline.plan().inputs.iter().map(|input| input.name.as_str()).collect(),
        labels: LabelUse::Ignore,
        required: vec![],
        cache: None,
        memory: 1 << 30,
    };
    let rows = apply(&preprocessing, &request).value.unwrap().rows;
    let params = read_model(&run.path().join("model.safetensors"), pipeline.plan()).unwrap();
    Prepared { pipeline, params: Arc::new(params), rows }
}

impl Prepared {
    /// The bits of the logits of some rows; none of a component that is absent on a row.
    fn bits(&self, engine: &dyn Engine, rows: &[u32]) -> Vec<Vec<Vec<u32>>> {
        let places: Vec<usize> = (0..self.rows.modalities.len()).collect();
        let logits = engine.logits(&self.params, &self.rows.batch(rows, &places)).unwrap();
        let classes = self.pipeline.plan().loss.classes.len();
        let row_of = |row: usize| {
            let components = logits.components.iter().zip(&logits.present);
            components.map(move |(logits, present)| match present.as_ref().is_none_or(|present| present[row]) {
                true => logits[row * classes..(row + 1) * classes].iter().map(|logit| logit.to_bits()).collect(),
                false => vec![],
            })
        };
        (0..rows.len()).map(|row| row_of(row).collect()).collect()
    }

    fn check(&self, what: &str) {
        let plan = Arc::new(self.pipeline.plan().clone());
        let engines = [1, 4].map(|threads| engine(Arc::clone(&plan), DeviceChoice::Cpu, Some(threads)).unwrap());
        let count = self.rows.rows as u32;
        let alone: Vec<_> = (0..count).map(|row| self.bits(engines[0].as_ref(), &[row]).remove(0)).collect();
        assert!(alone.iter().flatten().flatten().any(|bits| f32::from_bits(*bits) != 0.0), "{what}: all zeros");
        for width in [2, 7, 64, 1000] {
            for engine in &engines {
                // Among other rows, at different places.
                let rows: Vec<u32> = (0..width).map(|at| (at * 7 + 3) % count).collect();
                let found = self.bits(engine.as_ref(), &rows);
                for (row, found) in rows.iter().zip(found) {
                    assert_eq!(found, alone[*row as usize], "{what}: row {row} in a block of {width}");
                }
            }
        }
    }
}

#[test]
fn rows_of_text_images_categories_and_missing_modalities_have_the_same_bits_in_any_block() {
    let folder = folder();
    let new = Source::csv(folder.path().join("new.csv"));
    let sequences = "combine both = multiplicative(color_net, said_net, note_net, gru_net, cnn_net)";
    let encoders = "encoder gru_net = note |> embedding(5) |> gru(6)\nencoder cnn_net = note |> embedding(5) |> \
                    conv1d(6, 3, padding: 1) |> relu |> attention_pool(4)\n\n";
    let texts = COMBINES.iter().map(|combine| pipeline(folder.path(), combine));
    let more = pipeline(folder.path(), &format!("{encoders}{sequences}"));
    for text in texts.chain([more]) {
        prepared(Pipeline::from_text(&text, Disk).unwrap(), &new).check(&text);
    }
}

#[test]
fn rows_of_wide_dense_networks_have_the_same_bits_in_any_block() {
    let text = SMALL.replacen("mlp([16])", "mlp([700, 33, 1])", 1).replace("epochs     = 3", "epochs     = 1");
    let pipeline = Pipeline::from_text(&text, Disk).unwrap();
    let kind = SourceKind::Synthetic { name: "collider".into(), rows: 90, seed: 2 };
    prepared(pipeline, &Source { kind, span: Default::default() }).check("dense");
}
