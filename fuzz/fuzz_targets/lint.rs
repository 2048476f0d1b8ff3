//! Any text is compiled, or explained; what is said of it can be shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mmc::diag::SourceMap;

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::new();
    let file = sources.add("fuzz.mmc", text);
    let compiled = mmc::compile(&mut sources, file, &[], None);
    assert!(compiled.value.is_some() || compiled.problems.has_errors(), "neither a plan nor an error");
});
