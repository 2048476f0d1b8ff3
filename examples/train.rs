//! Trains a model on a small table and saves it: `cargo run --example train -- FOLDER`.
//!
//! `FOLDER` must not exist yet, or be empty. `examples/predict.rs` loads the model from there.

#![allow(clippy::print_stdout, reason = "a program shows what it does")]

use mmc::{Event, Pipeline, TrainOptions};
use std::error::Error;
use std::fs;
use std::path::PathBuf;

const PIPELINE: &str = r#"pipeline houses

data {
  source = csv("houses.csv")
  split  = { test: last(100), valid: fraction(20%) }
}

label price: class["low", "high"] = column("price")

modality size:    dense[2] = columns(["area", "rooms"]) |> standardize
modality advert?: text[16] = column("advert") |> lowercase |> chars(max: 16)

param beta = 0.5 in 0..=1

encoder size_net   = size   |> mlp([16])
encoder advert_net = advert |> char_cnn(embed: 8, channels: 8)

combine both = multiplicative(size_net, advert_net) { beta = beta }

train {
  optimizer  = adam(lr: 0.01)
  batch_size = 32
  epochs     = 10
  seed       = 1
}
"#;

/// A table of houses whose price depends on their size and their advertisement, which some lack.
fn houses() -> String {
    let mut text = "area,rooms,advert,price\n".to_owned();
    for row in 0..600_u32 {
        let (area, rooms) = (40 + row * 37 % 160, 1 + row * 53 % 6);
        let advert = ["sea view", "needs repair", "", "quiet street"][row as usize * 7 % 4];
        let worth = area + 10 * rooms + if advert == "sea view" { 80 } else { 0 };
        text += &format!("{area},{rooms},{advert},{}\n", if worth > 160 { "high" } else { "low" });
    }
    text
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name the folder to write to")?);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("houses.csv"), houses())?;
    fs::write(folder.join("houses.mmc"), PIPELINE)?;

    let pipeline = Pipeline::open(folder.join("houses.mmc"))?.set("beta", "0.3")?;
    print!("{}", pipeline.lint());
    println!("{} parameters", pipeline.plan().parameter_count());
    let model = pipeline.train(&TrainOptions::default(), |event| {
        if let Event::EpochEnded(record) = event {
            println!("epoch {:2}  training loss {:.4}", record.epoch, record.train_loss);
        }
    })?;
    if let Some(test) = model.test() {
        println!("test error {:.1}% of {} rows", 100.0 * test.error, test.rows);
    }
    model.save(folder.join("model"))?;
    println!("saved in {}", folder.join("model").display());
    Ok(())
}
