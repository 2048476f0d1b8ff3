//! Examples of the documentation are a few declarations; the missing ones are added here.

use mmc::diag::{Code, Problems, SourceMap};
use mmc::lint::{Level, LintLevels};

/// Declarations an example may leave out, with the line start that shows it has one.
const REST: &[(&str, &str)] = &[
    ("pipeline ", "pipeline test\n"),
    (
        "data ",
        "data {\n  source = synthetic(\"collider\", rows: 20_000, seed: 7)\n  split  = { test: last(4_000), valid: fraction(10%) }\n}\n",
    ),
    ("label ", "label process: class[\"background\", \"signal\"] = column(\"process\")\n"),
    ("modality low:", "modality low: dense[21] = columns(\"low_*\") |> standardize\n"),
    ("modality high:", "modality high: dense[7] = columns(\"high_*\") |> standardize\n"),
    ("encoder low_net ", "encoder low_net = low |> mlp([64])\n"),
    ("encoder high_net ", "encoder high_net = high |> mlp([64])\n"),
    ("combine ", "combine mulmix = mulmix(low_net, high_net)\n"),
    ("train ", "train {\n  epochs = 20\n  seed = 1\n}\n"),
];

/// A completed example; with `pipeline NAME` if `header`.
pub(crate) fn completed(example: &str, header: bool) -> String {
    let mut text = String::new();
    for (beginning, rest) in REST {
        if !example.lines().any(|line| line.starts_with(beginning)) && (header || *beginning != "pipeline ") {
            text += rest;
        }
    }
    let (header, body) = match example.lines().position(|line| line.starts_with("pipeline ")) {
        Some(line) => example.split_at(example.split_inclusive('\n').take(line + 1).map(str::len).sum()),
        None => ("", example),
    };
    format!("{header}\n{text}{body}")
}

/// All problems of a completed example.
pub(crate) fn problems(example: &str, header: bool) -> Problems {
    problems_at(example, header, &LintLevels::default())
}

fn problems_at(example: &str, header: bool, levels: &LintLevels) -> Problems {
    let mut sources = SourceMap::new();
    let file = sources.add("example.mmc", completed(example, header));
    let request = mmc::CompileOptions { levels: levels.clone(), ..mmc::CompileOptions::default() };
    mmc::compile_in(&mut sources, file, &request).problems
}

/// The codes of it, those too that are silent by default.
pub(crate) fn reported_for(example: &str, header: bool) -> Vec<Code> {
    let mut levels = LintLevels::default();
    levels.set("missing_seed", Level::Warn).unwrap();
    problems_at(example, header, &levels).iter().map(|problem| problem.code).collect()
}
