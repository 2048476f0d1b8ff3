//! Formatting keeps the meaning of a pipeline: the plan of every combine, the data, the training and the sweeps.

use super::random_pipelines::pipeline;
use mmc::diag::SourceMap;
use mmc::syntax::format;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;

/// The meaning of a text with this combine, without spans: its plan and specifications.
fn meaning(text: &str, combine: &str) -> Result<serde_json::Value, TestCaseError> {
    let mut sources = SourceMap::new();
    let file = sources.add("test.mmc", text);
    let compiled = mmc::compile(&mut sources, file, &[], Some(combine.to_owned()));
    let reported: Vec<_> = compiled.problems.iter().filter(|problem| problem.is_error()).collect();
    let Some(value) = compiled.value else {
        return Err(TestCaseError::fail(format!("{text}\n{reported:#?}")));
    };
    let sweeps: Vec<_> = value
        .hir
        .sweeps
        .iter()
        .map(|sweep| &sweep.over)
        .map(|over| over.iter().map(|axis| (axis.param.clone(), axis.values.clone())).collect::<Vec<_>>())
        .collect();
    let params: Vec<_> = value.hir.params.iter().map(|param| (&param.name, &param.value)).collect();
    Ok(serde_json::json!({
        "plan": value.plan,
        "train": value.hir.train,
        "data": value.hir.data,
        "label": value.hir.label,
        "modalities": value.hir.modalities,
        "params": params,
        "sweeps": sweeps,
    }))
}

#[test]
fn a_formatted_pipeline_means_the_same() {
    let mut strategies: BTreeSet<String> = BTreeSet::new();
    let mut layers: BTreeSet<String> = BTreeSet::new();
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let seen = std::cell::RefCell::new((&mut strategies, &mut layers));
    let outcome = runner.run(&pipeline(), |(text, combines)| {
        let formatted = format(&text);
        prop_assert!(!formatted.problems.has_errors(), "{text}\n{:#?}", formatted.problems);
        prop_assert_eq!(&format(&formatted.text).text, &formatted.text);
        for combine in &combines {
            let before = meaning(&text, combine)?;
            prop_assert_eq!(&before, &meaning(&formatted.text, combine)?, "{}\n{}", text, formatted.text);
            let mut seen = seen.borrow_mut();
            for step in before["plan"]["steps"].as_array().into_iter().flatten() {
                seen.1.insert(
                    step["op"].as_object().map_or_else(|| step["op"].to_string(), |op| op.keys().cloned().collect()),
                );
            }
            seen.0.insert(before["plan"]["loss"]["combination"].to_string());
        }
        Ok(())
    });
    outcome.unwrap();
    // The pipelines are not all alike.
    assert!(strategies.len() >= 8, "{strategies:?}");
    assert!(layers.len() >= 12, "{layers:?}");
}
