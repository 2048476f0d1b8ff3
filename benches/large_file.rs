//! Time to compile a file of 10,000 lines, lints included, and to format it.
//!
//!     cargo bench --bench large_file

#![allow(clippy::unwrap_used, missing_docs, reason = "a program to be read and run by hand")]

use divan::Bencher;
use mmc::diag::SourceMap;
use std::fmt::Write;

const LINES: usize = 10_000;

fn main() {
    divan::main();
}

/// Modalities, each with its encoder and combine, up to this number of lines.
fn pipeline() -> String {
    let mut text = String::from(
        "pipeline large\n\ndata { source = csv(\"rows.csv\") }\n\nlabel y: class[2] = column(\"y\")\n\n\
         train {\n  combine = c0\n  epochs  = 3\n  seed    = 1\n}\n",
    );
    let mut at = 0;
    while text.lines().count() + 8 <= LINES {
        for _ in 0..100 {
            let _ = write!(
                text,
                "\n## The signal of this number.\nmodality m{at}: dense[3] = columns(\"m{at}_*\") |> standardize\n\n\
                 encoder e{at} = m{at} |> mlp([16; 2])\n\ncombine c{at} = single(e{at}) {{ head = linear(4) |> relu }}\n"
            );
            at += 1;
        }
    }
    text.lines().take(LINES).map(|line| format!("{line}\n")).collect()
}

#[divan::bench]
fn lint(bencher: Bencher) {
    let text = pipeline();
    bencher.bench(|| {
        let mut sources = SourceMap::new();
        let file = sources.add("large.mmc", text.as_str());
        mmc::compile(&mut sources, file, &[], None).problems.len()
    });
}

#[divan::bench]
fn fmt(bencher: Bencher) {
    let text = pipeline();
    bencher.bench(|| mmc::syntax::format(&text).text.len());
}
