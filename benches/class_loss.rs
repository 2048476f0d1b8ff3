//! Time of the class loss of one row, forward, loss and gradient, under each way to combine.
//!
//!     cargo bench --bench class_loss
//!
//! `ROUNDS` is the number of rounds (20), of which the fastest is shown.
#![allow(clippy::print_stdout, missing_docs, reason = "a program to be read and run by hand")]

use mmc::fusion::{
    ClassLoss, Combination, Dynamic, EvidenceRule, Evidential, Experts, Fuzzy, Multiplicative, Multitask, RowWeight,
};
use std::time::Instant;

const ROWS: usize = 1000;

fn main() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|value| value.parse().ok()).unwrap_or(20);
    let evidential = |rule| Combination::Evidential(Evidential { rule, anneal: 50 });
    let dynamic = |by| Combination::Dynamic(Dynamic { by, rank: 0.0 });
    let combinations = [
        ("multiplicative", Combination::Multiplicative(Multiplicative { beta: 0.5, ..Multiplicative::CROSS_ENTROPY })),
        ("multitask", Combination::Multitask(Multitask {})),
        ("dempster", evidential(EvidenceRule::Dempster)),
        ("mean", evidential(EvidenceRule::Mean)),
        ("discounted", evidential(EvidenceRule::Discounted)),
        ("energy", dynamic(RowWeight::Energy)),
        ("predicted", dynamic(RowWeight::Predicted)),
        ("experts", Combination::Experts(Experts {})),
        ("fuzzy", Combination::Fuzzy(Fuzzy {})),
    ];
    for (components, classes) in [(2, 2), (6, 10)] {
        println!("{components} components, {classes} classes");
        for (name, combination) in &combinations {
            println!("  {name:15} {:8.2} us a row", fastest(combination, components, classes, rounds) * 1e6);
        }
    }
}

/// Seconds of one row in the fastest round.
fn fastest(combination: &Combination, components: usize, classes: usize, rounds: usize) -> f64 {
    let mut node = ClassLoss::new(combination, &vec![1.0; components], classes);
    let logits = node.row.logits.iter_mut().enumerate();
    logits.for_each(|(at, logit)| *logit = ((at * 37 % 19) as f64 - 9.0) / 4.0);
    let mut best = f64::INFINITY;
    for _ in 0..rounds {
        let began = Instant::now();
        for row in 0..ROWS {
            node.row.logits[0] += 1e-6;
            node.forward();
            node.backward(row % classes);
            std::hint::black_box(node.row_loss(row % classes));
        }
        best = best.min(began.elapsed().as_secs_f64() / ROWS as f64);
    }
    best
}
