//! Loads the model that `examples/train.rs` saved and predicts new rows: `cargo run --example predict -- FOLDER`.

#![allow(clippy::print_stdout, reason = "a program shows what it does")]

use mmc::{Model, Source};
use std::error::Error;
use std::fs;
use std::path::PathBuf;

/// New houses: without a price, in another order of columns, one without an advertisement.
const NEW: &str = "advert,area,rooms\nSea view,180,5\nneeds repair,45,1\n,120,3\n";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name the folder that `train` wrote to")?);
    fs::write(folder.join("new.csv"), NEW)?;

    let model = Model::load(folder.join("model"))?;
    let predictions = model.predict(Source::csv(folder.join("new.csv")))?;
    println!("{} rows; probabilities of {}", predictions.len(), predictions.classes().join(", "));
    for prediction in &predictions {
        println!("row {}: {:4}  {:.3?}", prediction.row, prediction.label, prediction.probabilities);
    }
    let labels: Vec<&str> = predictions.iter().map(|prediction| prediction.label).collect();
    if labels[..2] != ["high", "low"] {
        return Err(format!("a large house by the sea and a small one in ruins are {labels:?}").into());
    }
    Ok(())
}
