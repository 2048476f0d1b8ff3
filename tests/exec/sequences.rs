//! Sequences with lengths: gradients against finite differences, each row against the row alone, and the agreement of the
//! native kernels with dfdx's operations.

use super::gradients::{check, weights};
use super::{BOTH, close, gradient, noise, start};
use mmc::diag::SourceMap;
use mmc::exec::DeviceChoice;
use mmc::plan::{Batch, Plan};
use mmc::spec::ModalityKind;
use std::sync::Arc;

/// Tokens of a text.
const STEPS: usize = 5;
/// Lengths of the rows of a batch: full, empty, and between.
const LENGTHS: [usize; 7] = [5, 3, 1, 0, 4, 2, 5];

/// The plan of a pipeline with three modalities and this encoder of them.
pub(super) fn plan(encoder: &str) -> Plan {
    compiled(&plan_text(encoder))
}

fn plan_text(encoder: &str) -> String {
    format!(
        "pipeline p\n\ndata {{ source = parquet(\"t.parquet\") }}\nlabel side: class[3] = column(\"side\")\n\
         modality word: text[{STEPS}] = column(\"word\") |> chars(max: {STEPS}, vocab: 7)\n\
         modality kind: category[3] = column(\"kind\")\n\
         modality trace: sequence[{STEPS}, 2] = columns(\"trace_*\")\n\
         modality path: sequence[{STEPS}, 2] = column(\"path\")\n\
         encoder net = {encoder}\ncombine one = single(net)\ntrain {{ epochs = 1\n init = torch }}\n"
    )
}

fn compiled(text: &str) -> Plan {
    let mut sources = SourceMap::new();
    let file = sources.add("p.mmc", text);
    let compiled = mmc::compile(&mut sources, file, &[], None);
    assert!(!compiled.problems.has_errors(), "{text}: {:?}", compiled.problems);
    compiled.value.unwrap().plan
}

/// Rows of the lengths above, without a token twice in a row, so that no two steps are alike.
fn batch(plan: &Plan) -> Batch {
    let rows = LENGTHS.len();
    let cells = |(at, input): (usize, &mmc::plan::Input)| match input.kind {
        ModalityKind::Text { .. } => (0..rows * STEPS)
            .map(|at| (at / STEPS, at % STEPS))
            .map(|(row, step)| if step < LENGTHS[row] { (1 + (row * 2 + step) % 6) as f32 } else { 0.0 })
            .collect(),
        ModalityKind::PaddedSequence => padded(noise(rows * STEPS * 2, 60)),
        ModalityKind::Category { count } => (0..rows).map(|row| (row % (count + 1)) as f32).collect(),
        _ => noise(rows * input.shape.size(), 40 + at as u64),
    };
    let inputs: Vec<Vec<f32>> = plan.inputs.iter().enumerate().map(cells).collect();
    let labels = (0..rows).map(|row| (row % 3) as u32).collect();
    Batch { rows, present: vec![None; inputs.len()], inputs, labels, weights: vec![], past: vec![] }
}

/// Sequences of the lengths above, whose padding is not-a-number. Some real numbers are 0.
fn padded(mut numbers: Vec<f32>) -> Vec<f32> {
    for (at, number) in numbers.iter_mut().enumerate() {
        if at / 2 % STEPS >= LENGTHS[at / 2 / STEPS] {
            *number = f32::NAN;
        } else if at % 7 == 0 {
            *number = 0.0;
        }
    }
    numbers
}

/// Encoders that between them use every operation on sequences, with and without lengths.
const ENCODERS: [&str; 26] = [
    "path |> lstm(3)",
    "path |> gru(2, bidirectional: true, output: all) |> mean_pool",
    "path |> conv1d(3, kernel: 2, padding: 1) |> tanh |> mean_pool",
    "path |> tanh |> max_pool",
    "path |> attention_pool(4)",
    "path |> mean_pool",
    "kind |> embedding(4)",
    "word |> embedding(3) |> mean_pool",
    "word |> embedding(3) |> lstm(2)",
    "word |> embedding(3) |> lstm(2, output: all) |> mean_pool",
    "word |> embedding(3) |> lstm(2, bidirectional: true)",
    "word |> embedding(2) |> lstm(2, layers: 2, bidirectional: true, output: all) |> mean_pool",
    "word |> embedding(2) |> lstm(3, layers: 2)",
    "trace |> lstm(2, bidirectional: true)",
    "word |> embedding(3) |> gru(2)",
    "word |> embedding(3) |> gru(2, bidirectional: true, output: all) |> mean_pool",
    "word |> embedding(2) |> gru(3, layers: 2, bidirectional: true)",
    "trace |> gru(2, layers: 2, output: all) |> lstm(2)",
    "word |> embedding(3) |> conv1d(3, kernel: 3, stride: 2, padding: 1) |> mean_pool",
    "word |> embedding(3) |> tanh |> conv1d(3, kernel: 2, bias: false) |> tanh |> mean_pool",
    "trace |> conv1d(4, kernel: 3, padding: 2) |> conv1d(2, kernel: 2) |> mean_pool",
    "word |> embedding(3) |> max_pool",
    "word |> embedding(3) |> max_pool(2, stride: 1) |> mean_pool",
    "trace |> conv1d(3, kernel: 1) |> max_pool(size: 2) |> lstm(2)",
    "word |> embedding(3) |> attention_pool(4)",
    "word |> char_cnn(embed: 2, channels: 2)",
];

#[test]
fn gradients_are_those_of_finite_differences() {
    for encoder in ENCODERS {
        let plan = plan(encoder);
        check(&plan, &batch(&plan), encoder);
    }
}

/// The result of a row does not depend on the other rows, or on the length and content of its padding.
#[test]
fn a_row_in_a_batch_gives_what_it_gives_alone() {
    for encoder in ENCODERS {
        let plan = plan(encoder);
        let (params, whole) = (Arc::new(weights(&plan)), batch(&plan));
        for device in BOTH {
            let engine = start(&plan, device, 2);
            let together = engine.logits(&params, &whole).unwrap();
            for row in 0..whole.rows {
                let cut = |values: &Vec<f32>| {
                    let width = values.len() / whole.rows;
                    values[row * width..(row + 1) * width].to_vec()
                };
                let alone = Batch {
                    rows: 1,
                    inputs: whole.inputs.iter().map(cut).collect(),
                    present: whole.present.clone(),
                    labels: vec![0],
                    weights: vec![],
                    past: vec![],
                };
                let alone = engine.logits(&params, &alone).unwrap();
                for (class, alone) in alone.components[0].iter().enumerate() {
                    let found = together.components[0][row * 3 + class];
                    assert!(alone.is_finite(), "{encoder}, row {row}");
                    close(f64::from(found), f64::from(*alone), 1e-5, &format!("{encoder} on {device:?}, row {row}"));
                }
            }
        }
    }
}

#[test]
fn an_empty_text_is_zeros_behind_every_encoder() {
    for encoder in ENCODERS.iter().filter(|encoder| encoder.starts_with("word")) {
        let plan = plan(encoder);
        let mut params = weights(&plan);
        // For zeros the last linear layer gives its bias.
        let bias = plan.params.iter().position(|param| param.name == "one.head.net.0.bias").unwrap();
        let range = params.range(bias);
        params.values[range.clone()].copy_from_slice(&[0.5, -1.0, 2.0]);
        for device in BOTH {
            let rows = Batch {
                rows: 2,
                labels: vec![0, 1],
                inputs: vec![vec![0.0; 2 * STEPS]],
                present: vec![None],
                weights: vec![],
                past: vec![],
            };
            let mut engine = start(&plan, device, 1);
            let logits = engine.logits(&Arc::new(params.clone()), &rows).unwrap();
            assert_eq!(logits.components[0], [0.5, -1.0, 2.0, 0.5, -1.0, 2.0], "{encoder} on {device:?}");
            let (loss, gradients) = gradient(engine.as_mut(), &params, &rows);
            assert!(loss.is_finite() && gradients.iter().all(|gradient| gradient.is_finite()));
        }
    }
}

#[test]
fn the_first_row_of_an_embedding_stays_zeros() {
    for (encoder, ids, width) in [("kind |> embedding(4)", 4, 4), ("word |> embedding(3) |> mean_pool", 7, 3)] {
        let plan = plan(encoder);
        assert_eq!(plan.params[0].shape.0, [ids, width]);
        let first = mmc::exec::initialize(&plan, 3);
        assert!(first.get(0)[..width].iter().all(|number| *number == 0.0));
        assert!(first.get(0)[width..].iter().all(|number| *number != 0.0));
        for device in BOTH {
            let (_, gradients) = gradient(start(&plan, device, 1).as_mut(), &weights(&plan), &batch(&plan));
            assert!(gradients[..width].iter().all(|gradient| *gradient == 0.0));
            assert!(gradients[width..ids * width].iter().any(|gradient| *gradient != 0.0));
        }
    }
}

/// A sequence is decided as it would be by a pipeline of as many steps: its padding plays no part.
#[test]
fn a_padded_sequence_gives_what_a_whole_one_gives() {
    for encoder in ENCODERS.iter().filter(|encoder| encoder.starts_with("path")) {
        let long = plan(encoder);
        let params = Arc::new(weights(&long));
        let numbers = noise(3 * 2, 91);
        let text = plan_text(encoder).replace(&format!("sequence[{STEPS}, 2] = column("), "sequence[3, 2] = column(");
        let short = compiled(&text);
        assert_eq!(
            (long.inputs[0].kind, long.inputs[0].shape.0.as_slice()),
            (ModalityKind::PaddedSequence, &[STEPS, 2][..])
        );
        let rows = |steps: usize| {
            let mut cells = numbers.clone();
            cells.resize(steps * 2, f32::NAN);
            Batch { rows: 1, inputs: vec![cells], present: vec![None], labels: vec![0], weights: vec![], past: vec![] }
        };
        for device in BOTH {
            let whole = start(&short, device, 1).logits(&params, &rows(3)).unwrap();
            let padded = start(&long, device, 1).logits(&params, &rows(STEPS)).unwrap();
            for (whole, padded) in whole.components[0].iter().zip(&padded.components[0]) {
                close(f64::from(*padded), f64::from(*whole), 1e-6, &format!("{encoder} on {device:?}"));
            }
        }
    }
}

/// Wide layers and long batches, where vector instructions and blocks come into play.
#[test]
fn kernels_agree_with_dfdx_on_wide_layers() {
    for encoder in [
        "word |> embedding(20) |> lstm(70, layers: 2, bidirectional: true, output: all) |> conv1d(33, kernel: 2) |> max_pool",
        "trace |> conv1d(40, kernel: 3, padding: 1) |> relu |> lstm(19) |> linear(8)",
        "word |> embedding(20) |> gru(70, layers: 2, bidirectional: true, output: all) |> gru(19)",
    ] {
        let plan = plan(encoder);
        let small = batch(&plan);
        let repeat = |values: &Vec<f32>| {
            let noise = noise(values.len() * 20, 5);
            let exact = values.iter().all(|value| value.fract() == 0.0);
            (0..values.len() * 20)
                .map(|at| values[at % values.len()] + if exact { 0.0 } else { 0.1 * noise[at] })
                .collect()
        };
        let rows = Batch {
            rows: small.rows * 20,
            inputs: small.inputs.iter().map(repeat).collect(),
            present: small.present.clone(),
            labels: (0..small.rows * 20).map(|row| (row % 3) as u32).collect(),
            weights: vec![],
            past: vec![],
        };
        let params = mmc::exec::initialize(&plan, 9);
        let (loss, fused) = gradient(start(&plan, DeviceChoice::Cpu, 2).as_mut(), &params, &rows);
        let (other_loss, composed) = gradient(start(&plan, DeviceChoice::CpuComposed, 2).as_mut(), &params, &rows);
        close(other_loss, loss, 1e-5, "loss");
        for (fused, composed) in fused.iter().zip(composed) {
            close(f64::from(composed), f64::from(*fused), 1e-6 + 1e-4 * f64::from(fused.abs()), encoder);
        }
    }
}
